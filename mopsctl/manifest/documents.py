"""The documents of a stack as they were read: which kind each is, under which name, and what stands twice.

Rules: MS009 unknown kind, RF003 two documents under one name, RF006 no stack, RF007 a second stack.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.files import ENVIRONMENTS, INCLUDE, STACK_FILE, Folder
from mopsctl.manifest.load import parse
from mopsctl.manifest.schema import KINDS
from mopsctl.manifest.tree import Map, Seq, place

CONTENT: Final = ("FieldCatalog", "Lifecycle", "ScoringModel", "FieldMapping", "ConsentPolicy")


@dataclass(slots=True)
class Raw:
    """One document before it is typed; `ok` turns false with its first error."""

    file: str
    root: Map
    kind: str
    name: str
    placeholders: bool
    ok: bool = True

    @property
    def id(self) -> str:
        """The document's name with its kind."""
        return f"{self.kind}/{self.name}"

    @property
    def spec(self) -> Map:
        """The document's content; empty where it has none."""
        spec = self.root.get("spec")
        return spec if isinstance(spec, Map) else Map(self.file, self.root.start)


@dataclass(slots=True)
class Documents:
    """Everything that was read of a stack, and what was wrong with it."""

    all: list[Raw] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    files: int = 0
    unread: bool = False  # a file could not be read, so nobody knows which document it would have been

    def of(self, *kinds: str) -> list[Raw]:
        """The documents of some kinds, by kind and name."""
        return sorted((each for each in self.all if each.kind in kinds), key=lambda each: (each.kind, each.name))

    def stack(self) -> Raw | None:
        """The stack's own document."""
        return next((each for each in self.all if each.kind == "Stack"), None)

    def note(self, document: Raw, found: Iterable[Diagnostic]) -> None:
        """Add findings about a document; an error in it keeps it from being typed."""
        new = list(found)
        document.ok = document.ok and not any(each.level == "error" for each in new)
        self.found.extend(new)


def read(folder: Folder) -> Documents:
    """Every document of the stack in this folder; whatever cannot be read is a finding."""
    documents = Documents()
    if not os.path.lexists(folder.root / STACK_FILE):
        documents.found.append(_missing_stack(folder))
        return documents
    _read_one(folder, STACK_FILE, documents)
    patterns = _patterns(documents.stack())
    names = folder.names(patterns)
    for name in names:
        _read_one(folder, name, documents)
    folder.left_out(names, _folders(pattern for pattern, _ in patterns))
    documents.found.extend([*folder.found, *_twice(documents.all)])
    documents.files = folder.files
    return documents


def _read_one(folder: Folder, name: str, documents: Documents) -> None:
    text = folder.read(name)
    root, found = (None, []) if text is None else parse(text, name)
    documents.found.extend(found)
    if root is None or text is None:
        documents.unread = True
        return
    kind, problem = _kind(root)
    if problem:
        documents.found.append(problem)
        documents.unread = True
    else:
        documents.all.append(Raw(name, root, kind, _name(root), "${" in text, ok=not found))


def _kind(root: Map) -> tuple[str, Diagnostic | None]:
    kind = root.get("kind")
    if kind is None:
        hint = f"add one of: {', '.join(KINDS)}"
        return "", Diagnostic("MS009", "error", "This document does not say its 'kind'.", root.source, hint)
    if not isinstance(kind, str) or kind not in KINDS:
        hint = did_you_mean(str(kind), KINDS) or f"one of: {', '.join(KINDS)}"
        message = f"'{kind}' is no kind of document." if isinstance(kind, str) else "'kind' has to be a word."
        return "", Diagnostic("MS009", "error", message, root.value_source("kind"), hint)
    return kind, None


def _name(root: Map) -> str:
    metadata = root.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Map) else None
    return name if isinstance(name, str) else ""


def _patterns(stack: Raw | None) -> list[tuple[str, Source]]:
    """The include patterns with their places; the usual folders where the stack names none."""
    include = stack.spec.get("include") if stack else None
    here = Source(STACK_FILE)
    if stack is None or not isinstance(include, Seq):
        return [(pattern, here) for pattern in chain(INCLUDE, ENVIRONMENTS)]
    named = [
        (each, place(stack.root, ("spec", "include", index)))
        for index, each in enumerate(include)
        if isinstance(each, str)
    ]
    return [*named, *((pattern, here) for pattern in ENVIRONMENTS)]


def _folders(patterns: Iterable[str]) -> list[str]:
    parents = {PurePosixPath(pattern).parent for pattern in patterns}
    return sorted(
        str(parent)
        for parent in parents
        if "*" not in str(parent) and ".." not in parent.parts and not parent.is_absolute()
    )


def _twice(documents: Sequence[Raw]) -> list[Diagnostic]:
    """One finding for every document whose name is taken, and for a second stack."""
    first: dict[str, Raw] = {}
    found = []
    for document in documents:
        key = "Stack" if document.kind == "Stack" else document.id
        earlier = first.setdefault(key, document)
        if earlier is not document and document.name:
            found.append(_taken(document, earlier))
    return found


def _taken(document: Raw, earlier: Raw) -> Diagnostic:
    where = place(document.root, ("metadata", "name"))
    if document.kind == "Stack":
        message = f"This is a second Stack; the first is in {earlier.file}."
        return Diagnostic(
            "RF007", "error", message, place(document.root, ("kind",)), "leave this file out of 'include'"
        )
    document.ok = False
    message = f"The name '{document.name}' is taken: {earlier.file} declares a {document.kind} of that name too."
    return Diagnostic("RF003", "error", message, where, "give one of them another name")


def _missing_stack(folder: Folder) -> Diagnostic:
    """What to say where a folder holds no stack."""
    if not folder.root.is_dir():
        return Diagnostic(
            "RF006", "error", f"There is no folder '{folder.root.name}'.", Source(STACK_FILE), "check the path"
        )
    return Diagnostic(
        "RF006",
        "error",
        f"This folder holds no {STACK_FILE}.",
        Source(STACK_FILE),
        "change to the stack's folder, or type 'mopsctl init'",
    )
