"""What Marketo would refuse of a plan, judged on what the account has.

MK035 custom objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Observation, Write
from mopsctl_marketo.convert.custom_native import FIXED, fixed_parts


def refused(writes: Sequence[Write], _seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
    """Each write that Marketo would refuse, with the reason."""
    for write in writes:
        approved = write.observed.attributes if write.observed else {}
        if write.address.kind != "custom-object" or write.action != "change" or not approved.get("approved"):
            continue
        if fields := fixed_parts(approved, write.target):
            message = f"The custom object {write.address.name} cannot have {', '.join(fields)} as declared: {FIXED}."
            hint = "take the change back, or declare a custom object under another name"
            yield Diagnostic("MK035", "error", message, write.source, hint, str(write.address))
