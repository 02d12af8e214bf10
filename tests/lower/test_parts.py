"""What lowering shares: spans as days, names on objects, two words about one field."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from mopsctl.element import Field, Item, Mode, Origin, Role, ValueList
from mopsctl.engine.lower import lower
from mopsctl.engine.lower.common import ValueLists, days, names_on
from mopsctl.engine.lower.fields import Fields
from mopsctl.manifest.base import Duration, DurationUnit, Metadata
from mopsctl.manifest.catalog import Binding, FieldCatalog
from mopsctl.manifest.catalog import Field as Declared
from mopsctl.manifest.model import Stack

EMPTY = Stack(metadata=Metadata(name="small"))
KNOWN = Field(Origin("FieldCatalog/person"), "person", "contact", "status", "status", "choice", "Status")
LIST = ValueList("status", (Item("open", "OPEN", "Open"),))


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (1, "hours", 1),
        (12, "hours", 1),
        (36, "hours", 2),
        (48, "hours", 2),
        (1, "days", 1),
        (2, "weeks", 14),
        (6, "months", 180),
        (2, "years", 730),
    ],
)
def test_a_span_is_told_in_whole_days(amount: int, unit: DurationUnit, expected: int) -> None:
    assert days(Duration(amount=amount, unit=unit)) == expected


def test_no_span_stays_none() -> None:
    assert days(None) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("status", (("Lead", "status"), ("Contact", "status"))),
        ("Lead.Status", (("Lead", "Status"),)),
        ("Contact.a.b", (("Contact", "a.b"),)),
        ("Account.Status", (("Lead", "Account.Status"), ("Contact", "Account.Status"))),
        ("Lead.", (("Lead", "Lead."), ("Contact", "Lead."))),
    ],
)
def test_a_name_may_say_which_object_it_is_for(name: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert names_on(("Lead", "Contact"), name) == expected


def merged(known: Field, new: Field) -> Field:
    """The one field that two words about it become."""
    fields = Fields(EMPTY, "hub", ValueLists(EMPTY))
    fields.add(known, new)
    (made,) = fields.all()
    return made


@pytest.mark.parametrize("manage", get_args(Mode))
@pytest.mark.parametrize("other", get_args(Mode))
def test_the_narrower_of_two_words_about_one_field_counts(manage: Mode, other: Mode) -> None:
    narrower = max(manage, other, key=["write", "verify", "manual"].index)
    made = merged(replace(KNOWN, origin=Origin(manage=manage)), replace(KNOWN, origin=Origin(manage=other)))
    assert made.origin.manage == narrower


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True), (True, True)])
def test_protected_by_one_is_protected(one: bool, other: bool) -> None:
    assert merged(
        replace(KNOWN, origin=Origin(protect=one)), replace(KNOWN, origin=Origin(protect=other))
    ).origin.protect


def test_attributes_left_alone_by_one_are_left_alone() -> None:
    made = merged(
        replace(KNOWN, origin=Origin(leave=("label", "max"))), replace(KNOWN, origin=Origin(leave=("max", "values")))
    )
    assert made.origin.leave == ("label", "max", "values")


@pytest.mark.parametrize(
    ("known", "new", "role"),
    [("field", "stamp", "stamp"), ("opt_out", "stamp", "opt_out"), ("field", "field", "field")],
)
def test_a_plain_field_takes_on_the_part_it_plays_elsewhere(known: Role, new: Role, role: Role) -> None:
    assert merged(replace(KNOWN, role=known), replace(KNOWN, role=new)).role == role


@pytest.mark.parametrize("default", [0, False, "", 7])
def test_a_default_is_kept_whatever_it_is(default: int | bool | str) -> None:
    assert merged(replace(KNOWN, default=default), replace(KNOWN, default=9)).default == default
    assert merged(KNOWN, replace(KNOWN, default=default)).default == default


def test_a_list_is_the_first_ones_else_the_other_ones() -> None:
    other = ValueList("other", (Item("x", "X", "X"),))
    assert merged(replace(KNOWN, values=LIST), replace(KNOWN, values=other)).values == LIST
    assert merged(KNOWN, replace(KNOWN, values=other)).values == other


def test_the_words_of_the_first_one_are_kept() -> None:
    made = merged(KNOWN, replace(KNOWN, label="Other", description="Other.", key="other", type="text"))
    assert (made.label, made.description, made.key, made.type) == ("Status", "", "status", "choice")


@pytest.mark.parametrize(
    ("declared", "role"),
    [
        (Declared(key="x", type="boolean", label="X", pii="preference"), "opt_out"),
        (Declared(key="x", type="text", label="X", pii="preference"), "field"),
        (Declared(key="x", type="boolean", label="X", pii="personal"), "field"),
    ],
)
def test_only_a_yes_or_no_about_a_preference_is_an_opt_out(declared: Declared, role: Role) -> None:
    bound = replace(declared, in_={"hub": Binding(system="hub", names=(("contact", "x"),))})
    catalog = FieldCatalog(
        metadata=Metadata(name="person"), object="person", bind={"hub": ("contact",)}, fields={"x": bound}
    )
    (made,) = lower(replace(EMPTY, catalogs={"person": catalog}), "hub")
    assert isinstance(made, Field)
    assert made.role == role
