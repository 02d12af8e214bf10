"""A folder that may not be listed is an error: what lies in it must not look as if it had left the manifests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mopsctl.manifest.loader import load_stack

STACK = "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: s}\nspec:\n  include: [%s]\n  systems: {hubspot: {}}\n"


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack whose folder `catalog` refuses everybody; root would be let in, so the system call is made to refuse."""
    (tmp_path / "catalog" / "deep").mkdir(parents=True)
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path) == tmp_path / "catalog":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return tmp_path


@pytest.mark.parametrize("pattern", ["catalog/*.yaml", "catalog/**/*.yaml", "**/*.yaml"])
def test_it_is_told_with_its_name(closed: Path, pattern: str) -> None:
    (closed / "mopsctl.yaml").write_text(STACK % f"'{pattern}'", encoding="utf-8")
    loaded = load_stack(closed)
    (found,) = [each for each in loaded.diagnostics if each.rule == "YM001"]
    assert (found.level, found.source.file) == ("error", "catalog")
    assert loaded.stack is None


def test_a_folder_nobody_asked_for_is_nobodys_business(closed: Path) -> None:
    (closed / "mopsctl.yaml").write_text(STACK % "'scoring/*.yaml'", encoding="utf-8")
    assert not [each for each in load_stack(closed).diagnostics if each.rule == "YM001"]
