"""What Marketo would refuse of a plan, judged on what the account has and on what it will have.

MK007 too many fields · MK031 too many fields of a custom object · MK035 custom objects · MK036 fields · MK037 programs
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Observation, Write
from mopsctl_marketo.convert.custom_native import FIXED, fixed_parts
from mopsctl_marketo.names import MOST_API_FIELDS, MOST_CUSTOM_FIELDS, PROGRAM_TYPES, SHELVES, split

Seen = Mapping[Address, Observation]
_FIELDS = {shelf.kind: name for name, shelf in SHELVES.items() if shelf.writable}
_SCREEN = "make the others on Admin > Field Management first; they are then found by their name"


def refused(writes: Sequence[Write], seen: Seen) -> Iterator[Diagnostic]:
    """Each write that Marketo would refuse, with the reason."""
    names = _names(writes, seen)
    labels = _Labels(_labelled(writes, seen), _labelled((), seen))
    room = _room(seen)
    for write in writes:
        if write.address.kind in _FIELDS and write.action != "remove":
            yield from _field(write, names, labels)
            yield from _beyond(write, room)
        elif write.address.kind == "custom-object" and write.action != "remove":
            yield from _custom_object(write, seen)
        elif write.address.kind == "program" and write.action != "remove":
            yield from _program(write, seen)


def _names(writes: Sequence[Write], seen: Seen) -> Mapping[tuple[str, str], Address]:
    """The field that has a name, whatever its letter case: one of the account before one that is added."""
    every = [*sorted(seen), *(each.address for each in writes)]
    return {_key(each, each.name): each for each in reversed(every) if each.kind in _FIELDS}


Labelled = Mapping[tuple[str, str], list[Address]]


@dataclass(frozen=True, slots=True)
class _Labels:
    """The fields that will have a display name after the plan, and those that have it now; hidden ones included."""

    after: Labelled
    now: Labelled


def _labelled(writes: Sequence[Write], seen: Seen) -> Labelled:
    after: dict[Address, Mapping[str, Any]] = {address: each.attributes for address, each in seen.items()}
    after |= {each.address: each.target for each in writes if each.action != "remove"}
    found: dict[tuple[str, str], list[Address]] = {}
    for address in sorted(after):
        if address.kind in _FIELDS and after[address].get("label"):
            found.setdefault(_key(address, str(after[address]["label"])), []).append(address)
    return found


def _key(address: Address, text: str) -> tuple[str, str]:
    return address.kind, text.casefold()


def _field(write: Write, names: Mapping[tuple[str, str], Address], labels: _Labels) -> Iterator[Diagnostic]:
    """A name that differs from another one's in letter case only, or a display name that another field has."""
    field, twin = split(write.address.name)[1], names[_key(write.address, write.address.name)]
    if write.action == "add" and twin != write.address:
        other = split(twin.name)[1]
        message = f"Marketo would refuse the field '{field}': it takes the name for that of '{other}', which differs in letter case only."
        yield _error("MK036", write, message, f"spell it '{other}' in the manifest, or give it another name")
        return
    if write.action == "add" or "label" in write.touched():
        yield from _label(write, field, labels)


def _label(write: Write, field: str, labels: _Labels) -> Iterator[Diagnostic]:
    label = str(write.target.get("label", ""))
    key = _key(write.address, label)
    others = [split(each.name)[1] for each in labels.after.get(key, ()) if each != write.address]
    still = [split(each.name)[1] for each in labels.now.get(key, ()) if each != write.address]
    if others:
        message = (
            f"Marketo would refuse the field '{field}': '{others[0]}' is called '{label}', too, and it wants every display name"
            " once, those of hidden fields included."
        )
        yield _error("MK036", write, message, f"declare '{others[0]}' in its place, or change the label of one of them")
    elif still:
        message = (
            f"The field '{field}' waits: '{still[0]}' is called '{label}' until this plan is applied, and Marketo wants every display"
            " name once."
        )
        hint = "plan again afterwards; where fields exchange their names, give one of them a third name first"
        yield Diagnostic("MK036", "warning", message, write.source, hint, str(write.address))


def _room(seen: Seen) -> Counter[str]:
    """How many fields of each kind can still be made; those of the CRM sync may count, too, which no read tells."""
    room = Counter({kind: MOST_API_FIELDS[name] for kind, name in _FIELDS.items()})
    for address, each in seen.items():
        counts = each.writable is None if address.kind == "field" else not each.builtin
        if address.kind in room and counts:
            room[address.kind] -= 1
    return room


def _beyond(write: Write, room: Counter[str]) -> Iterator[Diagnostic]:
    if write.action != "add":
        return
    room[write.address.kind] -= 1
    if room[write.address.kind] < 0:
        object_name = _FIELDS[write.address.kind]
        message = (
            f"Marketo would refuse the field '{split(write.address.name)[1]}': the account has the {MOST_API_FIELDS[object_name]}"
            f" fields of the object {object_name} that its API makes."
        )
        yield _error("MK007", write, message, _SCREEN)


def _custom_object(write: Write, seen: Seen) -> Iterator[Diagnostic]:
    name, fields = write.address.name, write.target.get("fields") or {}
    approved = write.observed.attributes if write.observed else {}
    if write.action == "change" and approved.get("approved") and (moved := fixed_parts(approved, write.target)):
        message = f"The custom object {name} cannot have {', '.join(moved)} as declared: {FIXED}."
        yield _error("MK035", write, message, "take the change back, or declare a custom object under another name")
    have = {each.casefold(): each for each in approved.get("fields") or {}}
    again = [(each, have[each.casefold()]) for each in sorted(fields) if have.get(each.casefold(), each) != each]
    if again:
        said = "; ".join(f"'{each}' for '{other}'" for each, other in again)
        message = f"Marketo would refuse fields of the custom object {name}, whose names differ in letter case only: it takes {said}."
        yield _error("MK035", write, message, "spell them in the manifest as Marketo has them")
    twins = [each.name for each in sorted(seen) if each.kind == "custom-object" and each.name != name]
    for twin in (each for each in twins if write.action == "add" and each.casefold() == name.casefold()):
        message = f"Marketo would refuse the custom object '{name}': it takes the name for that of '{twin}'."
        yield _error("MK035", write, message, f"write {twin} in the manifest, or another name")
    if len(fields) > MOST_CUSTOM_FIELDS:
        message = f"The custom object '{name}' would have {len(fields)} fields; Marketo takes {MOST_CUSTOM_FIELDS}."
        yield _error("MK031", write, message, "take out fields on the account that nobody needs, or split the object")


def _program(write: Write, seen: Seen) -> Iterator[Diagnostic]:
    """A channel for another type of program, a tag's value that is not in its list, a required tag that is not given."""
    system, target = write.address.system, write.target
    sort, tags = PROGRAM_TYPES.get(str(target.get("type", "")), ""), target.get("tags") or {}
    channel = seen.get(Address(system, "channel", str(target.get("channel", ""))))
    offered = str(channel.attributes.get("program_type", "")) if channel else sort
    problems = []
    if write.action == "add" and offered != sort:
        problems.append(f"the channel '{target['channel']}' is for programs of the type {_type_named(offered)}")
    for name in sorted(tags):
        known = seen.get(Address(system, "tag", name))
        value = str(tags[name].get("value", ""))
        if known is not None and value not in (known.attributes.get("values") or {value: {}}):
            problems.append(f"the tag '{name}' has no value '{value}'")
    for address in (each for each in sorted(seen) if each.kind == "tag" and each.name not in tags):
        asked = seen[address].attributes
        if asked.get("required") and sort in asked.get("program_types", {}) and _gives_tags(write):
            problems.append(f"it requires the tag '{address.name}' of every program")
    if problems:
        message = f"Marketo would refuse the program '{write.address.name}': {'; '.join(problems)}."
        hint = "change channel, program_type or tags of the scoring model, or settle it in Admin > Tags first"
        yield _error("MK037", write, message, hint)


def _gives_tags(write: Write) -> bool:
    return write.action == "add" or "tags" in write.touched()


def _type_named(offered: str) -> str:
    return next((name for name, sort in PROGRAM_TYPES.items() if sort == offered), offered)


def _error(rule: str, write: Write, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule, "error", message, write.source, hint, str(write.address))
