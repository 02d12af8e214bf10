"""What Eloqua would refuse of a plan, or make otherwise than declared, judged on what the account has.

EL022 contact fields
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Observation, Write
from mopsctl_eloqua.names import birth_name, field_of


def refused(writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
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
            yield Diagnostic("EL022", "error", message, write.source, hint, str(write.address))
