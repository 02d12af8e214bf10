"""What a plan says, for every combination of wanted, seen and ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mopsctl import canonical
from mopsctl.address import Address, Selection
from mopsctl.diagnostics import Source
from mopsctl.engine import document
from mopsctl.engine.plan import Plan
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.errors import PlanFileError
from mopsctl.resource import Reading, Resource
from mopsctl.testing.memory import KINDS, Store
from mopsctl.testing.world import World

Make = Callable[..., Resource]

A = Address("memory", "field", "a")
B = Address("memory", "field", "b")


def actions(plan: Plan) -> list[tuple[str, str, str]]:
    return [(change.address.name, change.action, change.reason) for change in plan.changes]


def paths(plan: Plan) -> list[tuple[str, Any, Any]]:
    return [(each.dotted(), each.before, each.after) for change in plan.changes for each in change.fields]


def test_what_is_absent_is_added_with_all_it_names(world: World, field: Make) -> None:
    plan = world.plan([field("a", label="A", type="text")])
    assert actions(plan) == [("a", "add", "not_on_system")]
    assert paths(plan) == [("label", None, "A"), ("type", None, "text")]
    assert plan.changes[0].source.line == 3


def test_what_only_the_system_sets_is_not_part_of_an_addition(world: World, field: Make) -> None:
    plan = world.plan([field("a", label="A", required=True, computed="x")])
    assert paths(plan) == [("label", None, "A")]


def test_what_is_there_and_equal_is_adopted_once(world: World, store: Store, field: Make) -> None:
    store.things[A] = {"label": "A", "owner_note": "theirs"}
    assert actions(world.plan([field("a", label="A")])) == [("a", "adopt", "found_by_name")]
    world.converge([field("a", label="A")])
    assert world.plan([field("a", label="A")]).changes == ()
    assert store.things[A] == {"label": "A", "owner_note": "theirs"}
    assert store.writes == 0


def test_what_is_there_and_differs_is_changed_in_what_differs_only(world: World, store: Store, field: Make) -> None:
    store.things[A] = {"label": "Old", "description": "keep me"}
    plan = world.plan([field("a", label="New", type="text")])
    assert actions(plan) == [("a", "change", "found_by_name_and_differs")] or plan.refused
    store.things[A] = {"label": "Old", "description": "keep me", "type": "text"}
    plan = world.plan([field("a", label="New", type="text")])
    assert paths(plan) == [("label", "Old", "New")]
    world.apply(plan)
    assert store.things[A] == {"label": "New", "description": "keep me", "type": "text"}


@pytest.mark.parametrize(("attribute", "before", "after"), [("type", "text", "number"), ("computed", "x", "y")])
def test_what_cannot_change_is_refused_with_what_would_have_to_happen(
    world: World, store: Store, field: Make, attribute: str, before: str, after: str
) -> None:
    store.things[A] = {"label": "A", attribute: before}
    plan = world.plan([field("a", label="A", **{attribute: after})])
    (verdict,) = plan.refused
    assert verdict.rule == "PL001"
    assert before in verdict.message
    assert after in verdict.message
    assert verdict.source.line == 3
    assert verdict.hint
    assert not any(change.writes for change in plan.changes)


def test_what_is_only_verified_becomes_a_manual_step_and_closes_when_it_was_done(
    world: World, store: Store, field: Make
) -> None:
    wanted = [field("a", label="A", required=True)]
    store.things[A] = {"label": "A", "required": False}
    world.converge(wanted)
    plan = world.plan(wanted)
    assert actions(plan) == [("a", "manual", "not_as_declared")]
    assert "required" in plan.changes[0].steps[0]
    assert plan.changes[0].check == "read"
    store.things[A]["required"] = True
    assert world.plan(wanted).changes == ()


def test_what_this_very_thing_does_not_let_us_write_is_manual(world: World, store: Store, field: Make) -> None:
    store.things[A] = {"label": "Vendor's", "description": "d"}
    store.read_only[A] = frozenset({"label"})
    plan = world.plan([field("a", label="Ours", description="new")])
    assert actions(plan) == [("a", "change", "found_by_name_and_differs"), ("a", "manual", "not_as_declared")]
    assert plan.changes[1].why == "the vendor keeps it"


def test_a_thing_nobody_can_read_stays_a_manual_step(world: World, thing: Make) -> None:
    note = replace(thing("note", "n"), mode="manual", steps=("Write it.",))
    plan = world.plan([note])
    assert actions(plan) == [("n", "manual", "no_interface")]
    assert plan.changes[0].check == "attest"
    assert not plan.pending


def test_verify_mode_never_writes(world: World, store: Store, field: Make) -> None:
    wanted = [field("a", label="A", mode="verify", steps=("Look.",))]
    assert actions(world.plan(wanted)) == [("a", "manual", "not_on_system")]
    store.things[A] = {"label": "A"}
    assert world.plan(wanted).changes == ()
    assert world.plan(wanted).systems[0].verified == 1


def test_left_attributes_are_neither_compared_nor_written(world: World, store: Store, field: Make) -> None:
    store.things[A] = {"label": "Theirs", "description": "d"}
    wanted = [field("a", label="Ours", description="new", leave=("label",))]
    assert paths(world.plan(wanted)) == [("description", "d", "new")]
    world.converge(wanted)
    assert store.things[A]["label"] == "Theirs"


class TestValueLists:
    OPTIONS = {"web": {"label": "Web"}, "event": {"label": "Event"}}

    def wanted(
        self, field: Make, options: dict[str, Any] | None = None, order: list[str] | None = None
    ) -> list[Resource]:
        options = self.OPTIONS if options is None else options
        return [field("a", options=options, options_order=order or list(options), on_delete="archive")]

    def test_items_are_named_one_by_one_and_order_is_its_own_line(
        self, world: World, store: Store, field: Make
    ) -> None:
        store.things[A] = {"options": {"event": {"label": "Evnt"}}, "options_order": ["event"]}
        assert paths(world.plan(self.wanted(field))) == [
            ("options.event.label", "Evnt", "Event"),
            ("options.web", None, {"label": "Web"}),
            ("options_order", ["event"], ["web", "event"]),
        ]

    def test_an_item_that_left_the_manifest_is_hidden_not_taken_out(
        self, world: World, store: Store, field: Make
    ) -> None:
        world.converge(self.wanted(field))
        world.rules = Rules(allow_remove=True)
        plan = world.plan(self.wanted(field, {"web": {"label": "Web"}}))
        assert actions(plan) == [("a", "change", "value_left_manifest")]
        assert paths(plan) == [("options.event.hidden", None, True)]
        assert (plan.summary["remove"], plan.changes[0].takes) == (1, ("options.event",))
        world.apply(plan)
        assert store.things[A]["options"]["event"] == {"label": "Event", "hidden": True}
        assert world.plan(self.wanted(field, {"web": {"label": "Web"}})).changes == ()

    def test_an_item_without_a_way_to_retire_is_taken_out(self, world: World, store: Store, field: Make) -> None:
        world.rules = Rules(allow_remove=True)
        world.converge([field("a", tags={"x": {}, "y": {}}, on_delete="delete")])
        store.things[A]["tags"]["theirs"] = {}
        plan = world.plan([field("a", tags={"x": {}}, on_delete="delete")])
        assert (plan.summary["remove"], plan.changes[0].irreversible) == (1, True)
        world.apply(plan)
        assert store.things[A]["tags"] == {"x": {}, "theirs": {}}

    def test_an_item_that_left_stays_by_default_and_is_no_longer_watched(
        self, world: World, store: Store, field: Make
    ) -> None:
        world.rules = Rules(allow_remove=True)
        world.converge([field("a", tags={"x": {}, "y": {}})])
        plan = world.plan([field("a", tags={"x": {}})])
        assert actions(plan) == [("a", "keep", "value_stays")]
        assert paths(plan) == [("tags.y", {}, {})]
        world.apply(plan)
        assert store.things[A]["tags"] == {"x": {}, "y": {}}
        assert world.state.entries[A].attributes == {"tags": {"x": {}}}
        assert world.plan([field("a", tags={"x": {}})]).changes == ()

    @pytest.mark.parametrize(
        ("settings", "allowed", "reason"),
        [
            ({"protect": True}, True, "value_stays_protected"),
            ({}, False, "value_stays_removal_not_allowed"),
        ],
    )
    def test_an_item_that_may_not_go_stays_and_stays_ours(
        self, world: World, store: Store, field: Make, settings: dict[str, Any], *, allowed: bool, reason: str
    ) -> None:
        world.converge([field("a", label="A", tags={"x": {}, "y": {}}, on_delete="delete", **settings)])
        world.rules = Rules(allow_remove=allowed)
        wanted = [field("a", label="B", tags={"x": {}}, on_delete="delete", **settings)]
        plan = world.plan(wanted)
        assert actions(plan) == [("a", "change", "differs"), ("a", "keep", reason)]
        world.apply(plan)
        assert (store.things[A]["label"], store.things[A]["tags"]) == ("B", {"x": {}, "y": {}})
        assert world.state.entries[A].attributes["tags"] == {"x": {}, "y": {}}
        assert actions(world.plan(wanted)) == [("a", "keep", reason)]
        assert not world.plan(wanted).pending

    def test_items_nobody_named_stay_where_they_are_and_are_mentioned(
        self, world: World, store: Store, field: Make
    ) -> None:
        store.things[A] = {
            "options": {"web": {"label": "Web", "color": "red"}, "theirs": {"label": "T"}, "event": {"label": "Event"}},
            "options_order": ["theirs", "event", "web"],
        }
        plan = world.plan(self.wanted(field))
        assert paths(plan) == [("options_order", ["theirs", "event", "web"], ["theirs", "web", "event"])]
        (note,) = plan.verdicts
        assert (note.rule, note.level) == ("PL002", "note")
        assert "'theirs'" in note.message
        world.apply(plan)
        assert store.things[A]["options"] == {
            "web": {"label": "Web", "color": "red"}, "theirs": {"label": "T"}, "event": {"label": "Event"},
        }  # fmt: skip


@pytest.mark.parametrize("key", ["__private", "_x", "a.b", "", "ключ", "0", "root['x']", "a\\b", "None"])
class TestOddKeys:
    def test_of_a_plain_attribute_are_compared_like_any_other(
        self, world: World, store: Store, field: Make, key: str
    ) -> None:
        store.things[A] = {"extra": {key: "old", "same": 1}}
        plan = world.plan([field("a", extra={key: "new", "same": 1})])
        ((field_change,),) = [change.fields for change in plan.changes]
        assert (field_change.path, field_change.before, field_change.after) == (("extra", key), "old", "new")
        assert document.from_json(json.loads(canonical.dumps(document.to_json(plan)))).changes[0].fields == (
            field_change,
        )
        world.apply(plan)
        assert store.things[A] == {"extra": {key: "new", "same": 1}}

    def test_of_a_list_and_inside_its_items(self, world: World, store: Store, field: Make, key: str) -> None:
        world.rules = Rules(allow_remove=True)
        world.converge([field("a", options={key: {key: "old"}}, options_order=[key])])
        plan = world.plan([field("a", options={key: {key: "new"}}, options_order=[key])])
        assert [each.path for each in plan.changes[0].fields] == [("options", key, key)]
        world.apply(plan)
        assert store.things[A]["options"] == {key: {key: "new"}}
        world.converge([field("a", options={}, options_order=[], on_delete="archive")])
        assert store.things[A]["options"][key]["hidden"] is True


class TestWhatLeftTheManifests:
    @pytest.fixture
    def ours(self, world: World, field: Make) -> Callable[..., None]:
        def make(**settings: Any) -> None:
            world.converge([field("a", label="A", **settings)])

        return make

    def test_it_is_kept_and_no_longer_watched(self, world: World, store: Store, ours: Callable[..., None]) -> None:
        ours()
        assert actions(world.plan([])) == [("a", "keep", "left_manifest")]
        world.converge([])
        assert store.things[A]["label"] == "A"
        assert world.plan([]).changes == ()

    def test_removal_wants_three_yeses(self, world: World, store: Store, ours: Callable[..., None]) -> None:
        ours(on_delete="archive")
        plan = world.plan([])
        assert actions(plan) == [("a", "keep", "left_manifest_removal_not_allowed")]
        assert not plan.pending
        world.apply(plan)
        assert A in world.state.entries
        world.rules = Rules(allow_remove=True)
        plan = world.plan([])
        assert actions(plan) == [("a", "remove", "left_manifest")]
        assert plan.changes[0].undo.startswith("yes")
        world.apply(plan)
        assert store.things == {}
        assert A in store.archived
        assert world.plan([]).changes == ()

    def test_protection_outlasts_the_row(self, world: World, store: Store, ours: Callable[..., None]) -> None:
        ours(on_delete="delete", protect=True)
        world.rules = Rules(allow_remove=True)
        assert actions(world.plan([])) == [("a", "keep", "left_manifest_protected")]
        world.converge([])
        assert actions(world.plan([])) == [("a", "keep", "left_manifest_protected")]

    def test_what_the_vendor_brought_along_is_never_removed(self, world: World, store: Store, field: Make) -> None:
        store.things[A] = {"label": "Vendor's"}
        store.builtin.add(A)
        world.converge([field("a", label="Ours", on_delete="delete")])
        world.rules = Rules(allow_remove=True)
        assert actions(world.plan([])) == [("a", "keep", "left_manifest_not_removable")]

    def test_what_is_not_ours_is_never_removed(self, world: World, store: Store) -> None:
        store.things[A] = {"label": "theirs"}
        world.rules = Rules(allow_remove=True)
        plan = world.plan([])
        assert plan.changes == ()
        assert plan.systems[0].unmanaged == 1

    def test_forgotten_things_stay_on_the_system(self, world: World, store: Store, ours: Callable[..., None]) -> None:
        ours(on_delete="delete")
        world.rules = Rules(allow_remove=True, forget=frozenset({A}))
        assert actions(world.plan([])) == [("a", "forget", "declared_forgotten")]
        world.converge([])
        assert A in store.things
        assert A not in world.state.entries

    def test_what_is_gone_already_is_forgotten(self, world: World, store: Store, ours: Callable[..., None]) -> None:
        ours(on_delete="delete")
        store.things.clear()
        assert actions(world.plan([])) == [("a", "forget", "left_manifest_already_gone")]

    def test_what_the_adapter_knows_no_more_is_not_said_to_be_gone(
        self, world: World, ours: Callable[..., None]
    ) -> None:
        ours(on_delete="delete")
        world.kinds = {name: kind for name, kind in KINDS.items() if name != "field"}
        plan = world.plan([])
        assert actions(plan) == [("a", "keep", "left_manifest_not_removable")]
        assert "cannot read the kind field" in plan.changes[0].why
        world.apply(plan)
        assert A in world.state.entries

    def test_moved_renames_the_record_and_removes_nothing(
        self, world: World, store: Store, ours: Callable[..., None], field: Make
    ) -> None:
        ours(on_delete="delete")
        b = Address("memory", "field", "b")
        store.things[b] = store.things.pop(A)
        world.rules = Rules(allow_remove=True, moved={A: b})
        plan = world.plan([field("b", label="A", on_delete="delete")])
        assert actions(plan) == [("b", "adopt", "moved")]
        world.apply(plan)
        assert set(world.state.entries) == {b}
        assert world.plan([field("b", label="A", on_delete="delete")]).changes == ()

    def test_moves_one_after_the_other_lead_to_the_last_name(
        self, world: World, store: Store, ours: Callable[..., None], field: Make
    ) -> None:
        ours(on_delete="delete")
        c = Address("memory", "field", "c")
        store.things[c] = store.things.pop(A)
        world.rules = Rules(allow_remove=True, moved={A: B, B: c})
        plan = world.plan([field("c", label="A", on_delete="delete")])
        assert actions(plan) == [("c", "adopt", "moved")]
        world.apply(plan)
        assert set(world.state.entries) == {c}

    def test_of_two_things_moved_to_one_name_none_is_removed(self, world: World, store: Store, field: Make) -> None:
        world.converge([field(name, label="A", on_delete="delete") for name in ("a", "b")])
        c = Address("memory", "field", "c")
        store.things[c] = dict(store.things[A])
        world.rules = Rules(allow_remove=True, moved={A: c, B: c})
        for _ in range(2):
            world.converge([field("c", label="A", on_delete="delete")])
        assert set(store.things) == {A, B, c}
        assert set(world.state.entries) == {c}


class TestRenames:
    def test_a_twin_under_another_name_is_pointed_out_and_nothing_more(self, world: World, field: Make) -> None:
        world.converge([field("a", label="A", type="text")])
        plan = world.plan([field("b", label="A", type="text")])
        assert [(change.address.name, change.action) for change in plan.changes] == [("b", "add"), ("a", "keep")]
        (note,) = plan.verdicts
        assert (note.rule, note.level) == ("PL005", "note")
        assert "moved: [{from: 'memory:field/a', to: 'memory:field/b'}]" in note.hint

    def test_each_twin_is_named_once_in_the_order_of_names(self, world: World, field: Make) -> None:
        world.converge([field(name, label="A") for name in ("a", "b")])
        plan = world.plan([field(name, label="A") for name in ("c", "d", "e")])
        assert [each.message for each in plan.verdicts] == [
            "memory:field/c looks like memory:field/a under another name.",
            "memory:field/d looks like memory:field/b under another name.",
        ]

    def test_two_things_that_differ_are_no_rename(self, world: World, field: Make) -> None:
        world.converge([field("a", label="A")])
        assert world.plan([field("b", label="B")]).verdicts == ()


class TestUnreadable:
    def test_an_unreadable_kind_stops_the_whole_system(self, world: World, store: Store, field: Make) -> None:
        world.converge([field("a", label="A", on_delete="delete"), field("b", label="B")])
        store.unreadable["group"] = "groups: a permission is missing"
        world.rules = Rules(allow_remove=True)
        plan = world.plan([field("c")])
        assert plan.changes == ()
        assert plan.unreadable[0].message == "groups: a permission is missing"

    def test_a_kind_that_the_adapter_did_not_read_is_not_taken_for_empty(self, world: World, field: Make) -> None:
        world.converge([field("a", label="A", on_delete="delete")])
        world.rules = Rules(allow_remove=True)
        plan = world.plan([], Reading({}, frozenset({"group"})))
        assert plan.changes == ()
        assert plan.unreadable[0].message == "The adapter did not read the kind field."


class TestDrift:
    def test_what_moved_on_the_system_is_told_apart_from_what_the_manifests_want(
        self, world: World, store: Store, field: Make
    ) -> None:
        world.converge([field("a", label="A", description="d")])
        store.things[A]["label"] = "by hand"
        (drift,) = world.plan([field("a", label="A", description="d")]).drift
        assert drift.who == "system"
        assert [(each.path, each.last, each.now, each.wanted) for each in drift.fields] == [
            ("label", "A", "by hand", "A")
        ]
        (drift,) = world.plan([field("a", label="A2", description="d")]).drift
        assert drift.who == "both"
        assert world.plan([field("a", label="by hand", description="d")]).drift == ()

    def test_what_waits_for_a_person_was_never_so_and_did_not_move(
        self, world: World, store: Store, field: Make
    ) -> None:
        store.things[A] = {"label": "A", "description": "theirs", "required": False}
        store.read_only[A] = frozenset({"description"})
        wanted = [field("a", label="A2", description="ours", required=True), field("b", label="B", required=True)]
        world.converge(wanted)
        plan = world.plan(wanted)
        assert {change.action for change in plan.changes} == {"manual"}
        assert plan.drift == ()
        store.things[A]["required"] = store.things[B]["required"] = True
        store.things[A]["description"] = "ours"
        plan = world.plan(wanted)
        assert (plan.drift, [change.action for change in plan.changes if change.action == "manual"]) == ((), [])
        world.apply(plan)
        assert world.plan(wanted).changes == ()

    def test_what_waits_for_a_person_keeps_what_was_recorded_of_it(
        self, world: World, store: Store, field: Make
    ) -> None:
        store.things[A] = {"label": "A", "required": True}
        world.converge([field("a", label="A", required=True)])
        store.things[A]["required"] = False
        plan = world.plan([field("a", label="A2", required=True)])
        assert [(each.path, each.last, each.now) for each in plan.drift[0].fields] == [("required", True, False)]
        world.apply(plan)
        (drift,) = world.plan([field("a", label="A2", required=True)]).drift
        assert [each.path for each in drift.fields] == ["required"]

    def test_a_manifest_change_alone_is_no_drift(self, world: World, field: Make) -> None:
        world.converge([field("a", label="A")])
        assert world.plan([field("a", label="B")]).drift == ()

    def test_a_thing_that_is_gone_is_drift_and_added_again(self, world: World, store: Store, field: Make) -> None:
        world.converge([field("a", label="A")])
        store.things.clear()
        plan = world.plan([field("a", label="A")])
        assert plan.drift[0].gone
        assert actions(plan) == [("a", "add", "not_on_system")]


def test_findings_that_say_the_same_of_several_things_have_one_order(world: World, store: Store, field: Make) -> None:
    names = [f"f{number:02}" for number in range(20)]
    wanted = [replace(field(name, options={"x": {}}, options_order=["x"]), title="Lead source") for name in names]
    for each in wanted:
        store.things[each.address] = {"options": {"x": {}, "theirs": {}}, "options_order": ["x", "theirs"]}
    notes = [each for each in world.plan(wanted).verdicts if each.rule == "PL002"]
    assert len({(each.message, each.source) for each in notes}) == 1
    assert [each.address for each in notes] == [f"memory:field/{name}" for name in names]


class TestLimits:
    def test_too_many_removals_stop_the_apply_not_the_preview(self, world: World, field: Make) -> None:
        world.converge([field(f"f{n:02}", on_delete="delete") for n in range(12)])
        world.rules = Rules(allow_remove=True, limits=Limits(remove=Limit(count=3)))
        plan = world.plan([field(f"f{n:02}", on_delete="delete") for n in range(8)])
        assert [each.rule for each in plan.refused] == ["SL001"]
        assert "4 of 12" in plan.refused[0].message

    @pytest.mark.parametrize(("left", "refused"), [(9, False), (8, True)])
    def test_percent_counts_from_ten_things_on(self, world: World, field: Make, left: int, refused: bool) -> None:
        world.converge([field(f"f{n:02}", on_delete="delete") for n in range(12)])
        world.rules = Rules(allow_remove=True, limits=Limits(remove=Limit(percent=25)))
        assert bool(world.plan([field(f"f{n:02}", on_delete="delete") for n in range(left)]).refused) is refused


class TestSelection:
    def test_only_and_except_leave_the_rest_alone(self, world: World, field: Make) -> None:
        world.rules = Rules(selection=Selection(only=("memory:field/a*",), but=("memory:field/ab",)))
        plan = world.plan([field("a"), field("ab"), field("b")])
        assert [change.address.name for change in plan.changes] == ["a"]
        assert plan.partial

    def test_what_is_not_selected_does_not_count_as_gone_from_the_manifests(self, world: World, field: Make) -> None:
        world.converge([field("a"), field("b")])
        world.rules = Rules(selection=Selection(only=("memory:field/a",)))
        assert world.plan([field("b")]).summary["keep"] == 1
        assert world.plan([field("a")]).changes == ()


class TestDocument:
    def test_a_plan_survives_its_json_form_byte_for_byte(self, world: World, store: Store, field: Make) -> None:
        store.things[A] = {"label": "x", "options": {"o": {"label": "O"}}}
        plan = world.plan([field("a", label="A", options={"o.p": {"label": "dot"}}), field("b", label="B")])
        text = canonical.pretty(document.to_json(plan))
        assert canonical.pretty(document.to_json(document.from_json(json.loads(text)))) == text

    @pytest.mark.parametrize(
        "edit",
        [
            lambda data: data["changes"][0]["fields"][0].update(after="evil"),
            lambda data: data["changes"].pop(),
            lambda data: data["inputs"].update(manifests="sha256:1"),
            lambda data: data.pop("drift"),
            lambda data: data.update(formatVersion="2.0"),
            lambda data: data.update(formatVersion="x"),
            lambda data: data["changes"][0].update(address="nonsense"),
        ],
    )
    def test_an_edited_or_foreign_plan_is_refused(
        self, world: World, field: Make, edit: Callable[[Any], object]
    ) -> None:
        data = document.to_json(world.plan([field("a"), field("b")]))
        edit(data)
        with pytest.raises(PlanFileError) as caught:
            document.from_json(data)
        assert caught.value.hint

    @pytest.mark.parametrize(
        "edit",
        [
            lambda data: data["changes"][0].update(wanted=["label"]),
            lambda data: data["changes"][0].update(wanted={"label": float("nan")}),
            lambda data: data["changes"][0].update(title="\ud800"),
            lambda data: data["changes"][0].update(action="evil"),
            lambda data: data["inputs"].update(adapters=None),
        ],
    )
    def test_what_cannot_be_in_a_plan_is_an_error_in_one_sentence(
        self, world: World, field: Make, edit: Callable[[Any], object]
    ) -> None:
        data = document.to_json(world.plan([field("a")]))
        edit(data)
        with pytest.raises(PlanFileError):
            document.from_json(data)

    @pytest.mark.parametrize("data", [None, [], "x", {}, {"formatVersion": 1}])
    def test_what_is_no_plan_is_refused(self, data: object) -> None:
        with pytest.raises(PlanFileError):
            document.from_json(data)

    def test_the_digest_does_not_cover_counts_calls_or_the_commit(self, world: World, field: Make) -> None:
        plan = world.plan([field("a")])
        other = replace(
            plan,
            inputs=replace(plan.inputs, commit="abc"),
            systems=tuple(replace(each, calls=99, unmanaged=7) for each in plan.systems),
        )
        assert document.digest(other) == document.digest(plan)
        assert document.digest(replace(plan, partial=True)) != document.digest(plan)


class TestLeave:
    def test_a_misspelt_name_is_told_once_with_the_nearest(self, world: World, field: Make) -> None:
        plan = world.plan([field("a", label="A", leave=("lable",))])
        (found,) = [each for each in plan.verdicts if each.rule == "PL006"]
        assert found.hint == "did you mean 'label'?"

    def test_a_name_that_one_of_a_rows_things_has_is_right(self, world: World, field: Make, thing: Make) -> None:
        row: dict[str, Any] = {
            "source": Source("catalog.yaml", 3, 5),
            "document": "FieldCatalog/person",
            "leave": ("description",),
        }
        both = [replace(field("a", label="A"), **row), replace(thing("group", "g", label="G"), **row)]
        assert [each for each in world.plan(both).verdicts if each.rule == "PL006"] == []
