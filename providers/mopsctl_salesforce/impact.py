"""How many records a change touches: one query per field or value, and no more than a few calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mopsctl.address import Address
from mopsctl.errors import SystemError_
from mopsctl.resource import Impact, Write
from mopsctl_salesforce import names
from mopsctl_salesforce.api import Session

_UNCOUNTABLE = ("LongTextArea", "Html", "EncryptedText")


def count(session: Session, writes: Sequence[Write]) -> dict[Address, Impact]:
    """The records behind removed fields, retired values, changed formulas and changed types."""
    found: dict[Address, Impact] = {}
    for write in writes:
        if _becomes_unique(write) and (shared := _shared(session, write)) is not None:
            found[write.address] = shared
            continue
        queries = list(_queries(write))
        if queries:
            found[write.address] = _counted(session, queries)
        elif _retired(write):
            found[write.address] = Impact(None, "the fields that use this value set are not known here")
        elif write.address.kind == "field" and (write.action == "remove" or _shorter(write)):
            found[write.address] = Impact(None, "Salesforce cannot filter on long texts")
    return found


def _counted(session: Session, queries: Iterable[str]) -> Impact:
    total = 0
    try:
        for soql in queries:
            total += session.count(soql)
    except SystemError_ as error:
        return Impact(None, f"the records could not be counted: {error.message}")
    return Impact(total)


def _queries(write: Write) -> Iterable[str]:
    object_name, field = names.split(write.address.name)
    if write.address.kind == "field":
        native = str((write.observed.attributes if write.observed else {}).get("type"))
        if write.action == "remove" or "type" in write.touched():
            if native not in _UNCOUNTABLE:
                yield f"SELECT COUNT() FROM {object_name} WHERE {field} {_filled(native)}"
            return
        if "formula" in write.touched() and write.observed:
            yield f"SELECT COUNT() FROM {object_name}"
        if _shorter(write) and native not in _UNCOUNTABLE:
            yield f"SELECT COUNT() FROM {object_name} WHERE {field} LIKE {_longer_than(int(write.target['length']))}"
        if _retired(write):
            yield _holding(object_name, field, _retired(write), several=native == "MultiselectPicklist")
    elif write.address.kind == "standard-value-set" and _retired(write):
        for (holder, name), value_set in sorted(names.VALUE_SETS.items()):
            if value_set == write.address.name:
                yield _holding(holder, name, _retired(write), several=False)


def _shorter(write: Write) -> bool:
    """True where the field's room for text becomes smaller."""
    before = (write.observed.attributes if write.observed else {}).get("length")
    after = write.target.get("length") if write.action != "remove" else None
    return isinstance(before, int) and isinstance(after, int) and after < before


def _longer_than(length: int) -> str:
    """A pattern of SOQL that fits texts of more characters."""
    return names.quoted("_" * (length + 1) + "%")


def _becomes_unique(write: Write) -> bool:
    """True where records that share a value would stand in the way."""
    before = (write.observed.attributes if write.observed else {}).get("unique")
    return (
        write.address.kind == "field"
        and write.target.get("unique") is True
        and write.observed is not None
        and not before
    )


def _shared(session: Session, write: Write) -> Impact | None:
    """How many records share their value with another; None where none do, or nobody can tell."""
    object_name, field = names.split(write.address.name)
    try:
        rows = session.query(f"SELECT COUNT({field}) held, COUNT_DISTINCT({field}) single FROM {object_name}")
    except SystemError_:
        return None
    held, single = (int(rows[0].get(name) or 0) for name in ("held", "single")) if rows else (0, 0)
    if held == single:
        return None
    many = "1 record repeats" if held - single == 1 else f"{held - single} records repeat"
    said = f"{many} a value of {object_name}.{field}, so Salesforce does not make it unique."
    return Impact(held - single, refused=said)


def _filled(native: str) -> str:
    return "= true" if native == "Checkbox" else "!= null"


def _holding(object_name: str, field: str, values: Sequence[str], *, several: bool) -> str:
    if several:
        return f"SELECT COUNT() FROM {object_name} WHERE {field} INCLUDES {names.listed(values)}"
    return f"SELECT COUNT() FROM {object_name} WHERE {field} IN {names.listed(values)}"


def _retired(write: Write) -> list[str]:
    """Values that are active now and will not be."""
    if write.observed is None or write.action == "remove":
        return []
    before: Mapping[str, Mapping[str, object]] = write.observed.attributes.get("values") or {}
    after: Mapping[str, Mapping[str, object]] = write.target.get("values") or {}
    return sorted(name for name, item in before.items() if item["active"] and not after.get(name, {}).get("active"))
