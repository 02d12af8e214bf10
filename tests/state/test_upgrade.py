"""A record in an older format is upgraded step by step when it is read."""

from __future__ import annotations

from typing import Any

import pytest

from mopsctl.errors import StateError
from mopsctl.state import model


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mopsctl two formats ahead: `owner` came with 2, `things` was called `entries` until 3."""

    def to_2(data: Any) -> Any:
        return {**data, "format": 2, "stack": data["stack"] + "!"}

    def to_3(data: Any) -> Any:
        return {
            **{key: value for key, value in data.items() if key != "entries"},
            "format": 3,
            "things": data["entries"],
        }

    monkeypatch.setattr(model, "FORMAT", 3)
    monkeypatch.setattr(model, "UPGRADES", {1: to_2, 2: to_3})


@pytest.mark.usefixtures("newer")
def test_each_step_is_taken_in_order() -> None:
    old = {"format": 1, "stack": "s", "environment": "e", "lineage": "l", "serial": 4, "applied": [], "entries": {}}
    state = model.from_json(old)
    assert (state.stack, state.serial, state.entries) == ("s!", 4, {})
    assert model.to_json(state)["format"] == 3


@pytest.mark.usefixtures("newer")
def test_a_format_of_the_future_is_refused() -> None:
    with pytest.raises(StateError, match="format 4"):
        model.from_json({"format": 4})


def test_todays_format_is_read_back_as_it_was() -> None:
    state = model.fresh("s", "e")
    assert model.from_json(model.to_json(state)) == state
