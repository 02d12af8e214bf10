"""An environment document from a pull request chooses a host: no credential ever travels there."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mopsctl.cli.trusting import settings_file
from mopsctl.emulator.server import running
from mopsctl.provider import registry
from tests.journeys.conftest import Run, Stack

CANARY = "canary-8731-secret"
SECRETS = {
    "hubspot": {"token": "${env:CHOSEN_SECRET}"},
    "salesforce": {"client_id": "an-app", "client_secret": "${env:CHOSEN_SECRET}"},
    "marketo": {"client_id": "${env:CHOSEN_SECRET}", "client_secret": "${env:CHOSEN_SECRET}"},
    "eloqua": {"company": "Co", "user": "api", "password": "${env:CHOSEN_SECRET}"},
}
ACCOUNTS = {"hubspot": "48100001", "salesforce": "00D000000000001EAA", "marketo": "123-ABC-456", "eloqua": "42"}
TRICKS = {
    "another host": "https://any.host.example",
    "a suffix": "https://api.hubapi.com.any.host.example",
    "a prefix": "https://evil-my.salesforce.com",
    "a user": "https://api.hubapi.com:x@any.host.example",
    "a backslash": "https://any.host.example\\\\.mktorest.com",
    "another port": "https://api.hubapi.com:8443",
    "no encryption": "http://api.hubapi.com",
    "a number": "https://0x0a000001",
}
Heard = list[bytes]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """Everything that would leave this machine goes to a proxy that writes down what arrives."""
    heard: Heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    with taken:
                        heard.append(taken.recv(65_536))

        threading.Thread(target=serve, daemon=True).start()
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield heard
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def choose(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs a command on an environment whose connection of one system has these settings."""

    def run(system: str, *options: object, tier: str = "production", command: str = "plan", **settings: str) -> Run:
        said = {"account": ACCOUNTS[system], **SECRETS[system], **settings}
        row = ", ".join(f'{key}: "{value}"' for key, value in said.items())
        (stack.folder / "environments" / "chosen.yaml").write_text(
            f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: chosen}}\nspec:\n  tier: {tier}\n"
            "  variables: {hs_stage_sal: '2444598513', hs_stage_recycled: '2444598514'}\n"
            f"  connections:\n    {system}: {{{row}}}\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("CHOSEN_SECRET", CANARY)
        more = ["--yes"] if command == "apply" else []
        only = [] if command == "validate" else ["--only", f"{system}:*"]
        return stack.run(command, stack.folder, "-e", "chosen", *only, *options, *more)

    stack.edit("consent/marketing.yaml", "sample: true", "sample: false")
    return run


@pytest.mark.parametrize("tier", ["sandbox", "production"])
@pytest.mark.parametrize("system", sorted(SECRETS))
def test_chosen_host_of_another_vendor_is_refused_before_anything_is_sent(
    system: str, tier: str, choose: Callable[..., Run], wire: Heard, stack: Stack
) -> None:
    for url in TRICKS.values():
        made = choose(system, tier=tier, url=url)
        assert made.code == 3, made.out + made.err
        said = " ".join(made.err.split())
        assert f"of {system}" in said
        assert re.search(r"environments/chosen\.yaml:8:\d+ NV015 ", said)
        assert CANARY not in made.out + made.err
    assert wire == []
    assert not (stack.folder / ".mopsctl").exists()


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift"])
def test_chosen_host_is_refused_by_every_command(command: str, choose: Callable[..., Run], wire: Heard) -> None:
    assert choose("hubspot", command=command, url="https://any.host.example").code == 3
    assert choose("salesforce", command=command, login_url="https://any.host.example").code == 3
    assert wire == []


def test_chosen_host_of_the_vendor_is_called(choose: Callable[..., Run], wire: Heard) -> None:
    made = choose("hubspot", url="https://API-EU1.hubapi.com.")
    assert made.code == 1
    assert wire
    assert all(each.lower().startswith(b"connect api-eu1.hubapi.com") for each in wire)
    assert not any(CANARY.encode() in each for each in wire)


def test_chosen_host_that_somebody_allowed_outside_the_stack_is_called(choose: Callable[..., Run], wire: Heard) -> None:
    url = "https://gateway.example.com:8443/hubspot"
    assert choose("hubspot", "--allow-host", "gateway.example.com", url=url).code == 3
    assert choose("hubspot", "--allow-host", "*.example.com", url=url).code == 3
    assert wire == []
    made = choose("hubspot", "--allow-host", "other.example", "--allow-host", "Gateway.Example.com:8443", url=url)
    assert made.code == 1
    assert wire
    assert all(each.startswith(b"CONNECT gateway.example.com:8443 ") for each in wire)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings file of the person who runs mopsctl would be."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "mopsctl").mkdir(parents=True)
    return tmp_path / "config" / "mopsctl" / "settings.yaml"


def test_chosen_host_may_be_allowed_in_the_settings_file(
    choose: Callable[..., Run], wire: Heard, settings: Path
) -> None:
    settings.write_text('allow_hosts: ["gateway.example.com:8443"]\n', encoding="utf-8")
    assert choose("hubspot", url="https://gateway.example.com:8443").code == 1
    assert wire


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("allow_host: [a.example]\n", "allow_host"),
        ("allow_hosts: a.example\n", "has to be a list"),
        ("allow_hosts: [1]\n", "has to be a list"),
        ("allow_hosts: ['https://a.example']\n", "names no host"),
        ("allow_hosts: ['*']\n", "names no host"),
        ("allow_hosts: [a.example\n", "settings.yaml:"),
        ("- a.example\n", "settings.yaml:"),
        ("", "settings.yaml:"),
        ("allow_hosts: [ü]\n", "not UTF-8"),
        ("# " + "x" * 70_000, "more than"),
    ],
)
def test_a_settings_file_that_is_no_good_is_a_sentence(
    choose: Callable[..., Run], settings: Path, text: str, word: str, wire: Heard
) -> None:
    settings.write_text(text, encoding="latin-1")
    made = choose("hubspot", url="https://gateway.example.com")
    assert made.code == 64, made.err
    assert word in " ".join(made.err.split())
    assert wire == []


@pytest.mark.parametrize("host", ["", "*", "https://a.example", "u:p@a.example", "a.example/x", "a b"])
def test_an_allowed_host_that_is_none_is_a_sentence(choose: Callable[..., Run], host: str, wire: Heard) -> None:
    made = choose("hubspot", "--allow-host", host)
    assert made.code == 64
    assert "--allow-host" in made.err
    assert wire == []


def test_chosen_host_on_this_machine_stays_out_of_production_whatever_is_allowed(
    choose: Callable[..., Run], stack: Stack
) -> None:
    emulator = registry.load("hubspot").emulator()
    with running(emulator) as handle:  # type: ignore[arg-type]
        port = handle.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
            made = choose("hubspot", "--allow-host", f"{host}:{port}", url=f"http://{host}:{port}")
            assert made.code == 3, host
            assert "this machine" in made.err, host
        assert handle.counters()["requests"] == 0


def test_nothing_of_an_emulated_environment_leaves_this_machine(stack: Stack, wire: Heard) -> None:
    path = stack.folder / "environments" / "local.yaml"
    text = path.read_text(encoding="utf-8")
    old = "marketo: {calls_in_20_seconds: 100}"
    assert old in text
    path.write_text(text.replace(old, f"{old}\n    salesforce: {{login_url: 'https://login.salesforce.com'}}"), "utf-8")
    made = stack.run("plan", stack.folder, "-e", "local", "--only", "salesforce:*")
    assert made.code == 3, made.out
    assert wire == []


def test_chosen_host_that_a_variable_names_is_refused_as_well(
    choose: Callable[..., Run], wire: Heard, monkeypatch: pytest.MonkeyPatch, stack: Stack
) -> None:
    """What the variable holds is known only where a connection is made."""
    monkeypatch.setenv("CHOSEN_HOST", "any.host.example")
    choose("hubspot", url="https://${env:CHOSEN_HOST}")
    path = stack.folder / "environments" / "chosen.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "  env: {CHOSEN_HOST: {reason: It differs.}}\n", "utf-8")
    made = stack.run("plan", stack.folder, "-e", "chosen", "--only", "hubspot:*")
    assert made.code == 3, made.out
    assert "would go to any.host.example" in " ".join(made.err.split())
    assert wire == []


def test_the_settings_file_of_the_person_who_runs_the_tests_is_not_read(tmp_path: Path) -> None:
    found = settings_file()
    assert found is not None
    assert found.is_relative_to(tmp_path.parents[1]) or not found.exists()
    assert found.parent.parent.parent.name == "home"
