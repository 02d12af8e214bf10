"""Small stacks of every sort, for properties: typed, without files."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

from hypothesis import strategies as st

from mopsctl.condition import Test
from mopsctl.manifest.base import Metadata, Range
from mopsctl.manifest.catalog import Binding, Field, FieldCatalog, FieldGroup, Value, ValueSet
from mopsctl.manifest.consent import ConsentPolicy, ConsentRule, Jurisdiction, Purpose
from mopsctl.manifest.lifecycle import NATIVE, Lifecycle, Pipeline, PipelineStage, Stage, Stamps, Transition
from mopsctl.manifest.mapping import FieldMapping, Row, RowDefaults
from mopsctl.manifest.model import Stack
from mopsctl.manifest.scoring import Rule, RuleGroup, ScoringModel
from mopsctl.manifest.stack import System

SYSTEMS = ("hub", "crm", "desk")
OBJECTS = {"hub": ("contact",), "crm": ("Lead", "Contact"), "desk": ("user",)}
VALUES = ("one", "two", "three")

some_systems = st.lists(st.sampled_from(SYSTEMS), min_size=1, unique=True)


def named(key: str) -> dict[str, Any]:
    """What a document needs to have a name."""
    return {"metadata": Metadata(name=key)}


@st.composite
def bindings(draw: st.DrawFn, key: str) -> Mapping[str, Binding]:
    """Names of a field on some systems, on some of their objects."""
    made = {}
    for system in draw(some_systems):
        objects = draw(st.lists(st.sampled_from(OBJECTS[system]), min_size=1, unique=True))
        made[system] = Binding(system=system, names=tuple((each, f"{system}_{key}") for each in objects))
    return made


@st.composite
def fields(draw: st.DrawFn, key: str, values: str = "") -> Field:
    """A field, of a value set or free."""
    return Field(
        key=key,
        type="choice" if values else draw(st.sampled_from(["text", "integer", "boolean"])),
        label=key.capitalize(),
        values=values,
        group=draw(st.sampled_from(["", "main"])),
        default=draw(st.sampled_from([None, 0, False, ""])),
        in_=draw(bindings(key)),
    )


@st.composite
def catalogs(draw: st.DrawFn) -> FieldCatalog:
    """A catalogue with a field for stage and score, one with a list, and some more."""
    spelled = draw(st.dictionaries(st.sampled_from(SYSTEMS), st.sampled_from(["ONE", "Un"])))
    values = {each: Value(key=each, label=each, in_=spelled if each == "one" else {}) for each in VALUES}
    keys = draw(st.lists(st.sampled_from(["name", "size", "city"]), unique=True))
    made = [draw(fields(each)) for each in ("score", *keys)]
    made += [draw(fields("stage", "Lifecycle/person")), draw(fields("kind", "kind"))]
    return FieldCatalog(
        **named("person"),
        object="person",
        bind=OBJECTS,
        groups={"main": FieldGroup(key="main", label="Main")},
        value_sets={"kind": ValueSet(name="kind", values=values)},
        fields={each.key: each for each in made},
    )


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Two to four stages with moves, stamps and perhaps a pipeline."""
    keys = draw(st.lists(st.sampled_from(["lead", "mql", "won", "lost"]), min_size=2, unique=True))
    patterns = st.sampled_from([NATIVE, "{stage}_at", "{Stage}_{Keep}_At"])
    kept: list[tuple[Literal["first", "latest"], ...]] = [("first",), ("latest",), ("first", "latest")]
    keep = draw(st.sampled_from(kept))
    stage_in = draw(st.sampled_from(SYSTEMS))
    pipeline = Pipeline(
        key="deals",
        label="Deals",
        object="deal",
        in_={stage_in: "7"},
        stages={"open": PipelineStage(key="open", label="Open")},
    )
    return Lifecycle(
        **named("person"),
        catalog="person",
        field="stage",
        entry=keys[0],
        stages={each: Stage(key=each, label=each, type="inventory", values={"crm": each.upper()}) for each in keys},
        transitions=tuple(Transition(from_=(one,), to=other) for one, other in pairwise(keys)),
        stamps=Stamps(pattern="{stage}_at", keep=keep, in_=draw(st.dictionaries(st.sampled_from(SYSTEMS), patterns))),
        pipelines=draw(st.sampled_from([{}, {"deals": pipeline}])),
    )


@st.composite
def models(draw: st.DrawFn) -> ScoringModel:
    """A score with one to three rules."""
    asked = Test("field", "kind", "in", ("one",))
    rules = {
        f"rule_{number}": Rule(key=f"rule_{number}", points=number, when=asked)
        for number in range(1, draw(st.integers(1, 3)) + 1)
    }
    return ScoringModel(
        **named("fit"),
        catalog="person",
        dimension="fit",
        writes="score",
        range=Range(min=0, max=100),
        groups={"all": RuleGroup(key="all", label="All", rules=rules)},
        bands=draw(st.sampled_from([{}, {"A": 50, "B": 0}])),
    )


@st.composite
def mappings(draw: st.DrawFn, keys: tuple[str, ...]) -> FieldMapping:
    """Rows between two systems, some with a spelling of their own."""
    one, other = draw(st.lists(st.sampled_from(SYSTEMS), min_size=2, max_size=2, unique=True))
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    spelled = draw(st.sampled_from([{}, {one: {"two": "Zwei"}}]))
    return FieldMapping(
        **named("pair"),
        catalog="person",
        between=(one, other),
        connector="native",
        defaults=RowDefaults(),
        rows={each: Row(field=each, sync="two-way", values=spelled if each == "kind" else {}) for each in chosen},
    )


@st.composite
def policies(draw: st.DrawFn) -> ConsentPolicy:
    """Purposes bound on some systems, and fields for the proof."""
    keys = draw(st.lists(st.sampled_from(["news", "events"]), min_size=1, unique=True))
    bound = {each: {system: f"{system}:{each}" for system in draw(some_systems)} for each in keys}
    return ConsentPolicy(
        **named("mail"),
        catalog="person",
        purposes={each: Purpose(key=each, class_="marketing", label=each) for each in keys},
        channels={},
        jurisdiction=Jurisdiction(from_="name"),
        bases={},
        rules={"all": ConsentRule(key="all")},
        bind=bound,
        proof_fields={system: {"captured_at": f"{system}_proof"} for system in draw(some_systems)},
    )


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """A stack of one catalogue with what may hang on it."""
    catalog = draw(catalogs())
    return Stack(
        **named("small"),
        systems={each: System(name=each, provider="toy") for each in SYSTEMS},
        catalogs={"person": catalog},
        lifecycles={"person": draw(lifecycles())},
        scoring_models={"fit": draw(models())},
        mappings={"pair": draw(mappings(tuple(catalog.fields)))},
        consent_policies={"mail": draw(policies())},
    )
