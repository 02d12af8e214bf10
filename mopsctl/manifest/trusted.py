"""What a trusted revision decides in place of the files that lie there, which may come from a pull request.

Of an environment document everything is taken from the trusted revision but what says what the systems shall hold: its
variables, overrides and silenced checks. A key that a later version brings is trusted by default. Of the stack's own document the
revision decides which adapter speaks to a system, because it says where secrets go, and `on_drift`, which may stop an apply.

Rules: TR001 a difference that has no effect, TR002 a document that the trusted revision does not have, TR003 one that is not sound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mopsctl.diagnostics import Diagnostic, Level, Source, has_errors
from mopsctl.manifest import schema
from mopsctl.manifest.documents import Documents, Raw
from mopsctl.manifest.files import STACK_FILE
from mopsctl.manifest.load import parse
from mopsctl.manifest.tree import Map, place

OPEN: Final = ("variables", "overrides", "ignore")
SHOWN: Final = 60  # characters of a value
_ABSENT: Final = object()
Found = Iterator[Diagnostic]


@dataclass(frozen=True, slots=True)
class Trusted:
    """The text of a stack's own document and of its environments at a revision, by their paths in the stack's folder."""

    revision: str
    files: Mapping[str, str]


def decide(documents: Documents, trusted: Trusted, environment: str | None) -> None:
    """Put what the trusted revision says into the documents that were read, and note what has no effect."""
    read = {name: parse(text, f"{trusted.revision}:{name}") for name, text in sorted(trusted.files.items())}
    stack = _stack(documents, trusted.revision, *read.get(STACK_FILE, (None, [])))
    known: dict[str, Map] = {}
    for name, (root, found) in read.items():
        if name != STACK_FILE:
            _remember(documents, known, root, found)
    for raw in documents.of("Environment"):
        there = known.get(raw.name)
        if there is None:
            _unknown(documents, raw, trusted, "error" if environment == raw.name else "warning")
        else:
            documents.note(raw, _environment(trusted.revision, raw, there, stack))


def _stack(documents: Documents, revision: str, there: Map | None, found: list[Diagnostic]) -> Map:
    """The systems of the trusted stack; its adapters and `on_drift` hold in the one that was read."""
    flaws = found if there is None or found else schema.findings("Stack", there)
    if there is None or has_errors(flaws):
        _unsound(documents, flaws)
        return Map()
    systems: Map = there["spec"]["systems"]
    raw = documents.stack()
    if raw is not None:
        documents.note(
            raw, _adapters(revision, raw, systems, there["spec"].get("defaults", Map()).get("on_drift", "warn"))
        )
    return systems


def _adapters(revision: str, raw: Raw, systems: Map, on_drift: str) -> Found:
    spec = raw.spec
    mine = spec.get("systems")
    mine = mine if isinstance(mine, Map) else Map()
    for name in mine:
        row = mine[name]
        if not isinstance(row, Map) or name not in systems:
            continue
        there = systems[name].get("provider", name)
        if row.get("provider", name) != there:
            yield _no_effect(
                revision, f"systems.{name}.provider", there, _where(row, "provider", mine.key_source(name))
            )
            mine.replace(name, _with(row, "provider", there), mine.value_source(name))
    defaults = spec.get("defaults")
    if isinstance(defaults, Map) or (defaults is None and on_drift != "warn"):
        row = defaults if isinstance(defaults, Map) else Map(spec.file, spec.start)
        if row.get("on_drift", "warn") != on_drift:
            yield _no_effect(
                revision, "defaults.on_drift", on_drift, _where(row, "on_drift", spec.key_source("defaults"))
            )
            _put(raw.root, "spec", _with(spec, "defaults", _with(row, "on_drift", on_drift)))


def _remember(documents: Documents, known: dict[str, Map], root: Map | None, found: list[Diagnostic]) -> None:
    if root is not None and root.get("kind") != "Environment":
        return
    flaws = found if root is None or found else schema.findings("Environment", root)
    if root is None or has_errors(flaws):
        _unsound(documents, flaws)
    else:
        known.setdefault(root["metadata"]["name"], root)


def _unsound(documents: Documents, flaws: Iterable[Diagnostic]) -> None:
    first = next((each for each in flaws if each.level == "error"), None)
    if first is not None:
        message = f"The trusted revision is not sound: {first.message}"
        hint = "mend it there first, or name another revision"
        documents.found.append(Diagnostic("TR003", "error", message, first.source, hint))


def _unknown(documents: Documents, raw: Raw, trusted: Trusted, level: Level) -> None:
    """An environment that is new has no connections, and sees no variable of the machine, until it is trusted."""
    message = f"The trusted revision {trusted.revision} has no environment '{raw.name}', so it has no connections."
    hint = "merge the environment document by itself first, and then what needs it"
    documents.note(raw, [Diagnostic("TR002", level, message, place(raw.root, ("metadata", "name")), hint)])
    _put(raw.root, "spec", _only(raw.spec, OPEN))


def _environment(revision: str, raw: Raw, there: Map, systems: Map) -> Found:
    mine, spec = raw.spec, there["spec"]
    for key in [*mine, *(each for each in spec if each not in mine)]:
        if key not in OPEN:
            yield from _differences(revision, key, mine.get(key, _ABSENT), spec.get(key, _ABSENT), mine, key)
    made = _only(mine, OPEN)
    for key in spec:
        if key not in OPEN:
            # a connection whose system only the pull request has would go to an adapter of its choice
            value = _only(spec[key], tuple(systems)) if key == "connections" else spec[key]
            made.put(key, value, mine.key_source(key), spec.value_source(key))
    _put(raw.root, "spec", made)


def _differences(revision: str, path: str, mine: Any, there: Any, holder: Map, key: str) -> Found:
    """One finding for each single value that differs, at its place in the file that was read."""
    if isinstance(mine, Map) and isinstance(there, Map):
        for name in [*mine, *(each for each in there if each not in mine)]:
            inner, at = (mine, name) if name in mine else (holder, key)
            pair = mine.get(name, _ABSENT), there.get(name, _ABSENT)
            yield from _differences(revision, f"{path}.{name}", *pair, inner, at)
    elif _canonical(mine) != _canonical(there):
        where = holder.value_source(key) if mine is not _ABSENT and key in holder else holder.key_source(key)
        yield _no_effect(revision, path, there, where)


def _no_effect(revision: str, path: str, there: Any, where: Source) -> Diagnostic:
    if there is _ABSENT:
        has = "no such thing"
    else:
        has = _canonical(there)
        has = has if len(has) <= SHOWN else f"{has[:SHOWN]}…"
    message = f"'{path}' has no effect: the trusted revision {revision} has {has}."
    return Diagnostic("TR001", "warning", message, where, "it counts once it is part of the trusted revision")


def _canonical(value: Any) -> str:
    return "" if value is _ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _where(row: Map, key: str, otherwise: Source) -> Source:
    return row.value_source(key) if key in row else otherwise


def _put(holder: Map, key: str, value: Map) -> None:
    if key in holder:
        holder[key] = value


def _only(node: Any, keys: tuple[str, ...]) -> Map:
    """The same mapping with these keys only, each at its place."""
    made = Map(node.file, node.start) if isinstance(node, Map) else Map()
    for key in node if isinstance(node, Map) else ():
        if key in keys:
            made.put(key, node[key], node.key_source(key), node.value_source(key))
    return made


def _with(node: Map, key: str, value: Any) -> Map:
    """The same mapping with another value under a key."""
    made = _only(node, tuple(each for each in node if each != key))
    made.put(key, value, node.key_source(key), _where(node, key, node.source))
    return made
