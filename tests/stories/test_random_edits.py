"""Random edits of an applied stack: nothing disappears without the three yeses, and no apply ends in what a plan could have told."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys import stories
from tests.journeys.conftest import CLOCK, Stack, _quietly

SYSTEMS = ("hubspot", "salesforce")
VALUES = ("gold", "silver", "bronze")
STAGES = ("new", "demo", "offer")
Edit = tuple[str, int]
KINDS = (
    "remove value",
    "rename value",
    "respell value",
    "relabel value",
    "remove stage",
    "relabel stage",
    "remove field",
    "shorten",
)

LIFECYCLE = """kind: Lifecycle
metadata: {name: person}
spec:
  catalog: person
  field: stage
  entry: known
  stages:
    - {key: known, label: Lead, type: inventory, owner: m, values: {hubspot: lead, salesforce: none}}
    - {key: buyer, label: Customer, type: inventory, owner: m, outcome: won, values: {hubspot: customer, salesforce: none}}
  transitions: [{from: known, to: buyer, by: m}]
  stamps: {pattern: "{stage}_at", in: {hubspot: native}}
  pipelines:
    - key: deals
      label: Deals
      object: deal
      in: {hubspot: deals}
      stages: [%s, {key: won, label: Won, probability: 1, closed: true}, {key: lost, label: Lost, probability: 0, closed: true}]
"""


def written(
    values: Mapping[str, str], stages: Mapping[str, str], fields: tuple[str, ...], length: int
) -> dict[str, str]:
    """The documents of a stack with these values and stages, by key and label."""
    listed = ", ".join(f"{{key: {key}, label: {label}}}" for key, label in values.items())
    rows = {
        "tier": "{key: tier, label: Tier, type: choice, values: tier, owner: hubspot, in: {hubspot: tier, salesforce: Tier__c}}",
        "note": f"{{key: note, label: Note, type: text, max: {length}, owner: hubspot, in: {{hubspot: own_note, salesforce: Note__c}}}}",
        "stage": "{key: stage, label: Stage, type: choice, values: Lifecycle/person, owner: hubspot, leave: [label], in: {hubspot: lifecyclestage}}",
    }
    kept = "\n    - ".join(rows[key] for key in (*fields, "stage"))
    open_ = ", ".join(
        f"{{key: {key}, label: {label}, probability: 0.{place + 1}}}"
        for place, (key, label) in enumerate(stages.items())
    )
    return {
        "catalog/person.yaml": stories.catalog(kept, values=f"[{listed}]", bind="hubspot: contact, salesforce: Lead"),
        "lifecycle/person.yaml": LIFECYCLE % open_,
    }


def edited(edits: list[Edit]) -> dict[str, str]:
    values = {key: key.capitalize() for key in VALUES}
    stages = {key: key.capitalize() for key in STAGES}
    fields, length = ("tier", "note"), 100
    for kind, number in edits:
        value, stage = VALUES[number % 3], STAGES[number % 3]
        if kind == "remove value" and len(values) > 1:
            values.pop(value, None)
        elif kind == "rename value" and value in values:
            values = {f"{key}_x" if key == value else key: label for key, label in values.items()}
        elif kind == "respell value" and value in values:
            values = {key.capitalize() if key == value else key: label for key, label in values.items()}
        elif kind == "relabel value" and value in values:
            values[value] = f"{value.capitalize()} {number}"
        elif kind == "remove stage" and len(stages) > 1:
            stages.pop(stage, None)
        elif kind == "relabel stage" and stage in stages:
            stages[stage] = f"{stage.capitalize()} {number}"
        elif kind == "remove field":
            fields = tuple(key for key in fields if key != ("tier", "note")[number % 2])
        elif kind == "shorten":
            length = 50
    return written(values, stages, fields, length)


def there(stack: Stack) -> set[str]:
    """Every option, value, stage and field that the emulated systems show, by where it is; what is hidden or inactive is not shown."""
    found: set[str] = set()
    with stack.screen("hubspot") as handle:
        found |= {f"stage {key}" for key in STAGES if re.search(rf"['\"]{key}['\"]", str(handle.dump()))}
        found |= _shown("hubspot", handle.dump())
    with stack.screen("salesforce") as handle:
        found |= _shown("salesforce", handle.dump())
    return found


def _shown(system: str, dump: Any) -> set[str]:
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            name = node.get("valueName") or node.get("fullName") or node.get("value")
            if name in VALUES and not node.get("hidden") and node.get("isActive") is not False:
                found.add(f"{system} value {name}")
            if node.get("name") in ("tier", "own_note", "Tier__c", "Note__c") and not node.get("archived"):
                found.add(f"{system} field {node['name']}")
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(dump)
    return found


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5)), min_size=1, max_size=4))
def test_nothing_disappears_and_no_apply_ends_in_a_refusal(edits: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        CLOCK.replace(patch)
        root = Path(folder) / "story"
        stack = stories.stack(root, _quietly, ", ".join(SYSTEMS), edited([]))
        first = stack.apply()
        assert first.code == 0, first.out + first.err
        before = there(stack)
        assert {"stage demo", "hubspot value gold", "salesforce value gold", "hubspot field tier"} <= before
        stories.stack(root, _quietly, ", ".join(SYSTEMS), edited(edits))
        plan = stack.plan("--allow-remove")
        assert plan["summary"]["remove"] == 0  # nobody said on_delete, so nothing goes even with the flag
        ended = stack.apply("--allow-remove")
        assert ended.code in (0, 3), ended.out + ended.err  # told before anything is written, or done
        assert before <= there(stack), before - there(stack)
        if ended.code == 0:
            again = stack.plan("--allow-remove")
            assert [each["address"] for each in again["changes"] if each["action"] not in ("manual",)] == []
        else:
            assert plan["verdicts"]
