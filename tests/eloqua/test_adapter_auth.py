from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import respx
from mopsctl_eloqua import provider
from mopsctl_eloqua.emulator import access
from mopsctl_eloqua.session import Session
from mopsctl_eloqua.system import EloquaSystem

from mopsctl import secrets
from mopsctl.address import Address
from mopsctl.errors import AuthenticationError, ConnectionFailed, RateLimited, WrongAccount
from mopsctl.provider.contract import Connection
from mopsctl.provider.hosts import Hosts
from mopsctl.provider.refresh import Kept
from mopsctl.secrets import Secret

HOSTS = Hosts(provider.hosts, here=False)

TOKEN, ID = "/auth/oauth2/token", "/id"
FIELD = Address("eloqua", "field", "contact.C_Title")


class Memory:
    """A token store that forgets when the test ends."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = kept
        self.history: list[str] = []
        self.inside = False

    def load(self) -> Kept | None:
        return self.kept

    def keep(self, kept: Kept) -> None:
        assert self.inside
        self.kept = kept
        self.history.append(kept.token)

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        self.inside = True
        yield
        self.inside = False


def paths(bench: Any) -> list[str]:
    return [each["path"] for each in bench.handle.requests()]


def test_a_user_with_a_password_is_identified_by_the_site(bench: Any) -> None:
    with bench.open() as system:
        account = system.identify()
    assert (account.id, account.sort) == (str(access.SITES["sandbox"]), "unknown")
    assert account.title == "EmulatedCo sandbox (Api User)"
    assert account.limits == ("1 of 250 custom contact fields",)


def test_one_id_in_a_run_and_no_second_read_of_the_fields(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        system.read([], [FIELD])
        system.identify()
        system.reread([FIELD])
    assert paths(bench).count(ID) == 1
    assert [each for each in paths(bench) if "field" in each] == [
        "/api/rest/1.0/assets/contact/fields",
        "/api/rest/1.0/assets/contact/field/100017",
    ]


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"company": "OtherCo"}, {"user": "Nobody"}])
def test_bad_credentials_come_with_status_200_and_are_refused(bench: Any, changes: dict[str, str]) -> None:
    with bench.open(bench.connection(**changes)) as system, pytest.raises(AuthenticationError) as caught:
        system.identify()
    assert "does not accept the credentials" in caught.value.message
    assert "password" in caught.value.hint
    assert paths(bench) == [ID]


def test_a_user_may_bring_the_company_along(bench: Any) -> None:
    with bench.open(bench.connection(company="", user=f"{access.COMPANY}\\{access.USER}")) as system:
        assert system.identify().id == "4201"


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "company, user, password"),
        ({"company": "Co", "user": "u"}, "password"),
        ({"user": "Co\\u"}, "password"),
    ],
)
def test_missing_credentials_are_named_before_any_call(settings: dict[str, str], missing: str) -> None:
    with pytest.raises(AuthenticationError, match=f"has no {missing}"):
        provider.open(Connection("eloqua", settings, hosts=HOSTS))


def test_settings_may_come_as_secrets(bench: Any) -> None:
    given = {name: Secret(value) for name, value in bench.handle.emulator.credentials("sandbox").items()}
    with bench.open(Connection("eloqua", {"url": bench.handle.url}, given)) as system:
        assert system.identify().id == "4201"


def test_an_address_that_is_no_eloqua_is_said(bench: Any) -> None:
    bench.handle.fault("html", path="^/id$")
    with bench.open() as system, pytest.raises(ConnectionFailed, match="sent a page"):
        system.identify()


@pytest.mark.parametrize("answer", [{}, {"site": {}}, [], "something", {"site": {"id": 1}, "urls": {"base": "x"}}])
def test_a_strange_answer_to_who_and_where(answer: Any) -> None:
    connection = Connection("eloqua", {"company": "Co", "user": "u"}, {"password": Secret("p4ssword")}, hosts=HOSTS)
    with respx.mock() as mocked, EloquaSystem(connection) as system:
        mocked.get("https://login.eloqua.com/id").respond(200, json=answer)
        with pytest.raises(ConnectionFailed, match="does not say where"):
            system.identify()


@pytest.mark.parametrize(
    "base", ["http://secure.p03.eloqua.com", "https://eloqua.com.example.org", "https://127.0.0.1", ""]
)
def test_credentials_are_sent_to_eloqua_only(base: str) -> None:
    rest = {"standard": f"{base}/API/REST/{{version}}/", "bulk": f"{base}/API/Bulk/{{version}}/"}
    body = {"site": {"id": 42, "name": "Co"}, "urls": {"base": base, "apis": {"rest": rest}}}
    connection = Connection("eloqua", {"company": "Co", "user": "u"}, {"password": Secret("p4ssword")}, hosts=HOSTS)
    with respx.mock() as mocked, EloquaSystem(connection) as system:
        mocked.get("https://login.eloqua.com/id").respond(200, json=body)
        with pytest.raises(ConnectionFailed, match=r"would go to|not encrypted|The address of eloqua"):
            system.identify()
        assert len(mocked.calls) == 1


def test_the_base_address_is_the_pods_and_the_version_is_filled_in() -> None:
    rest = {
        "standard": "https://secure.p03.eloqua.com/API/REST/{version}/",
        "bulk": "https://secure.p03.eloqua.com/API/Bulk/{version}/",
    }
    body = {"site": {"id": 42, "name": "Co"}, "urls": {"base": "https://secure.p03.eloqua.com", "apis": {"rest": rest}}}
    connection = Connection("eloqua", {"company": "Co", "user": "u"}, {"password": Secret("p4ssword")}, hosts=HOSTS)
    with respx.mock() as mocked:
        mocked.get("https://login.eloqua.com/id").respond(200, json=body)
        asked = mocked.get(url__regex=r"https://secure\.p03\.eloqua\.com/API/REST/1\.0/assets/x.*").respond(
            200, json=[1]
        )
        session = Session(connection)
        assert session.send("rest", "1.0", "assets/x") == [1]
        assert asked.calls[0].request.headers["authorization"].startswith("Basic ")
        session.close()


def test_an_account_that_moved_is_followed_once(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        host = bench.handle.url.removeprefix("http://").replace("127.0.0.1", "localhost")
        bench.handle.do("move_site", host=host)
        assert FIELD in system.reread([FIELD]).items
        assert FIELD in system.reread([FIELD]).items
    assert paths(bench).count(ID) == 2


def test_a_refusal_that_stays_is_an_error(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        bench.handle.do("disable_user")
        with pytest.raises(AuthenticationError):
            system.reread([FIELD])


def test_a_refused_request_of_a_known_user_is_said(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        bench.handle.fault("status", path="assets/", times=0, status=401)
        with pytest.raises(AuthenticationError, match="though it knows the user"):
            system.reread([FIELD])


def test_another_account_in_mid_run_stops_it(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        bench.handle.fault("status", path="assets/", status=401)
        bench.handle.emulator.persona = "production"
        try:
            with pytest.raises(WrongAccount, match="from account 4201 to 4202"):
                system.reread([FIELD])
        finally:
            bench.handle.emulator.persona = "sandbox"


# -- OAuth


def test_each_refresh_token_is_used_once_and_the_next_is_kept(bench: Any) -> None:
    place = bench.folder / "tokens.json"
    kept = []
    for _ in range(3):
        with bench.open(bench.app()) as system:
            assert system.identify().id == "4201"
        kept.append(json.loads(place.read_text())["refresh_token"])
    assert kept == ["emulated-refresh-1", "emulated-refresh-2", "emulated-refresh-3"]
    assert place.stat().st_mode & 0o777 == 0o600
    assert bench.handle.counters()["failed"] == 0


def test_the_next_token_is_kept_before_the_access_token_is_used(bench: Any) -> None:
    store = Memory()
    with EloquaSystem(bench.app(), store=store) as system:
        bench.handle.do("forbid", paths=["assets"])
        bench.handle.fault("status", path="^/id$", times=0, status=500)
        with pytest.raises(Exception, match="500"):
            system.identify()
    assert store.history == ["emulated-refresh-1"]


def test_a_store_that_cannot_be_written_spends_no_token(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    connection = bench.app(token_file=str(tmp_path / "file" / "tokens.json"))
    with bench.open(connection) as system, pytest.raises(AuthenticationError, match="cannot be written"):
        system.identify()
    assert paths(bench) == []


def test_a_token_that_was_authorised_anew_goes_before_the_kept_one(bench: Any) -> None:
    store = Memory(Kept("emulated-refresh-old", "seed of another token"))
    with EloquaSystem(bench.app(), store=store) as system:
        system.identify()
    assert store.kept is not None
    assert store.kept.token == "emulated-refresh-1"


@pytest.mark.parametrize("status", [401, 400])
def test_an_expired_refresh_token_says_what_to_do(bench: Any, status: int) -> None:
    bench.handle.switch("token_error_status", status)
    bench.handle.do("expire_refresh_tokens")
    with bench.open(bench.app()) as system, pytest.raises(AuthenticationError) as caught:
        system.identify()
    assert "refuses the refresh token" in caught.value.message
    assert "authorise the app again" in caught.value.hint
    assert paths(bench) == [TOKEN]


def test_a_password_helps_where_the_refresh_token_expired(bench: Any) -> None:
    bench.handle.do("expire_refresh_tokens")
    with bench.open(bench.app(company=access.COMPANY, user=access.USER, password=access.PASSWORD)) as system:
        assert system.identify().id == "4201"
    assert paths(bench)[:2] == [TOKEN, TOKEN]


def test_an_app_may_start_with_a_password(bench: Any) -> None:
    user = {"company": access.COMPANY, "user": access.USER, "password": access.PASSWORD}
    for _ in range(2):
        with bench.open(bench.app(refresh_token="", **user)) as system:
            assert system.identify().id == "4201"
    assert bench.handle.counters()["failed"] == 0


def test_an_app_without_any_grant_says_so(bench: Any) -> None:
    message = "neither a refresh token nor a user"
    with bench.open(bench.app(refresh_token="")) as system, pytest.raises(AuthenticationError, match=message):
        system.identify()
    assert paths(bench) == []


def test_one_authorisation_a_minute_is_waited_for(bench: Any, waits: list[float]) -> None:
    bench.handle.emulator.store.set_setting("last_start", 9e9)
    user = {"company": access.COMPANY, "user": access.USER, "password": access.PASSWORD}
    with (
        bench.open(bench.app(refresh_token="", **user)) as system,
        pytest.raises(RateLimited, match="one authorisation"),
    ):
        system.identify()
    assert waits
    assert set(waits) == {60.0}


def test_a_lost_answer_to_a_refresh_is_not_repeated(bench: Any) -> None:
    bench.handle.fault("lost_response", path=TOKEN)
    with bench.open(bench.app()) as system, pytest.raises(AuthenticationError, match="it may be spent"):
        system.identify()
    assert paths(bench) == [TOKEN]


@pytest.mark.parametrize("body", [{"access_token": "a-token"}, {}, [], "x", {"access_token": "", "refresh_token": "r"}])
def test_half_a_pair_of_tokens_is_no_pair(body: Any) -> None:
    connection = Connection("eloqua", {"client_id": "c"}, {"refresh_token": Secret("r-token")}, hosts=HOSTS)
    with respx.mock() as mocked, EloquaSystem(connection, store=Memory()) as system:
        mocked.post("https://login.eloqua.com/auth/oauth2/token").respond(200, json=body)
        with pytest.raises(AuthenticationError, match="something else than a pair of tokens"):
            system.identify()


def test_an_access_token_that_expires_in_mid_run_is_renewed_once(bench: Any) -> None:
    with bench.open(bench.app()) as system:
        system.identify()
        bench.handle.fault("expired_token", path="assets/contact")
        assert FIELD in system.reread([FIELD]).items
    assert paths(bench).count(TOKEN) == 2
    assert paths(bench).count(ID) == 1


def test_a_write_that_met_an_expired_token_is_sent_again(bench: Any, field: Any) -> None:
    bench.handle.fault("expired_token", method="POST", path="assets/contact")
    bench.apply(field(), connection=bench.app())
    posts = [
        each["status"] for each in bench.handle.requests() if each["method"] == "POST" and "assets" in each["path"]
    ]
    assert posts == [401, 201]


def test_the_redirect_address_goes_with_a_refresh(bench: Any) -> None:
    with (
        respx.mock() as mocked,
        EloquaSystem(bench.app(redirect_uri="https://app.example/back"), store=Memory()) as system,
    ):
        route = mocked.post(f"{bench.handle.url}{TOKEN}").respond(401, json={"error": "invalid_grant"})
        with pytest.raises(AuthenticationError):
            system.identify()
        assert json.loads(route.calls[0].request.content) == {
            "grant_type": "refresh_token",
            "refresh_token": access.FIRST_REFRESH,
            "scope": "full",
            "redirect_uri": "https://app.example/back",
        }


def test_every_token_is_masked(bench: Any) -> None:
    with bench.open(bench.app()) as system:
        system.identify()
    for value in ("emulated-access-1", "emulated-refresh-1", access.FIRST_REFRESH, access.CLIENT_SECRET):
        assert value not in secrets.mask(f"token {value}")


def test_calls_for_tokens_are_no_writes(bench: Any) -> None:
    with bench.open(bench.app()) as system:
        system.identify()
        assert (system.calls.reads, system.calls.writes) == (3, 0)
    assert bench.handle.counters()["writes"] == 0


def test_an_emulated_answer_that_is_no_token_answer(bench: Any) -> None:
    bench.handle.fault("html", path=re.escape(TOKEN))
    with bench.open(bench.app()) as system, pytest.raises(ConnectionFailed):
        system.identify()


def test_a_dead_server_is_said(bench: Any) -> None:
    with bench.open(bench.connection(url="http://127.0.0.1:9")) as system, pytest.raises(ConnectionFailed):
        system.identify()
