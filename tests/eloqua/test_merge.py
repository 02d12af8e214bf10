"""Whatever an option list holds, a write keeps every option that is not ours, byte for byte."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mopsctl_eloqua import provider
from mopsctl_eloqua.live.fields import ContactFields
from mopsctl_eloqua.live.lists import OptionLists, keyed
from mopsctl_eloqua.live.site import Site

from mopsctl.address import Address
from mopsctl.engine import compare
from mopsctl.resource import Write

KIND = provider.kinds["option-list"]
ADDRESS = Address("eloqua", "option-list", "Regions")
SITE: Any = Site(None, None, None, None)  # type: ignore[arg-type]
SHELF = OptionLists(SITE, ContactFields(SITE))

VALUES = st.sampled_from(["", "a", "b", "c", "a (no. 2)"])
OPTION = st.fixed_dictionaries(
    {"displayName": st.text(max_size=3)}, optional={"value": VALUES, "type": st.just("Option")}
)
WANTED = st.dictionaries(st.sampled_from(["b", "c", "new"]), st.text(min_size=1, max_size=3), max_size=3)


@given(st.lists(OPTION, max_size=6), WANTED)
def test_foreign_options_survive_every_write(elements: list[dict[str, str]], wanted: dict[str, str]) -> None:
    live = {"id": "1", "name": "Regions", "elements": elements, "folderId": "7"}
    named = {"options": {value: {"label": label} for value, label in wanted.items()}, "order": list(wanted)}
    target = compare.target(KIND, named, SHELF.attributes(live), {})
    written = SHELF.merged(live, Write(ADDRESS, "change", (), target, None))
    foreign = [option for value, option in keyed(live).items() if value not in wanted]
    assert [option for value, option in keyed(written).items() if value not in wanted] == foreign
    assert {value: keyed(written)[value]["displayName"] for value in wanted} == wanted
    assert [value for value in keyed(written) if value in wanted] == list(wanted)
    assert written["folderId"] == "7"


@given(st.lists(OPTION, max_size=6))
def test_every_option_has_its_own_key(elements: list[dict[str, str]]) -> None:
    assert list(keyed({"elements": elements}).values()) == elements


@given(st.lists(OPTION, max_size=6))
def test_an_unchanged_list_is_written_as_it_was(elements: list[dict[str, str]]) -> None:
    live = {"id": "1", "name": "Regions", "elements": elements}
    target = compare.target(KIND, {}, SHELF.attributes(live), {})
    assert SHELF.merged(live, Write(ADDRESS, "change", (), target, None)) == live
