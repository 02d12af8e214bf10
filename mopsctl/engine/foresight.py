"""The world after a plan: what was read, with everything the plan writes put in. Findings about live systems are judged on it,
so that what the plan cures is no error, and what it brings is said before it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.engine import impact
from mopsctl.engine.plan import Plan
from mopsctl.engine.view import SystemView
from mopsctl.resource import Observation
from mopsctl.state.model import State


def after(plan: Plan, views: Sequence[SystemView], state: State) -> tuple[SystemView, ...]:
    """The systems as they will be once the plan is carried out; what waits for a person stays as it is."""
    return tuple(_after(plan, view, state) for view in views)


def _after(plan: Plan, view: SystemView, state: State) -> SystemView:
    writes = impact.writes(plan, view, state)
    if view.reading is None or not writes:
        return view
    world = dict(view.reading.items)
    for write in writes:
        if write.action == "remove":
            world.pop(write.address, None)
            continue
        seen = world.get(write.address, Observation(write.address, {}))
        world[write.address] = replace(seen, attributes={**seen.attributes, **write.target})
    written = frozenset(write.address for write in writes)
    return replace(view, reading=replace(view.reading, items=_with_facts(view, world, written)))


def _with_facts(
    view: SystemView, world: dict[Address, Observation], written: frozenset[Address]
) -> dict[Address, Observation]:
    facts = view.foresee(world, written) if view.foresee else {}
    return {address: replace(each, facts=facts.get(address, each.facts)) for address, each in world.items()}
