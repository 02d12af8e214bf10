"""The one loop in which adapters read their kinds: each by itself, so that one that cannot be read hides none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mopsctl.address import Address
from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Observation, Reading

Look = Callable[[], Iterable[Observation]]
Refusal = PermissionError_ | VendorError


def gathered(parts: Iterable[tuple[str, Look]], why: Callable[[str, Refusal], str]) -> Reading:
    """What the looks bring, sorted; `why` words why a kind could not be read.

    A refusal and half an answer make their kind unreadable, and nothing of that kind is shown: a part is never the whole.
    What ends the whole read is raised: a dead connection, refused credentials, a used-up limit.
    """
    items: dict[Address, Observation] = {}
    kinds: set[str] = set()
    unreadable: dict[str, str] = {}
    for kind, look in parts:
        kinds.add(kind)
        try:
            items |= {each.address: each for each in look()}
        except (PermissionError_, VendorError) as error:
            unreadable[kind] = f"{unreadable.get(kind, '')} {why(kind, error)}".strip()
    shown = {address: items[address] for address in sorted(items) if address.kind not in unreadable}
    return Reading(shown, frozenset(kinds) - unreadable.keys(), unreadable)
