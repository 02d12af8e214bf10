"""Every word that reaches a system's elements changes what its adapter asks for or says, or stands in the table of empty cells.

The table is a debt, not a permission: a cell leaves it when an adapter writes, verifies, lists as a step or says in a finding what the
word means there. A new empty cell fails the test, and so does one that was filled and still stands here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from mopsctl import connectors
from mopsctl.diagnostics import NOWHERE
from mopsctl.element import Element
from mopsctl.manifest.model import Stack
from mopsctl.provider import registry
from mopsctl.provider.contract import Connection, Provider
from mopsctl.subject import NOBODY
from tests.lower.test_nothing_lost import stacks, variants

MOST_TRIES = 12  # of one word on one system of one stack
EMPTY = {
    "Decay.percent": "salesforce",
    "Field.group": "eloqua salesforce",
    "Field.max": "hubspot marketo salesforce",
    "Field.owner": "eloqua hubspot salesforce",
    "Field.pii": "marketo",
    "Field.precision": "eloqua hubspot marketo",
    "Field.scale": "eloqua hubspot marketo",
    "Field.write": "hubspot salesforce",
    "FieldCatalog.object": "eloqua hubspot marketo salesforce",
    "FieldGroup.key": "eloqua salesforce",
    "FieldGroup.label": "eloqua",
    "FieldGroup.leave": "eloqua salesforce",
    "FieldGroup.manage": "eloqua salesforce",
    "FieldGroup.on_delete": "eloqua salesforce",
    "FieldGroup.protect": "eloqua salesforce",
    "FieldGroup.reason": "eloqua salesforce",
    "FieldMapping.scope": "salesforce",
    "OnBreach.escalate": "salesforce",
    "OnBreach.reason": "salesforce",
    "OnBreach.then": "salesforce",
    "Purpose.class_": "marketo salesforce",
    "Row.guard": "marketo",
    "Row.leave": "eloqua",
    "Row.locked_by": "marketo salesforce",
    "Row.manage": "eloqua salesforce",
    "Row.on_blank": "eloqua marketo salesforce",
    "Row.on_delete": "eloqua salesforce",
    "Row.protect": "eloqua",
    "Row.reason": "eloqua",
    "Row.unknown_value": "eloqua hubspot marketo salesforce",
    "Rule.else_": "eloqua hubspot marketo salesforce",
    "Rule.event": "salesforce",
    "Rule.field": "salesforce",
    "Rule.inactive": "eloqua salesforce",
    "Rule.points": "salesforce",
    "Rule.points_by_value": "eloqua hubspot salesforce",
    "Rule.purpose": "eloqua marketo salesforce",
    "Rule.when": "salesforce",
    "Rule.where": "salesforce",
    "ScoringModel.bands": "salesforce",
    "ScoringModel.dimension": "salesforce",
    "ScoringModel.grade_with": "salesforce",
    "ScoringModel.ignore_flags": "salesforce",
    "Sla.calendar": "salesforce",
    "Sla.days": "salesforce",
    "Sla.hours": "salesforce",
    "Stage.converted": "eloqua hubspot marketo salesforce",
    "Stage.description": "eloqua hubspot marketo salesforce",
    "Stage.outcome": "eloqua hubspot marketo salesforce",
    "Stage.owner": "salesforce",
    "Stage.require": "eloqua marketo salesforce",
    "Transition.by": "salesforce",
    "Transition.unless": "salesforce",
    "Transition.wait": "salesforce",
    "Transition.when": "salesforce",
    "Value.description": "eloqua marketo salesforce",
    "ValueSet.name": "salesforce",
}
"""Words that an adapter knows and does nothing with in any stack of the walk, with the vendors where that is so."""


def test_no_word_is_lost_on_a_system_but_those_that_are_known() -> None:
    reached, lost = walked()
    cells = {
        name: " ".join(sorted(vendors - reached[name])) for name, vendors in lost.items() if vendors - reached[name]
    }
    assert cells == EMPTY


def walked() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each word the vendors where it changes something, and those where it changed nothing at least once."""
    reached, lost = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for stack in stacks():
        if not all(system.provider in registry.names() for system in stack.systems.values()):
            continue
        providers = {name: registry.load(system.provider) for name, system in stack.systems.items()}
        before = {name: connectors.lowered(stack, name) for name in providers}
        became = {name: converted(provider, name, before[name]) for name, provider in providers.items()}
        tries = Counter[tuple[str, str]]()
        for word, other in variants(stack):
            for name, provider in providers.items():
                vendor = stack.systems[name].provider
                if vendor in reached[word] or tries[word, name] >= MOST_TRIES:
                    continue
                elements = _lowered(other, name)
                if elements is not None and elements != before[name]:
                    tries[word, name] += 1
                    same = converted(provider, name, elements) == became[name]
                    (lost if same else reached)[word].add(vendor)
    return reached, lost


def converted(provider: Provider, system: str, elements: Any) -> object:
    """What the adapter makes and says of the elements, apart from where it was declared; None where it cannot."""
    try:
        made = provider.convert(elements, Connection(system, {}))
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError):
        return None
    resources = [replace(each, subject=NOBODY, document="", source=NOWHERE) for each in made.resources]
    return resources, [(each.rule, each.level, each.message, each.hint) for each in made.findings]


def _lowered(stack: Stack, system: str) -> tuple[Element, ...] | None:
    try:
        return tuple(connectors.lowered(stack, system))
    except (AttributeError, KeyError, RuntimeError, StopIteration, TypeError, ValueError):
        return None
