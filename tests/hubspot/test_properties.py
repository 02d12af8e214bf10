"""The engine's properties on the HubSpot emulator: people edit the account, manifests change, answers get lost."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from mopsctl_hubspot import provider
from mopsctl_hubspot.emulator import emulator

from mopsctl import canonical
from mopsctl.element import Field, Item, ValueList
from mopsctl.emulator.server import running
from mopsctl.engine import document
from mopsctl.provider import http
from mopsctl.state.model import fresh
from mopsctl.testing.conformance import Account
from mopsctl.testing.stories import HERE

NAMES = ["kit_a", "kit_b", "kit_c"]
LABELS = ["One", "Two", "Three"]
CANARY = "pat-na1-"


def field(name: str, label: str, options: list[str]) -> Field:
    """A choice property with these options."""
    values = ValueList(name, tuple(Item(each, each, f"Option {each}") for each in options))
    return Field(HERE, "person", "contact", name, name, "choice", f"{label} {name}", values=values)


class HubSpot(RuleBasedStateMachine):
    """One account, one stack, and what can happen to them."""

    @initialize()
    def begin(self) -> None:
        self.exits = ExitStack()
        self.folder = Path(self.exits.enter_context(tempfile.TemporaryDirectory()))
        self.sleep, http.sleep = http.sleep, lambda _seconds: None
        self.handle = self.exits.enter_context(running(emulator))
        self.account = Account(provider, self.handle, self.folder)
        self.world = self.account.world()
        self.wanted: dict[str, Field] = {}
        self.handle.do(
            "create_property", object_type="contacts", name="theirs", label="Theirs", type="string", fieldType="text",
            groupName="contactinformation",
        )  # fmt: skip
        self.theirs = self._theirs()

    def teardown(self) -> None:
        if hasattr(self, "exits"):
            self.account.close()
            self.exits.close()
            http.sleep = self.sleep

    def _theirs(self) -> str:
        documents = [each for collection in self.handle.dump().values() for each in collection.values()]
        return json.dumps([each for each in documents if each.get("name") == "theirs"], sort_keys=True)

    def _resources(self) -> list[Any]:
        return self.account.wants(tuple(self.wanted.values()))

    def _left(self) -> list[Any]:
        return [each for each in self.world.plan(self._resources()).changes if each.writes]

    @rule(
        name=st.sampled_from(NAMES),
        label=st.sampled_from(LABELS),
        options=st.lists(st.sampled_from(["x", "y", "z"]), unique=True, min_size=1),
        on_delete=st.sampled_from(["keep", "archive"]),
    )
    def declare(self, name: str, label: str, options: list[str], on_delete: Any) -> None:
        made = field(name, label, options)
        self.wanted[name] = replace(made, origin=replace(HERE, on_delete=on_delete))

    @rule(name=st.sampled_from(NAMES))
    def drop(self, name: str) -> None:
        self.wanted.pop(name, None)

    @rule(name=st.sampled_from(NAMES), label=st.sampled_from(LABELS))
    def a_person_renames(self, name: str, label: str) -> None:
        if any(each.get("name") == name and not each.get("archived") for each in self._properties()):
            self.handle.do("edit_property", object_type="contacts", name=name, label=f"{label} by a person")

    def _properties(self) -> list[Any]:
        return [
            each for collection in self.handle.dump().values() for each in collection.values() if "fieldType" in each
        ]

    @rule(order=st.sampled_from(["stored", "reversed"]))
    def hubspot_lists_in_another_order(self, order: str) -> None:
        self.handle.switch("list_order", order)

    @rule()
    def plan_says_the_same_twice_and_writes_nothing(self) -> None:
        self.handle.reset_counters()
        one = self.world.plan(self._resources())
        two = self.account.again(self.world).plan(list(reversed(self._resources())))
        assert canonical.dumps(document.to_json(one)) == canonical.dumps(document.to_json(two))
        assert CANARY not in canonical.dumps(document.to_json(one))
        assert self.handle.counters()["writes"] == 0

    @rule()
    def apply_then_plan_is_empty(self) -> None:
        lines = self.world.converge(self._resources())
        assert [line for line in lines if line.outcome != "done"] == []
        assert self._left() == []

    @rule(
        fault=st.sampled_from(["lost_response", "lost_request", "status", "html"]),
        after=st.integers(0, 6),
    )
    def trouble_then_resume(self, fault: str, after: int) -> None:
        plan = self.world.plan(self._resources())
        self.handle.fault(fault, after=after, **({"status": 502} if fault in ("status", "html") else {}))
        self.world.apply(plan)
        self.handle.clear_faults()
        self.world.resume()
        self.apply_then_plan_is_empty()

    @rule()
    def a_read_fails(self) -> None:
        self.handle.fault("status", "GET", path="/crm/", status=403, times=0)
        plan = self.world.plan(self._resources())
        self.handle.clear_faults()
        assert not any(change.action == "remove" for change in plan.changes)
        assert plan.unreadable or plan.changes == ()

    @rule()
    def the_record_is_lost(self) -> None:
        self.apply_then_plan_is_empty()
        self.world.state = fresh("test", "test")
        self.world.journal().clear()
        assert not any(change.action == "add" for change in self.world.plan(self._resources()).changes)

    @invariant()
    def what_nobody_named_is_untouched(self) -> None:
        if hasattr(self, "theirs"):
            assert self._theirs() == self.theirs


HubSpot.TestCase.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
TestHubSpot = HubSpot.TestCase
