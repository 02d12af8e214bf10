"""`providers` and `emulator`, with an adapter made up for the test."""

from __future__ import annotations

import pytest

from mopsctl.errors import MopsctlError
from mopsctl.provider import registry
from tests.cli.conftest import Cli
from tests.render.samples import ADAPTER


@pytest.fixture(autouse=True)
def _only_acme(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> object:
        if name != "acme":
            raise MopsctlError(f"No adapter named '{name}' is installed.", hint="installed adapters: acme")
        return ADAPTER

    monkeypatch.setattr(registry, "names", lambda: ["acme"])
    monkeypatch.setattr(registry, "load", load)


def test_the_list_names_title_and_version(cli: Cli) -> None:
    assert cli("providers").out == "acme  Acme, version 1.2.3\n"
    assert cli("providers", "--format", "json").document["providers"] == [
        {"name": "acme", "title": "Acme", "version": "1.2.3"}
    ]


def test_one_adapter_tells_everything(cli: Cli) -> None:
    run = cli("providers", "acme")
    assert run.code == 0
    assert "new field" in run.out
    assert "The token of a private app. (secret)" in run.out
    assert cli("providers", "acme", "--format", "json").document["cells"]["field.new"]["modes"] == ["write"]


def test_an_unknown_adapter_is_an_error(cli: Cli) -> None:
    run = cli("providers", "nobody")
    assert run.code == 1
    assert "installed adapters: acme" in run.err


def test_an_adapter_without_an_emulator_is_named(cli: Cli) -> None:
    assert "The adapter acme brings no emulator." in cli("emulator", "acme").err
    assert "No installed adapter brings an emulator." in cli("emulator").err
