"""Signing in: three flows, every refusal in words, one renewal, and who answered."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from mopsctl_salesforce import provider
from mopsctl_salesforce.api import Session
from mopsctl_salesforce.emulator import SalesforceEmulator, seed

from mopsctl import secrets
from mopsctl.emulator import running
from mopsctl.errors import (
    AuthenticationError,
    ConnectionFailed,
    MopsctlError,
    OutcomeUnknown,
    PermissionError_,
    RateLimited,
    VendorError,
)
from mopsctl.provider.contract import Connection
from mopsctl.provider.hosts import Hosts
from mopsctl.secrets import Secret
from tests.salesforce.conftest import Account, connection_to

Connect = Callable[..., Account]


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """A private key and its public half, in PEM form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def by_key(connect: Connect, keys: tuple[str, str]) -> Callable[..., Account]:
    """Connections that sign in with a certificate that the org knows."""

    def open_(**more: Any) -> Account:
        account = connect(**{"flow": "", "private_key": keys[0], "username": "mopsctl@emulated.example", **more})
        account.handle.do("register_certificate", public_key=keys[1])
        return account

    return open_


def test_a_certificate_signs_in(by_key: Callable[..., Account]) -> None:
    assert by_key().system.identify().id == "00DEM0000000001EAA"


def test_the_assertion_lives_for_minutes_and_names_app_user_and_audience(by_key: Callable[..., Account]) -> None:
    from mopsctl_salesforce import auth

    claims = jwt.decode(auth._assertion(by_key().connection), options={"verify_signature": False})
    assert claims["aud"] == "https://test.salesforce.com"
    assert (claims["iss"], claims["sub"]) == (seed.CLIENT_ID, "mopsctl@emulated.example")
    assert 0 < claims["exp"] - time.time() <= auth.ASSERTION_SECONDS


@pytest.mark.parametrize(
    ("more", "words", "hint"),
    [
        ({"audience": "https://login.salesforce.com"}, "audience is invalid", "https://test.salesforce.com"),
        ({"client_id": "3MVGother"}, "client identifier invalid", "consumer key"),
        ({"username": "nobody@example.com"}, "hasn't approved", "pre-authorise"),
        ({"username": ""}, "no username", "username"),
        ({"private_key": "no key at all"}, "cannot be used", "PEM"),
    ],
)
def test_a_refused_certificate_says_what_to_do(
    by_key: Callable[..., Account], more: dict[str, str], words: str, hint: str
) -> None:
    with pytest.raises(AuthenticationError, match=words) as raised:
        by_key(**more).system.identify()
    assert hint in raised.value.hint


def test_an_app_that_nobody_approved_says_so(connect: Connect, keys: tuple[str, str]) -> None:
    account = connect(flow="jwt", private_key=keys[0], username="mopsctl@emulated.example")
    with pytest.raises(AuthenticationError, match="hasn't approved"):
        account.system.identify()


def test_a_missing_library_is_named_with_its_extra(by_key: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jwt", None)
    with pytest.raises(AuthenticationError) as raised:
        by_key().system.identify()
    assert "mopsctl[salesforce]" in raised.value.hint


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"client_secret": "wrong-secret"}, "invalid client credentials"),
        ({"client_id": "wrong"}, "client identifier invalid"),
        ({"flow": "device"}, "no sign-in flow 'device'"),
        ({"client_secret": ""}, "no client_secret"),
    ],
)
def test_refused_credentials_are_told(connect: Connect, more: dict[str, str], words: str) -> None:
    with pytest.raises(AuthenticationError, match=words) as raised:
        connect(**more).system.identify()
    assert raised.value.hint


def test_a_refresh_token_signs_in_also_where_it_is_replaced_each_time(connect: Connect, tmp_path: Path) -> None:
    account = connect(flow="", refresh_token=seed.REFRESH_TOKEN, token_file=str(tmp_path / "token.json"))
    account.handle.switch("refresh_rotation", "on")
    account.system.identify()
    account.handle.do("end_sessions")
    assert account.system.identify().sort == "sandbox"


def test_a_revoked_refresh_token_says_what_to_do(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError, match="expired access/refresh token") as raised:
        connect(flow="refresh_token", refresh_token="5Aep-old-token", token_file=str(tmp_path / "t")).system.identify()
    assert "sign in again" in raised.value.hint


def test_the_general_log_in_address_is_refused_for_client_credentials() -> None:
    hosts, secret = Hosts(provider.hosts), {"client_secret": Secret("wwwwwwww")}
    connection = Connection("salesforce", {"client_id": "x"}, secret, tier="production", hosts=hosts)
    with provider.open(connection) as system, pytest.raises(AuthenticationError, match="not answered by the general"):
        system.identify()


def test_an_address_without_encryption_is_refused() -> None:
    connection = Connection("salesforce", {"url": "http://crm.example"})
    with pytest.raises(ConnectionFailed, match="not encrypted"):
        provider.open(connection)


@pytest.mark.parametrize(
    "named",
    [
        "https://evil.example",
        "http://acme.my.salesforce.com",
        "https://evil-my.salesforce.com",
        "http://127.0.0.1:9",
        "https://u:p@acme.my.salesforce.com",
        "x",
    ],
)
def test_chosen_host_in_a_token_answer_is_not_followed(named: str) -> None:
    secret = {"client_secret": Secret("wwwwwwww")}
    settings = {"client_id": "x", "url": "https://acme.my.salesforce.com"}
    connection = Connection("salesforce", settings, secret, hosts=Hosts(provider.hosts))
    body = {"access_token": "00Dx!canary", "instance_url": named, "token_type": "Bearer"}
    with respx.mock() as mocked, provider.open(connection) as system:
        mocked.post("https://acme.my.salesforce.com/services/oauth2/token").respond(200, json=body)
        with pytest.raises(ConnectionFailed) as refused:
            system.identify()
        assert refused.value.hint
        assert "u:p" not in refused.value.message
        assert len(mocked.calls) == 1


def test_chosen_host_in_a_next_page_is_not_followed() -> None:
    home = "https://acme.my.salesforce.com"
    settings, secret = {"client_id": "x", "url": home}, {"client_secret": Secret("wwwwwwww")}
    api = Session(Connection("salesforce", settings, secret, hosts=Hosts(provider.hosts)))
    row = {"attributes": {"type": "Organization"}, "Id": "00D000000000001EAA"}
    page = {
        "totalSize": 2,
        "done": False,
        "records": [row],
        "nextRecordsUrl": "https://evil.example/services/data/next",
    }
    with respx.mock(assert_all_called=False) as mocked:
        token = {"access_token": "00Dx!canary", "instance_url": home, "token_type": "Bearer"}
        mocked.post(f"{home}/services/oauth2/token").respond(200, json=token)
        mocked.get(url__startswith=f"{home}/services/data/v66.0/query").respond(200, json=page)
        versions = [{"version": "66.0", "label": "x", "url": "/services/data/v66.0"}]
        mocked.get(url__regex=rf"{home}/services/data/?$").respond(200, json=versions)
        elsewhere = mocked.route(host="evil.example")
        with pytest.raises(ConnectionFailed, match=r"go to acme\.my\.salesforce\.com only"):
            api.query("SELECT Id FROM Organization")
        assert not elsewhere.called
    api.close()


# -- sessions


def test_an_ended_session_is_renewed_once_and_the_request_repeated(account: Account) -> None:
    account.system.identify()
    account.handle.do("end_sessions")
    account.handle.reset_counters()
    account.system.identify()
    statuses = [entry["status"] for entry in account.handle.requests()]
    assert statuses == [401, 200, 200]


def test_a_write_is_repeated_after_an_ended_session(account: Account) -> None:
    account.system.identify()
    account.handle.do("end_sessions")
    assert account.set("custom-permission/pass", {"label": "Pass"}).outcome == "done"


def test_a_401_that_a_new_token_does_not_cure_is_not_renewed(account: Account) -> None:
    account.system.identify()
    account.handle.reset_counters()
    account.handle.fault("looping_session", times=0)
    with pytest.raises(AuthenticationError, match="not valid for use with the REST API"):
        account.system.identify()
    assert [entry["path"] for entry in account.handle.requests()].count("/services/oauth2/token") == 0


def test_the_other_text_that_a_new_token_does_not_cure_is_not_renewed_either(account: Account) -> None:
    account.system.identify()
    account.handle.reset_counters()
    text = "Connected app is not attached to Agent"
    account.handle.fault("status", path="/query", times=0, status=401, code="INVALID_SESSION_ID", message=text)
    with pytest.raises(AuthenticationError, match=text):
        account.system.identify()
    assert [entry["path"] for entry in account.handle.requests()].count("/services/oauth2/token") == 0


def test_a_session_that_never_lasts_is_told(account: Account) -> None:
    account.handle.fault("expired_token", path="/services/data/v", times=0)
    with pytest.raises(AuthenticationError, match="session is over"):
        account.system.identify()


def test_no_secret_is_shown_anywhere(account: Account) -> None:
    account.system.identify()
    token = account.system._session.token.value  # type: ignore[attr-defined]
    assert secrets.mask(token) != token
    assert secrets.mask(seed.CLIENT_SECRET) != seed.CLIENT_SECRET
    assert token not in json.dumps(account.handle.requests())


# -- who answered


@pytest.mark.parametrize(
    ("persona", "sort"), [("sandbox", "sandbox"), ("production", "production"), ("developer", "test")]
)
def test_the_org_says_what_it_is(persona: str, sort: str) -> None:
    with running(SalesforceEmulator, persona=persona) as handle:
        connection = connection_to(handle.connection, tier="production" if persona == "production" else "sandbox")
        with provider.open(connection) as system:
            account = system.identify()
    assert (account.sort, account.id) == (sort, seed.ORGANIZATIONS[persona]["Id"])
    assert account.title == f"Emulated Org ({seed.EDITIONS[persona]}, {seed.ORGANIZATIONS[persona]['InstanceName']})"


def test_a_scratch_org_is_for_tests(account: Account) -> None:
    account.handle.do("set_organization", TrialExpirationDate="2026-12-31T00:00:00.000+0000")
    assert account.system.identify().sort == "test"


def test_the_wrong_persona_is_another_account(account: Account) -> None:
    with running(SalesforceEmulator, persona="production") as other:
        settings = {**account.handle.connection, "url": other.url}
        with provider.open(connection_to(settings)) as system:
            found = system.identify()
    assert found.id != account.connection.settings["account"]
    assert found.sort == "production"


def test_used_calls_are_a_line_of_the_plan(account: Account) -> None:
    account.handle.limit("daily_calls", 50)
    assert account.system.identify().limits == ("1 of 50 API calls of the last 24 hours are used",)


# -- versions


def test_an_older_org_is_asked_for_what_it_has(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mopsctl_salesforce.emulator.org.VERSIONS", ("58.0", "59.0"))
    account = connect()
    account.system.identify()
    assert account.requests()[-1][1] == "/services/data/v59.0/query"


def test_a_version_that_nobody_speaks_is_refused(connect: Connect) -> None:
    with pytest.raises(ConnectionFailed, match="no version") as raised:
        connect(api_version="40.0").system.identify()
    assert "api_version" in raised.value.hint


@pytest.mark.parametrize(("setting", "value"), [("api_version", "newest"), ("deploy_minutes", "soon")])
def test_a_setting_that_makes_no_sense_is_told(connect: Connect, setting: str, value: str) -> None:
    with pytest.raises(MopsctlError, match=f"{setting} of salesforce is '{value}'") as raised:
        connect(**{setting: value})
    assert raised.value.hint


# -- what goes wrong on the way


def test_used_up_calls_stop_the_run(account: Account) -> None:
    account.handle.limit("daily_calls", 0)
    with pytest.raises(RateLimited):
        account.system.identify()


def test_too_many_at_once_are_waited_for(account: Account, waits: list[float]) -> None:
    account.handle.fault("rate_limited", path="/query", times=2, concurrent=True)
    account.system.identify()
    assert len(waits) == 2


@pytest.mark.parametrize(
    "params",
    [
        {"status": 500},
        {"status": 503},
        {"status": 502},
        {"status": 400, "code": "UNABLE_TO_LOCK_ROW"},
        {"status": 500, "code": "QUERY_TIMEOUT"},
    ],
)
def test_a_stumble_on_a_read_is_waited_out(account: Account, params: dict[str, Any]) -> None:
    account.handle.fault("status", path="/query", times=2, **params)
    assert account.system.identify().sort == "sandbox"


def test_a_page_instead_of_an_answer_is_told(account: Account) -> None:
    account.handle.fault("html", path="/query", times=0, status=403)
    with pytest.raises(ConnectionFailed, match="not the API") as raised:
        account.system.identify()
    assert "address" in raised.value.hint


def test_half_an_answer_is_no_answer(account: Account) -> None:
    account.handle.fault("garbage", path="/query")
    with pytest.raises(ConnectionFailed):
        account.system.identify()


def test_a_missing_permission_is_named(account: Account) -> None:
    account.handle.fault("status", path="/query", status=403, code="INSUFFICIENT_ACCESS", message="no access")
    with pytest.raises(PermissionError_) as raised:
        account.system.identify()
    assert "View Setup" in raised.value.hint


def test_a_retired_version_is_named(account: Account) -> None:
    account.handle.fault("status", path="/query", status=410, code="UNSUPPORTED_API_VERSION", message="410:GONE")
    with pytest.raises(VendorError) as raised:
        account.system.identify()
    assert "api_version" in raised.value.hint


def test_a_write_that_ended_in_500_is_unknown(account: Account) -> None:
    account.handle.fault("status", method="POST", path="composite/sobjects", status=500)
    write = account.write_of("permission-assignment/x", {"users": {"this user": {"assigned": True}}})
    account.set("permission-set/x", {"label": "x"})
    with pytest.raises(OutcomeUnknown):
        account.written(write)
