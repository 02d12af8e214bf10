"""What cannot go yet waits alone: a thing, or one item of a thing, that needs what is not there and what no plan makes.

A pair of a conversion, a right of a permission set, a rule about a field: each is held back with a sentence, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare
from mopsctl.engine.plan import Change
from mopsctl.engine.view import SystemView
from mopsctl.provider.contract import Kind
from mopsctl.resource import Json, Observation, Resource, Result

Path = tuple[str, str]  # attribute and key of an item


@dataclass(frozen=True, slots=True)
class _Held:
    """What waits: whole things, and items of things, each with what it waits for."""

    things: Mapping[Address, Address]
    items: Mapping[Address, Mapping[Path, Address]]


def held_back(view: SystemView, ours: Collection[Address]) -> SystemView:
    """The view without what has to wait, and with a note for each."""
    held = _held(view, ours)
    if view.reading is None or not (held.things or held.items):
        return view
    kept = [
        _without(each, held.items.get(each.address, {})) for each in view.resources if each.address not in held.things
    ]
    return replace(view, resources=tuple(kept), findings=(*view.findings, *_notes(view, held)))


def _held(view: SystemView, ours: Collection[Address]) -> _Held:
    wanted = {each.address: each for each in view.resources}
    seen: Mapping[Address, Observation] = view.reading.items if view.reading else {}
    things: dict[Address, Address] = {}
    items: dict[Address, dict[Path, Address]] = {}

    def missing(address: Address) -> bool:
        kind = view.kinds.get(address.kind)
        if address in seen or kind is None or not kind.readable:
            return False
        resource = wanted.get(address)
        return address in things or resource is None or resource.mode != "write" or not kind.creatable

    while True:
        before = (len(things), sum(map(len, items.values())))
        for address, resource in wanted.items():
            if resource.mode != "write" or address in things:
                continue
            found = seen.get(address)
            waits = _items(resource, view.kinds[address.kind], found, missing)
            if waits:
                items[address] = waits
            need = next((each for each in _own_needs(resource, view.kinds[address.kind]) if missing(each)), None)
            need = need or _emptied(resource, waits)
            if need is not None and found is None and address not in ours:
                things[address] = need
        if (len(things), sum(map(len, items.values()))) == before:
            return _Held(things, {address: each for address, each in items.items() if address not in things})


def _items(
    resource: Resource, kind: Kind, seen: Observation | None, missing: Callable[[Address], bool]
) -> dict[Path, Address]:
    """The items that wait, each with what it waits for; what is there already does not wait."""
    waits: dict[Path, Address] = {}
    for path, needs in item_needs(kind, resource.address, resource.attributes).items():
        there = seen is not None and path[1] in (seen.attributes.get(path[0]) or {})
        need = next((each for each in needs if missing(each)), None)
        if need is not None and not there:
            waits[path] = need
    return waits


def item_needs(kind: Kind, address: Address, attributes: Mapping[str, Json]) -> dict[Path, tuple[Address, ...]]:
    """What each item of a thing needs, as far as the kind says it."""
    return {
        (name, key): tuple(Address(address.system, *need) for need in rule.needs(key, item))
        for name, value in sorted(attributes.items())
        if (rule := compare.attribute(kind, name)).needs is not None and isinstance(value, dict)
        for key, item in value.items()
    }


def _own_needs(resource: Resource, kind: Kind) -> list[Address]:
    """What the thing itself needs, apart from its items."""
    of_items = {each for needs in item_needs(kind, resource.address, resource.attributes).values() for each in needs}
    return [each for each in resource.needs if each not in of_items]


def _emptied(resource: Resource, waits: Mapping[Path, Address]) -> Address | None:
    """What a thing waits for of which no item is left."""
    if not waits:
        return None
    total = sum(len(resource.attributes[name]) for name in {path[0] for path in waits})
    return next(iter(waits.values())) if total == len(waits) else None


def _without(resource: Resource, waits: Mapping[Path, Address]) -> Resource:
    if not waits:
        return resource
    return replace(resource, attributes=_fewer(resource.attributes, waits))


def _fewer(attributes: Mapping[str, Json], paths: Collection[Path]) -> dict[str, Json]:
    names = {name for name, _ in paths}
    return {
        name: {key: item for key, item in value.items() if (name, key) not in paths} if name in names else value
        for name, value in attributes.items()
    }


def _notes(view: SystemView, held: _Held) -> Iterable[Diagnostic]:
    for resource in view.resources:
        kind = view.kinds[resource.address.kind]
        if resource.address in held.things:
            yield _note(resource, f"The {kind.noun} {resource.title}", held.things[resource.address], view)
        for (name, key), need in held.items.get(resource.address, {}).items():
            noun = compare.attribute(kind, name).noun
            yield _note(resource, f"The {noun} {key} of the {kind.noun} {resource.title}", need, view)


def _note(resource: Resource, what: str, need: Address, view: SystemView) -> Diagnostic:
    return Diagnostic(
        rule="PL011",
        level="note",
        message=f"{what} waits: the {view.kinds[need.kind].noun} {need.name} is not there, and this plan does not make it.",
        source=resource.source,
        hint="make it there, or let mopsctl write it; everything else goes on",
        address=str(resource.address),
    )


def without_failed(change: Change, kind: Kind, failed: Collection[Address]) -> Change | None:
    """The change without its items that need what failed; None where it cannot go without that at all, or nothing is left of it."""
    if change.action == "remove":
        return change
    needs = item_needs(kind, change.address, change.wanted)
    of_items = {each for some in needs.values() for each in some}
    if any(each in failed for each in change.needs if each not in of_items):
        return None
    paths = {path for path, some in needs.items() if any(each in failed for each in some)}
    if not paths:
        return change
    fields = tuple(each for each in change.fields if each.path[:2] not in paths)
    moved = change.fields == () or fields
    return replace(change, fields=fields, wanted=_fewer(change.wanted, paths)) if moved else None


def without_what_failed(
    unit: Sequence[Change],
    results: dict[Address, Result],
    kinds: Mapping[str, Kind],
    write: Callable[[Sequence[Change]], Iterable[Result]],
) -> Sequence[Change]:
    """A deployment goes as a whole or not at all: what others kept back is written again without those, and without the items that
    need them. Fills in the new results; the unit as it was written in the end.
    """
    now = {change.address: change for change in unit}
    while rest := _kept_back(now, results, kinds):
        before = _failed(results)
        now |= {change.address: change for change in rest}
        results.update((result.address, result) for result in write(rest))
        if _failed(results) == before:
            break
    return list(now.values())


def _only_follows(change: Change, kind: Kind, others: Collection[Address]) -> bool:
    """True where a change failed that has items which need what failed beside it: without them it may go."""
    kept = without_failed(change, kind, others)
    return kept is not None and kept != change


def _failed(results: Mapping[Address, Result]) -> set[Address]:
    return {address for address, result in results.items() if result.outcome == "failed"}


def _kept_back(
    now: Mapping[Address, Change], results: Mapping[Address, Result], kinds: Mapping[str, Kind]
) -> list[Change]:
    """What a deployment left out because of others, as far as it can go without them."""
    failed = _failed(results)
    dragged = {each for each in failed if _only_follows(now[each], kinds[each.kind], failed - {each})}
    lost = failed - dragged
    idle = dragged | {address for address, result in results.items() if result.outcome == "not-started"} & now.keys()
    rest: dict[Address, Change] = {}
    while lost and idle:
        found = ((each, without_failed(now[each], kinds[each.kind], lost)) for each in sorted(idle))
        rest = {address: kept for address, kept in found if kept is not None}
        gone = idle - rest.keys()
        if not gone:
            break
        lost, idle = lost | gone, idle - gone
    return [rest[address] for address in now if address in rest and address in idle]
