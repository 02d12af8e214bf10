"""What Salesforce would refuse of a plan, judged on the org as it will be, with everything in it that is not ours.

SF026 picklist values that differ in letter case only
SF027 a controlling value, or field, that goes while another picklist depends on it
SF028 a pair of the lead conversion, ours or an old one, whose fields do not fit
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Observation, Write
from mopsctl_salesforce import conversion, names
from mopsctl_salesforce.wire import values

_LISTS = ("field", "global-value-set", "standard-value-set")


def refused(writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
    """Each write that Salesforce would refuse, with the reason."""
    yield from _conversions(writes, seen)
    for write in writes:
        if write.action != "remove" and write.address.kind in _LISTS and write.observed is not None:
            yield from _values(write, write.target.get("values") or {}, write.observed.attributes.get("values") or {})
        if write.observed is not None:
            yield from _depended_on(write, seen)


def _depended_on(write: Write, seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
    """What goes of a field or of its list while a picklist of the same object is controlled by it."""
    gone = _gone(write)
    for address, thing in sorted(seen.items()):
        dependency: Mapping[str, Any] = thing.attributes.get("controlled_by") or {}
        if not dependency or address == write.address:
            continue
        controller = f"{names.split(address.name)[0]}.{dependency['field']}"
        if not _rules(write, controller, seen):
            continue
        lost = sorted({value for beside in dependency["values"].values() for value in beside if value in gone})
        if lost or (write.action == "remove" and write.address.kind == "field"):
            what = f"the values {', '.join(map(repr, lost))} of {controller}" if lost else controller
            yield Diagnostic(
                "SF027",
                "error",
                f"The picklist {address.name} depends on {what}, which would go.",
                write.source,
                f"in Setup > Field Dependencies, take that out of what {address.name} depends on first",
                str(write.address),
            )


def _rules(write: Write, controller: str, seen: Mapping[Address, Observation]) -> bool:
    """Whether the write is about the list of the controlling field."""
    match write.address.kind:
        case "field":
            return write.address.name == controller
        case "standard-value-set":
            return names.VALUE_SETS.get(names.split(controller)) == write.address.name
        case "global-value-set":
            field = seen.get(Address(write.address.system, "field", controller))
            return field is not None and field.attributes.get("value_set") == write.address.name
    return False


def _gone(write: Write) -> frozenset[str]:
    """Values that are active now and will not be."""
    before: Mapping[str, Any] = (write.observed.attributes.get("values") if write.observed else None) or {}
    after: Mapping[str, Any] = {} if write.action == "remove" else write.target.get("values") or {}
    active = {name for name, item in before.items() if item.get("active", True)}
    return frozenset(name for name in active if not after.get(name, {}).get("active", name in after))


def _values(write: Write, after: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """A new value that is a live one in another letter case."""
    pairs = values.same_but_case(after, live)
    if pairs:
        named = ", ".join(f"'{twin}' is live and '{value}' is declared" for value, twin in pairs)
        spelled = ", ".join(f"{{key: {value}, in: {{{write.address.system}: {twin}}}}}" for value, twin in pairs)
        yield Diagnostic(
            "SF026",
            "error",
            f"The values of {write.address.name} differ in letter case only, and Salesforce takes them for one: {named}.",
            write.source,
            f"spell them as Salesforce does: {spelled}",
            str(write.address),
        )


def _conversions(writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
    """Every pair that will be in the mapping: one that does not fit holds up all the others."""
    fields = {address.name: each.attributes for address, each in seen.items() if address.kind == "field"}
    fields |= {each.address.name: each.target for each in writes if each.address.kind == "field" and each.target}
    for write in writes:
        if write.address.kind != "lead-conversion":
            continue
        ours = {change.path[1] for change in write.fields if len(change.path) > 1}
        for target, pair in sorted((write.target.get("pairs") or {}).items()):
            source = f"Lead.{pair['from']}"
            before, after = fields.get(source), fields.get(target)
            if before is None or after is None or conversion.fits(before, after):
                continue
            old = "" if target in ours else " It is an old pair, and it holds up every other one."
            yield Diagnostic(
                "SF028",
                "error",
                f"The lead conversion would put {source} ({conversion.words(before)}) into {target} ({conversion.words(after)}),"
                f" and Salesforce refuses that.{old}",
                write.source,
                f"make {target} as large as {source}, or unmap the pair in Setup > Object Manager > Lead > Map Lead Fields",
                str(write.address),
            )
