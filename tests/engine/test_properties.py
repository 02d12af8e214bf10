"""What must hold whatever happens: people edit the system, the manifests change, calls fail, the process dies.

The machine keeps a model of who owns what and lets hypothesis choose what happens next.
"""

from __future__ import annotations

import contextlib
import copy
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.engine import document
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.resource import Resource
from mopsctl.state.model import fresh
from mopsctl.testing.memory import KINDS, MemorySystem, Store, broken, lost_answer
from mopsctl.testing.world import World

NAMES = ["a", "b", "c", "d", "e", "f"]
LABELS = st.sampled_from(["one", "two", "three"])
OPTIONS = st.lists(st.sampled_from(["x", "y", "z"]), unique=True, min_size=1, max_size=3)
CANARY = "canary-8731-secret"


class Killed(BaseException):
    """The process dies here."""


def _address(name: str) -> Address:
    return Address("memory", "field", name)


class Engine(RuleBasedStateMachine):
    """One account, one stack, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store()
        self.world = World("memory", MemorySystem(self.store), KINDS, Path(self.folder.name))
        self.world.rules = Rules(allow_remove=True, limits=Limits(remove=Limit(), change=Limit()))
        self.wanted: dict[str, Resource] = {}
        self.foreign = {
            _address("foreign"): {"label": "theirs", "options": {"q": {"label": "Q"}}, "_made_by": "a person"}
        }
        self.store.things |= copy.deepcopy(self.foreign)

    def teardown(self) -> None:
        self.folder.cleanup()

    def _quiet(self) -> None:
        self.store.before = self.store.after = lambda _call, _addresses: None

    def _resources(self) -> list[Resource]:
        group = Resource(Address("memory", "group", "g"), "G", {"label": "G"}, Source("x", 1, 1), "D")
        return [group, *self.wanted.values()]

    @rule(
        name=st.sampled_from(NAMES),
        label=LABELS,
        options=OPTIONS,
        on_delete=st.sampled_from(["keep", "archive", "delete"]),
    )
    def declare(self, name: str, label: str, options: list[str], on_delete: Any) -> None:
        attributes = {"label": label, "options": {key: {"label": key} for key in options}, "options_order": options}
        needs = (Address("memory", "group", "g"),)
        self.wanted[name] = Resource(
            _address(name), name, attributes, Source("x", 2, 1), "D", needs=needs, on_delete=on_delete
        )

    @rule(name=st.sampled_from(NAMES))
    def drop(self, name: str) -> None:
        self.wanted.pop(name, None)

    @rule(name=st.sampled_from(NAMES), label=LABELS)
    def a_person_edits(self, name: str, label: str) -> None:
        if _address(name) in self.store.things:
            self.store.things[_address(name)]["label"] = label

    @rule(name=st.sampled_from(NAMES))
    def a_person_adds_a_value(self, name: str) -> None:
        thing = self.store.things.get(_address(name))
        if thing is not None:
            thing.setdefault("options", {})["person"] = {"label": "P"}
            thing.setdefault("options_order", []).append("person") if "person" not in thing.get(
                "options_order", []
            ) else None

    @rule(turned=st.booleans())
    def the_vendor_lists_in_another_order(self, turned: bool) -> None:
        self.store.turned = turned

    @rule()
    def plan_says_the_same_twice_and_writes_nothing(self) -> None:
        writes = self.store.writes
        before = copy.deepcopy(self.store.things)
        one = self.world.plan(self._resources())
        self.store.turned = not self.store.turned
        two = self.world.plan(list(reversed(self._resources())))
        assert canonical.dumps(document.to_json(one)) == canonical.dumps(document.to_json(two))
        assert self.store.writes == writes
        assert self.store.things == before

    @rule()
    def apply_then_plan_is_empty(self) -> None:
        self._quiet()
        self.world.converge(self._resources())
        plan = self.world.plan(self._resources())
        assert not any(change.writes for change in plan.changes), plan.changes
        assert plan.drift == ()

    @rule(kind=st.sampled_from(["field", "group"]))
    def a_read_fails(self, kind: str) -> None:
        self.store.unreadable[kind] = "not readable"
        plan = self.world.plan(self._resources())
        assert plan.changes == ()
        self.store.unreadable.clear()

    @rule(name=st.sampled_from(NAMES), options=OPTIONS)
    def a_stale_plan_never_overwrites(self, name: str, options: list[str]) -> None:
        self.declare(name, "one", options, "keep")
        self.apply_then_plan_is_empty()
        self.declare(name, "two", options, "keep")
        plan = self.world.plan(self._resources())
        self.store.things[_address(name)]["label"] = "a person"
        lines = {line.change.address: line.outcome for line in self.world.apply(plan)}
        assert lines[_address(name)] == "refused"
        assert self.store.things[_address(name)]["label"] == "a person"

    @rule(
        number=st.integers(0, 4),
        moment=st.sampled_from(["before", "after"]),
        how=st.sampled_from(["kill", "lose", "fail"]),
    )
    def trouble_then_resume(self, number: int, moment: str, how: str) -> None:
        count = iter(range(1000))

        def trouble(call: str, _addresses: object) -> None:
            if call == "write" and next(count) == number:
                raise Killed if how == "kill" else lost_answer(call) if how == "lose" else broken(call)

        if how == "fail":
            moment = "before"  # a vendor that says it failed did nothing
        setattr(self.store, moment, trouble)
        try:
            self.world.converge(self._resources())
        except Killed:
            pass
        finally:
            self._quiet()
        lines = self.world.resume()
        assert all(line.outcome == "done" for line in lines), lines
        plan = self.world.plan(self._resources())
        assert not any(change.writes for change in plan.changes), plan.changes

    @rule(
        name=st.sampled_from(NAMES),
        options=OPTIONS,
        numbers=st.lists(st.integers(0, 3), min_size=1, max_size=3),
        moment=st.sampled_from(["before", "after"]),
    )
    def runs_that_die_one_after_the_other_are_no_drift_and_lose_nothing(
        self, name: str, options: list[str], numbers: list[int], moment: str
    ) -> None:
        self.declare(name, "one", ["x", "y", "z"], "archive")
        self.apply_then_plan_is_empty()
        for place, number in enumerate(numbers):
            self.declare(name, ["two", "three", "one"][place], options[place:] or ["x"], "archive")
            self._dies(number, moment)
            assert self.world.plan(self._resources()).drift == ()
        self.wanted.pop(name)
        self._dies(9, moment)
        self.apply_then_plan_is_empty()
        assert _address(name) not in self.store.things, "it was ours, and had to be archived"

    def _dies(self, number: int, moment: str) -> None:
        count = iter(range(1000))

        def kill(call: str, _addresses: object) -> None:
            if call == "write" and next(count) == number:
                raise Killed

        setattr(self.store, moment, kill)
        with contextlib.suppress(Killed):
            self.world.converge(self._resources())
        self._quiet()

    @rule()
    def the_state_file_is_lost(self) -> None:
        self._quiet()
        self.world.converge(self._resources())
        count = len(self.store.things)
        self.world.state = fresh("test", "test")
        self.world.journal().clear()
        plan = self.world.plan(self._resources())
        assert not any(change.action == "add" for change in plan.changes)
        self.world.apply(plan)
        assert len(self.store.things) == count

    @invariant()
    def what_nobody_named_is_untouched(self) -> None:
        assert {key: self.store.things[key] for key in self.foreign} == self.foreign

    @invariant()
    def what_a_person_added_to_a_list_stays(self) -> None:
        for thing in self.store.things.values():
            if "person" in thing.get("options_order", []):
                assert thing["options"]["person"] == {"label": "P"}


Engine.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestEngine = Engine.TestCase
