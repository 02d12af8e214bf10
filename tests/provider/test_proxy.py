"""Proxies of the machine: honoured for hosts elsewhere, never for this machine itself."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from mopsctl.emulator import Handle
from mopsctl.errors import ConnectionFailed
from mopsctl.provider.hosts import Hosts
from mopsctl.provider.http import Api
from mopsctl.provider.transport import proxy_for

Opened = Callable[..., Api]
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture
def recorder() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that writes down what arrives and answers nothing."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    with taken:
                        heard.append(taken.recv(65_536))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("variable", VARIABLES)
def test_nothing_for_this_machine_reaches_a_proxy(
    variable: str,
    recorder: tuple[str, list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    toy: Handle,
    opened: Opened,
) -> None:
    url, heard = recorder
    monkeypatch.setenv(variable, url)
    assert opened(toy.url, headers={"authorization": "Bearer canary"}).get("/things") == {"things": [], "next": None}
    assert heard == []


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:80", "http://localhost", "http://[::1]:8080", "https://127.0.0.1", "http://127.8.9.10"]
)
def test_this_machine_has_no_proxy(variable: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://proxy.example:3128")
    assert proxy_for(url) is None


class TestElsewhere:
    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
    def test_a_host_elsewhere_is_reached_through_the_proxy(
        self, variable: str, recorder: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch, opened: Opened
    ) -> None:
        url, heard = recorder
        monkeypatch.setenv(variable, url)
        host, headers = "api.vendor.example", {"authorization": "Bearer canary"}
        api = opened(f"https://{host}", headers=headers, hosts=Hosts((host,)))
        with pytest.raises(ConnectionFailed):
            api.get("/things")
        assert heard
        assert all(said.startswith(b"CONNECT api.vendor.example:443 ") and b"canary" not in said for said in heard)

    def test_no_proxy_is_kept_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
        assert proxy_for("https://api.vendor.example") == "http://proxy.example:3128"
        monkeypatch.setenv("NO_PROXY", "vendor.example")
        assert proxy_for("https://api.vendor.example") is None

    @pytest.mark.parametrize("proxy", ["socks5://proxy.example:1080", "gopher://proxy.example"])
    def test_a_proxy_that_cannot_be_used_is_a_sentence(
        self, proxy: str, monkeypatch: pytest.MonkeyPatch, opened: Opened
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", proxy)
        with pytest.raises(
            ConnectionFailed, match=r"^The proxy that this machine names for https://a.example cannot"
        ) as failed:
            opened("https://a.example", hosts=Hosts(("a.example",)))
        assert failed.value.hint == "correct HTTPS_PROXY or ALL_PROXY, or name the host in NO_PROXY"


def test_the_tests_themselves_run_without_a_proxy() -> None:
    assert not [name for name in VARIABLES if name in os.environ]
