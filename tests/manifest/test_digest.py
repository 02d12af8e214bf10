"""The digest covers what manifests say, and nothing of how they are laid out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.manifest.load import parse
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.writer import to_yaml
from tests.manifest import cases
from tests.manifest.conftest import CATALOG, STACK, Load

ENVIRONMENT = "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: {0}}}\nspec: {{emulated: {1}}}\n"


def test_layout_does_not_count(load: Load) -> None:
    root, _ = parse(CATALOG, "f.yaml")
    assert root is not None
    other = to_yaml(dict(reversed(list(root.items()))), comment="Another layout.").replace("\n", "\r\n")
    assert load({"catalog/person.yaml": other}).digest == load().digest


def test_file_names_do_not_count(load: Load, tmp_path: Path) -> None:
    before = load().digest
    (tmp_path / "stack/catalog/person.yaml").rename(tmp_path / "stack/catalog/zzz.yaml")
    assert load_stack(tmp_path / "stack").digest == before


@pytest.mark.parametrize(
    ("old", "new"), [("email}", "Email}"), ("name: person", "name: people"), ("[Lead, Contact]", "[Contact, Lead]"), ("email,", 'text, label: "1",')]
)  # fmt: skip
def test_content_counts(load: Load, old: str, new: str) -> None:
    assert load({"catalog/person.yaml": CATALOG.replace(old, new, 1)}).digest != load().digest


def test_text_and_number_differ(load: Load) -> None:
    stack = f"{STACK}  variables: {{a: {{type: string, default: 12}}}}\n"
    assert load({"mopsctl.yaml": stack}).digest != load({"mopsctl.yaml": stack.replace("12", '"12"')}).digest


def test_only_the_environment_that_was_asked_for_counts(load: Load) -> None:
    files = {
        "environments/a.yaml": ENVIRONMENT.format("a", "true"),
        "environments/b.yaml": ENVIRONMENT.format("b", "true"),
    }
    changed = files | {"environments/b.yaml": ENVIRONMENT.format("b", "false")}
    assert load(files, "a").digest == load(changed, "a").digest
    assert load(files, "b").digest != load(changed, "b").digest
    assert load(files).digest != load(changed).digest


def test_values_from_outside_do_not_count(load: Load) -> None:
    catalog = CATALOG.replace("hubspot: email}", 'hubspot: "${env:NAME}"}')
    files = {"catalog/person.yaml": catalog, "environments/a.yaml": ENVIRONMENT.format("a", "true")}
    assert load(files, "a", {"NAME": "x"}).digest == load(files, "a", {"NAME": "y"}).digest


@given(st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_count(tmp_path_factory: pytest.TempPathFactory, shuffle: random.Random) -> None:
    texts = [path.read_text("utf-8") for path in sorted(cases.BASE.rglob("*/*.yaml"))]
    shuffle.shuffle(texts)
    folder = tmp_path_factory.mktemp("stack")
    for name in ("mopsctl.yaml", "notices/web.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((cases.BASE / name).read_bytes())
    (folder / "all").mkdir()
    for number, text in enumerate(texts):
        (folder / "all" / f"{number}.yaml").write_text(text, encoding="utf-8")
    loaded = load_stack(folder)
    assert loaded.diagnostics == ()
    assert loaded == load_stack(cases.BASE)  # places do not count, so the typed stacks are equal too
