"""Findings about live systems are judged on the world after the plan: the same before its apply and after it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mopsctl import checks
from mopsctl.engine.view import SystemView
from mopsctl.manifest.model import Stack as Declared
from mopsctl.resource import FieldFacts
from tests.journeys.conftest import Stack
from tests.journeys.every_kind import KINDS

STORY = {
    "mopsctl.yaml": """apiVersion: mopsctl/v1
kind: Stack
metadata: {name: story}
spec: {systems: {hubspot: {}, salesforce: {}}}
""",
    "catalog/person.yaml": """apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {name: person}
spec:
  object: person
  bind: {hubspot: contact, salesforce: [Lead, Contact]}
  value_sets:
    src: [{key: web, label: Web}, {key: event, label: Event}]
  fields:
    - key: src
      label: Source
      type: choice
      values: src
      owner: shared
      in: {hubspot: src, salesforce: {Lead: LeadSource, Contact: LeadSource}}
    - key: note
      label: Note
      type: text
      max: 200
      owner: shared
      in: {hubspot: kit_note, salesforce: Kit_Note__c}
""",
    "mappings/m.yaml": """apiVersion: mopsctl/v1
kind: FieldMapping
metadata: {name: m}
spec:
  catalog: person
  between: [hubspot, salesforce]
  connector: hubspot-native
  defaults: {sync: salesforce-wins}
  rows:
    - {field: src, sync: two-way, values: {salesforce: {web: Web, event: Event}}}
    - {field: note, sync: two-way}
""",
    "environments/local.yaml": """apiVersion: mopsctl/v1
kind: Environment
metadata: {name: local}
spec: {emulated: true}
""",
}


@pytest.fixture
def story(stack: Stack, tmp_path: Path) -> Stack:
    """Two systems that share a list of which Salesforce ships more values than the manifest names."""
    folder = tmp_path / "story"
    for name, text in STORY.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Stack(folder, stack.run)


def live(document: Any) -> list[tuple[str, str, str]]:
    """What the plan says about live ends of mappings."""
    ids = {rule.id for rule in checks.LIVE}
    return [(each["rule"], each["level"], each["message"]) for each in document["verdicts"] if each["rule"] in ids]


def test_a_finding_that_stands_after_the_apply_stands_before_it_and_does_not_block(story: Stack) -> None:
    first = live(story.plan())
    assert {(rule, level) for rule, level, _ in first} == {("FM002", "warning")}
    assert any("does not know" in message and "hubspot contact.src" in message for _, _, message in first)
    assert story.apply().code == 0
    assert live(story.plan()) == first
    story.edit("catalog/person.yaml", "label: Note", "label: A note")
    assert story.apply().code == 0


def test_what_the_plan_itself_cures_is_no_finding_and_what_it_brings_is_one(story: Stack) -> None:
    fields = ("--only", "hubspot:*", "--only", "salesforce:field/*")
    assert "FM014" not in {rule for rule, _, _ in live(story.plan())}
    assert ("FM014", "error", "The integration user cannot see salesforce Lead.Kit_Note__c.") in live(
        story.plan(*fields)
    )
    assert story.apply("--only", "hubspot:*").code == 0
    assert story.apply("--only", "salesforce:field/*").code == 0
    assert "FM014" in {rule for rule, _, _ in live(story.plan(*fields))}
    assert "FM014" not in {rule for rule, _, _ in live(story.plan())}
    assert story.apply().code == 0
    assert "FM014" not in {rule for rule, _, _ in live(story.plan())}


def _facts(views: Sequence[SystemView]) -> Mapping[str, FieldFacts | None]:
    wanted = {view.name: {resource.address for resource in view.resources} for view in views}
    return {
        str(address): seen.facts
        for view in views
        if view.reading
        for address, seen in sorted(view.reading.items.items())
        if address in wanted[view.name]
        and seen.facts is not None
        and address.kind != "crm-field"  # the sync's view of a field
    }


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, FieldFacts | None]]:
    """The facts that each plan's findings were judged on."""
    found: list[Mapping[str, FieldFacts | None]] = []
    real = checks.run_live

    def noting(stack: Declared, views: Sequence[SystemView]) -> Any:
        found.append(_facts(views))
        return real(stack, views)

    monkeypatch.setattr(checks, "run_live", noting)
    return found


def _unforeseen(foreseen: Mapping[str, object], read: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    return {name: (foreseen.get(name), read[name]) for name in read if foreseen.get(name) != read[name]}


def test_what_fields_will_be_is_what_a_read_shows_afterwards(
    applied: Stack, prepared: Any, judged: list[Mapping[str, FieldFacts | None]], tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(prepared.planned, before)
    Stack(before, applied.run).plan()
    applied.plan()
    assert len(judged[0]) > 140
    assert _unforeseen(*judged) == {}


def test_what_fields_of_every_kind_will_be_is_what_a_read_shows_afterwards(
    stack: Stack, judged: list[Mapping[str, FieldFacts | None]], tmp_path: Path
) -> None:
    shutil.copytree(KINDS, tmp_path / "kinds")
    every = Stack(tmp_path / "kinds", stack.run)
    assert every.apply().code == 0
    every.plan()
    assert "hubspot:property/contact.lifecyclestage" in judged[-1]
    assert _unforeseen(judged[0], judged[-1]) == {}
