"""What the adapters of a stack know about their vendors' own fields, for checks that must not rest on a tag somebody may forget."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mopsctl.errors import MopsctlError
from mopsctl.manifest.model import Field, Stack
from mopsctl.provider import registry


def opt_outs(stack: Stack, system: str) -> tuple[str, ...]:
    """The names, as patterns, of the fields that say on this system that somebody does not want to be written to or called."""
    declared = stack.systems.get(system)
    try:
        return registry.load(declared.provider).opt_outs if declared else ()
    except MopsctlError:  # whoever opens the system says that its adapter is missing
        return ()


def is_opt_out(stack: Stack, field: Field, systems: tuple[str, ...]) -> bool:
    """True for a field that is tagged as one, and for one that is a vendor's own on one of the systems."""
    if field.type != "boolean":
        return False
    return field.pii == "preference" or any(
        fnmatchcase(name, pattern)
        for system in systems
        if system in field.in_
        for _, name in field.in_[system].names
        for pattern in opt_outs(stack, system)
    )
