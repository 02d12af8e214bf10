"""Addresses are read back as they were written, and a selection never leaves out a system it needs."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mopsctl.address import Address, Selection

HUB = Address("hub", "field", "contact.email")
words = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
addresses = st.builds(Address, words, words, st.text(min_size=1, max_size=8))


@given(addresses)
def test_an_address_is_read_back_as_it_was_written(address: Address) -> None:
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "hub", "hub:field", "hub:field/", ":field/x", "Hub:field/x", "hub:Field/x", "hub field/x", "1:f/x"]
)
def test_what_has_another_shape_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no address: it reads system:kind/name"):
        Address.parse(text)


@pytest.mark.parametrize("name", ["a/b", "a:b", "lists/1:2", "a\nb", " "])
def test_a_name_may_hold_what_separates(name: str) -> None:
    assert Address.parse(f"hub:field/{name}").name == name


def test_addresses_sort_by_system_kind_and_name() -> None:
    texts = ["hub:b/a", "hub:a/b", "crm:z/z", "hub:a/a"]
    assert [str(each) for each in sorted(map(Address.parse, texts))] == ["crm:z/z", "hub:a/a", "hub:a/b", "hub:b/a"]


@pytest.mark.parametrize(
    ("only", "but", "selected"),
    [
        ((), (), True),
        (("*",), (), True),
        (("hub:*",), (), True),
        (("hub:field/*",), (), True),
        (("*email",), (), True),
        (("hub:field/contact.emai?",), (), True),
        (("hub:field/contact.[ex]mail",), (), True),
        (("crm:*", "hub:*"), (), True),
        (("crm:*",), (), False),
        (("hub:group/*",), (), False),
        (("HUB:*",), (), False),
        (("hub",), (), False),
        ((), ("hub:*",), False),
        ((), ("*.email",), False),
        ((), ("crm:*",), True),
        (("hub:*",), ("hub:field/*",), False),
        (("hub:field/contact.email",), ("hub:group/*",), True),
    ],
)
def test_only_takes_and_except_leaves_out(only: tuple[str, ...], but: tuple[str, ...], selected: bool) -> None:
    selection = Selection(only, but)
    assert selection.has(HUB) == selected
    assert selection.has(str(HUB)) == selected


@pytest.mark.parametrize(("only", "but"), [(("*",), ()), ((), ("x",)), (("a",), ("b",))])
def test_a_selection_with_patterns_is_partial(only: tuple[str, ...], but: tuple[str, ...]) -> None:
    assert Selection(only, but).partial


def test_no_patterns_select_everything() -> None:
    assert not Selection().partial
    assert Selection().may_have_system("hub")


@pytest.mark.parametrize(
    ("only", "but"),
    [(("crm:*",), ()), ((), ("hub:*",)), ((), ("*",)), (("crm:field/x", "desk:*"), ()), (("hub:*",), ("hub:*",))],
)
def test_a_system_that_cannot_be_meant_need_not_be_read(only: tuple[str, ...], but: tuple[str, ...]) -> None:
    assert not Selection(only, but).may_have_system("hub")


near = st.builds(
    Address, st.sampled_from(["hub", "crm", "h"]), st.sampled_from(["field", "x"]), st.sampled_from(["x", "a:b", "hub"])
)
plain = ["*", "h", "hub", "crm", ":", "/", "field", "x", "*b"]
odd = ["?", "[h]", "[!c]", "[:]"]


def patterns(parts: list[str]) -> st.SearchStrategy[list[str]]:
    """Up to two patterns of such parts."""
    return st.lists(st.lists(st.sampled_from(parts), max_size=6).map("".join), max_size=2)


@given(patterns(plain), patterns([*plain, *odd]), near)
def test_a_system_with_something_selected_is_always_read(only: list[str], but: list[str], address: Address) -> None:
    selection = Selection(tuple(only), tuple(but))
    if selection.has(address):
        assert selection.may_have_system(address.system)


@given(patterns([*plain, *odd]), near)
@example(["hub?field/x"], Address("hub", "field", "x"))
@example(["hub[:]field/x"], Address("hub", "field", "x"))
def test_a_pattern_may_stand_for_the_colon_too(only: list[str], address: Address) -> None:
    selection = Selection(tuple(only))
    if selection.has(address):
        assert selection.may_have_system(address.system)
