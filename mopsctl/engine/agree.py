"""Compares a plan that was kept in a file with the plan that would be made now: nothing is believed because a file says so.

What follows from manifests, policy and record has to be the same, or the whole plan is refused. What was read may differ for
a thing that really moved since; that change is refused alone, or turns out to be there already. So a plan file can choose
among what would be planned anyway, and never add to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare, document
from mopsctl.engine.decide import without_left
from mopsctl.engine.journal import Unfinished, last_of
from mopsctl.engine.plan import Change, Drift, Plan
from mopsctl.engine.report import Line
from mopsctl.engine.view import SystemView
from mopsctl.errors import StalePlan
from mopsctl.outside import told
from mopsctl.provider.contract import Kind
from mopsctl.resource import Json, Observation, Resource
from mopsctl.state.model import Entry

Key = tuple[Address, str]  # a thing may have a line for mopsctl, one for people, and one for items that stay
Difference = tuple[str, Json, Json]  # what, as planned, as it would be planned now

HINT = "make the plan again, and have it reviewed"
LEFT = ("remove", "keep", "forget")  # what becomes of things that no manifest names
ALWAYS = (
    "subject",
    "title",
    "noun",
    "source",
    "document",
    "owner",
    "capability",
    "needs",
    "onDelete",
    "protect",
    "movedFrom",
)
OF_ACTION = ("undo", "irreversible", "archive", "check")
NOT_REMOVED = ("left_manifest", "left_manifest_protected", "left_manifest_removal_not_allowed", "moved")
READ = frozenset(
    {"LC018", "LC028", "PL001", "PL002", "PL003", "PL005", "PL010", "PL011", "PL012", "SL001", "SL002", "SL003"}
)  # judged on what was read


@dataclass(frozen=True, slots=True)
class Now:
    """What an apply knows by itself: the plan that would be made, and what that was made of.

    `entries` are what is ours by record and journal, `recorded` without a journal that claims to be this plan's own.
    `findings` are those that no reading can change, `live` the rules that are judged on what was read. `broken` is the run
    that this one goes on with.
    """

    plan: Plan
    views: Sequence[SystemView]
    entries: Mapping[Address, Entry]
    recorded: Mapping[Address, Entry]
    findings: frozenset[Diagnostic] = frozenset()
    live: frozenset[str] = frozenset()
    broken: Unfinished | None = None
    kinds: Mapping[tuple[str, str], Kind] = field(init=False)
    resources: Mapping[Address, Resource] = field(init=False)

    def __post_init__(self) -> None:
        kinds = {(view.name, name): kind for view in self.views for name, kind in view.kinds.items()}
        wanted = {each.address: without_left(each) for view in self.views for each in view.resources}
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "resources", wanted)

    def seen(self, address: Address) -> Observation | None:
        """What was read of a thing; None where it is not there."""
        view = next((view for view in self.views if view.name == address.system), None)
        return view.reading.items.get(address) if view is not None and view.reading is not None else None

    def kind(self, address: Address) -> Kind | None:
        """The kind of a thing, None where its adapter knows none of that name."""
        return self.kinds.get((address.system, address.kind))


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is carried out of a plan, and what of it is refused before anything begins."""

    plan: Plan
    refused: tuple[Line, ...] = ()


def agreed(made: Plan, now: Now) -> Agreed:
    """The kept plan as far as it would be made again. Raises StalePlan with the first difference that no moved thing explains."""
    _frame(made, now.plan)
    planned, current = _by_key(made.changes), _by_key(now.plan.changes)
    changes, refused = [], []
    for key, change in planned.items():
        taken, line = _judged(change, current.get(key), now)
        changes += [taken] if taken else []
        refused += [line] if line else []
    _left_out(planned, current, now)
    moved = {change.address for key, change in planned.items() if change != current.get(key)}
    _drift(made, now, {address for address, _ in planned} - moved)
    _verdicts(made, now)
    return Agreed(replace(made, changes=tuple(changes)), tuple(refused))


def _frame(made: Plan, now: Plan) -> None:
    pairs: list[Difference] = [
        ("the stack", made.stack, now.stack),
        ("the environment", made.environment, now.environment),
        ("the selection", document.selection_json(made.selection), document.selection_json(now.selection)),
        ("partial", made.partial, now.partial),
        ("protected", made.protected, now.protected),
        ("the permission to remove", made.allow_remove, now.allow_remove),
        ("the systems", _systems(made), _systems(now)),
    ]
    for what, planned, current in pairs:
        if planned != current:
            raise _other("The plan", (what, planned, current))


def _systems(plan: Plan) -> str:
    return ", ".join(f"{each.name} ({each.provider}, {each.status})" for each in plan.systems)


def _key(change: Change) -> Key:
    return (change.address, "items" if change.of_items else "manual" if change.action == "manual" else "")


def _by_key(changes: Sequence[Change]) -> dict[Key, Change]:
    found: dict[Key, Change] = {}
    for change in changes:
        if _key(change) in found:
            raise _other(str(change.address), ("the number of lines about it", 2, 1))
        found[_key(change)] = change
    return found


def _judged(change: Change, now: Change | None, world: Now) -> tuple[Change | None, Line | None]:
    """The change to carry out, and a line where it is refused already; nothing of both where it became needless."""
    found = next(_differences(change, now, world.kind(change.address)), None) if now is not None else None
    if now is not None and found is None:
        return now, None
    begun = world.broken is not None and (change.address, change.action) in world.broken.done | world.broken.open
    if now is not None:
        _may_become(change, now)
    if now is not None or not (begun and change.action in LEFT):
        renamed = begun and now is not None and now.moved_from is None  # the broken run put the new name on record
        _fits_the_manifest(change, now, world, renamed=renamed)
    if begun:
        return change, None  # half done or done by ourselves: the executor knows how it was left
    if now is not None and found is not None:
        return _explained(change, now, found, world)
    if change.of_items:
        return None, None  # whoever took the items away or declared them again, there is nothing to keep
    if not _may_be_done(change, world):
        raise _other(str(change.address), ("the action", change.action, "nothing"))
    return (change if change.writes else None), None


def _explained(change: Change, now: Change, found: Difference, world: Now) -> tuple[Change, Line | None]:
    """What becomes of a change that would be planned otherwise now; raises where nothing that moved explains it."""
    manual = change.action == "manual"
    # after a part of a run, what is there by now may ask people for other steps; nothing of them is written
    if not (manual and world.broken) and _is_unmoved(change, now, world.kind(change.address)):
        raise _other(str(change.address), found)
    if manual:
        return now, None
    if change.writes and change.fingerprint != now.fingerprint:
        return change, None  # refused, or found done, when it is read again right before the write
    return change, _moved(change)


def _moved(change: Change) -> Line:
    return Line(
        change, "refused", f"{change.title} moved since the plan was made.", "plan again and look at the difference"
    )


def _is_unmoved(change: Change, now: Change, kind: Kind | None) -> bool:
    """True where what was read is the same, so that nothing on the system explains a difference."""
    if change.action != now.action or change.remote_id != now.remote_id:
        return False
    same = _fields(change, kind) == _fields(now, kind)
    return same or (change.action != "manual" and change.fingerprint == now.fingerprint)


def _may_become(change: Change, now: Change) -> None:
    """Raise where no move of the thing makes the planned action of the one that would be planned now."""
    if (change.action in LEFT) != (now.action in LEFT):
        raise _other(str(change.address), ("the action", change.action, now.action))
    declared = {each.action: each.reason for each in (change, now) if each.reason == "declared_forgotten"}
    removal = change.action == "remove" and now.action == "keep" and now.reason in NOT_REMOVED
    kept = change.action == "keep" and now.action == "remove" and change.reason != "left_manifest_not_removable"
    if declared or removal or kept:
        raise _other(str(change.address), ("the action", change.action, now.action))


def _may_be_done(change: Change, world: Now) -> bool:
    """True where the manifests want the thing, and it was made to be as they say since the plan."""
    kind = world.kind(change.address)
    if kind is None or not kind.readable or change.address not in world.resources or change.moved_from:
        return False
    return change.action in ("add", "change", "manual") and world.seen(change.address) is not None


def _fits_the_manifest(change: Change, now: Change | None, world: Now, *, renamed: bool = False) -> None:
    """Raise where what the plan says of a thing differs from manifests and record, whatever moved on the system."""
    if now is not None:
        for found in _differences(change, now, world.kind(change.address)):
            fixed = found[0] in ALWAYS or (found[0] in OF_ACTION and change.action == now.action)
            if fixed and not (renamed and found[0] == "movedFrom"):
                raise _other(str(change.address), found)
    resource, entry = world.resources.get(change.address), last_of(world.recorded, change)
    if resource is None and change.action not in LEFT:
        raise _other(str(change.address), ("the action", change.action, "nothing"))
    wanted: Mapping[str, Json] = resource.attributes if resource else {}
    last: Mapping[str, Json] = entry.attributes if entry else {}
    for name, value in change.wanted.items():
        if not any(name in known and known[name] == value for known in (wanted, last)) and not _joined(
            value, wanted.get(name), last.get(name)
        ):
            raise _other(str(change.address), (name, value, wanted.get(name, last.get(name))))
    if resource is not None and change.action != "manual":
        for each in change.fields:
            at = compare.at(wanted, each.path)
            if at is not None and not isinstance(at, list | dict) and at != each.after:
                raise _other(str(change.address), (each.dotted(), each.after, at))


def _joined(value: Json, wanted: Json, last: Json) -> bool:
    """True where a list on record is what the manifests name, with items of before that stay ours."""
    if not (isinstance(value, dict) and isinstance(wanted, dict) and isinstance(last, dict)):
        return False
    return wanted.keys() <= value.keys() and all(value[key] == wanted.get(key, last.get(key)) for key in value)


def _differences(change: Change, now: Change, kind: Kind | None) -> Iterator[Difference]:
    """In what two lines about one thing differ, what matters most to a reader first; record counts and the work list do not."""
    if change.action != now.action:
        yield ("the action", change.action, now.action)
    for name in sorted({*change.wanted, *now.wanted}):
        if change.wanted.get(name) != now.wanted.get(name):
            yield (name, change.wanted.get(name), now.wanted.get(name))
    ours, theirs = _fields(change, kind), _fields(now, kind)
    for path in sorted({*ours, *theirs}):
        if ours.get(path) != theirs.get(path):
            before, after = ours.get(path, (None, None)), theirs.get(path, (None, None))
            place = 1 if before[1] != after[1] else 0
            yield (f"{path} {('before', 'after')[place]}", before[place], after[place])
    mine, there = document.change_json(change), document.change_json(now)
    for name in sorted(mine.keys() - {"action", "fields", "impact", "step", "wanted"}):
        if mine[name] != there[name]:
            yield (name, mine[name], there[name])


def _fields(change: Change, kind: Kind | None) -> dict[str, tuple[Json, Json]]:
    """What moves, by path; of an order only the keys that are ours, for those of others come and go."""
    found = {}
    for each in change.fields:
        before, after = each.before, each.after
        name, mine = each.path[0], change.wanted.get(each.path[0])
        if kind is not None and compare.attribute(kind, name).order_of and isinstance(mine, list):
            before, after = _among(before, mine), _among(after, mine)
        found[each.dotted()] = (canonical.numbers(before), canonical.numbers(after))
    return found


def _among(order: Json, mine: Sequence[Json]) -> Json:
    return [key for key in order if key in mine] if isinstance(order, list) else order


def _left_out(planned: Mapping[Key, Change], current: Mapping[Key, Change], world: Now) -> None:
    """Raise where the plan is silent about a thing that no reading would have left quiet."""
    told_of = {address for address, _ in planned}
    for key, now in current.items():
        if key not in planned and now.address not in told_of and not _may_be_quiet(now, world):
            raise _other(str(now.address), ("the action", "nothing", now.action))


def _may_be_quiet(now: Change, world: Now) -> bool:
    """True where the line only exists because the thing moved: the manifests want what was applied last."""
    kind, seen = world.kind(now.address), world.seen(now.address)
    if now.action == "manual":
        return kind is not None and kind.readable
    entry, resource = world.entries.get(now.address), world.resources.get(now.address)
    if now.action in LEFT or resource is None or kind is None:
        return False
    if entry is None:
        return seen is not None and seen.builtin
    settled = not entry.unsettled and now.moved_from is None
    same = entry.protect == resource.protect and entry.on_delete == resource.on_delete
    return settled and same and compare.same(kind, resource.attributes, entry.attributes, entry.attributes)


def _drift(made: Plan, now: Now, agreeing: set[Address]) -> None:
    """Raise where the plan tells of drift in a thing that is not ours, or tells another drift of one that did not move."""
    planned, current = {each.address: each for each in made.drift}, {each.address: each for each in now.plan.drift}
    for address in sorted({*planned, *current}):
        mine, there = planned.get(address), current.get(address)
        known = there is not None or address in now.entries
        titled = there is None or mine is None or mine.title == there.title
        if not (known and titled) or (address in agreeing and now.broken is None and mine != there):
            raise _other(str(address), ("drift", _drifted(mine), _drifted(there)))


def _drifted(drift: Drift | None) -> str:
    if drift is None:
        return "none"
    return "gone" if drift.gone else ", ".join(f"{each.path}: {told(each.now)}" for each in drift.fields)


def _verdicts(made: Plan, now: Now) -> None:
    """Raise where a finding is missing, or was never made. Of those judged on what was read, errors count as they are now."""
    mine, there = frozenset(made.verdicts), frozenset(now.plan.verdicts)
    known = {verdict.rule for verdict in mine if verdict.level == "error"}
    missing = [each for each in now.plan.verdicts if each not in mine and (each in now.findings or _stops(each, known))]
    added = [each for each in made.verdicts if each not in there and each.rule not in READ | now.live]
    if missing:
        raise _other(missing[0].address or "The plan", (f"finding {missing[0].rule}", "none", missing[0].message))
    if added:
        raise _other(added[0].address or "The plan", (f"finding {added[0].rule}", added[0].message, "none"))


def _stops(verdict: Diagnostic, known: set[str]) -> bool:
    """True for an error that the plan does not name. A limit counts once, whatever the number in its sentence."""
    limit = verdict.rule in ("SL001", "SL002") and verdict.rule in known
    return verdict.level == "error" and not limit


def _other(where: str, difference: Difference) -> StalePlan:
    what, planned, current = difference
    return StalePlan(
        f"The plan is not what would be planned now. {where}: {what} is {told(planned)} in the plan, and would be"
        f" {told(current)} now.",
        hint=HINT,
    )
