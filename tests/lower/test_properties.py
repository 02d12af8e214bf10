"""Whatever a stack says, all of it lands somewhere, each thing once, in whatever order it was read."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mopsctl.element import Consent, Field, Group, Lifecycle, Mapping_, Pipeline, Score
from mopsctl.engine.lower import lower
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.model import NATIVE, Stack
from tests.lower import listing
from tests.lower.stacks import OBJECTS, SYSTEMS, stacks

ROOMS = ("catalogs", "lifecycles", "scoring_models", "mappings", "consent_policies")


def of(stack: Stack, system: str, kind: type[Any]) -> list[Any]:
    """The elements of one kind on one system."""
    return [each for each in lower(stack, system) if type(each) is kind]


@given(stacks())
def test_every_binding_of_a_field_becomes_a_field_with_its_list(stack: Stack) -> None:
    catalog = stack.catalogs["person"]
    for system in SYSTEMS:
        made = {(each.object, each.name): each for each in of(stack, system, Field)}
        for field in catalog.fields.values():
            for place in field.in_[system].names if system in field.in_ else ():
                assert made[place].key == field.key
                assert (made[place].values is not None) == bool(field.values)
                assert made[place].default == field.default
        groups = {(each.object, each.name) for each in of(stack, system, Group)}
        assert groups == {(each, "main") for each in OBJECTS[system]}


@given(stacks())
def test_every_thing_is_there_once(stack: Stack) -> None:
    for system in SYSTEMS:
        for kind in (Field, Group):
            names = [(each.object, each.name) for each in of(stack, system, kind)]
            assert names == sorted(set(names))


@given(stacks())
def test_every_value_is_spelled_as_its_system_spells_it(stack: Stack) -> None:
    catalog, row = stack.catalogs["person"], stack.mappings["pair"].rows.get("kind")
    for system in SYSTEMS:
        for field in of(stack, system, Field):
            if field.key == "kind":
                own = dict(row.values.get(system, {})) if row else {}
                spelled = [own.get(each.key, each.on(system)) for each in catalog.value_sets["kind"].values.values()]
                assert list(field.values.values()) == spelled
            if field.key == "stage":
                stages = stack.lifecycles["person"].stages.values()
                assert list(field.values.values()) == [each.values.get(system, each.key) for each in stages]


@given(stacks())
def test_stages_and_moves_are_on_every_object_that_carries_the_lifecycle(stack: Stack) -> None:
    lifecycle, field = stack.lifecycles["person"], stack.catalogs["person"].fields["stage"]
    for system in SYSTEMS:
        made = {(each.object, each.field): each for each in of(stack, system, Lifecycle)}
        assert set(made) == set(field.in_[system].names if system in field.in_ else ())
        for each in made.values():
            assert [stage.key for stage in each.stages] == list(lifecycle.stages)
            assert [(move.source_keys, move.target) for move in each.transitions] == [
                (move.from_, move.to) for move in lifecycle.transitions
            ]
        pipelines = [each.key for each in of(stack, system, Pipeline)]
        assert pipelines == [each.key for each in lifecycle.pipelines.values() if system in each.in_]


@given(stacks())
def test_every_stage_has_its_date_fields_where_the_system_does_not_stamp_by_itself(stack: Stack) -> None:
    lifecycle = stack.lifecycles["person"]
    assert lifecycle.stamps is not None
    for system in SYSTEMS:
        pattern = lifecycle.stamps.in_.get(system, "")
        fields = {(each.object, each.name) for each in of(stack, system, Field) if each.role == "stamp"}
        for each in of(stack, system, Lifecycle):
            assert each.native_stamps == (pattern == NATIVE)
            assert {(each.object, name) for name in each.stamps.values()} <= fields
            both = len(lifecycle.stamps.keep) > 1 and "{Keep}" in pattern
            expected = 0 if pattern in ("", NATIVE) else len(lifecycle.stages) * (2 if both else 1)
            assert len(set(each.stamps.values())) == expected


@given(stacks())
def test_every_rule_of_a_score_is_on_every_object_that_carries_it(stack: Stack) -> None:
    model, field = stack.scoring_models["fit"], stack.catalogs["person"].fields["score"]
    for system in SYSTEMS:
        made = of(stack, system, Score)
        assert [(each.object, each.field) for each in made] == list(
            field.in_[system].names if system in field.in_ else ()
        )
        for each in made:
            assert [rule.key for group in each.groups for rule in group.rules] == [rule.key for rule in model.rules()]
            lowest = [score for _, score in each.bands]
            assert lowest == sorted(model.bands.values(), reverse=True)


@given(stacks())
def test_every_row_is_seen_from_both_ends(stack: Stack) -> None:
    mapping = stack.mappings["pair"]
    one, other = (of(stack, system, Mapping_) for system in mapping.between)
    assert [row.key for row in one[0].rows] == [row.key for row in other[0].rows] == list(mapping.rows)
    for left, right in zip(one[0].rows, other[0].rows, strict=True):
        assert (left.here, left.there) == (right.there, right.here)
    assert all(not of(stack, system, Mapping_) for system in SYSTEMS if system not in mapping.between)


@given(stacks())
def test_every_purpose_and_every_proof_lands_where_it_is_bound(stack: Stack) -> None:
    policy = stack.consent_policies["mail"]
    for system in SYSTEMS:
        bound = {key for key, names in policy.bind.items() if system in names}
        made = of(stack, system, Consent)
        assert len(made) == bool(bound)
        assert {each.key for consent in made for each in consent.purposes if each.binding} == bound
        proofs = {(each.object, each.name) for each in of(stack, system, Field) if each.role == "proof"}
        wanted = policy.proof_fields.get(system, {}).values()
        assert proofs == {(object_name, name) for object_name in OBJECTS[system] for name in wanted}


@given(stacks(), st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_nothing(stack: Stack, chance: random.Random) -> None:
    twice = two_of_each(stack)
    turned: dict[str, Any] = {room: shuffled(getattr(twice, room), chance) for room in ROOMS}
    for system in SYSTEMS:
        assert lower(replace(twice, **turned), system) == lower(twice, system)


def two_of_each(stack: Stack) -> Stack:
    """The stack with a second lifecycle, model, mapping and policy on the same fields."""
    made: dict[str, Any] = {}
    for room in ROOMS[1:]:
        ((name, first),) = getattr(stack, room).items()
        made[room] = {name: first, "second": replace(first, metadata=replace(first.metadata, name="second"))}
    return replace(stack, **made)


def shuffled(documents: Any, chance: random.Random) -> dict[str, Any]:
    """The same documents in another order."""
    names = sorted(documents)
    chance.shuffle(names)
    return {name: documents[name] for name in names}


def test_the_names_of_files_change_nothing(tmp_path: Path) -> None:
    here = listing.stack()
    shutil.copytree(listing.STACK, tmp_path / "stack")
    for number, path in enumerate(sorted((tmp_path / "stack").glob("*/*.yaml"), reverse=True)):
        path.rename(path.with_name(f"{number:02d}.yaml"))
    moved = load_stack(tmp_path / "stack", environ={})
    assert moved.stack is not None
    for system in listing.SYSTEMS:
        assert placeless(moved.stack, system) == placeless(here, system)


def placeless(stack: Stack, system: str) -> str:
    """The listing without the lines that name places."""
    return re.sub(r"\S+\.yaml:\d+:\d+", "", listing.listing(lower(stack, system)))
