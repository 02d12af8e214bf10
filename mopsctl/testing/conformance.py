"""The conformance kit: an adapter names its vendor's profile and gets the whole suite.

A test module of an adapter reads::

    from mopsctl.testing.conformance import AdapterConformance

    class TestMyVendor(AdapterConformance):
        provider = provider
        profile = Profile(object="contact", name=lambda key: key, types=frozenset({"text", "integer"}))

Every test runs against the vendor's emulator over a real socket. What the adapter does not write is skipped by the name of
its row, with the adapter's own sentence.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.element import Field
from mopsctl.engine import document
from mopsctl.engine.report import Line
from mopsctl.engine.view import Rules
from mopsctl.errors import AuthenticationError, MopsctlError
from mopsctl.provider import http
from mopsctl.provider.capability import ROWS, missing_rows
from mopsctl.provider.contract import Provider
from mopsctl.resource import Json, Reading, Resource
from mopsctl.secrets import Secret
from mopsctl.testing.account import SYSTEM, Account, Cable, Unbroken, emulated
from mopsctl.testing.stories import Profile, Story, choice, crowd, stories
from mopsctl.testing.world import World

__all__ = ["Account", "AdapterConformance"]

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "lost_response": {},
    "lost_request": {},
    "status": {"status": 500},
    "html": {"status": 502},
    "garbage": {},
}
TOOK_EFFECT = ("lost_response", "garbage")  # the write is done, whatever its answer looks like
HEAPS = {"done", "failed", "unknown", "skipped", "not-started"}
READ_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "status": {"status": 500},
    "html": {"status": 200},
    "garbage": {},
}


def outcomes(lines: Sequence[Line]) -> dict[str, str]:
    """Address to outcome."""
    return {str(line.change.address): line.outcome for line in lines}


class AdapterConformance:
    """The suite. Subclasses set `provider` and `profile`."""

    provider: ClassVar[Provider]
    profile: ClassVar[Profile]

    @pytest.fixture
    def account(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
        """A fresh emulated account; waiting costs no time."""
        monkeypatch.setattr(http, "sleep", lambda _seconds: None)
        with emulated(self.provider, tmp_path) as made:
            yield made

    # -- what the adapter says of itself

    def test_every_row_of_the_lowering_table_has_a_cell_with_a_sentence(self) -> None:
        assert missing_rows(self.provider.cells) == []
        assert [row for row in ROWS if not self.provider.cells[row].why or not self.provider.cells[row].modes] == []

    def test_every_attribute_that_cannot_change_says_why_and_what_instead(self) -> None:
        silent = [
            f"{kind.name}.{name}"
            for kind in self.provider.kinds.values()
            for name, attribute in kind.attributes.items()
            if attribute.mode in ("create-only", "fixed") and not (attribute.why and attribute.instead)
        ]
        assert silent == []

    def test_settings_name_their_secrets(self) -> None:
        assert self.provider.secret_settings <= set(self.provider.settings)

    def test_conversion_depends_on_nothing_but_what_is_wanted(self, account: Account) -> None:
        wanted = crowd(self.profile)
        one, two = account.wants(wanted), account.wants(list(reversed(wanted)))
        assert _by_address(one) == _by_address(two)

    def test_a_hint_that_the_adapter_does_not_know_is_said(self, account: Account) -> None:
        (plain,) = [each for each in crowd(self.profile, 1) if isinstance(each, Field)]
        hinted = replace(plain, hints={**plain.hints, "no_such_hint": "x"})
        quiet, told = (self.provider.convert([each], account.connection).findings for each in (plain, hinted))
        assert len(told) > len(quiet)

    def test_importing_it_imports_no_http_library(self) -> None:
        package = type(self.provider).__module__.partition(".")[0]
        code = f"import sys; import {package}; sys.exit('httpx' in sys.modules)"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0

    def test_only_the_right_credentials_open_the_account(self, account: Account) -> None:
        with account.world().system as system:
            assert system.identify().sort != "production"
        right = account.connection
        wrong = {name: Secret("not-the-right-one", name) for name in right.secrets}
        with pytest.raises(AuthenticationError), self.provider.open(replace(right, secrets=wrong)) as system:
            system.identify()

    # -- stories

    def test_each_step_of_each_story_is_written_once_and_stays(
        self, account: Account, subtests: pytest.Subtests
    ) -> None:
        for story in stories(self.profile):
            with subtests.test(msg=story.name):
                self._needs(story)
                self._lead_through(account, story)

    def test_a_plan_writes_nothing_and_says_the_same_twice(self, account: Account) -> None:
        wanted = account.wants(crowd(self.profile))
        world = account.world()
        account.handle.reset_counters()
        one, two = world.plan(wanted), account.again(world).plan(list(reversed(wanted)))
        assert canonical.dumps(document.to_json(one)) == canonical.dumps(document.to_json(two))
        assert account.handle.counters()["writes"] == 0

    def test_what_nobody_named_stays_as_it_is(self, account: Account) -> None:
        theirs = account.wants(crowd(self.profile, 3))
        ours = account.wants(crowd(self.profile, 8)[3:])
        self._apply(account.world(), theirs)
        names = [each.address for each in theirs]
        stranger = account.world()
        before = stranger.system.reread(names).items
        world = account.world()
        self._apply(world, ours)
        self._apply(world, [])
        assert stranger.system.reread(names).items == before

    def test_what_somebody_else_put_into_a_list_stays(self, account: Account) -> None:
        self._needs(self._lists())
        theirs = account.wants([choice(self.profile, "kit_shared", ["web", "event", "theirs"])])
        ours = account.wants([choice(self.profile, "kit_shared", ["partner", "web"])])
        self._apply(account.world(), theirs)
        stranger = account.world()
        before = self._lists_in(stranger, theirs)
        self._apply(account.world(), ours)
        after = self._lists_in(stranger, theirs)
        assert before
        mine = {each.address: each.attributes for each in ours}
        for (address, name), items in before.items():
            named = mine.get(address, {}).get(name, {})
            kept = {key: item for key, item in items.items() if key not in named}
            assert {key: after[address, name].get(key) for key in kept} == kept

    def test_what_leaves_is_taken_away_and_can_come_back(self, account: Account) -> None:
        wanted = [replace(each, on_delete="delete") for each in account.wants(crowd(self.profile, 2))]
        world = account.world()
        self._apply(world, wanted)
        gone = {line.change.address for line in self._apply(world, []) if line.change.action == "remove"}
        removable = {each.address for each in wanted if self.provider.kinds[each.address.kind].removal != "none"}
        assert gone <= removable
        if not gone:
            pytest.skip("nothing of this vendor's fields can be taken away")
        assert not {each for each in account.world().system.reread(sorted(gone)).items if self._deletes(each)}
        assert [change for change in world.plan([]).changes if change.writes] == []
        self._apply(world, wanted)
        assert [change for change in account.again(world).plan(wanted).changes if change.writes] == []

    def test_every_field_that_is_read_says_what_it_is(self, account: Account) -> None:
        elements = [each for each in crowd(self.profile, 6) if isinstance(each, Field)]
        world = account.world()
        self._apply(world, account.wants(elements))
        seen = world.read(account.wants(elements)).items
        for each in elements:
            found = seen[self.provider.field_address(SYSTEM, each.object, each.name)]
            assert found.facts is not None
            assert found.facts.type is not None

    def test_a_read_that_fails_is_never_taken_for_absence(self, account: Account, subtests: pytest.Subtests) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        self._apply(account.world(), wanted)
        account.handle.reset_counters()
        whole = self._read(account.world(), wanted)
        assert whole is not None
        for number in range(account.handle.counters()["reads"]):
            for name, params in READ_FAULTS.items():
                with subtests.test(msg=f"{name} from read {number + 1} on"):
                    account.handle.fault(name, kind="read", after=number, times=0, **params)
                    found = self._read(account.world(), wanted)
                    account.handle.clear_faults()
                    assert found is None or found.unreadable or found.items == whole.items

    def test_a_lost_record_makes_no_duplicates(self, account: Account) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        self._apply(account.world(), wanted)
        plan = account.world().plan(wanted)
        assert {change.action for change in plan.changes if change.action != "manual"} == {"adopt"}

    def test_what_moved_after_the_plan_is_refused_for_itself_alone(self, account: Account) -> None:
        if not self.profile.texts:
            pytest.skip("no word of a field may change after creation")
        wanted = account.wants(crowd(self.profile, 3))
        world = account.world()
        self._apply(world, wanted)
        word = sorted(self.profile.texts)[-1]
        plan = world.plan([_with(each, word, "Planned") for each in wanted])
        other = account.world()
        self._apply(other, [_with(wanted[0], word, "Somebody else")])
        found = outcomes(world.apply(plan))
        refused = [address for address, outcome in found.items() if outcome == "refused"]
        assert refused == [str(wanted[0].address)]
        assert set(found.values()) == {"refused", "done"}

    # -- faults and crashes

    @pytest.mark.parametrize("fault", sorted(FAULTS))
    def test_each_fault_at_each_write_ends_in_the_right_heap_and_after_resume_in_the_same_end(
        self, account: Account, fault: str, subtests: pytest.Subtests
    ) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        expected = self._unbroken(account, wanted)
        for number in range(expected.writes):
            with subtests.test(msg=f"{fault} at write {number + 1} of {expected.writes}"):
                account.handle.reset()
                world = account.world()
                account.handle.fault(fault, kind="write", after=number, **FAULTS[fault])
                lines = self._tried(world, wanted)
                account.handle.clear_faults()
                assert {line.outcome for line in lines} <= HEAPS
                wrong = [line for line in lines if line.outcome == "failed" and fault in TOOK_EFFECT]
                assert not wrong, f"it took effect: {wrong[0].change.address}: {wrong[0].error}"
                self._comes_to(account, world, wanted, expected.stored)

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_run_cut_off_at_each_write_and_resumed_ends_like_an_unbroken_one(
        self, account: Account, moment: str, subtests: pytest.Subtests
    ) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        expected = self._unbroken(account, wanted)
        for number in range(expected.writes):
            with subtests.test(msg=f"cut {moment} write {number + 1} of {expected.writes}"):
                account.handle.reset()
                world = account.world()
                cable = Cable(number)
                hook = account.handle.before_write if moment == "before" else account.handle.after_write
                hook(cable)
                self._tried(world, wanted)
                cable.fixed = True
                self._comes_to(account, world, wanted, expected.stored)

    def test_a_write_whose_answer_was_lost_is_read_back_and_not_sent_again(self, account: Account) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        expected = self._unbroken(account, wanted)
        for number in range(expected.writes):
            account.handle.reset()
            account.handle.fault("lost_response", kind="write", after=number)
            self._tried(account.world(), wanted)
            assert account.handle.counters()["writes"] <= expected.writes

    # -- helpers

    def _read(self, world: World, wanted: Sequence[Resource]) -> Reading | None:
        """What one look brings; None where it raises, as it may."""
        try:
            world.system.identify()
            return world.read(wanted)
        except MopsctlError:
            return None

    def _deletes(self, address: Address) -> bool:
        """Whether what is removed is gone; what is archived may still be seen."""
        return self.provider.kinds[address.kind].removal == "delete"

    def _lists(self) -> Story:
        return next(each for each in stories(self.profile) if each.name == "value lists")

    def _lists_in(self, world: World, resources: Sequence[Resource]) -> dict[tuple[Address, str], Mapping[str, Json]]:
        """The lists that these resources own items of, as they are on the system now."""
        seen = world.system.reread([each.address for each in resources]).items
        return {
            (each.address, name): seen[each.address].attributes[name]
            for each in resources
            for name in each.attributes
            if name in self.provider.kinds[each.address.kind].attributes
            and self.provider.kinds[each.address.kind].attributes[name].keyed
        }

    def _needs(self, story: Story) -> None:
        for row in story.rows:
            cell = self.provider.cells[row]
            if cell.modes[0] != "write":
                pytest.skip(f"{ROWS[row]}: {cell.why}")

    def _lead_through(self, account: Account, story: Story) -> None:
        world = account.world()
        for step in story.steps:
            wanted = account.wants(step.elements)
            world.rules = Rules(allow_remove=step.allow_remove)
            lines = self._apply(world, wanted)
            assert any(line.change.writes for line in lines), f"{step.why}: nothing was written"
            left = [change for change in account.again(world).plan(wanted).changes if change.action != "manual"]
            assert left == [], f"{step.why}: a second plan is not empty"

    def _apply(self, world: World, wanted: Sequence[Resource]) -> tuple[Line, ...]:
        plan = world.plan(wanted)
        assert plan.refused == ()
        lines = world.apply(plan)
        wrong = [f"{line.change.address} {line.outcome}: {line.error}" for line in lines if line.outcome != "done"]
        assert wrong == []
        return lines

    def _tried(self, world: World, wanted: Sequence[Resource]) -> tuple[Line, ...]:
        plan = world.plan(wanted)
        try:
            return world.apply(plan)
        except MopsctlError:
            return ()

    def _unbroken(self, account: Account, wanted: Sequence[Resource]) -> Unbroken:
        account.handle.reset()
        self._apply(account.world(), wanted)
        return Unbroken(account.handle.dump(self.profile.volatile), account.handle.counters()["writes"])

    def _comes_to(self, account: Account, world: World, wanted: Sequence[Resource], stored: object) -> None:
        again = account.again(world)
        refused = [line for line in again.resume() if line.outcome == "refused"]
        assert not refused, f"it is our own work, half done: {refused[0].change.address}: {refused[0].error}"
        self._apply(account.again(again), wanted)
        assert _things(account.handle.dump(self.profile.volatile)) == _things(stored)


def _things(stored: object) -> object:
    """What is stored, without the emulator's own books and without the order in which things were made."""
    if not isinstance(stored, dict):
        return stored
    return {
        name: sorted(map(canonical.dumps, value.values() if isinstance(value, dict) else value))
        for name, value in stored.items()
        if not name.startswith("_") and isinstance(value, dict | list)
    }


def _by_address(resources: Sequence[Resource]) -> list[Resource]:
    return sorted(resources, key=lambda each: each.address)


def _with(resource: Resource, name: str, value: str) -> Resource:
    return replace(resource, attributes={**resource.attributes, name: f"{value} {resource.address.name}"[:40]})
