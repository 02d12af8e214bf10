"""The documents that `init` and `new` write; they lie in the folder `data` beside this module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from mopsctl.diagnostics import did_you_mean
from mopsctl.errors import UsageError

FOLDERS: Mapping[str, str] = {
    "Environment": "environments",
    "FieldCatalog": "catalog",
    "Lifecycle": "lifecycle",
    "ScoringModel": "scoring",
    "FieldMapping": "mappings",
    "ConsentPolicy": "consent",
}
_NAME = re.compile(r"[a-z][a-z0-9-]*")


def starter(name: str) -> dict[str, str]:
    """The files of a starter stack, by path."""
    return {path: _filled(text, name) for path, text in sorted(_below(_folder("starter"), ""))}


def document(kind: str, name: str) -> tuple[str, str]:
    """Where a new document of this kind goes, and its text. Raises UsageError for an unknown kind or a bad name."""
    if kind not in FOLDERS:
        near = did_you_mean(kind, FOLDERS)
        raise UsageError(f"There is no kind '{kind}'.", hint=near or f"the kinds are {', '.join(FOLDERS)}")
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"'{name}' is no name: it is made of lower-case letters, digits and '-', with a letter first.",
            hint=f"try '{slug(name)}'",
        )
    return f"{FOLDERS[kind]}/{name}.yaml", _filled((_folder("new") / f"{kind}.yaml").read_text(encoding="utf-8"), name)


def needed(text: str) -> list[str]:
    """The fields that a document's own comment asks for, as rows of a catalogue."""
    return [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   - {")]


def slug(text: str) -> str:
    """A name made of any text: `My Stack (2026)` becomes `my-stack-2026`."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-0123456789")
    rest = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return rest[rest.index(plain) :] if plain else "my-stack"


def _folder(name: str) -> Traversable:
    return files("mopsctl.cli") / "data" / name


def _below(folder: Traversable, path: str) -> list[tuple[str, str]]:
    found = []
    for each in folder.iterdir():
        inside = f"{path}/{each.name}".lstrip("/")
        found += _below(each, inside) if each.is_dir() else [(inside, each.read_text(encoding="utf-8"))]
    return found


def _filled(text: str, name: str) -> str:
    return text.replace("$name", name)
