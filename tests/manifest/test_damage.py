"""Whatever is wrong in a stack, loading ends in findings and never in an exception."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.diagnostics import has_errors
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.tree import Map
from mopsctl.manifest.writer import to_yaml
from tests.manifest import cases
from tests.manifest.damage import broken

OWN_FILES = {"Stack": "mopsctl.yaml", "Environment": "environments/sandbox.yaml"}


@given(st.lists(broken(), min_size=1, max_size=3), st.sampled_from([None, "sandbox", "production"]))
def test_loading_never_fails(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Map], environment: str | None
) -> None:
    folder = tmp_path_factory.mktemp("stack")
    shutil.copytree(cases.BASE, folder, dirs_exist_ok=True)
    (folder / "more").mkdir()
    for number, document in enumerate(documents):
        name = OWN_FILES.get(document["kind"], f"more/{number}.yaml")
        (folder / name).write_text(to_yaml(document), encoding="utf-8")
    loaded = load_stack(folder, environment, {"STAGE": "x", "A": "1"})
    assert (loaded.stack is None) == has_errors(loaded.diagnostics)
    assert all(each.source.file for each in loaded.diagnostics)
    shutil.rmtree(folder)
