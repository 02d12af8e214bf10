"""What Eloqua would refuse of a plan, or make otherwise than declared, judged on what the account has and will have.

EL006 too many contact fields · EL022 contact fields · EL023 names · EL024 option lists in use · EL025 custom objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.provider.convert import quoted
from mopsctl.resource import Observation, Write
from mopsctl_eloqua.names import birth_name, field_of
from mopsctl_eloqua.rejects import MOST_CUSTOM_FIELDS

Seen = Mapping[Address, Observation]
_NAMED = {"option-list": "option list", "email-group": "e-mail group", "custom-object": "custom object"}


def refused(writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """Each write that Eloqua would refuse, or that would lead to something else, with the reason."""
    yield from _twins(writes, seen)
    yield from _too_many(writes, seen)
    yield from _names(writes, seen)
    for write in writes:
        if write.address.kind == "option-list" and write.action == "remove":
            yield from _in_use(write, writes, seen)
        if write.address.kind == "custom-object" and write.action == "change":
            yield from _parts(write)


def _twins(writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """New contact fields whose name another one has: Eloqua would give them another database name."""
    # It takes the second field of one name as well (fact: eloqua-twins).
    taken: dict[str, str] = {}
    for address, each in sorted(seen.items()):
        if address.kind == "field":
            taken.setdefault(str(each.attributes.get("name", "")).casefold(), field_of(address))
    for write in writes:
        if write.address.kind != "field" or write.action != "add":
            continue
        name = birth_name(field_of(write.address), str(write.target.get("name", "")))
        other = taken.setdefault(name.casefold(), field_of(write.address))
        if other != field_of(write.address):
            message = (
                f"Eloqua would not make {field_of(write.address)}: the contact field {other} is called '{name}' already, and a"
                " second one of that name gets another database name."
            )
            hint = f"declare {other} in its place, or give one of the two another name on Eloqua's screen first"
            yield _error("EL022", write, message, hint)


def _too_many(writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """New contact fields beyond what an account takes, with those that are there and nobody declared."""
    made = [each for each in writes if each.address.kind == "field" and each.action == "add"]
    gone = sum(each.address.kind == "field" and each.action == "remove" for each in writes)
    have = sum(address.kind == "field" and not each.builtin for address, each in seen.items()) - gone
    for write in made[max(MOST_CUSTOM_FIELDS - have, 0) :]:
        message = (
            f"Eloqua would refuse {field_of(write.address)}: the account would have {have + len(made)} custom contact fields, and"
            f" takes {MOST_CUSTOM_FIELDS}."
        )
        yield _error("EL006", write, message, "let one go first, or keep it in a custom object")


def _names(writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """Names that are new only in their letter case, which does not count."""
    known = {(each.kind, each.name.casefold()): each.name for each in sorted(seen, reverse=True) if each.kind in _NAMED}
    for write in writes:
        kind, name = write.address.kind, write.address.name
        if kind not in _NAMED or write.action != "add":
            continue
        twin = known.setdefault((kind, name.casefold()), name)
        if twin != name:
            message = f"Eloqua would refuse the {_NAMED[kind]} '{name}': it takes the name for that of '{twin}'."
            yield _error("EL023", write, message, f"spell it '{twin}' in the manifest, or choose another name")


def _in_use(write: Write, writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """An option list that goes while contact fields still offer it."""
    after = {address: each.attributes for address, each in seen.items() if address.kind == "field"}
    after |= {each.address: each.target for each in writes if each.address.kind == "field"}
    gone = {each.address for each in writes if each.action == "remove"}
    users = [each for each in sorted(after) if each not in gone and after[each].get("optionList") == write.address.name]
    if users:
        shown = quoted(field_of(each) for each in users)
        message = f"Eloqua would not delete the option list '{write.address.name}': {shown} still offer its options."
        yield _error("EL024", write, message, "give these fields another list first, or let them go, too")


def _parts(write: Write) -> Iterator[Diagnostic]:
    """Fields of a custom object whose data type would change, or whose name is new only in its letter case."""
    have = (write.observed.attributes.get("fields") or {}) if write.observed else {}
    want = write.target.get("fields") or {}
    said = [
        f"{name} is {have[name]['dataType']} and stays so"
        for name in sorted(have.keys() & want.keys())
        if want[name].get("dataType", have[name]["dataType"]) != have[name]["dataType"]
    ]
    known = {name.casefold(): name for name in have}
    twins = [(name, known[name.casefold()]) for name in sorted(want.keys() - have.keys()) if name.casefold() in known]
    said += [f"it takes the name {name} for that of {twin}" for name, twin in twins]
    if said:
        message = f"Eloqua would refuse the custom object '{write.address.name}': {'; '.join(said)}."
        yield _error("EL025", write, message, "declare a new field under another name, and move the values")


def _error(rule: str, write: Write, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule, "error", message, write.source, hint, str(write.address))
