from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route

from mopsctl.emulator import Emulator, Handle, Store, running
from mopsctl.emulator.server import EmulatorFailed
from mopsctl.errors import UsageError

NEW = {"names": ["new"]}


def toy_class(handle: Handle) -> type[Any]:
    return type(handle.emulator)


def test_the_connection_has_address_and_credentials(toy: Handle) -> None:
    assert toy.connection == {"url": toy.url, "account": "sandbox", "token": "toy-sandbox-token"}
    assert toy.url.startswith("http://127.0.0.1:")


def test_reads_and_writes_are_counted_as_the_vendor_defines_them(toy: Handle, client: httpx.Client) -> None:
    client.get("/things")
    client.post("/things/search")
    client.post("/things", json=NEW)
    client.get("/things/unknown")
    assert toy.counters() == {"requests": 4, "reads": 3, "writes": 1, "others": 0, "failed": 1, "in_flight_max": 1}
    toy.reset_counters()
    assert toy.counters()["requests"] == 0
    assert toy.requests() == []


def test_the_log_keeps_no_secret(toy: Handle, client: httpx.Client) -> None:
    client.get("/things?limit=2&access_token=very-secret")
    (entry,) = toy.requests()
    assert (entry["method"], entry["path"], entry["status"], entry["number"]) == ("GET", "/things", 200, 1)
    assert entry["query"] == "limit=2&access_token=%28secret%29"
    assert isinstance(entry["ms"], int)
    assert "toy-sandbox-token" not in str(entry)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/things", 405)])
def test_a_path_that_is_not_there(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


def test_a_refused_request_leaves_nothing_behind(toy: Handle, client: httpx.Client) -> None:
    assert client.post("/things", json={"names": ["a", "b", "c"]}).status_code == 400
    assert toy.store.count("things") == 1
    assert toy.store.next_id("calls") == 2, "what the gate counted is kept"
    toy.limit("things", 4)
    assert client.post("/things", json={"names": ["a", "b", "c"]}).status_code == 201


def test_a_switch_changes_the_behaviour(toy: Handle, client: httpx.Client) -> None:
    toy.switch("shout", True)
    assert client.post("/things", json=NEW).json() == {"added": ["NEW"]}


@pytest.mark.parametrize(("name", "value"), [("shout", "maybe"), ("whisper", True)])
def test_a_wrong_setting_is_refused(toy: Handle, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        toy.switch(name, value)


@pytest.mark.parametrize(("name", "value"), [("things", -1), ("things", "3"), ("stars", 1)])
def test_a_wrong_limit_is_refused(toy: Handle, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        toy.limit(name, value)


def test_a_mistake_of_the_emulator_is_not_swallowed(toy: Handle) -> None:
    with pytest.raises(EmulatorFailed, match="RuntimeError"), running(toy_class(toy)) as other:
        assert httpx.get(other.url + "/crash").status_code == 500


def test_data_survives_a_restart(toy: Handle, tmp_path: Path) -> None:
    with running(toy_class(toy), tmp_path) as first:
        httpx.post(first.url + "/things", json=NEW)
        first.fault("status", path="/things$")
    with running(toy_class(toy), tmp_path) as second:
        assert httpx.get(second.url + "/things").status_code == 429
        assert httpx.get(second.url + "/things/new").status_code == 200
        assert second.counters()["writes"] == 1


def test_each_persona_has_its_own_data(toy: Handle, tmp_path: Path) -> None:
    with running(toy_class(toy), tmp_path, persona="production") as handle:
        assert httpx.get(handle.url + "/things/first").json()["owner"] == "production"
    os.rename(tmp_path / "toy-production.sqlite", tmp_path / "toy-sandbox.sqlite")
    with pytest.raises(UsageError, match="belongs to the persona production"), running(toy_class(toy), tmp_path):
        pass
    with pytest.raises(UsageError, match="no persona"), running(toy_class(toy), persona="intern"):
        pass


def test_a_reset_gives_a_fresh_account(toy: Handle, client: httpx.Client) -> None:
    before = toy.dump()
    client.post("/things", json=NEW)
    toy.fault("status")
    toy.switch("shout", True)
    toy.reset()
    assert toy.dump() == before
    assert client.get("/things").status_code == 200
    assert toy.emulator.switch("shout") is False
    assert toy.counters()["requests"] == 1


def test_a_taken_port_is_said(toy: Handle) -> None:
    port = int(toy.url.rsplit(":", 1)[1])
    with pytest.raises(UsageError, match=f"port {port} cannot be used"), running(toy_class(toy), port=port):
        pass


def test_stopping_closes_open_connections(toy: Handle) -> None:
    before = threading.active_count()
    with httpx.Client() as client:
        with running(toy_class(toy)) as handle:
            assert client.get(handle.url + "/things").status_code == 200
        with pytest.raises(httpx.TransportError):
            client.get(handle.url + "/things")
    assert threading.active_count() == before


def test_many_clients_at_once(toy: Handle, client: httpx.Client) -> None:
    toy.limit("things", 1000)
    failed = list[int]()

    def add(start: int) -> None:
        for number in range(start, start + 10):
            answer = client.post("/things", json={"names": [str(number)]})
            failed.extend([answer.status_code] if answer.status_code != 201 else [])

    threads = [threading.Thread(target=add, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {thing["name"] for thing in toy.store.list("things")} == {"first", *map(str, range(80))}
    assert [entry["number"] for entry in toy.requests()] == list(range(1, 81))


def test_half_a_request_disturbs_nobody(toy: Handle, client: httpx.Client) -> None:
    port = int(toy.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as broken:
        broken.sendall(b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert client.get("/things").status_code == 200
    assert toy.counters()["writes"] == 0


class TestBackDoor:
    def test_counters_and_log(self, client: httpx.Client) -> None:
        client.get("/things")
        assert client.get("/_emulator/counters").json()["reads"] == 1
        assert [entry["path"] for entry in client.get("/_emulator/requests").json()["requests"]] == ["/things"]
        assert client.post("/_emulator/counters/reset").status_code == 204
        assert client.get("/_emulator/counters").json()["requests"] == 0

    def test_faults(self, client: httpx.Client) -> None:
        set_ = client.post("/_emulator/faults", json={"name": "status", "params": {"status": 418}, "times": 2}).json()
        assert client.get("/things").status_code == 418
        assert client.get("/_emulator/faults").json()["faults"] == [set_ | {"times": 1}]
        client.delete(f"/_emulator/faults?id={set_['id']}")
        assert client.get("/things").status_code == 200
        client.post("/_emulator/faults", json={"name": "html"})
        client.delete("/_emulator/faults")
        assert client.get("/_emulator/faults").json() == {"faults": []}

    def test_switches_and_limits(self, client: httpx.Client) -> None:
        assert client.get("/_emulator/switches").json()["shout"]["choices"] == [False, True]
        assert client.post("/_emulator/switches", json={"shout": True}).status_code == 204
        assert client.get("/_emulator/switches").json()["shout"]["value"] is True
        client.post("/_emulator/limits", json={"things": 9})
        assert client.get("/_emulator/limits").json() == {"things": 9}

    def test_what_people_do(self, client: httpx.Client) -> None:
        body = {"name": "first", "owner": "me"}
        assert client.post("/_emulator/do/rename_owner", json=body).json() == {"owner": "me"}
        assert client.get("/things/first").json()["owner"] == "me"

    def test_dump_and_reset(self, client: httpx.Client) -> None:
        before = client.get("/_emulator/dump?without=owner").json()
        assert before == {"things": {"first": {"name": "first"}}}
        client.delete("/things/first")
        client.post("/_emulator/reset")
        assert client.get("/_emulator/dump?without=owner").json() == before

    def test_about(self, client: httpx.Client) -> None:
        about = client.get("/_emulator/").json()
        assert about == {"name": "toy", "title": "Toy", "persona": "sandbox", "actions": ["rename_owner"]}

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("do/fly", {}, 400),
            ("do/rename_owner", {"nme": "x"}, 400),
            ("do/rename_owner", [1], 400),
            ("switches", {"shout": "maybe"}, 400),
            ("limits", {"things": -1}, 400),
            ("faults", {"name": "nonsense"}, 400),
            ("faults", {"nam": "status"}, 400),
            ("nowhere", {}, 404),
        ],
    )
    def test_mistakes_are_answered(self, client: httpx.Client, path: str, body: object, status: int) -> None:
        answer = client.post(f"/_emulator/{path}", json=body)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])

    def test_it_is_not_counted_and_no_fault_hits_it(self, toy: Handle, client: httpx.Client) -> None:
        toy.fault("status", times=0)
        assert client.get("/_emulator/counters").json()["requests"] == 0


FOREVER = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import ToyEmulator
from mopsctl.emulator import serve_forever
def told(handles): print(" ".join(handle.url for handle in handles), flush=True)
serve_forever([ToyEmulator, ToyEmulator], on_start=told)
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_until_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-c", FOREVER, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = process.stdout.readline().split()
        assert len(urls) == 2
        assert [httpx.get(url + "/things").status_code for url in urls] == [200, 200]
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "stopped\n", "")


class Plain(Emulator):
    """A vendor that leaves every choice to the chassis."""

    name = "plain"
    title = "Plain"

    def seed(self, store: Store, persona: str) -> None:
        store.put("things", "one", {})

    def credentials(self, persona: str) -> dict[str, str]:
        return {}

    def routes(self) -> list[Route]:
        return [
            Route("/things", lambda call: JSONResponse(call.form() or {"bearer": call.bearer}), methods=["GET", "POST"])
        ]


def let_expire(emulator: type[Emulator]) -> None:
    with running(emulator) as handle:
        handle.fault("expired_token")
        httpx.get(handle.url + "/things")


class TestDefaults:
    @pytest.fixture
    def plain(self) -> Iterator[Handle]:
        with running(Plain()) as handle:
            yield handle

    def test_refusals(self, plain: Handle) -> None:
        assert httpx.get(plain.url + "/nowhere").status_code == 404
        assert httpx.delete(plain.url + "/things").status_code == 405
        plain.fault("rate_limited", retry_after=5)
        answer = httpx.get(plain.url + "/things")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        plain.fault("status", status=418)
        assert httpx.get(plain.url + "/things").status_code == 418

    def test_forms_and_heads(self, plain: Handle) -> None:
        assert httpx.post(plain.url + "/things", data={"a": "1 ü", "b": ""}).json() == {"a": "1 ü", "b": ""}
        assert httpx.get(plain.url + "/things", headers={"Authorization": "Basic eA=="}).json() == {"bearer": ""}
        assert httpx.head(plain.url + "/things").content == b""

    def test_tokens_that_cannot_expire(self) -> None:
        with pytest.raises(EmulatorFailed, match="no tokens that expire"):
            let_expire(Plain)

    def test_no_actions(self, plain: Handle) -> None:
        with pytest.raises(ValueError, match="no action"):
            plain.do("fly")
