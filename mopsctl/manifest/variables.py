"""The values of the stack's variables in one environment, or as far as they are known without one.

Rules: NV002 a variable without a value, NV003 a value of another type, NV005 an environment variable that is not set, NV007 a
value for a variable that the stack does not declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mopsctl.condition import Scalar
from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.documents import Raw
from mopsctl.manifest.placeholders import Values, fill_outside, outside_names, unset
from mopsctl.manifest.tree import Map, place

_EXPECTS: Final = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}")


@dataclass(slots=True)
class _Work:
    """What is known so far."""

    declared: Map
    chosen: Raw | None
    environ: Mapping[str, str]
    sure: bool
    found: list[Diagnostic] = field(default_factory=list)


def settle(
    stack: Raw, environments: list[Raw], chosen: Raw | None, environ: Mapping[str, str], *, sure: bool = True
) -> tuple[Values, list[Diagnostic]]:
    """The value of every variable, and what is wrong with the values of all environments.

    With an environment: its own value, else the default. Without one: the default, else the value of the first environment,
    by name, that sets the variable. With `sure`, these are all environments, so that a value which none sets is missing.
    """
    declared = _rows(stack, "variables")
    work = _Work(declared, chosen, environ, sure)
    for environment in environments:
        work.found.extend(_unknown(environment, declared))
    values = Values(declared=tuple(sorted(declared)), environ=environ if chosen else None)
    for name in declared:
        value = _settled(name, stack, environments, work)
        if value is not None:
            values.variables[name] = value
    return values, work.found


def _settled(name: str, stack: Raw, environments: list[Raw], work: _Work) -> Scalar | None:
    default = _default(name, stack, work)
    values = {each.name: _set_by(each, name, work) for each in environments}  # all, so that all are checked
    if work.chosen is not None and name in _rows(work.chosen, "variables"):
        return values[work.chosen.name]
    if default is not None or "default" in work.declared[name]:
        return default
    value = None if work.chosen else next((each for each in values.values() if each is not None), None)
    if value is None and work.sure:
        work.found.append(
            _missing(name, stack, [each for each in environments if name in _rows(each, "variables")], work)
        )
    return value


def _default(name: str, stack: Raw, work: _Work) -> Scalar | None:
    row = work.declared[name]
    if "default" not in row:
        return None
    return _checked(name, row["default"], row["type"], place(stack.root, ("spec", "variables", name, "default")), work)


def _missing(name: str, stack: Raw, setting: list[Raw], work: _Work) -> Diagnostic:
    """What to say of a variable without a value; `setting` are the environments that set it at all."""
    where = place(stack.root, ("spec", "variables", name), key=True)
    if work.chosen is not None:
        message = f"The variable '{name}' has no default, and no value in the environment {work.chosen.name}."
        return Diagnostic("NV002", "error", message, where, f"set it in {work.chosen.file}, or give it a default")
    if setting:
        message = f"The variable '{name}' has no default, and its value is known in an environment only."
        return Diagnostic("NV002", "error", message, where, f"give it a default, or add '-e {setting[0].name}'")
    message = f"The variable '{name}' has no default, and no value in any environment."
    return Diagnostic("NV002", "error", message, where, "set it in an environment, or give it a default")


def _set_by(environment: Raw, name: str, work: _Work) -> Scalar | None:
    """The value that an environment gives, of the declared type; None where it gives none, or none that is right."""
    rows = _rows(environment, "variables")
    if name not in rows:
        return None
    where = place(environment.root, ("spec", "variables", name))
    value, wanted = rows[name], work.declared[name]["type"]
    if isinstance(value, str) and outside_names(value):
        if environment is work.chosen:
            return _outside(name, value, wanted, where, work)
        return value if wanted == "string" else None
    return _checked(name, value, wanted, where, work)


def _outside(name: str, text: str, wanted: str, where: Source, work: _Work) -> Scalar | None:
    """A value from the environment variables, read as its declared type."""
    missing = [each for each in outside_names(text) if not work.environ.get(each)]
    work.found.extend(unset(each, where) for each in missing)
    return None if missing else _read(name, fill_outside(text, work.environ), wanted, where, work)


def _read(name: str, text: str, wanted: str, where: Source, work: _Work) -> Scalar | None:
    if wanted == "string":
        return text
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    if wanted in ("integer", "number") and _WHOLE.fullmatch(text):
        return int(text)
    message = f"The variable '{name}' has to be {_EXPECTS[wanted]}; the environment variable holds something else."
    work.found.append(Diagnostic("NV003", "error", message, where))
    return None


def _checked(name: str, value: object, wanted: str, where: Source, work: _Work) -> Scalar | None:
    fits = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
    }
    if fits[wanted] and isinstance(value, str | int | float):
        return value
    hint = (
        f'put it in quotes: "{value}"' if wanted == "string" else f"correct it, or declare another type than {wanted}"
    )
    work.found.append(Diagnostic("NV003", "error", f"The variable '{name}' has to be {_EXPECTS[wanted]}.", where, hint))
    return None


def _unknown(environment: Raw, declared: Map) -> Iterator[Diagnostic]:
    for name in _rows(environment, "variables"):
        if name not in declared:
            where = place(environment.root, ("spec", "variables", name), key=True)
            hint = did_you_mean(name, declared) or "declare it under 'variables' in mopsctl.yaml"
            yield Diagnostic("NV007", "error", f"The stack declares no variable '{name}'.", where, hint)


def _rows(document: Raw, key: str) -> Map:
    rows = document.spec.get(key)
    return rows if isinstance(rows, Map) else Map()
