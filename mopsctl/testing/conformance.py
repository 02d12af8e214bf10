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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mopsctl import canonical
from mopsctl.element import Element
from mopsctl.emulator.base import Emulator
from mopsctl.emulator.call import Call, Cut
from mopsctl.emulator.server import Handle, running
from mopsctl.engine import document
from mopsctl.engine.report import Line
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.errors import MopsctlError
from mopsctl.provider import http
from mopsctl.provider.capability import ROWS, missing_rows
from mopsctl.provider.contract import Connection, Provider
from mopsctl.resource import Resource
from mopsctl.secrets import Secret
from mopsctl.testing.stories import Profile, Story, crowd, stories
from mopsctl.testing.world import World

SYSTEM = "system"
FREE = Rules(allow_remove=True, limits=Limits(remove=Limit(), change=Limit()))
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "lost_response": {},
    "lost_request": {},
    "status": {"status": 500},
    "html": {"status": 502},
}


class Account:
    """One emulated account, and worlds that talk to it."""

    def __init__(self, provider: Provider, handle: Handle, folder: Path) -> None:
        self.provider = provider
        self.handle = handle
        self.folder = folder
        self._open: list[World] = []

    @property
    def connection(self) -> Connection:
        """A connection to the emulator."""
        settings = self.handle.connection
        secret = self.provider.secret_settings
        return Connection(
            SYSTEM,
            {key: value for key, value in settings.items() if key not in secret},
            {key: Secret(value, key) for key, value in settings.items() if key in secret},
            tier="sandbox",
            emulated=True,
        )

    def world(self) -> World:
        """A new connection with a record and a journal of its own, as a new process has it."""
        made = World(SYSTEM, self.provider.open(self.connection), self.provider.kinds, self.folder, rules=FREE)
        self._open.append(made)
        return made

    def again(self, world: World) -> World:
        """The same record and journal behind a new connection: the process was started again."""
        other = self.world()
        other.state = world.state
        return other

    def wants(self, elements: Sequence[Element]) -> list[Resource]:
        """What the elements become; the adapter must not object."""
        converted = self.provider.convert(elements, self.connection)
        assert not [found for found in converted.findings if found.level == "error"], converted.findings
        return list(converted.resources)

    def close(self) -> None:
        """Close every connection."""
        for world in self._open:
            world.system.close()


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
        emulator = self.provider.emulator()
        assert isinstance(emulator, type)
        assert issubclass(emulator, Emulator)
        with running(emulator, persona="sandbox") as handle:
            made = Account(self.provider, handle, tmp_path)
            yield made
            made.close()

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

    def test_a_lost_record_makes_no_duplicates(self, account: Account) -> None:
        wanted = account.wants(crowd(self.profile, 4))
        self._apply(account.world(), wanted)
        plan = account.world().plan(wanted)
        assert {change.action for change in plan.changes if change.action != "by-hand"} == {"adopt"}

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
                assert all(line.outcome in ("done", "failed", "unknown", "skipped", "not-started") for line in lines)
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
                cable.mended = True
                self._comes_to(account, world, wanted, expected.stored)

    # -- helpers

    def _needs(self, story: Story) -> None:
        for row in story.rows:
            cell = self.provider.cells[row]
            if cell.modes[0] != "write":
                pytest.skip(f"{ROWS[row]}: {cell.why}")

    def _lead_through(self, account: Account, story: Story) -> None:
        world = account.world()
        for step in story.steps:
            wanted = account.wants(step.elements)
            lines = self._apply(world, wanted)
            assert any(line.change.writes for line in lines), f"{step.why}: nothing was written"
            left = [change for change in account.again(world).plan(wanted).changes if change.action != "by-hand"]
            assert left == [], f"{step.why}: a second plan is not empty"

    def _apply(self, world: World, wanted: Sequence[Resource]) -> tuple[Line, ...]:
        plan = world.plan(wanted)
        assert plan.refused == ()
        lines = world.apply(plan)
        assert [line for line in lines if line.outcome != "done"] == []
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
        again.resume()
        self._apply(account.again(again), wanted)
        assert _things(account.handle.dump(self.profile.volatile)) == _things(stored)


class Unbroken:
    """What an undisturbed run leaves behind, and how many writes it takes."""

    def __init__(self, stored: object, writes: int) -> None:
        self.stored = stored
        self.writes = writes


class Cable:
    """Cuts the connection at one write and everything after it, as the death of the client does."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.mended = False

    def __call__(self, call: Call) -> None:
        if self.mended:
            return
        if self._left == 0:
            raise Cut
        self._left -= 1


def _things(stored: object) -> object:
    """What is stored, without the emulator's own books and without the order in which things were made."""
    if not isinstance(stored, dict):
        return stored
    return {
        name: sorted(map(canonical.dumps, value.values() if isinstance(value, dict) else value))
        for name, value in stored.items()
        if not name.startswith("_") and isinstance(value, dict | list)
    }


def _with(resource: Resource, name: str, value: str) -> Resource:
    return replace(resource, attributes={**resource.attributes, name: f"{value} {resource.address.name}"[:40]})
