"""`init` and `new`: what they write is valid, commented, and never written over something."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mopsctl.cli import templates
from tests.cli.conftest import Cli


def checked(cli: Cli, stack: Path, environment: str | None = None) -> list[tuple[str, str, str]]:
    """What `validate` finds: level, rule and sentence."""
    run = cli("validate", stack, "--format", "json", *(["-e", environment] if environment else []))
    return [(each["level"], each["rule"], each["message"]) for each in run.document["diagnostics"]]


@pytest.fixture
def stack(cli: Cli, tmp_path: Path) -> Path:
    assert cli("init", tmp_path / "My stack").code == 0
    return tmp_path / "My stack"


def test_a_starter_stack_has_no_findings(cli: Cli, stack: Path) -> None:
    assert [found for found in checked(cli, stack, "local") if found[0] != "note"] == []
    assert "name: my-stack" in (stack / "mopsctl.yaml").read_text(encoding="utf-8")
    assert ".mopsctl/" in (stack / ".gitignore").read_text(encoding="utf-8")


def test_init_says_what_it_wrote_and_what_comes_next(cli: Cli, tmp_path: Path) -> None:
    run = cli("init", tmp_path / "a b")
    assert run.out.splitlines()[-1].startswith("wrote ")
    assert f"Next: mopsctl validate '{tmp_path}/a b' -e local" in run.err


def test_init_never_overwrites(cli: Cli, stack: Path) -> None:
    (stack / "mopsctl.yaml").write_text("mine", encoding="utf-8")
    run = cli("init", stack)
    assert run.code == 64
    assert (stack / "mopsctl.yaml").read_text(encoding="utf-8") == "mine"


def test_init_writes_all_or_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "person.yaml").write_text("mine", encoding="utf-8")
    assert cli("init", tmp_path).code == 64
    assert [file.name for file in tmp_path.iterdir()] == ["catalog"]


def test_init_leaves_a_gitignore_alone(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine", encoding="utf-8")
    assert cli("init", tmp_path).code == 0
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("kind", sorted(templates.FOLDERS))
def test_a_new_document_is_valid_once_the_catalogue_has_what_its_comment_asks_for(
    cli: Cli, stack: Path, kind: str
) -> None:
    run = cli("new", kind, "sample-one", "--stack", stack)
    assert run.code == 0
    file = stack / templates.FOLDERS[kind] / "sample-one.yaml"
    assert run.out == f"wrote {file}\n"
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "$name" not in text
    catalogue = stack / "catalog" / "person.yaml"
    with catalogue.open("a", encoding="utf-8") as more:
        more.writelines(f"    {line}\n" for line in templates.needed(text))
    assert [found for found in checked(cli, stack) if found[0] == "error"] == []


def test_new_documents_go_together(cli: Cli, stack: Path) -> None:
    for kind in templates.FOLDERS:
        assert cli("new", kind, "first", "--stack", stack).code == 0
    catalogue = stack / "catalog" / "person.yaml"
    lines = [line for kind in templates.FOLDERS for line in templates.needed(templates.document(kind, "first")[1])]
    with catalogue.open("a", encoding="utf-8") as more:
        more.writelines(f"    {line}\n" for line in lines)
    assert [found for found in checked(cli, stack) if found[0] == "error"] == []


def test_new_says_that_fields_are_needed_first(cli: Cli, stack: Path) -> None:
    assert "Next: add the fields that its first lines name" in cli("new", "Lifecycle", "one", "--stack", stack).err
    assert "Next: mopsctl validate" in cli("new", "FieldCatalog", "one", "--stack", stack).err


def test_new_outside_a_stack_says_where_it_looked(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = cli("new", "Lifecycle", "person")
    assert run.code == 64
    assert "There is no mopsctl.yaml in this folder." in run.err


def test_new_never_overwrites(cli: Cli, stack: Path) -> None:
    assert cli("new", "Environment", "local", "--stack", stack).code == 64


def test_new_prints_where_asked(cli: Cli, tmp_path: Path) -> None:
    run = cli("new", "Lifecycle", "person", "--print", "--stack", tmp_path)
    assert run.code == 0
    assert run.out == templates.document("Lifecycle", "person")[1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("lifecycle", "person", "did you mean 'Lifecycle'?"),
        ("Banana", "person", "the kinds are Environment, "),
        ("Lifecycle", "My Person!", "try 'my-person'"),
        ("Lifecycle", "../../etc", "try 'etc'"),
        ("Lifecycle", "", "try 'my-stack'"),
    ],
)
def test_a_wrong_kind_or_name_says_what_is_right(cli: Cli, stack: Path, kind: str, name: str, said: str) -> None:
    run = cli("new", kind, name, "--stack", stack)
    assert run.code == 64
    assert said in " ".join(run.err.split())


def test_new_wants_a_stack(cli: Cli, tmp_path: Path) -> None:
    run = cli("new", "Lifecycle", "person", "--stack", tmp_path)
    assert run.code == 64
    assert "mopsctl init" in run.err


def test_what_is_written_may_be_shared(cli: Cli, stack: Path) -> None:
    assert stat.S_IMODE((stack / "mopsctl.yaml").stat().st_mode) & 0o600 == 0o600
    assert cli("init", stack / "inner", "--format", "json").document["written"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My Stack (2026)", "my-stack-2026"),
        ("42 things", "things"),
        ("***", "my-stack"),
        ("2026", "my-stack"),
        ("a", "a"),
    ],
)
def test_a_name_out_of_any_text(text: str, name: str) -> None:
    assert templates.slug(text) == name


def test_a_folder_that_cannot_be_made_is_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = cli("init", tmp_path / "file" / "below")
    assert run.code == 1
    assert "cannot be written" in " ".join(run.err.split())
