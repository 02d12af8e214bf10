from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mopsctl_eloqua.emulator import EloquaEmulator, access

APP = (access.CLIENT_ID, access.CLIENT_SECRET)
USER = (f"{access.COMPANY}\\{access.USER}", access.PASSWORD)
FIELDS = "/API/REST/1.0/assets/contact/fields"


@pytest.fixture
def web(bench: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bench.handle.url, verify=False) as client:
        yield client


def refreshed(web: httpx.Client, token: str = access.FIRST_REFRESH) -> httpx.Response:
    return web.post(access_path(), json={"grant_type": "refresh_token", "refresh_token": token}, auth=APP)


def access_path() -> str:
    return "/auth/oauth2/token"


def test_id_says_who_and_where_with_the_version_left_open(bench: Any, web: httpx.Client) -> None:
    found = web.get("/id", auth=USER).json()
    assert found["site"] == {"id": access.SITES["sandbox"], "name": "EmulatedCo sandbox"}
    assert found["urls"]["base"] == bench.handle.url
    assert found["urls"]["apis"]["rest"]["standard"] == f"{bench.handle.url}/API/REST/{{version}}/"
    assert found["urls"]["apis"]["rest"]["bulk"] == f"{bench.handle.url}/API/Bulk/{{version}}/"


@pytest.mark.parametrize("auth", [None, ("EmulatedCo\\Api.User", "wrong"), ("Api.User", access.PASSWORD)])
def test_id_says_no_with_status_200(web: httpx.Client, auth: Any) -> None:
    answer = web.get("/id", auth=auth)
    assert (answer.status_code, answer.json()) == (200, "Not authenticated.")


def test_a_disabled_user_is_not_authenticated(bench: Any, web: httpx.Client) -> None:
    bench.handle.do("disable_user")
    assert web.get("/id", auth=USER).json() == "Not authenticated."
    assert web.get(FIELDS, auth=USER).status_code == 401


@pytest.mark.parametrize(
    ("shape", "body"), [("text", "You are not authorized."), ("json", '"Not authenticated."'), ("empty", "")]
)
def test_the_api_says_no_with_401(bench: Any, web: httpx.Client, shape: str, body: str) -> None:
    bench.handle.switch("unauthorised_body", shape)
    answer = web.get(FIELDS)
    assert (answer.status_code, answer.text) == (401, body)


def test_a_refresh_token_is_good_for_one_use(web: httpx.Client) -> None:
    first = refreshed(web).json()
    assert (first["token_type"], first["expires_in"]) == ("bearer", 28_800)
    assert web.get(FIELDS, headers={"authorization": f"Bearer {first['access_token']}"}).status_code == 200
    spent = refreshed(web)
    assert spent.status_code == 401
    assert spent.json()["error"] == "invalid_grant"
    assert spent.json()["error_code"] // 1000 == 4
    second = refreshed(web, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]


@pytest.mark.parametrize(("revokes", "status"), [(False, 200), (True, 401)])
def test_a_refresh_may_end_the_old_access_token(bench: Any, web: httpx.Client, revokes: bool, status: int) -> None:
    bench.handle.switch("refresh_revokes_access", revokes)
    first = refreshed(web).json()
    refreshed(web, first["refresh_token"])
    assert web.get(FIELDS, headers={"authorization": f"Bearer {first['access_token']}"}).status_code == status


def test_the_older_error_of_the_token_endpoint(bench: Any, web: httpx.Client) -> None:
    bench.handle.switch("token_error_status", 400)
    answer = refreshed(web, "unknown")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_wrong_app_is_refused(web: httpx.Client) -> None:
    answer = web.post(access_path(), json={"grant_type": "refresh_token"}, auth=("x", "y"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_form_is_taken_as_well(web: httpx.Client) -> None:
    body = {"grant_type": "refresh_token", "refresh_token": access.FIRST_REFRESH}
    assert web.post(access_path(), data=body, auth=APP).status_code == 200
    assert (
        web.post(access_path(), data={"grant_type": "implicit"}, auth=APP).json()["error"] == "unsupported_grant_type"
    )


def test_an_authorisation_by_password_starts_once_a_minute(bench: Any, web: httpx.Client) -> None:
    grant = {"grant_type": "password", "username": USER[0], "password": USER[1]}
    assert web.post(access_path(), json=grant, auth=APP).status_code == 200
    assert web.post(access_path(), json=grant, auth=APP).status_code == 429
    bench.handle.limit("seconds_between_authorisations", 0)
    assert web.post(access_path(), json=grant, auth=APP).status_code == 200
    assert web.post(access_path(), json=grant | {"password": "x"}, auth=APP).status_code == 401


def test_the_account_moves_to_another_pod(bench: Any, web: httpx.Client) -> None:
    host = bench.handle.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    bench.handle.do("move_site", host=host)
    assert web.get(FIELDS, auth=USER).status_code == 401
    assert web.get("/id", auth=USER).json()["urls"]["base"] == f"http://{host}"
    assert web.get(f"http://{host}{FIELDS}", auth=USER).status_code == 200


def test_rights_are_the_users(bench: Any, web: httpx.Client) -> None:
    bench.handle.do("forbid", paths=["email/group"])
    assert web.get("/api/REST/1.0/assets/email/groups", auth=USER).status_code == 403
    assert web.get(FIELDS, auth=USER).status_code == 200


def test_tokens_are_neither_read_nor_written_for_the_books(bench: Any, web: httpx.Client) -> None:
    refreshed(web)
    web.get("/id", auth=USER)
    counted = bench.handle.counters()
    assert (counted["reads"], counted["writes"], counted["others"]) == (1, 0, 1)


def test_an_expired_token_meets_its_request(bench: Any, web: httpx.Client) -> None:
    token = refreshed(web).json()["access_token"]
    bench.handle.fault("expired_token")
    assert web.get(FIELDS, headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_there_are_two_personas_on_two_sites() -> None:
    assert EloquaEmulator.personas == ("sandbox", "production")
    assert len(set(access.SITES.values())) == 2
