"""Every installed adapter honours in the same way what an author decided: how far to go, what to leave, what to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.condition import Test as Asked
from mopsctl.diagnostics import Source
from mopsctl.element import (
    Consent,
    Element,
    Field,
    Group,
    Item,
    Lifecycle,
    Mapping_,
    MappingRow,
    Mode,
    Origin,
    Pipeline,
    PipelineStage,
    Purpose,
    Rule,
    RuleGroup,
    Score,
    Side,
    Stage,
    Transition,
    ValueList,
)
from mopsctl.engine.decide import without_left
from mopsctl.provider import registry
from mopsctl.provider.contract import Connection
from mopsctl.provider.convert import joined, narrower, together
from mopsctl.resource import Json, Resource

HERE = Origin("FieldCatalog/person", Source("catalog/person.yaml", 7, 7), "marketing-ops", "Sales asked for it.")
NARROWINGS: tuple[Mode, ...] = ("write", "verify", "manual")
NOBODYS = {"permission-set", "permission-assignment"}
"""Kinds that mopsctl makes for all documents together: no single author decides about them."""
UNITS = ValueList("unit", (Item("core", "core", "Core"), Item("emea", "emea", "EMEA")))
STAGES = ValueList(
    "Lifecycle/person", (Item("lead", "lead", "Lead"), Item("mql", "mql", "MQL"), Item("won", "won", "Won"))
)


@dataclass(frozen=True)
class Vendor:
    """How a vendor names what the elements need: two of its objects, its fields, what holds a purpose."""

    objects: tuple[str, str]
    words: tuple[str, str]
    name: Callable[[str], str]
    purpose: str
    second: Callable[[str], str] | None = None

    def name_on(self, object_name: str, key: str) -> str:
        """The name of a field on one of the objects."""
        return (self.second or self.name)(key) if object_name == self.objects[1] else self.name(key)


VENDORS: Mapping[str, Vendor] = {
    "eloqua": Vendor(
        ("contact", "account"),
        ("contacts", "accounts"),
        lambda key: f"C_{key.capitalize()}1",
        "email-group:News",
        lambda key: f"M_{key.capitalize()}1",
    ),
    "hubspot": Vendor(("contact", "company"), ("contacts", "companies"), lambda key: key, "subscription:News"),
    "marketo": Vendor(("person", "program_member"), ("person", "program member"), lambda key: f"{key}Kit", "newsKit"),
    "salesforce": Vendor(
        ("Lead", "Contact"), ("Lead", "Contact"), lambda key: f"{key.capitalize()}__c", "purpose:News"
    ),
}


@pytest.fixture(params=registry.names())
def system(request: pytest.FixtureRequest) -> str:
    """Each installed adapter; one that is not in the table above fails here."""
    assert request.param in VENDORS
    return str(request.param)


def made(system: str, elements: Sequence[Element]) -> dict[Address, Resource]:
    """What an adapter makes of elements, by address."""
    found = registry.load(system).convert(elements, Connection(system))
    return {each.address: each for each in found.resources}


def field(system: str, key: str, origin: Origin = HERE, *, on: int = 0, **more: Any) -> Field:
    """A field of a catalogue on the vendor's first or second object."""
    vendor = VENDORS[system]
    object_name = vendor.objects[on]
    given: dict[str, Any] = {"type": "text", "label": key.capitalize(), **more}
    return Field(origin, "person", object_name, vendor.name_on(object_name, key), key, **given)


def everything(system: str, origin: Origin) -> list[Element]:
    """An element of every sort, all decided upon by one author."""
    fields = [
        field(system, "note", origin, required=True, default="x", max=80),
        field(system, "unit", origin, type="choice", values=UNITS, write_once=True),
        field(system, "unit", origin, on=1),
        field(system, "stage", origin, type="choice", values=STAGES, role="stage"),
        field(system, "fit", origin, type="integer", role="score", default=0),
    ]
    return [
        *fields,
        Group(origin, fields[0].object, "qualification", "Qualification"),
        _lifecycle(origin, fields[3]),
        Pipeline(origin, "deals", "deal", "sales", "Sales", (PipelineStage("open", "open", "Open", 0.2),)),
        _score(origin, fields[4], fields[0]),
        _mapping(system, origin, fields[0]),
        _consent(system, origin),
    ]


def _lifecycle(origin: Origin, at: Field) -> Lifecycle:
    stages = (
        Stage("lead", "lead", "Lead"),
        Stage("mql", "mql", "MQL", sla="call within 2 days"),
        Stage("won", "won", "Won"),
    )
    moves = (Transition(("lead",), "mql", when=Asked("field", "note", "known", ())), Transition(("mql",), "won"))
    return Lifecycle(origin, "person", "Person", "person", at.object, at.name, stages, moves, enforce=True)


def _score(origin: Origin, at: Field, asked: Field) -> Score:
    rules = (Rule("noted", 10, when=Asked("field", "note", "known", ())),)
    fields = {"fit": at, "note": asked}
    return Score(
        origin,
        "fit",
        "Fit",
        "fit",
        "person",
        at.object,
        at.name,
        (RuleGroup("all", rules),),
        (("A", 50), ("B", 0)),
        fields=fields,
    )


def _mapping(system: str, origin: Origin, at: Field) -> Mapping_:
    here, there = Side(system, ((at.object, at.name),), "text"), Side("crm", (("Lead", "Note"),), "text")
    row = MappingRow(origin, "note", "Note", "two-way", here, there)
    return Mapping_(origin, "pair", "Pair", "native", system, "crm", (row,), scope="all of them")


def _consent(system: str, origin: Origin) -> Consent:
    purpose = Purpose(origin, "mail", "news", "News", service=False, binding=VENDORS[system].purpose)
    objects = (VENDORS[system].objects[0],)
    return Consent(origin, "mail", "Mail", (purpose,), objects, ("express",), ("email", "sms"), None, True, ("news",))


@pytest.mark.parametrize("manage", NARROWINGS)
def test_the_narrower_of_what_author_and_vendor_allow_holds(system: str, manage: Mode) -> None:
    usual = made(system, everything(system, HERE))
    found = made(system, everything(system, replace(HERE, manage=manage)))
    theirs = {address for address in usual if address.kind not in NOBODYS}
    assert theirs <= found.keys()
    assert {address: found[address].mode for address in theirs} == {
        address: narrower(usual[address].mode, manage) for address in theirs
    }


@pytest.mark.parametrize("manage", ["verify", "manual"])
def test_nothing_is_written_where_nothing_may_be(system: str, manage: Mode) -> None:
    found = made(system, everything(system, replace(HERE, manage=manage)))
    assert [address for address, each in found.items() if each.mode == "write"] == []


@pytest.mark.parametrize("manage", NARROWINGS)
def test_what_is_not_written_has_steps_and_a_reason_where_the_vendor_is_the_reason(system: str, manage: Mode) -> None:
    usual = made(system, everything(system, HERE))
    for address, each in made(system, everything(system, replace(HERE, manage=manage))).items():
        assert each.mode == "write" or all(step.strip() for step in each.steps or ("",)), address
        if address in usual and each.mode != "write" and address.kind not in NOBODYS:
            assert bool(each.why) == (usual[address].mode != "write"), address


def test_all_that_the_author_decided_is_handed_on(system: str) -> None:
    decided = replace(HERE, on_delete="archive", protect=True, leave=("label",))
    for address, each in made(system, everything(system, decided)).items():
        if address.kind not in NOBODYS:
            said = (each.document, each.owner, each.reason, each.on_delete, each.protect)
            assert said == (HERE.document, HERE.owner, HERE.reason, "archive", True), address
            assert each.source.file == HERE.source.file or not each.source.file, address


LEFT: Mapping[str, Mapping[str, tuple[Any, Any]]] = {
    "label": {"label": ("One", "Other")},
    "description": {"description": ("One.", "Other.")},
    "max": {"max": (40, 80)},
    "required": {"required": (False, True)},
    "default": {"default": ("one", "other")},
    "pii": {"pii": ("personal", "special")},
    "unique": {"unique": (False, True)},
    "values": {"values": (UNITS, ValueList("unit", UNITS.items[:1])), "type": ("choice", "choice")},
}


@pytest.mark.parametrize("word", sorted(LEFT))
def test_what_is_left_alone_makes_no_difference(system: str, word: str) -> None:
    origin = replace(HERE, leave=(word,))
    one, other = (
        _compared(
            made(system, [field(system, "unit", origin, **{name: pair[at] for name, pair in LEFT[word].items()})])
        )
        for at in (0, 1)
    )
    assert one == other


@pytest.mark.parametrize("word", ["label", "description", "values"])
def test_what_is_not_left_alone_makes_one(system: str, word: str) -> None:
    one, other = (
        _compared(made(system, [field(system, "unit", **{name: pair[at] for name, pair in LEFT[word].items()})]))
        for at in (0, 1)
    )
    assert one != other


def _compared(found: Mapping[Address, Resource]) -> dict[Address, Mapping[str, Json]]:
    """What the engine compares and writes, apart from what mopsctl makes for all fields together."""
    kept = {address: without_left(each) for address, each in found.items() if address.kind not in NOBODYS}
    return {address: each.attributes for address, each in kept.items()}


def test_owner_and_reason_are_told_in_the_same_words_where_asked(system: str) -> None:
    told = field(system, "unit", description="Which unit.", describe=True)
    address = registry.load(system).field_address(system, told.object, told.name)
    found = made(system, [told])[address].attributes["description"]
    assert found == "Which unit. Owner: marketing-ops. Reason: Sales asked for it."
    assert made(system, [replace(told, describe=False)])[address].attributes["description"] == "Which unit."


def test_fields_of_two_objects_are_told_apart_by_their_titles(system: str) -> None:
    both = [field(system, "unit", label="Business unit", on=on) for on in (0, 1)]
    provider = registry.load(system)
    found = made(system, both)
    titles = [found[provider.field_address(system, each.object, each.name)].title for each in both]
    assert titles == [f"Business unit ({word})" for word in VENDORS[system].words]


# -- two for one address


ADDRESS = Address("hub", "field", "unit")


def thing(**more: Any) -> Resource:
    """A resource of one address."""
    return Resource(ADDRESS, "Unit", more.pop("attributes", {}), **more)


def test_what_came_first_wins_and_what_comes_later_adds() -> None:
    first = thing(attributes={"label": "Unit", "options": {"a": {"label": "A"}}, "order": ["a"]}, steps=("Make it.",))
    later = thing(
        attributes={"label": "Other", "options": {"a": {"label": "X"}, "b": {}}, "order": ["b", "a"], "type": "text"},
        steps=("Make it.", "Add b."),
        needs=(Address("hub", "group", "main"),),
    )
    both = joined(first, later)
    assert both.attributes == {
        "label": "Unit",
        "options": {"a": {"label": "A"}, "b": {}},
        "order": ["a", "b"],
        "type": "text",
    }
    assert both.steps == ("Make it.", "Add b.")
    assert both.needs == later.needs


def test_what_adds_nothing_adds_no_steps() -> None:
    first, later = thing(attributes={"type": "text"}, steps=("Make it.",)), thing(steps=("Look for it.",))
    assert joined(first, later).steps == ("Make it.",)


@pytest.mark.parametrize(
    ("later", "mode"),
    [(thing(mode="manual"), "manual"), (thing(mode="verify", why="It is only looked at."), "write")],
    ids=["an author narrows", "an adapter only looks"],
)
def test_an_author_narrows_what_is_shared_and_a_look_does_not(later: Resource, mode: Mode) -> None:
    assert joined(thing(), later).mode == mode


def test_one_author_protects_and_leaves_for_both() -> None:
    both = joined(thing(leave=("label",)), thing(protect=True, leave=("options",)))
    assert (both.protect, both.leave) == (True, ("label", "options"))


def test_what_several_make_up_goes_as_far_as_all_of_them_allow() -> None:
    origins = [HERE, replace(HERE, manage="verify", owner="other", leave=("label",)), replace(HERE, protect=True)]
    assert together(origins) == replace(HERE, manage="verify", protect=True)


@pytest.mark.parametrize("manage", ["verify", "manual"])
@pytest.mark.parametrize("careful", [0, 1])
def test_a_list_that_two_fields_share_goes_as_far_as_both_authors_allow(
    system: str, manage: Mode, careful: int
) -> None:
    origins = [replace(HERE, manage=manage) if at == careful else HERE for at in (0, 1)]
    hints: dict[str, Any] = {"option_list": "Units"} if system == "eloqua" else {}
    hints = {"value_set": "Units"} if system == "salesforce" else hints
    pair = [
        field(system, key, origin, type="choice", values=UNITS, hints=hints)
        for key, origin in zip(("unit", "other"), origins, strict=True)
    ]
    shared = [each for each in made(system, pair).values() if each.address.kind in ("global-value-set", "option-list")]
    assert [each.mode for each in shared] == [manage] * (system in ("eloqua", "salesforce"))
