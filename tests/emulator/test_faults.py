from __future__ import annotations

from typing import Any

import httpx
import pytest

from mopsctl.emulator import Cut, Fault, Handle, Store
from mopsctl.emulator.call import Call
from mopsctl.emulator.faults import FaultBox

NEW = {"names": ["new"]}


def names(client: httpx.Client) -> list[str]:
    return [thing["name"] for thing in client.get("/things").json()["things"]]


@pytest.mark.parametrize(
    ("fault", "request_", "hit"),
    [
        ({}, ("GET", "/a", "read"), True),
        ({"method": "get"}, ("GET", "/a", "read"), True),
        ({"method": "POST"}, ("GET", "/a", "read"), False),
        ({"path": "^/a$"}, ("GET", "/a", "read"), True),
        ({"path": "^/b"}, ("GET", "/a", "read"), False),
        ({"kind": "write"}, ("POST", "/a", "read"), False),
        ({"kind": "write"}, ("POST", "/a", "write"), True),
    ],
)
def test_what_a_fault_looks_at(fault: dict[str, str], request_: tuple[str, str, str], hit: bool) -> None:
    box = FaultBox(Store())
    box.add(Fault("status", **fault))
    assert bool(box.take(*request_)) is hit


@pytest.mark.parametrize(
    ("after", "times", "hits"),
    [(0, 1, "x...."), (2, 1, "..x.."), (1, 3, ".xxx."), (3, 0, "...xx")],
)
def test_counted_faults(after: int, times: int, hits: str) -> None:
    box = FaultBox(Store())
    box.add(Fault("status", after=after, times=times))
    assert "".join("x" if box.take("GET", "/a", "read") else "." for _ in range(5)) == hits
    assert len(box.list()) == (times == 0)


def test_two_answering_faults_hit_one_after_the_other() -> None:
    box = FaultBox(Store())
    for name in ("status", "lost_response", "lag"):
        box.add(Fault(name))
    assert [fault.name for fault in box.take("GET", "/a", "read")] == ["status", "lag"]
    assert [fault.name for fault in box.take("GET", "/a", "read")] == ["lost_response"]


def test_faults_can_be_taken_back() -> None:
    box = FaultBox(Store())
    first, second = box.add(Fault("status")), box.add(Fault("html"))
    assert box.remove(first.id)
    assert not box.remove(first.id)
    assert box.list() == [second]
    box.clear()
    assert box.list() == []


@pytest.mark.parametrize(("name", "path"), [("nonsense", ""), ("status", "(")])
def test_a_wrong_fault_is_refused(name: str, path: str) -> None:
    with pytest.raises(ValueError, match=name if not path else "regular expression"):
        FaultBox(Store()).add(Fault(name, path=path))


@pytest.mark.parametrize(
    ("name", "effect"), [("lost_request", False), ("lost_response", True), ("half_response", True)]
)
def test_a_cut_connection(toy: Handle, client: httpx.Client, name: str, effect: bool) -> None:
    toy.fault(name, "POST", "/things")
    with pytest.raises(httpx.TransportError):
        client.post("/things", json=NEW)
    assert ("new" in names(client)) is effect
    assert client.post("/things", json={"names": ["more"]}).status_code == 201


def test_a_cut_is_logged_with_status_zero(toy: Handle, client: httpx.Client) -> None:
    toy.fault("lost_response", kind="write")
    with pytest.raises(httpx.TransportError):
        client.post("/things", json=NEW)
    logged = toy.requests()[-1]
    assert (logged["status"], logged["kind"], logged["faults"]) == (0, "write", ["lost_response"])
    assert toy.counters() | {"requests": 1, "writes": 1, "failed": 1} == toy.counters()


@pytest.mark.parametrize(("name", "params", "status"), [("status", {"status": 503}, 503), ("rate_limited", {}, 429)])
def test_an_answer_in_the_vendors_words(
    toy: Handle, client: httpx.Client, name: str, params: dict[str, Any], status: int
) -> None:
    toy.fault(name, "POST", **params)
    answer = client.post("/things", json=NEW)
    assert (answer.status_code, answer.json()) == (status, {"toy": name, "call": "/things"})
    assert answer.headers["x-toy"] == "yes"
    assert "new" not in names(client)


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_of_html(toy: Handle, client: httpx.Client, status: int) -> None:
    toy.fault("html", path="/things$", status=status)
    answer = client.get("/things")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert names(client) == ["first"]


@pytest.mark.parametrize(("method", "path", "body"), [("POST", "/things", NEW), ("DELETE", "/things/first", None)])
def test_garbage_is_no_json(toy: Handle, client: httpx.Client, method: str, path: str, body: Any) -> None:
    toy.fault("garbage", kind="write")
    answer = client.request(method, path, json=body)
    assert answer.status_code < 300
    with pytest.raises(ValueError, match=r".+"):
        answer.json()
    assert names(client) == (["first", "new"] if method == "POST" else [])


def test_a_token_expires_in_mid_run(toy: Handle, client: httpx.Client) -> None:
    toy.fault("expired_token", after=1)
    assert [client.get("/things").status_code for _ in range(3)] == [200, 401, 401]


def test_lag_is_counted_in_reads(toy: Handle, client: httpx.Client) -> None:
    toy.fault("lag", kind="write", reads=2)
    client.post("/things", json=NEW)
    assert client.get("/things/new").status_code == 404
    assert names(client) == ["first"]
    assert names(client) == ["first", "new"]


def test_a_schema_moves_between_read_and_write(toy: Handle, client: httpx.Client) -> None:
    toy.fault("schema_moved", "GET", action="rename_owner", body={"name": "first", "owner": "somebody else"})
    assert client.get("/things/first").json()["owner"] == "somebody else"


def test_a_vendors_own_fault_reaches_its_handler(toy: Handle, client: httpx.Client) -> None:
    toy.fault("half_batch")
    assert client.post("/things", json={"names": ["a", "b"]}).json() == {"added": ["a"]}


def test_hooks_see_each_write_and_can_cut(toy: Handle, client: httpx.Client) -> None:
    seen = list[str]()

    def before(call: Call) -> None:
        seen.append(f"before {call.path}")

    def after(call: Call) -> None:
        seen.append(f"after {toy.store.count('things')}")
        raise Cut

    toy.before_write(before)
    toy.after_write(after)
    with pytest.raises(httpx.TransportError):
        client.post("/things", json=NEW)
    client.post("/things/search")
    assert seen == ["before /things", "after 2"]


def test_everything_can_be_cut_from_the_third_write_on(toy: Handle, client: httpx.Client) -> None:
    toy.fault("lost_request", kind="write", after=2, times=0)
    assert client.post("/things", json=NEW).status_code == 201
    assert client.delete("/things/first").status_code == 204
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            client.delete("/things/new")
    toy.clear_faults()
    assert client.delete("/things/new").status_code == 204
