"""Which connector a mapping names, and whose it is: an adapter's, a mistyped one, or one that nobody knows.

FM028 a connector that no end of the mapping has, though it looks like one that an adapter knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mopsctl.diagnostics import Diagnostic, nearest
from mopsctl.element import Element, Mapping_
from mopsctl.engine.lower import lower
from mopsctl.errors import MopsctlError
from mopsctl.manifest.model import FieldMapping, Stack
from mopsctl.provider import registry

RULE = "FM028"


def lowered(stack: Stack, system: str) -> Sequence[Element]:
    """The elements of one system; each mapping says which of its ends has the settings of its connector."""
    return tuple(_settled(each, stack) if isinstance(each, Mapping_) else each for each in lower(stack, system))


def _settled(mapping: Mapping_, stack: Stack) -> Mapping_:
    known = {end: _known(stack, end) for end in (mapping.here, mapping.there)}
    return replace(mapping, connector_of=next((end for end, names in known.items() if mapping.connector in names), ""))


def findings(stack: Stack) -> Iterator[Diagnostic]:
    """An error for each mapping whose connector is mistyped, or belongs to another pair of systems."""
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        theirs = {each: end for end in mapping.between for each in _known(stack, end)}
        if mapping.connector not in theirs and (found := _misnamed(mapping, theirs)):
            what, hint = found
            yield Diagnostic(RULE, "error", what, mapping.at("connector"), hint)


def _misnamed(mapping: FieldMapping, theirs: Mapping[str, str]) -> tuple[str, str] | None:
    others = {each: provider for provider in registry.names() for each in _of(provider)}
    between = " and ".join(mapping.between)
    if mapping.connector in others:
        what = f"{mapping.connector} is a connector of {others[mapping.connector]}, and {mapping.name} is between {between}."
        return (
            what,
            f"name one of theirs: {', '.join(sorted(theirs))}" if theirs else "name the product that moves this data",
        )
    near = nearest(mapping.connector, theirs)
    if near is None:
        return None
    hint = f"did you mean '{near}'? If it is another product, give it a name that is not so alike"
    return f"No adapter knows the connector '{mapping.connector}' of {mapping.name}.", hint


def _known(stack: Stack, system: str) -> tuple[str, ...]:
    declared = stack.systems.get(system)
    return _of(declared.provider) if declared else ()


def _of(provider: str) -> tuple[str, ...]:
    try:
        return registry.load(provider).connectors
    except MopsctlError:  # whoever opens the system says that its adapter is missing
        return ()
