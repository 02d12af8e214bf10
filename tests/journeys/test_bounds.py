"""On the command line: a host that never answers ends the read of its system, and no proxy hears what stays on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Run, Stack


@contextlib.contextmanager
def listener(heard: list[bytes], over: threading.Event) -> Iterator[int]:
    """A host that takes every connection, writes down what arrives, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def one(taken: socket.socket) -> None:
            with taken, contextlib.suppress(OSError):
                heard.append(taken.recv(65_536))
                over.wait(60)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    threading.Thread(target=one, args=(taken,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_the_demo_runs_whatever_proxy_the_machine_names(
    variable: str, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    with listener(heard, threading.Event()) as port:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
        made = stack.plan("--only", "hubspot:*")
    assert [each["status"] for each in made["systems"]] == ["read"]
    assert heard == []


CONNECTIONS = {
    "eloqua": '{company: Co, user: u, password: "${env:CANARY}"',
    "hubspot": '{token: "${env:CANARY}"',
    "marketo": '{account: 123-ABC-456, client_id: "${env:CANARY}", client_secret: "${env:CANARY}"',
    "salesforce": '{client_id: x, client_secret: "${env:CANARY}"',
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_host_that_never_answers_ends_at_the_deadline(
    name: str, stack: Stack, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary-of-a-secret")
    heard: list[bytes] = []
    with listener(heard, threading.Event()) as port:
        environment: Path = stack.folder / "environments" / "silent.yaml"
        environment.write_text(
            "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: silent}\nspec:\n  connections:\n"
            f"    {name}: {CONNECTIONS[name]}, url: 'http://127.0.0.1:{port}', deadline_seconds: 0.3}}\n",
            encoding="utf-8",
        )
        made = run("plan", stack.folder, "-e", "silent", "--only", f"{name}:*", "--format", "json")
    assert heard
    (system,) = made.document["systems"]
    assert system["status"] == "unreadable"
    assert "in time: the call took longer than 0.3 seconds. Check the network" in system["message"]
    assert "canary-of-a-secret" not in made.out + made.err
