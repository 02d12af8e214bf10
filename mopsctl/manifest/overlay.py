"""Overrides: single values of a document that differ in one environment, each with its reason.

A path runs through the content of the target, with dots; rows of a list are named by their key (`rules.demo.points`), rows of
a mapping by their field. Only single values can be set, and only where the document has one.

Rules: NV008 a target or a path that is not there, NV009 a path that is no single value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.documents import Raw
from mopsctl.manifest.tree import Map, Seq, place

_ROW_KEYS = ("key", "field")


@dataclass(frozen=True, slots=True)
class _Reached:
    """What a path leads to, and under which key of which mapping it can be set; no mapping where it is a row of a list."""

    value: object
    holder: Map | None = None
    key: str = ""


def apply(environment: Raw, targets: Mapping[str, Raw], *, write: bool, sure: bool = True) -> list[Diagnostic]:
    """Set what the environment overrides, or without `write` only look whether it could be set; `targets` by `Kind/name`.

    With `sure`, every document of the stack is among the targets, so that a missing one is a finding.
    """
    found: list[Diagnostic] = []
    overrides = environment.spec.get("overrides")
    for index, override in enumerate(overrides if isinstance(overrides, Seq) else ()):
        name = str(override["target"])
        if name in targets:
            found.extend(_set_all(targets[name], override["set"], write))
        elif sure:
            where = place(environment.root, ("spec", "overrides", index, "target"))
            found.append(Diagnostic("NV008", "error", f"There is no {name}.", where, did_you_mean(name, targets)))
    return found


def _set_all(target: Raw, values: Map, write: bool) -> Iterator[Diagnostic]:
    for path, value in values.items():
        reached = _reach(target.spec, path.split("."))
        if reached is None:
            yield _no_path(target, path, values.key_source(path))
        elif reached.holder is None or isinstance(reached.value, Map | Seq):
            hint = "set each value inside it by its own path"
            message = f"'{path}' of {target.id} is no single value."
            yield Diagnostic("NV009", "error", message, values.key_source(path), hint)
        elif write:
            reached.holder.replace(reached.key, value, values.value_source(path))


def _reach(node: object, parts: list[str]) -> _Reached | None:
    """Where a path ends, or None. A key may hold dots itself; the longest one that fits is taken."""
    for count in range(len(parts), 0, -1):
        step, rest = _step(node, ".".join(parts[:count])), parts[count:]
        found = _reach(step.value, rest) if step and rest else step
        if found is not None:
            return found
    return None


def _step(node: object, name: str) -> _Reached | None:
    if isinstance(node, Map):
        return _Reached(node[name], node, name) if name in node else None
    rows = (row for row in node if isinstance(row, Map)) if isinstance(node, Seq) else ()
    return next((_Reached(row) for row in rows if name in (row.get(key) for key in _ROW_KEYS)), None)


def _no_path(target: Raw, path: str, where: Source) -> Diagnostic:
    """Say where the path stops leading anywhere, and what could stand there."""
    parts = path.split(".")
    inner: object = target.spec
    count = 0
    while (step := _step(inner, parts[count])) is not None:
        inner, count = step.value, count + 1
    known = _names(inner)
    hint = did_you_mean(parts[count], known) or (f"known there: {', '.join(known)}" if known else "")
    return Diagnostic("NV008", "error", f"{target.id} has no '{'.'.join(parts[: count + 1])}'.", where, hint)


def _names(node: object) -> list[str]:
    if isinstance(node, Map):
        return list(node)
    rows = (row for row in node if isinstance(row, Map)) if isinstance(node, Seq) else ()
    return [str(next((row[key] for key in _ROW_KEYS if key in row), "")) for row in rows]
