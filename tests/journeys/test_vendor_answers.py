"""What a vendor answers can stop the plan of that vendor's system, with a sentence, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from mopsctl_eloqua.system import EloquaSystem

from mopsctl.provider.contract import System
from tests.journeys.conftest import Stack

SYSTEMS = ("eloqua", "hubspot", "marketo", "salesforce")


def test_a_mistake_in_an_adapter_stops_its_own_system_only(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: System, wanted: Sequence[Any], known: Sequence[Any]) -> Any:
        raise KeyError("elements")

    monkeypatch.setattr(EloquaSystem, "read", read)
    made = stack.run("plan", stack.folder, "-e", "local", "--format", "json")
    assert "Something unexpected" not in made.err
    systems = {each["name"]: each for each in made.document["systems"]}
    assert systems["eloqua"]["status"] != "read"
    assert systems["eloqua"]["message"] == (
        "The adapter of eloqua failed in a way that nobody foresaw (KeyError: 'elements')."
        " This is a mistake in the adapter: please report it."
    )
    assert {each["address"].partition(":")[0] for each in made.document["changes"]} == set(SYSTEMS) - {"eloqua"}
