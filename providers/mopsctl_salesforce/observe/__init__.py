"""Reads an org: one function per topic, each collection once, everything in bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mopsctl.errors import PermissionError_, SystemError_, VendorError
from mopsctl.resource import Reading
from mopsctl_salesforce import names
from mopsctl_salesforce.observe import access, fields, lists, rows
from mopsctl_salesforce.observe.look import Items, Look

__all__ = ["Look", "custom_fields", "read"]

custom_fields = fields.custom_fields

_READERS: Mapping[str, Callable[[Look], Items]] = {
    "field": fields.observe,
    "global-value-set": lists.observe_global,
    "standard-value-set": lists.observe_standard,
    "record-type-values": lists.observe_offers,
    "permission-set": access.observe_sets,
    "custom-permission": access.observe_permissions,
    "permission-assignment": access.observe_assignments,
    "field-access": access.observe_editors,
    "validation-rule": access.observe_rules,
    "lead-conversion": access.observe_conversion,
}
UNASKED = ("field", "global-value-set", "validation-rule")
"""What is read where nothing in particular is asked for, as for an import."""


def read(look: Look) -> Reading:
    """Everything the look asks about; what cannot be read is said by kind, never taken for absent."""
    items: Items = {}
    kinds: set[str] = set()
    unreadable: dict[str, str] = {}
    for kind in look.kinds() or UNASKED:
        reader = _READERS.get(kind)
        try:
            if reader is not None:
                items |= reader(look)
            elif kind in rows.SHAPES:
                items |= rows.observe(look, kind)
        except (PermissionError_, VendorError) as error:
            unreadable[kind] = _why(kind, error)
        else:
            kinds.add(kind)
    return Reading(items, frozenset(kinds), unreadable)


def _why(kind: str, error: SystemError_) -> str:
    missing = isinstance(error, VendorError) and error.code in ("INVALID_TYPE", "NOT_FOUND")
    if missing and kind in (*names.CONSENT_OBJECTS, "field"):
        hint = "the org has no such object: for consent rows, turn on Data Protection and Privacy in Setup"
    else:
        hint = error.hint
    return f"The kind {kind} could not be read. {error.message}" + (f" Hint: {hint}." if hint else "")
