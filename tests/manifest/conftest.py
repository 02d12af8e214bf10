"""A stack of a few lines that tests write, change and load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.loader import Loaded, load_stack

STACK = """\
apiVersion: mopsctl/v1
kind: Stack
metadata: {name: small}
spec:
  systems: {hubspot: {}, salesforce: {}}
"""
CATALOG = """\
apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {name: person}
spec:
  object: person
  bind: {hubspot: contact, salesforce: [Lead, Contact]}
  fields:
    - {key: email, type: email, in: {hubspot: email}}
"""

Write = Callable[[Mapping[str, str | bytes]], Path]
Load = Callable[..., Loaded]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a small stack with the given files over it; its folder."""

    def write_all(files: Mapping[str, str | bytes]) -> Path:
        for name, text in ({"mopsctl.yaml": STACK, "catalog/person.yaml": CATALOG} | dict(files)).items():
            path = tmp_path / "stack" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path / "stack"

    return write_all


@pytest.fixture
def load(write: Write) -> Load:
    """Load a small stack with the given files over it."""

    def load_all(
        files: Mapping[str, str | bytes] | None = None,
        environment: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Loaded:
        return load_stack(write(files or {}), environment, environ or {})

    return load_all


def said(loaded: Loaded) -> list[str]:
    """The findings, each as place and rule."""
    return [f"{each.source} {each.rule}" for each in loaded.diagnostics]


def messages(found: tuple[Diagnostic, ...]) -> str:
    """All that the findings say."""
    return "\n".join(f"{each.message} {each.hint}" for each in found)
