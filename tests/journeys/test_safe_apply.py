"""An apply that cannot surprise: saved plans, locks, damaged files, full disks, drift, and the state."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mopsctl import sessions
from mopsctl.state.local import LocalStore
from tests.journeys.conftest import Run, Stack

LEAD_SOURCE = "hubspot:property/contact.lead_source"
HUBSPOT = ("--only", "hubspot:*")  # for what one system shows as well as four


def relabel(stack: Stack, label: str = "Very first source") -> None:
    stack.edit("catalog/person.yaml", "label: First source", f"label: {label}")


class TestSavedPlans:
    def test_it_is_for_its_owner_alone_and_applies_once(self, stack: Stack, saved: Path) -> None:
        assert saved.stat().st_mode & 0o777 == 0o600
        assert stack.run("apply", saved, "--yes").code == 0
        again = stack.run("apply", saved, "--yes")
        assert again.code == 4
        assert "applied already" in again.err

    def test_something_applied_in_between_makes_it_stale(self, stack: Stack, saved: Path) -> None:
        assert stack.apply(*HUBSPOT).code == 0
        late = stack.run("apply", saved, "--yes")
        assert late.code == 4
        assert "since the plan was made" in " ".join(late.err.split()) or "applied already" in late.err

    def test_an_account_other_than_the_one_that_was_read_is_not_written_to(
        self, stack: Stack, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = sessions.identified
        monkeypatch.setattr(sessions, "identified", lambda session: replace(real(session), id="4711"))
        other = stack.run("apply", saved, "--yes")
        assert other.code == 4
        assert "the credentials open 4711" in " ".join(other.err.split())
        with stack.screen("hubspot") as hubspot:
            assert hubspot.counters()["writes"] == 0

    def test_a_changed_environment_makes_it_stale(self, stack: Stack, saved: Path) -> None:
        stack.edit("environments/local.yaml", "emulated: true", "emulated: true\n  limits: {remove: {count: 1}}")
        late = stack.run("apply", saved, "--yes")
        assert late.code == 4
        assert "changed since the plan was made" in " ".join(late.err.split())

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda text: text[: len(text) // 2], "is not JSON"),
            (lambda text: text.replace('"First source"', '"Evil source"', 1), "edited after it was made"),
            (lambda text: text.replace('"formatVersion": "1.0"', '"formatVersion": "2.0"'), "format 2.0"),
            (lambda _: "", "is not JSON"),
            (lambda _: "[]", "not a plan"),
        ],
        ids=["cut", "edited", "newer", "empty", "other"],
    )
    def test_a_damaged_one_is_refused_and_nothing_happens(
        self, stack: Stack, saved: Path, spoil: Callable[[str], str], words: str
    ) -> None:
        saved.write_text(spoil(saved.read_text(encoding="utf-8")), encoding="utf-8")
        made = stack.run("apply", saved, "--yes")
        assert made.code == 1
        assert words in " ".join(made.err.split())
        assert not (stack.folder / ".mopsctl" / "state").exists()

    def test_a_state_of_another_lineage_is_refused(self, applied: Stack) -> None:
        relabel(applied)
        saved = applied.folder / "plan.json"
        applied.run("plan", applied.folder, "-e", "local", "-o", saved, *HUBSPOT)
        _edit_state(applied, lambda data: data.update(lineage="0" * 32))
        made = applied.run("apply", saved, "--yes")
        assert made.code == 4
        assert "state is another one" in " ".join(made.err.split())


class TestLock:
    def test_a_second_apply_is_told_who_holds_it_and_a_plan_needs_none(self, stack: Stack) -> None:
        with LocalStore(stack.folder, "local").lock("sha256:1234567890abcdef") as holder:
            made = stack.apply(*HUBSPOT)
            assert made.code == 4
            said = " ".join(made.err.split())
            assert str(os.getpid()) in said
            assert holder.who in said
            assert "sha256:1234567890ab" in said
            assert stack.run("plan", stack.folder, "-e", "local", *HUBSPOT).code == 0
        assert stack.apply(*HUBSPOT).code == 0

    def test_a_dead_holder_on_this_machine_stands_in_nobodys_way(self, stack: Stack) -> None:
        store = LocalStore(stack.folder, "local")
        with store.lock("sha256:1"):
            text = (stack.folder / ".mopsctl" / "locks" / "local.json").read_text(encoding="utf-8")
        (stack.folder / ".mopsctl" / "locks" / "local.json").write_text(text, encoding="utf-8")
        assert stack.apply(*HUBSPOT).code == 0

    def test_a_holder_on_another_machine_has_to_be_unlocked_by_its_id(self, stack: Stack) -> None:
        store = LocalStore(stack.folder, "local")
        with store.lock("sha256:1") as holder:
            path = stack.folder / ".mopsctl" / "locks" / "local.json"
            text = path.read_text(encoding="utf-8").replace(holder.host, "elsewhere")
        path.write_text(text, encoding="utf-8")
        made = stack.apply(*HUBSPOT)
        assert made.code == 4
        assert f"mopsctl state unlock {holder.id} -e local" in " ".join(made.err.split())
        assert stack.run("state", "unlock", "nonsense", "-e", "local", "--stack", stack.folder).code == 1
        assert stack.run("state", "unlock", holder.id, "-e", "local", "--stack", stack.folder).code == 0
        assert stack.apply(*HUBSPOT).code == 0


class TestDisk:
    def test_a_full_disk_stops_before_the_first_write_and_loses_nothing(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            made = stack.apply(*HUBSPOT)
        assert made.code == 1
        assert "No space left" in made.err
        with stack.screen("hubspot") as hubspot:
            assert hubspot.counters()["writes"] == 0
        assert stack.apply(*HUBSPOT).code == 0

    def test_a_disk_that_fills_up_in_mid_apply_is_resumed(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        real, left = os.fsync, iter(range(1000))

        def filling(handle: int) -> None:
            if next(left) >= 10:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", filling)
            made = stack.apply()
        assert made.code in (1, 5)
        assert "No space left" in made.out + made.err
        resumed = stack.run("apply", stack.folder, "-e", "local", "--resume")
        assert resumed.code == 0, resumed.out + resumed.err
        assert not [each for each in stack.plan()["changes"] if each["action"] != "manual"]

    def test_the_state_is_backed_up_before_each_write(self, applied: Stack) -> None:
        relabel(applied)
        applied.apply(*HUBSPOT)
        (backup,) = (applied.folder / ".mopsctl" / "backups").iterdir()
        data = json.loads(backup.read_text(encoding="utf-8"))
        assert data["things"][LEAD_SOURCE]["attributes"]["label"] == "First source"


class TestLostAndDamagedState:
    def test_without_its_state_everything_is_adopted_and_nothing_made_twice(self, applied: Stack) -> None:
        names = {each["address"] for each in _state(applied)}
        (applied.folder / ".mopsctl" / "state" / "local.json").unlink()
        plan = applied.plan()
        assert {each["action"] for each in plan["changes"]} == {"adopt", "manual"}
        assert applied.apply().code == 0
        # A system's own field that is as declared could always have been so: it is verified, not adopted.
        assert names - {each["address"] for each in _state(applied)} == {"marketo:field/person.leadSource"}
        assert not [each for each in applied.plan()["changes"] if each["action"] != "manual"]

    @pytest.mark.parametrize("text", ["{", "[]", '{"format": 99}', '{"format": 1}'])
    def test_a_damaged_one_is_told_with_the_way_out(self, applied: Stack, text: str) -> None:
        (applied.folder / ".mopsctl" / "state" / "local.json").write_text(text, encoding="utf-8")
        made = applied.run("plan", applied.folder, "-e", "local", *HUBSPOT)
        assert made.code == 1
        assert "state" in made.err
        assert "Traceback" not in made.err


class TestRemoval:
    def test_it_wants_the_flag_and_archives_where_it_can(self, stack: Stack) -> None:
        stack.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
        stack.apply(*HUBSPOT)
        stack.drop_field("recycle_reason")
        held = stack.plan(*HUBSPOT)
        assert [(each["action"], each["reason"]) for each in _moves(held)] == [
            ("keep", "left_manifest_removal_not_allowed")
        ]
        made = stack.apply("--allow-remove", *HUBSPOT)
        assert made.code == 0, made.err
        with stack.screen("hubspot") as hubspot:
            assert "recycle_reason" in json.dumps(hubspot.dump())  # archived, not gone
        assert _moves(stack.plan(*HUBSPOT)) == []

    def test_a_row_that_said_keep_is_kept_also_where_its_stack_would_archive(self, stack: Stack) -> None:
        stack.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
        stack.edit("catalog/person.yaml", "{key: recycle_reason,", "{key: recycle_reason, on_delete: keep,")
        stack.apply(*HUBSPOT)
        stack.drop_field("recycle_reason")
        plan = stack.plan("--allow-remove", *HUBSPOT)
        assert [(each["action"], each["reason"]) for each in _moves(plan)] == [("keep", "left_manifest")]

    def test_a_limit_stops_the_apply_until_this_very_plan_is_accepted(self, stack: Stack) -> None:
        stack.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
        stack.edit("environments/local.yaml", "emulated: true", "emulated: true\n  limits: {remove: {count: 0}}")
        stack.apply(*HUBSPOT)
        stack.drop_field("recycle_reason")
        options = ("--allow-remove", *HUBSPOT)
        plan = stack.plan(*options)
        assert [each["rule"] for each in plan["verdicts"] if each["level"] == "error"] == ["SL001"]
        refused = stack.apply(*options)
        assert refused.code == 3
        assert plan["digest"] in " ".join(refused.err.split())
        assert stack.apply(*options, "--accept", "sha256:" + "0" * 64).code == 4
        assert stack.apply(*options, "--accept", plan["digest"]).code == 0

    def test_the_number_of_records_that_hold_it_is_told(self, stack: Stack) -> None:
        stack.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
        stack.apply(*HUBSPOT)
        with stack.screen("hubspot") as hubspot:
            hubspot.do("add_records", object_type="contacts", count=7, recycle_reason="no_budget")
        stack.drop_field("recycle_reason")
        (removal,) = _moves(stack.plan("--allow-remove", *HUBSPOT))
        assert removal["impact"]["records"] == 7
        (silent,) = _moves(stack.plan("--allow-remove", "--no-counts", *HUBSPOT))
        assert silent["impact"] is None


class TestDrift:
    def test_it_says_what_moved_and_who_decides_and_writes_nothing(self, applied: Stack) -> None:
        with applied.screen("hubspot") as hubspot:
            hubspot.do("edit_property", object_type="contacts", name="lead_source", label="By a person")
            hubspot.reset_counters()
        made = applied.run("drift", applied.folder, "-e", "local")
        assert made.code == 2
        assert "By a person" in made.out
        assert "put it back" in made.out
        with applied.screen("hubspot") as hubspot:
            assert hubspot.counters()["writes"] == 0
        document = applied.run("drift", applied.folder, "-e", "local", "--format", "json").document
        assert [each["address"] for each in document["drift"]] == [LEAD_SOURCE]
        relabel(applied, "By a person")
        assert applied.run("drift", applied.folder, "-e", "local").code == 0

    def test_manifest_changes_alone_are_no_drift(self, applied: Stack) -> None:
        relabel(applied)
        assert applied.run("drift", applied.folder, "-e", "local").code == 0


class TestState:
    def test_list_show_move_and_forget(self, applied: Stack) -> None:
        options = ["-e", "local", "--stack", applied.folder]
        assert LEAD_SOURCE in applied.run("state", "list", *options, "hubspot:*lead_source").out
        assert "First source" in applied.run("state", "show", LEAD_SOURCE, *options).out
        assert applied.run("state", "mv", LEAD_SOURCE, "hubspot:property/contact.other", *options).code == 0
        assert applied.run("state", "mv", "hubspot:property/contact.other", LEAD_SOURCE, *options).code == 0
        assert applied.run("state", "forget", LEAD_SOURCE, *options).code == 0
        (adopted,) = _moves(applied.plan("--only", LEAD_SOURCE))
        assert adopted["action"] == "adopt"

    @pytest.mark.parametrize(
        "words",
        [
            ["show", "hubspot:property/contact.leadsource"],
            ["show", "nonsense"],
            ["mv", LEAD_SOURCE, "nonsense"],
            ["mv", "hubspot:property/contact.no", LEAD_SOURCE],
            ["forget", "hubspot:property/contact.no"],
            ["list", "-e", "elsewhere"],
        ],
    )
    def test_what_is_not_there_is_told_with_what_is(self, applied: Stack, words: list[str]) -> None:
        options = ["--stack", applied.folder, *([] if "-e" in words else ["-e", "local"])]
        made = applied.run("state", *words, *options)
        assert made.code == 64
        assert made.err.startswith("Error:")
        assert "Hint:" in made.err


def test_a_plan_gone_stale_in_one_place_is_refused_there_alone_with_three_values(applied: Stack) -> None:
    saved = applied.folder / "plan.json"
    relabel(applied)
    applied.edit("catalog/person.yaml", "label: Employees", "label: Number of employees")
    applied.run("plan", applied.folder, "-e", "local", "-o", saved, *HUBSPOT)
    with applied.screen("hubspot") as hubspot:
        hubspot.do("edit_property", object_type="contacts", name="lead_source", label="By a person")
    made = applied.run("apply", saved, "--yes")
    assert made.code == 5
    for value in ("First source", "By a person", "Very first source"):
        assert value in made.out
    report: dict[str, Any] = {each["address"]: each["attributes"] for each in _state(applied)}
    assert report["hubspot:property/contact.employee_band"]["label"] == "Number of employees"
    assert report[LEAD_SOURCE]["label"] == "First source"


def _moves(plan: Any) -> list[Any]:
    return [each for each in plan["changes"] if each["action"] != "manual"]


def _state(stack: Stack) -> list[Any]:
    made: Run = stack.run("state", "list", "-e", "local", "--stack", stack.folder, "--format", "json")
    return [{"address": address, **thing} for address, thing in made.document["things"].items()]


def _edit_state(stack: Stack, change: Callable[[Any], None]) -> None:
    path = stack.folder / ".mopsctl" / "state" / "local.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
