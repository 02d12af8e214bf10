"""Writes rows: consent rows by their key, edit access, and who has a permission set. Up to 200 rows a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mopsctl.resource import Json, Result, Write
from mopsctl_salesforce import names
from mopsctl_salesforce.api import Session
from mopsctl_salesforce.observe.access import PROFILE, editor, is_own, same_id
from mopsctl_salesforce.observe.rows import SHAPES

Row = dict[str, Any]


def results(writes: Sequence[Write], answers: Sequence[Row]) -> list[Result]:
    """One result per write from one answer per row, in the same order."""
    return [_result(write, answer) for write, answer in zip(writes, answers, strict=True)]


def _result(write: Write, answer: Row) -> Result:
    if answer["success"]:
        return Result(write.address, "done", remote_id=answer.get("id"))
    error = (answer.get("errors") or [{}])[0]
    code = str(error.get("statusCode") or "")
    message = " ".join(str(error.get("message") or code).split())
    return Result(write.address, "failed", error=message, hint=_HINTS.get(code, ""), code=code)


_HINTS: Mapping[str, str] = {
    "DELETE_FAILED": "something still refers to it; it can only stay",
    "DUPLICATE_VALUE": "another row has the same key",
    "INSUFFICIENT_ACCESS_OR_READONLY": "give the user edit access to the object",
    "UNABLE_TO_LOCK_ROW": "somebody else changes the row right now; try again",
}


def write_consent(session: Session, kind: str, writes: Sequence[Write]) -> Iterator[Result]:
    """Rows of one consent kind: new ones by upsert on mopsctl's key, known ones by id, removed ones deleted."""
    refers = _references(session, kind, writes)
    object_name = names.CONSENT_OBJECTS[kind]
    new = [write for write in writes if write.action == "add"]
    if new:
        path = f"/{object_name}/{names.KEY_FIELD}"
        rows = [_row(write, kind, refers, frozenset(write.target)) for write in new]
        yield from results(new, session.collection("PATCH", rows, path))
    changed = [write for write in writes if write.action == "change"]
    if changed:
        rows = [_row(write, kind, refers, write.touched()) | {"id": _id(write)} for write in changed]
        yield from results(changed, session.collection("PATCH", rows))
    removed = [write for write in writes if write.action == "remove"]
    if removed:
        yield from results(removed, session.delete([_id(write) for write in removed]))


def _id(write: Write) -> str:
    return (write.observed.remote_id if write.observed else None) or ""


def _row(write: Write, kind: str, refers: Mapping[tuple[str, str], str], touched: frozenset[str]) -> Row:
    shape = SHAPES[kind]
    row: Row = {"attributes": {"type": names.CONSENT_OBJECTS[kind]}}
    if "key" in touched:
        row[names.KEY_FIELD] = write.address.name
    row |= {
        column: write.target[name] for name, column in shape.columns.items() if name in touched and name in write.target
    }
    for name, (column, table) in shape.references.items():
        if name in touched:
            row[column] = refers.get((table, write.target[name]))
    return row


def _references(session: Session, kind: str, writes: Sequence[Write]) -> dict[tuple[str, str], str]:
    """Ids of the rows that these rows refer to, one query a table."""
    found: dict[tuple[str, str], str] = {}
    for name, (_, table) in SHAPES[kind].references.items():
        keys = sorted(
            {str(write.target[name]) for write in writes if name in write.target and write.action != "remove"}
        )
        object_name = names.CONSENT_OBJECTS[table]
        soql = f"SELECT Id, {names.KEY_FIELD} FROM {object_name} WHERE {names.KEY_FIELD} IN {{list}}"
        for row in session.query_in(soql, keys):
            found[table, row[names.KEY_FIELD]] = row["Id"]
    return found


def write_access(session: Session, writes: Sequence[Write]) -> Iterator[Result]:
    """Let only the wanted profiles and permission sets, and mopsctl's own, edit the fields."""
    fields = [write.address.name for write in writes]
    soql = (
        "SELECT Id, Field, ParentId, PermissionsEdit, Parent.Name, Parent.IsOwnedByProfile, Parent.Profile.Name"
        " FROM FieldPermissions WHERE Field IN {list}"
    )
    live = [row for row in session.query_in(soql, fields) if not is_own(row)]
    changed, owners = _moved(writes, live)
    missing = _missing(session, writes, live)
    answers = session.collection("PATCH", changed) if changed else []
    answers += session.collection("POST", [row for row, _ in missing]) if missing else []
    by_field: dict[str, list[Row]] = {}
    for field, answer in zip([*owners, *(field for _, field in missing)], answers, strict=True):
        by_field.setdefault(field, []).append(answer)
    for write in writes:
        own = by_field.get(write.address.name, [])
        yield _result(write, next((answer for answer in own if not answer["success"]), {"success": True}))


def _moved(writes: Sequence[Write], live: Sequence[Row]) -> tuple[list[Row], list[str]]:
    wanted = {write.address.name: set(write.target["editors"]) for write in writes}
    rows = [row for row in live if (editor(row) in wanted[row["Field"]]) != row["PermissionsEdit"]]
    changed = [
        {
            "attributes": {"type": "FieldPermissions"},
            "id": row["Id"],
            "PermissionsRead": True,
            "PermissionsEdit": not row["PermissionsEdit"],
        }
        for row in rows
    ]
    return changed, [row["Field"] for row in rows]


def _missing(session: Session, writes: Sequence[Write], live: Sequence[Row]) -> list[tuple[Row, str]]:
    """Rows for wanted editors that have none yet, each with its field."""
    there = {(row["Field"], editor(row)) for row in live}
    lacking = [(write.address.name, name) for write in writes for name in write.target["editors"]]
    lacking = [pair for pair in lacking if pair not in there]
    if not lacking:
        return []
    parents = _parents(session, sorted({name for _, name in lacking}))
    return [(_permission(field, parents[name]), field) for field, name in lacking if name in parents]


def _permission(field: str, parent: str) -> Row:
    return {
        "attributes": {"type": "FieldPermissions"},
        "ParentId": parent,
        "SobjectType": names.split(field)[0],
        "Field": field,
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }


def _parents(session: Session, editors: Sequence[str]) -> dict[str, str]:
    """Permission set ids by what editors are called; a profile's rights hang on a permission set of its own."""
    profiles = [name.removeprefix(PROFILE) for name in editors if name.startswith(PROFILE)]
    sets = [name for name in editors if not name.startswith(PROFILE)]
    found = {
        row["Name"]: row["Id"]
        for row in session.query_in("SELECT Id, Name FROM PermissionSet WHERE Name IN {list}", sets)
    }
    soql = "SELECT Id, Profile.Name FROM PermissionSet WHERE IsOwnedByProfile = true AND Profile.Name IN {list}"
    return found | {f"{PROFILE}{row['Profile']['Name']}": row["Id"] for row in session.query_in(soql, profiles)}


def write_assignments(session: Session, writes: Sequence[Write]) -> Iterator[Result]:
    """Give the permission sets to the wanted users, and take them from those who left the manifest."""
    sets = _parents(session, [write.address.name for write in writes])
    users = _users(session, writes)
    new: list[tuple[Write, Row]] = []
    failed: dict[Any, str] = {}
    for write in writes:
        for user in _holders(write.target):
            if user not in _holders(write.observed.attributes if write.observed else {}):
                assignee, own = users.get(user), sets.get(write.address.name)
                if assignee is None or own is None:
                    failed[write.address] = f"There is no user {user}." if own else "The permission set is not there."
                else:
                    new.append((write, _assignment(assignee, own)))
    answers = session.collection("POST", [row for _, row in new]) if new else []
    gone = _taken(session, writes)
    answers += session.delete([row["Id"] for _, row in gone]) if gone else []
    by_address: dict[Any, list[Row]] = {}
    for (write, _), answer in zip([*new, *gone], answers, strict=True):
        by_address.setdefault(write.address, []).append(answer)
    for write in writes:
        if write.address in failed:
            yield Result(
                write.address, "failed", error=failed[write.address], hint="check connector_users", code="NOT_FOUND"
            )
        else:
            own_answers = by_address.get(write.address, [])
            yield _result(write, next((answer for answer in own_answers if not answer["success"]), {"success": True}))


def _holders(attributes: Mapping[str, Json]) -> list[str]:
    return sorted(attributes.get("users") or {})


def _assignment(assignee: str, permission_set: str) -> Row:
    return {
        "attributes": {"type": "PermissionSetAssignment"},
        "AssigneeId": assignee,
        "PermissionSetId": permission_set,
    }


def _users(session: Session, writes: Sequence[Write]) -> dict[str, str]:
    asked = sorted({user for write in writes for user in _holders(write.target)} - {names.SELF})
    soql = "SELECT Id, Username FROM User WHERE Username IN {list}"
    found = {row["Username"]: row["Id"] for row in session.query_in(soql, asked)}
    return found | {names.SELF: session.token.user_id}


def _taken(session: Session, writes: Sequence[Write]) -> list[tuple[Write, Row]]:
    """The assignments that are to go, each with its write."""
    leaving = {
        (write.address.name, user): write
        for write in writes
        if write.observed is not None
        for user in _holders(write.observed.attributes)
        if write.action == "remove" or user not in _holders(write.target)
    }
    if not leaving:
        return []
    soql = (
        "SELECT Id, AssigneeId, Assignee.Username, PermissionSet.Name FROM PermissionSetAssignment"
        " WHERE PermissionSet.Name IN {list}"
    )
    found = []
    for row in session.query_in(soql, sorted({name for name, _ in leaving})):
        own = names.SELF if same_id(row["AssigneeId"], session.token.user_id) else ""
        for user in (row["Assignee"]["Username"], own):
            write = leaving.get((row["PermissionSet"]["Name"], user))
            if write is not None:
                found.append((write, row))
    return found
