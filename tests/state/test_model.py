"""The state is read back as it was written, and nothing else is taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.errors import StateError
from mopsctl.state.model import FORMAT, MOST_DIGESTS, Entry, State, fresh, from_json, to_json

words = st.from_regex(r"[a-z][a-z0-9_-]{0,4}", fullmatch=True)
addresses = st.builds(Address, words, words, st.text(min_size=1, max_size=5))
attributes = st.dictionaries(
    st.text(max_size=4), st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)), max_size=3
)
entries = st.builds(
    Entry,
    addresses,
    attributes,
    st.one_of(st.none(), st.text(max_size=4)),
    st.text(max_size=4),
    st.text(max_size=4),
    st.booleans(),
    st.sampled_from(["keep", "archive", "delete"]),
)


@st.composite
def states(draw: st.DrawFn) -> State:
    """A record with a few things in it."""
    things = {each.address: each for each in draw(st.lists(entries, max_size=4))}
    applied = tuple(draw(st.lists(st.text(max_size=4), max_size=3)))
    return State("stack", "local", draw(words), draw(st.integers(0, 99)), things, applied)


GOOD = to_json(fresh("stack", "local").with_entry(Entry(Address("hub", "field", "a"))))


@given(states())
def test_a_record_is_read_back_as_it_was_written(state: State) -> None:
    assert from_json(json.loads(canonical.pretty(to_json(state)))) == state


@given(states(), entries)
def test_a_thing_comes_and_goes(state: State, entry: Entry) -> None:
    held = state.with_entry(entry)
    assert held.entries[entry.address] == entry
    assert held.without(entry.address) == state.without(entry.address)
    assert set(held.entries) - {entry.address} == set(state.entries) - {entry.address}


def test_the_order_in_which_things_came_does_not_show() -> None:
    one, other = Entry(Address("hub", "field", "a")), Entry(Address("crm", "field", "b"))
    empty = State("stack", "local", "x")
    texts = {
        canonical.pretty(to_json(state))
        for state in (empty.with_entry(one).with_entry(other), empty.with_entry(other).with_entry(one))
    }
    assert len(texts) == 1


def test_every_fresh_record_has_a_lineage_of_its_own() -> None:
    assert fresh("stack", "local").lineage != fresh("stack", "local").lineage


def test_the_latest_plans_are_remembered() -> None:
    state = fresh("stack", "local")
    for number in range(MOST_DIGESTS + 2):
        state = state.with_applied(f"sha256:{number}")
    assert len(state.applied) == MOST_DIGESTS
    assert (state.applied[0], state.applied[-1]) == ("sha256:2", f"sha256:{MOST_DIGESTS + 1}")


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        StateError, match=rf"^The state has format {FORMAT + 1}; this mopsctl reads up to {FORMAT}\.$"
    ) as refused:
        from_json({**GOOD, "format": FORMAT + 1, "things": "of another shape"})
    assert refused.value.hint == "use the mopsctl that wrote it, or newer"


def without(key: str) -> dict[str, Any]:
    """The good record without one of its parts."""
    return {name: value for name, value in GOOD.items() if name != key}


def thing(**changed: Any) -> dict[str, Any]:
    """The good record with its one thing changed."""
    ((address, entry),) = GOOD["things"].items()
    return {
        **GOOD,
        "things": {address: {key: value for key, value in {**entry, **changed}.items() if value is not ...}},
    }


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        7,
        {},
        *(without(key) for key in GOOD),
        {**GOOD, "format": "1"},
        {**GOOD, "things": []},
        {**GOOD, "things": None},
        {**GOOD, "things": {"no address": {}}},
        {**GOOD, "things": {"hub:field/a": None}},
        {**GOOD, "applied": None},
        *(thing(**{key: ...}) for key in ("attributes", "id", "title", "document", "protect", "onDelete")),
    ],
)
def test_what_is_no_record_is_damaged(data: Any) -> None:
    with pytest.raises(StateError, match=r"^The state is damaged: ") as damaged:
        from_json(data)
    assert "backups" in damaged.value.hint
    assert "found again by name" in damaged.value.hint
