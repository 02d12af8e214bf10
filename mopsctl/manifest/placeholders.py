"""References in manifests, `${var.NAME}` and `${env:NAME}`, and nothing else.

`${var.NAME}` stands for a variable of the stack, anywhere in the content of a document; alone it keeps the variable's type,
inside a longer text it is written out. `${env:NAME}` stands for an environment variable, in `values` and `in` of a document
and in an environment's variables and connections.

Rules: NV001 unknown variable, NV004 a form or a place that is not allowed, NV005 an environment variable that is not set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mopsctl.condition import Scalar
from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.tree import Map, Path, Seq, place

PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
_FORM: Final = re.compile(r"var\.(?P<var>[a-z][a-z0-9_]*)|env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)")
_OPEN_ROOMS: Final = ("values", "in")


@dataclass(slots=True)
class Values:
    """The values of an environment: of the stack's variables by name, and of the environment variables asked for.

    `environ` is None where no environment was chosen; references to environment variables then stay as they are written.
    `declared` are all variables, also those that have no value.
    """

    variables: dict[str, Scalar] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    environ: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Slot:
    """One text with references in it: where it stands, and what to fill them with."""

    root: Map
    path: Path
    values: Values
    found: list[Diagnostic]

    def filled(self, text: str) -> object:
        """The text with its references replaced; a reference that is the whole text becomes the value itself."""
        whole = PLACEHOLDER.fullmatch(text)
        return self._value(whole) if whole else PLACEHOLDER.sub(lambda match: _written(self._value(match)), text)

    def _value(self, match: re.Match[str]) -> object:
        """The value of one reference; the reference itself where there is none, which `found` then explains."""
        form = _FORM.fullmatch(match[1])
        if form is None:
            self.found.append(_no_form(match[0], self._where()))
            return match[0]
        value = self._variable(form["var"]) if form["var"] else self._outside(match[0], form["env"])
        return match[0] if value is None else value

    def _variable(self, name: str) -> Scalar | None:
        if name not in self.values.declared:
            hint = did_you_mean(name, self.values.declared) or "declare it under 'variables' in mopsctl.yaml"
            self.found.append(Diagnostic("NV001", "error", f"There is no variable '{name}'.", self._where(), hint))
        return self.values.variables.get(name)

    def _outside(self, text: str, name: str) -> str | None:
        if not _is_open(self.root, self.path):
            self.found.append(_no_place(text, self._where()))
        elif self.values.environ is not None and not self.values.environ.get(name):
            self.found.append(unset(name, self._where()))
        elif self.values.environ is not None:
            return self.values.environ[name]
        return None

    def _where(self) -> Source:
        return place(self.root, self.path)


def substitute(root: Map, values: Values) -> list[Diagnostic]:
    """Replace, in place, every reference in a document's content by its value; what cannot be is a finding."""
    found: list[Diagnostic] = []
    for holder, key, path in texts(root):
        holder[key] = _Slot(root, path, values, found).filled(holder[key])
    return found


def left_over(root: Map, *, filled: bool) -> list[Diagnostic]:
    """Findings for every `${` that is still there and opens no reference, such as one that is never closed.

    With `filled`, every reference was replaced, so that what looks like one came with a value.
    """
    return [
        _no_opening(place(root, path))
        for holder, key, path in texts(root)
        if "${" in (holder[key] if filled else PLACEHOLDER.sub("", holder[key]))
    ]


def pending(root: Map) -> bool:
    """True where a variable is left that has no value; why is said where the variable is declared or set."""
    forms = (_FORM.fullmatch(match[1]) for holder, key, _ in texts(root) for match in PLACEHOLDER.finditer(holder[key]))
    return any(form is not None and form["var"] for form in forms)


def forbidden(root: Map, allowed: Callable[[Path], bool]) -> list[Diagnostic]:
    """Findings for references in a document that may hold none, or only `${env:NAME}` where `allowed` says so."""
    found: list[Diagnostic] = []
    for holder, key, path in texts(root):
        if "${" in PLACEHOLDER.sub("", holder[key]):
            found.append(_no_opening(place(root, path)))
        for match in PLACEHOLDER.finditer(holder[key]):
            form = _FORM.fullmatch(match[1])
            if form is None:
                found.append(_no_form(match[0], place(root, path)))
            elif form["var"] or not allowed(path):
                found.append(_no_place(match[0], place(root, path)))
    return found


def outside_names(text: str) -> list[str]:
    """The environment variables that a text refers to."""
    forms = (_FORM.fullmatch(match[1]) for match in PLACEHOLDER.finditer(text))
    return [form["env"] for form in forms if form and form["env"]]


def fill_outside(text: str, environ: Mapping[str, str]) -> str:
    """The text with its environment variables filled in; KeyError where one is not set."""
    return PLACEHOLDER.sub(lambda match: environ[match[1].removeprefix("env:")], text)


def open_references(root: Map) -> Iterator[tuple[str, Path]]:
    """Every environment variable that a document names where it may, with its path."""
    for holder, key, path in texts(root):
        if _is_open(root, path):
            for name in outside_names(holder[key]):
                yield name, path


def unset(name: str, where: Source) -> Diagnostic:
    """What to say where an environment variable is missing."""
    message = f"The environment variable {name} is not set."
    return Diagnostic("NV005", "error", message, where, f"set {name} before you run mopsctl")


def texts(root: Map) -> Iterator[tuple[Any, Any, Path]]:
    """Every text with a reference in it, as what holds it, under which key or index, and the path."""
    waiting: list[tuple[Any, Path]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        for key, value in node.items() if isinstance(node, Map) else enumerate(node):
            if isinstance(value, Map | Seq):
                waiting.append((value, (*path, key)))
            elif isinstance(value, str) and "${" in value:
                yield node, key, (*path, key)


def _is_open(root: Map, path: Path) -> bool:
    """True below a `values` or `in` that holds names by system: there, ids of one account may come from outside."""
    node: Any = root
    for part in path[:-1]:
        node = node[part]
        if part in _OPEN_ROOMS and isinstance(node, Map):
            return True
    return False


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_form(text: str, where: Source) -> Diagnostic:
    hint = "write ${var.name} for a variable of the stack, or ${env:NAME} for an environment variable"
    return Diagnostic("NV004", "error", f"'{text}' is no reference that mopsctl knows.", where, hint)


def _no_opening(where: Source) -> Diagnostic:
    hint = "write ${var.name} for a variable of the stack; no other text can hold the two characters '${'"
    return Diagnostic("NV004", "error", "A '${' stands here that opens no reference.", where, hint)


def _no_place(text: str, where: Source) -> Diagnostic:
    if text.startswith("${env:"):
        hint = "it can stand in 'values' and 'in' of a document, and in variables and connections of an environment"
    else:
        hint = "variables can stand in the documents of a stack, not in Stack and Environment"
    return Diagnostic("NV004", "error", f"'{text}' cannot stand here.", where, hint)
