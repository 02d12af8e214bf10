"""Puts changes in order and into units: what one write call covers.

A unit holds changes of one grain that are ready at the same time; a `deploy` grain sorts out dependencies inside itself, so
its unit takes in everything whose only unmet needs are in the same unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from mopsctl.address import Address
from mopsctl.engine.plan import Change
from mopsctl.errors import MopsctlError
from mopsctl.provider.contract import Grain, Kind

Kinds = Mapping[str, Kind]


def needs(changes: Sequence[Change], kinds: Kinds) -> dict[Address, frozenset[Address]]:
    """What each writing change has to wait for: what it names and what is written too; removals wait for everything else.

    Raises MopsctlError where changes need each other in a circle.
    """
    written = {change.address for change in changes if change.action in ("add", "change")}
    removals = [change for change in changes if change.action == "remove"]
    waits = {
        each.address: frozenset(each.needs) & written - {each.address} for each in changes if each.action != "remove"
    }
    done = set(written)
    for group in _by_kind_backwards(removals, kinds):
        waits |= {each.address: frozenset(done) for each in group}
        done |= {each.address for each in group}
    _refuse_circles(waits)
    return waits


def next_unit(
    ready: Sequence[Change], waiting: Sequence[Change], waits: Mapping[Address, frozenset[Address]], kinds: Kinds
) -> list[Change]:
    """The next unit: starts with the first ready change and takes in all that may go with it."""
    first = min(ready, key=lambda each: _rank(each, kinds))
    grain = kinds[first.address.kind].grain
    if grain.deploy:
        return _deploy(grain, ready, waiting, waits, kinds)
    if first.action not in grain.actions:
        return [first]
    same = [
        each for each in ready if kinds[each.address.kind].grain.name == grain.name and each.action in grain.actions
    ]
    alike = [each for each in same if each.action == first.action and each.address.kind == first.address.kind]
    return sorted(alike, key=lambda each: each.address)[: grain.size]


def _deploy(
    grain: Grain,
    ready: Sequence[Change],
    waiting: Sequence[Change],
    waits: Mapping[Address, frozenset[Address]],
    kinds: Kinds,
) -> list[Change]:
    unit = {each.address: each for each in ready if kinds[each.address.kind].grain.name == grain.name}
    met = set(unit)
    others = [each for each in waiting if kinds[each.address.kind].grain.name == grain.name]
    outside = {each.address for each in (*ready, *waiting)} - {each.address for each in (*unit.values(), *others)}
    grew = True
    while grew:
        more = [
            each
            for each in others
            if each.address not in met and not waits[each.address] & (outside | _open(others, met))
        ]
        grew = bool(more)
        unit |= {each.address: each for each in more}
        met |= {each.address for each in more}
    return sorted(unit.values(), key=lambda each: _rank(each, kinds))


def _open(others: Iterable[Change], met: set[Address]) -> set[Address]:
    return {each.address for each in others if each.address not in met}


def _rank(change: Change, kinds: Kinds) -> tuple[int, Address]:
    order = list(kinds)
    return (order.index(change.address.kind) if change.address.kind in order else len(order), change.address)


def _by_kind_backwards(changes: Sequence[Change], kinds: Kinds) -> list[list[Change]]:
    groups: dict[int, list[Change]] = {}
    for change in changes:
        groups.setdefault(_rank(change, kinds)[0], []).append(change)
    return [groups[rank] for rank in sorted(groups, reverse=True)]


def _refuse_circles(waits: Mapping[Address, frozenset[Address]]) -> None:
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = " → ".join(str(address) for address in error.args[1])
        raise MopsctlError(
            f"These changes need each other in a circle: {circle}.",
            hint="the adapter names needs that cannot be met; report it",
        ) from error
