"""What Salesforce would refuse of a plan, judged on the org as it will be, with everything in it that is not ours.

SF026 picklist values that differ in letter case only
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Write
from mopsctl_salesforce.wire import values

_LISTS = ("field", "global-value-set", "standard-value-set")


def refused(writes: Sequence[Write]) -> Iterator[Diagnostic]:
    """Each write that Salesforce would refuse, with the reason."""
    for write in writes:
        if write.action != "remove" and write.address.kind in _LISTS and write.observed is not None:
            yield from _values(write, write.target.get("values") or {}, write.observed.attributes.get("values") or {})


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
