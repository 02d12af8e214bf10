"""Include patterns: what they fit, and how much of a disk they look at."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.manifest import walk as module
from mopsctl.manifest.walk import walk
from tests.manifest.conftest import STACK, Load, said


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("*.yaml", ["a.yaml"]),
        ("b/*.yaml", ["b/c.yaml"]),
        ("*/*.yaml", ["b/c.yaml"]),
        ("**/*.yaml", ["a.yaml", "b/c.yaml", "b/d/e.yaml"]),
        ("**/**/*.yaml", ["a.yaml", "b/c.yaml", "b/d/e.yaml"]),
        ("b/**/*.yaml", ["b/c.yaml", "b/d/e.yaml"]),
        ("**/d/*.y?ml", ["b/d/e.yaml"]),
        ("b/d/e.yaml", ["b/d/e.yaml"]),
        ("b/[cx].yaml", ["b/c.yaml"]),
        ("b", []),
        ("b/**", []),
        ("nowhere/*.yaml", []),
    ],
)
def test_what_a_pattern_fits(tmp_path: Path, pattern: str, fits: list[str]) -> None:
    tree(tmp_path, "a.yaml", "b/c.yaml", "b/d/e.yaml", ".git/f.yaml", "b/.g.yaml", "b/notes.txt")
    assert walk(tmp_path, [pattern]).files == {pattern: fits}


def test_glob_looks_into_each_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the patterns: many `**` in a row, `**` with names between, many patterns at once."""
    tree(tmp_path, *(f"{a}/{b}/{c}/x.txt" for a in "abcd" for b in "abcd" for c in "abcd"))
    listed: list[str] = []
    real = os.scandir

    def scandir(path: Any) -> Any:
        listed.append(str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    patterns = ["**/" * 8 + "*.yaml", "**/a/**/a/**/a/**/*.yaml", *(f"**/{name}.yaml" for name in "pqrstuv")]
    walk(tmp_path, patterns)
    assert len(listed) == len(set(listed)) == 1 + 4 + 4**2 + 4**3


def test_a_pattern_that_catches_a_disk_is_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES", 3)
    loaded = load({"mopsctl.yaml": f'{STACK}  include: ["**/*.yaml"]\n', "b/c.yaml": "", "d/e.yaml": ""})
    assert "mopsctl.yaml:1:1 YM004" in said(loaded)
    assert loaded.stack is None


@pytest.mark.parametrize("pattern", ["x" * 5000, "x" * 5000 + "/*.yaml", "[", "a**b/*", "[!/*.yaml", "***", "~/x*"])
def test_no_pattern_ends_in_an_error_of_the_machine(load: Load, pattern: str) -> None:
    loaded = load({"mopsctl.yaml": f"{STACK}  include: ['{pattern}']\n"})
    assert {line.split()[1] for line in said(loaded)} <= {"YM015", "YM016", "YM017"}


def test_a_link_to_a_folder_above_ends(tmp_path: Path) -> None:
    tree(tmp_path, "a/b.yaml")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert walk(tmp_path, ["**/*.yaml", "a/*/*.yaml"]).files == {"**/*.yaml": ["a/b.yaml"], "a/*/*.yaml": []}


NAMES = st.sampled_from(["a", "b", "c.yaml"])
PARTS = st.sampled_from(["a", "b", "*", "**", "c.yaml", "*.yaml", "?"])


@given(st.sets(st.lists(NAMES, min_size=1, max_size=4).map(tuple), max_size=8), st.lists(PARTS, min_size=1, max_size=5))
def test_it_agrees_with_a_matcher_of_whole_paths(
    tmp_path_factory: pytest.TempPathFactory, files: set[tuple[str, ...]], parts: list[str]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for file in files:
        path = root.joinpath(*file[:-1], file[-1] + ".f")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    wanted = [*parts[:-1], parts[-1] + ".f" if parts[-1] != "**" else "*.f"]
    there = [PurePosixPath(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    expected = sorted(str(path) for path in there if fits(list(path.parts), wanted))
    assert walk(root, ["/".join(wanted)]).files["/".join(PurePosixPath("/".join(wanted)).parts)] == expected


def fits(path: list[str], parts: list[str]) -> bool:
    """Whether a path fits a pattern, by the definition."""
    if not parts:
        return not path
    if parts[0] == "**":
        return fits(path, parts[1:]) or (len(path) > 1 and fits(path[1:], parts))
    return bool(path) and PurePosixPath(path[0]).match(parts[0]) and fits(path[1:], parts[1:])
