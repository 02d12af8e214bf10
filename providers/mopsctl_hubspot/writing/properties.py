"""Properties: made up to a hundred at a time, changed and archived one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Result, Write
from mopsctl_hubspot.answers import Problem
from mopsctl_hubspot.api import is_absent
from mopsctl_hubspot.kinds import MOST_PROPERTIES_PER_CALL
from mopsctl_hubspot.names import is_standard, split
from mopsctl_hubspot.wire import properties as wire
from mopsctl_hubspot.writing.common import Desk, attempt, done, failed, not_kept, read_back, refusal

Raw = Mapping[str, Any]

REVIVED = "HubSpot brought back an archived property of this name, with the values that records held in it."
_SAME_MOMENT = timedelta(seconds=1)


def write(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """New properties in batches per object, everything else one by one."""
    new: dict[str, list[Write]] = {}
    for each in writes:
        if each.action == "add" and is_standard(*split(each.address.name)):
            yield _reserved(each)
        elif each.action == "add":
            new.setdefault(split(each.address.name)[0], []).append(each)
        else:
            act = _change if each.action == "change" else _archive
            yield attempt(each, partial(act, desk, each))
    for object_name in sorted(new):
        mine = new[object_name]
        for start in range(0, len(mine), MOST_PROPERTIES_PER_CALL):
            yield from _create(desk, object_name, mine[start : start + MOST_PROPERTIES_PER_CALL])


def _create(desk: Desk, object_name: str, writes: Sequence[Write]) -> Iterator[Result]:
    if len(writes) == 1:
        yield attempt(writes[0], partial(_create_one, desk, object_name, writes[0]))
        return
    inputs = [wire.create_body(object_name, split(each.address.name)[1], each.target) for each in writes]
    try:
        answer = desk.api.write("POST", desk.api.paths.properties(object_name, "batch", "create"), {"inputs": inputs})
    except PermissionError_ as error:
        yield from (failed(each, error) for each in writes)
        return
    except VendorError:
        # HubSpot turned the batch down as a whole, so each of them is asked for by itself.
        for each in writes:
            yield attempt(each, partial(_create_one, desk, object_name, each))
        return
    yield from _each_of(desk, object_name, writes, answer)


def _each_of(desk: Desk, object_name: str, writes: Sequence[Write], answer: Raw) -> Iterator[Result]:
    made = _with_dates(desk, object_name, writes, {str(raw["name"]): raw for raw in answer.get("results") or []})
    errors = [Problem.of(error) for error in answer.get("errors") or []]
    missing = [each for each in writes if split(each.address.name)[1] not in made]
    said = _assigned([split(each.address.name)[1] for each in missing], errors)
    for each in writes:
        name = split(each.address.name)[1]
        if name in made:
            raw = made[name]
            yield attempt(each, partial(_settled, desk, object_name, each, raw))
        elif name in said:
            yield refusal(each, 400, said[name], f"HubSpot did not make it: {said[name].message.rstrip('.')}.")
        else:
            yield Result(each.address, "unknown", error="HubSpot's answer to the batch does not mention it.")


def _with_dates(desk: Desk, object_name: str, writes: Sequence[Write], made: dict[str, Raw]) -> dict[str, Raw]:
    """What a batch made, with the dates that its answer leaves out (fact: hubspot-batch-without-dates).

    Without them nobody sees that a property came back from the archive. New ones show after a moment only; of one that does
    not show in time, the answer has to do.
    """
    sought = {
        split(each.address.name)[1]: str(each.target.get("dataSensitivity") or "non_sensitive") for each in writes
    }
    undated = {name: sought[name] for name in made if name in sought and "createdAt" not in made[name]}
    found: dict[str, Raw] = {}

    def missing() -> list[str]:
        left = {name: sort for name, sort in undated.items() if name not in found}
        for sensitivity in sorted(set(left.values())):
            names = sorted(name for name, sort in left.items() if sort == sensitivity)
            found.update(_read_many(desk, object_name, sensitivity, names))
        return [name for name in undated if name not in found]

    if undated:
        read_back(missing)
    return {**made, **found}


def _read_many(desk: Desk, object_name: str, sensitivity: str, names: Sequence[str]) -> dict[str, Raw]:
    body = {"archived": False, "dataSensitivity": sensitivity, "inputs": [{"name": name} for name in names]}
    try:
        answer = desk.api.ask(desk.api.paths.properties(object_name, "batch", "read"), body)
    except (PermissionError_, VendorError):
        return {}
    return {str(raw["name"]): raw for raw in answer.get("results") or []}


def _assigned(names: Sequence[str], errors: Sequence[Problem]) -> dict[str, Problem]:
    """Which error speaks of which name: by its context or its words; what names nobody is said to all that are left."""
    found: dict[str, Problem] = {}
    loose: list[Problem] = []
    for error in errors:
        words = {str(word) for values in error.context.values() for word in values} | set(
            re.findall(r"\w+", error.message)
        )
        mine = [name for name in names if name in words and name not in found]
        if mine:
            found[mine[0]] = error
        else:
            loose.append(error)
    left = [name for name in names if name not in found]
    if loose:
        text = " / ".join(dict.fromkeys(error.message for error in loose))
        codes = {error.category for error in loose}
        common = Problem(message=text, category=codes.pop() if len(codes) == 1 else "")
        found |= dict.fromkeys(left, common)
    return found


def _create_one(desk: Desk, object_name: str, write: Write) -> Result:
    name = split(write.address.name)[1]
    body = wire.create_body(object_name, name, write.target)
    return _settled(desk, object_name, write, desk.api.write("POST", desk.api.paths.properties(object_name), body))


def _settled(desk: Desk, object_name: str, write: Write, raw: Raw) -> Result:
    """The end of a creation: an archived property that came back is told of, and brought into the wanted form."""
    name = split(write.address.name)[1]
    path = desk.api.paths.properties(object_name, name)
    note = ""
    if _is_old(raw):
        note = REVIVED
        raw = _as_it_is(desk, path, write) or raw
    differing = wire.differences(write.target, write.target, raw)
    patch = [attribute for attribute in differing if attribute in (*wire.WRITABLE, "fieldType")]
    if patch:
        raw = desk.api.write("PATCH", path, wire.patch_body(patch, write.target, raw))
        differing = wire.differences(write.target, write.target, raw)
    return not_kept(write, differing) if differing else done(write, note=note)


def _as_it_is(desk: Desk, path: str, write: Write) -> Raw | None:
    """The definition read back; None while reads still lag behind the creation."""
    try:
        found: Raw = desk.api.get(path, {"dataSensitivity": write.target.get("dataSensitivity", "non_sensitive")})
    except VendorError as error:
        if is_absent(error):
            return None
        raise
    return found


def _change(desk: Desk, write: Write) -> Result:
    object_name, name = split(write.address.name)
    path = desk.api.paths.properties(object_name, name)
    raw = desk.raw.get(write.address) or desk.api.get(path)
    moved = write.touched()
    if "fieldType" in moved and (raw.get("fieldType"), write.target["fieldType"]) not in wire.FIELD_TYPE_MOVES:
        return Result(
            write.address, "refused", error=f"{wire.KEEPS_FIELD_TYPE}.", hint="change it there, then plan again"
        )
    answer = desk.api.write("PATCH", path, wire.patch_body(moved, write.target, raw))
    differing = wire.differences(moved, write.target, answer)
    return not_kept(write, differing) if differing else done(write)


def _archive(desk: Desk, write: Write) -> Result:
    object_name, name = split(write.address.name)
    if is_standard(object_name, name) or (write.observed is not None and write.observed.builtin):
        return Result(write.address, "refused", error="HubSpot defines this property; it is never removed.")
    try:
        desk.api.write("DELETE", desk.api.paths.properties(object_name, name))
    except VendorError as error:
        if not is_absent(error):
            raise
        return done(write, note="it was gone already")
    return done(write, note="HubSpot keeps it archived for 90 days; only its screen brings it back before that")


def _reserved(write: Write) -> Result:
    name = split(write.address.name)[1]
    return Result(
        write.address,
        "refused",
        error=f"'{name}' is a name of HubSpot's own, and this account does not have it.",
        hint="bind the field to a property under another name",
        code="reserved",
    )


def _is_old(raw: Raw) -> bool:
    """True where HubSpot shows a property that it says it just made as older than its last change."""
    try:
        created, updated = (datetime.fromisoformat(str(raw[name])) for name in ("createdAt", "updatedAt"))
    except (KeyError, ValueError):
        return False
    return updated - created > _SAME_MOMENT
