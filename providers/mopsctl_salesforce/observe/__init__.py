"""Reads an org: one function per topic, each collection once, everything in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from mopsctl.errors import VendorError
from mopsctl.provider.collections import Refusal, gathered
from mopsctl.resource import Observation, Reading
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
    return gathered([(kind, partial(_seen, look, kind)) for kind in look.kinds() or UNASKED], _why)


def _seen(look: Look, kind: str) -> Iterable[Observation]:
    if kind in _READERS:
        return _READERS[kind](look).values()
    return rows.observe(look, kind).values() if kind in rows.SHAPES else ()


def _why(kind: str, error: Refusal) -> str:
    missing = isinstance(error, VendorError) and error.code in ("INVALID_TYPE", "NOT_FOUND")
    if missing and kind in (*names.CONSENT_OBJECTS, "field"):
        hint = "the org has no such object: for consent rows, turn on Data Protection and Privacy in Setup"
    else:
        hint = error.hint
    return f"The kind {kind} could not be read. {error.message}" + (f" Hint: {hint}." if hint else "")
