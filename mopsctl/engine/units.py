"""Puts changes in order and into units: what one write call covers.

A unit holds changes of one grain that are ready at the same time; a `deploy` grain sorts out dependencies inside itself, so
its unit takes in everything whose only unmet needs are in the same unit. Each change is touched when it becomes ready and
when it ended, so that the work grows with the number of changes and of their needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import NamedTuple

from mopsctl.address import Address
from mopsctl.engine.plan import Change
from mopsctl.errors import MopsctlError
from mopsctl.provider.contract import Grain, Kind

Kinds = Mapping[str, Kind]
Node = Address | int  # a change, or a gate: removals of one kind wait behind it until everything before it is done


class _Bucket(NamedTuple):
    """Changes that may share a call; `place` is that of their kind among the adapter's kinds."""

    place: int
    kind: str
    action: str


class Schedule:
    """Says which changes of one system may go next, and which cannot go any more.

    Raises MopsctlError where changes need each other in a circle.
    """

    def __init__(self, changes: Sequence[Change], kinds: Kinds) -> None:
        self._kinds = kinds
        self._places = {kind: place for place, kind in enumerate(kinds)}
        self._waiting = {change.address: change for change in changes}
        self._ready: dict[_Bucket, list[Address]] = {}
        self._behind: dict[Node, list[Node]] = {}
        self._shut: set[int] = set()
        waits = self._waits(changes)
        _refuse_circles(waits)
        self._unmet = {node: len(needs) for node, needs in waits.items()}
        for node, needs in waits.items():
            for need in needs:
                self._behind.setdefault(need, []).append(node)
        for node in [node for node, count in self._unmet.items() if not count]:
            self._release(node)

    def next_unit(self) -> list[Change]:
        """The next unit: starts with the first ready change and takes in all that may go with it; empty where none is left."""
        top = self._top()
        if top is None:
            return []
        grain = self._kinds[top.kind].grain
        if grain.deploy:
            unit = self._deploy(grain)
        else:
            unit = self._popped(top, grain.size if top.action in grain.actions else 1)
        return [self._waiting.pop(address) for address in unit]

    def next_round(self, most_units: int, most_changes: int) -> list[list[Change]]:
        """Units of one kind that do not need each other, up to about so many; a deployment is a round by itself.

        Another kind waits for the next round, in which more of it may be ready: batches are then fuller.
        """
        top = self._top()
        if top is None:
            return []
        round_ = [self.next_unit()]
        while len(round_) < most_units and sum(map(len, round_)) < most_changes and self._top() == top:
            if self._kinds[top.kind].grain.deploy:
                break
            round_.append(self.next_unit())
        return round_

    def settle(self, ends: Mapping[Address, bool]) -> list[tuple[Change, Address]]:
        """Take note of which changes are done and which are not. What needs one that is not, or waits behind it, is given
        back with the change that stands in its way.
        """
        for address, done in ends.items():
            self._waiting.pop(address, None)
            if done:
                self._pass(address)
        lost = self._after((each for each, done in ends.items() if not done), self._waiting, self._shut)
        return [(self._waiting.pop(address), because) for address, because in lost.items()]

    def dragged(self, bad: Iterable[Address], unit: Collection[Address]) -> dict[Address, Address]:
        """Those of a unit that cannot go without `bad` ones of the same unit, each with what it cannot go without."""
        return self._after(bad, unit, set(self._shut))

    def _waits(self, changes: Sequence[Change]) -> dict[Node, frozenset[Node]]:
        """What each change waits for: what it names and is written too; removals wait for everything else."""
        written = {change.address for change in changes if change.action != "remove"}
        waits: dict[Node, frozenset[Node]] = {
            each.address: frozenset(need for need in each.needs if need in written and need != each.address)
            for each in changes
            if each.action != "remove"
        }
        before: frozenset[Node] = frozenset(written)
        for gate, group in enumerate(self._removals(changes)):
            waits[gate] = before
            waits |= {address: frozenset((gate,)) for address in group}
            before = frozenset((gate, *group))
        return waits

    def _removals(self, changes: Sequence[Change]) -> list[list[Address]]:
        """What is removed, by kind, the kinds backwards."""
        groups: dict[int, list[Address]] = {}
        for change in changes:
            if change.action == "remove":
                groups.setdefault(self._place(change.address), []).append(change.address)
        return [groups[place] for place in sorted(groups, reverse=True)]

    def _place(self, address: Address) -> int:
        return self._places.get(address.kind, len(self._places))

    def _release(self, node: Node) -> None:
        if isinstance(node, int):
            self._pass(node)
        elif node in self._waiting:
            bucket = _Bucket(self._place(node), node.kind, self._waiting[node].action)
            heappush(self._ready.setdefault(bucket, []), node)

    def _pass(self, node: Node) -> None:
        for each in self._behind.get(node, ()):
            self._unmet[each] -= 1
            if not self._unmet[each]:
                self._release(each)

    def _top(self, grain: str | None = None) -> _Bucket | None:
        """The bucket of the first change that is ready, of all or of those of one grain."""
        fit = [each for each in self._ready if grain is None or self._kinds[each.kind].grain.name == grain]
        found = [(each.place, first, each) for each in fit if (first := self._first(each))]
        return min(found)[2] if found else None

    def _first(self, bucket: _Bucket) -> Address | None:
        heap = self._ready[bucket]
        while heap and heap[0] not in self._waiting:  # an earlier run finished it
            heappop(heap)
        return heap[0] if heap else None

    def _popped(self, bucket: _Bucket, size: int) -> list[Address]:
        unit: list[Address] = []
        while len(unit) < size and self._first(bucket):
            unit.append(heappop(self._ready[bucket]))
        return unit

    def _deploy(self, grain: Grain) -> list[Address]:
        unit: list[Address] = []
        while len(unit) < grain.size and (top := self._top(grain.name)):
            unit += self._popped(top, 1)
        nodes: list[Node] = [*unit]
        unmet: dict[Node, int] = {}
        for node in nodes:  # grows while it is walked through
            for each in self._behind.get(node, ()):
                unmet[each] = unmet.get(each, self._unmet[each]) - 1
                if unmet[each]:
                    continue
                if isinstance(each, int):
                    nodes.append(each)
                elif len(unit) < grain.size and self._fits(each, grain):
                    nodes.append(each)
                    unit.append(each)
        return sorted(unit, key=lambda address: (self._place(address), address))

    def _fits(self, address: Address, grain: Grain) -> bool:
        return address in self._waiting and self._kinds[address.kind].grain.name == grain.name

    def _after(self, bad: Iterable[Address], among: Collection[Address], shut: set[int]) -> dict[Address, Address]:
        """Those `among` some that come after bad ones; gates already shut need no second look."""
        causes: list[tuple[Node, Address]] = [(address, address) for address in sorted(bad)]
        found: dict[Address, Address] = {}
        for node, cause in causes:  # grows while it is walked through
            for each in self._behind.get(node, ()):
                if isinstance(each, int):
                    if each not in shut:
                        shut.add(each)
                        causes.append((each, cause))
                elif each in among and each not in found:
                    found[each] = cause
                    causes.append((each, each))
        return found


def _refuse_circles(waits: Mapping[Node, frozenset[Node]]) -> None:
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = " → ".join(str(address) for address in error.args[1])
        raise MopsctlError(
            f"These changes need each other in a circle: {circle}.",
            hint="the adapter names needs that cannot be met; report it",
        ) from error
