"""Which files are read: regular ones below the stack's folder, bounded in size and number, in UTF-8."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mopsctl.manifest import files
from mopsctl.manifest.loader import load_stack
from tests.manifest.conftest import CATALOG, STACK, Load, Write, messages, said


def test_a_folder_without_a_stack(tmp_path: Path) -> None:
    loaded = load_stack(tmp_path)
    assert said(loaded) == ["mopsctl.yaml:1:1 RF006"]
    assert "mopsctl init" in messages(loaded.diagnostics)


def test_a_stack_file_that_holds_something_else(load: Load) -> None:
    loaded = load({"mopsctl.yaml": CATALOG.replace("name: person", "name: other")})
    assert said(loaded) == ["mopsctl.yaml:1:1 RF006"]
    assert "holds no Stack" in messages(loaded.diagnostics)


def test_no_folder(tmp_path: Path) -> None:
    loaded = load_stack(tmp_path / "nowhere")
    assert loaded.stack is None
    assert "no folder 'nowhere'" in messages(loaded.diagnostics)


def test_files_are_counted(load: Load) -> None:
    loaded = load({"environments/a.yaml": ENVIRONMENT})
    assert (loaded.files, loaded.documents) == (3, 3)


ENVIRONMENT = "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: a}\nspec: {emulated: true}\n"


def test_environments_are_read_whatever_is_included(load: Load) -> None:
    loaded = load({"mopsctl.yaml": f"{STACK}  include: []\n", "environments/a.yml": ENVIRONMENT}, "a")
    assert loaded.environment is not None
    assert loaded.environment.emulated


def test_a_large_file_is_refused_unread(write: Write) -> None:
    folder = write({})
    with (folder / "catalog" / "large.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    loaded = load_stack(folder)
    assert said(loaded) == ["catalog/large.yaml:1:1 YM003"]
    assert "50.0 MiB" in messages(loaded.diagnostics)


def test_many_files_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "STACK_FILES", 2)
    loaded = load_stack(write({"lifecycle/a.yaml": "x", "scoring/b.yaml": "x"}))
    assert {"lifecycle/a.yaml:1:1 YM004", "scoring/b.yaml:1:1 YM004"} == set(said(loaded))


def test_much_text_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "STACK_BYTES", len(STACK) + 10)
    assert said(load_stack(write({}))) == ["catalog/person.yaml:1:1 YM004"]


@pytest.mark.parametrize(("name", "target"), [("out.yaml", "../../secret.yaml"), ("etc.yaml", "/etc/hostname")])
def test_a_link_that_leads_out_is_refused(write: Write, tmp_path: Path, name: str, target: str) -> None:
    (tmp_path / "secret.yaml").write_text("token: hush-hush-hush\n", encoding="utf-8")
    folder = write({})
    (folder / "catalog" / name).symlink_to(target)
    loaded = load_stack(folder)
    assert said(loaded) == [f"catalog/{name}:1:1 YM002"]
    assert "hush" not in messages(loaded.diagnostics)


def test_a_folder_that_leads_out_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.yaml").write_text(CATALOG, encoding="utf-8")
    folder = write({})
    (folder / "scoring").symlink_to(tmp_path / "elsewhere")
    assert said(load_stack(folder)) == ["scoring/a.yaml:1:1 YM002"]


def test_a_link_inside_the_folder_is_followed(write: Write) -> None:
    folder = write({"mopsctl.yaml": f"{STACK}  include: [linked/*.yaml]\n"})
    (folder / "linked").mkdir()
    (folder / "linked" / "person.yaml").symlink_to("../catalog/person.yaml")
    loaded = load_stack(folder)
    assert loaded.stack is not None
    assert list(loaded.stack.catalogs) == ["person"]


def test_a_link_in_a_circle_is_an_error(write: Write) -> None:
    folder = write({})
    (folder / "catalog" / "loop.yaml").symlink_to("loop.yaml")
    assert said(load_stack(folder)) == ["catalog/loop.yaml:1:1 YM001"]


def test_a_pipe_is_refused_and_does_not_hang(write: Write) -> None:
    folder = write({})
    os.mkfifo(folder / "catalog" / "pipe.yaml")
    assert said(load_stack(folder)) == ["catalog/pipe.yaml:1:1 YM002"]


def test_a_stack_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mopsctl.yaml").mkdir()
    assert "mopsctl.yaml:1:1 YM002" in said(load_stack(tmp_path))


def test_hidden_folders_are_not_read(load: Load) -> None:
    loaded = load(
        {"mopsctl.yaml": f'{STACK}  include: ["**/*.yaml"]\n', ".mopsctl/copy.yaml": "a: [", "a/.b/c.yaml": "a: ["}
    )
    assert said(loaded) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [(b"a: \xff", "1:4"), (b"a: 1\nbc: \xe9t\xe9\n", "2:5"), (CATALOG.encode("utf-16"), "1:1")],
)
def test_other_encodings_are_refused(load: Load, text: bytes, where: str) -> None:
    assert said(load({"catalog/odd.yaml": text})) == [f"catalog/odd.yaml:{where} YM005"]


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\ufffe"])
def test_signs_that_nobody_sees_are_refused(load: Load, sign: str) -> None:
    assert said(load({"catalog/odd.yaml": f"a: 1\nb: x{sign}y"})) == ["catalog/odd.yaml:2:5 YM005"]


def test_a_stack_that_does_not_parse_still_shows_the_rest(load: Load) -> None:
    loaded = load({"mopsctl.yaml": "a: [", "catalog/person.yaml": CATALOG.replace("email,", "e_mail,")})
    assert [line.split()[1] for line in said(loaded)] == ["MS004", "YM006"]
    assert loaded.stack is None


def test_an_unreadable_file_says_so(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    folder = write({})
    monkeypatch.setattr(files, "_bytes", refuse)
    assert "cannot be read: permission denied" in messages(load_stack(folder).diagnostics)
