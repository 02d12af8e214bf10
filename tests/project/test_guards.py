"""The guards of conftest.py bite: each forbidden act fails its test, its permitted neighbour does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"

ACTS = """
import os, socket, sqlite3, contextlib
from pathlib import Path
from mopsctl import secrets

REPOSITORY = Path(__file__).resolve().parents[1]

def test_bad_name_lookup():
    with contextlib.suppress(RuntimeError):
        socket.getaddrinfo("crm.example", 443)

def test_bad_connection():
    with contextlib.suppress(RuntimeError), socket.socket() as client:
        client.connect(("192.0.2.1", 443))

def test_bad_server_for_everybody():
    with contextlib.suppress(RuntimeError), socket.socket() as server:
        server.bind(("", 0))

def test_good_loopback():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        socket.getaddrinfo("localhost", 80)

def test_bad_file_in_the_repository():
    with contextlib.suppress(RuntimeError):
        (REPOSITORY / "litter.txt").write_text("x")

def test_bad_folder_in_the_repository():
    with contextlib.suppress(RuntimeError):
        (REPOSITORY / ".mopsctl").mkdir()

def test_bad_database_in_the_repository():
    with contextlib.suppress(RuntimeError):
        sqlite3.connect(REPOSITORY / "data.sqlite")

def test_bad_move_out_of_the_repository(tmp_path):
    with contextlib.suppress(RuntimeError):
        (REPOSITORY / "tests" / "conftest.py").rename(tmp_path / "conftest.py")

def test_bad_file_in_the_current_folder():
    Path("litter.txt").write_text("x")

def test_good_file(tmp_path):
    (tmp_path / "file.txt").write_text((REPOSITORY / "tests" / "conftest.py").read_text())
    sqlite3.connect(":memory:").close()
    assert os.listdir() == []

def test_bad_environment():
    os.environ["LEFT"] = "behind"

def test_bad_current_folder(tmp_path):
    os.chdir(tmp_path)

def test_good_environment(monkeypatch, tmp_path):
    assert "LEFT" not in os.environ
    assert "OUTER_TOKEN" not in os.environ
    assert not list(Path.home().iterdir())
    monkeypatch.setenv("LEFT", "not")
    monkeypatch.chdir(tmp_path)

def test_good_secret():
    secrets.register("correct horse")

def test_good_secrets_are_forgotten():
    assert secrets.mask("correct horse") == "correct horse"
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("guarded") / "repository"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test_acts.py").write_text(ACTS)
    shutil.copy(CONFTEST, folder / "tests")
    options = ["-rA", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", str(folder.parent / "basetemp")]
    command = [sys.executable, "-m", "pytest", "--rootdir", ".", *options, "tests"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"OUTER_TOKEN": "x", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert sorted(entry.name for entry in folder.iterdir()) == ["tests"]
    return done.stdout


@pytest.mark.parametrize("act", re.findall(r"def (test_good_\w+)", ACTS))
def test_permits(act: str, outcome: str) -> None:
    assert f"PASSED tests/test_acts.py::{act}\n" in outcome
    assert f"ERROR tests/test_acts.py::{act} " not in outcome


@pytest.mark.parametrize("act", re.findall(r"def (test_bad_\w+)", ACTS))
def test_refuses(act: str, outcome: str) -> None:
    assert f"ERROR tests/test_acts.py::{act} - Failed: This test leaves the world changed" in outcome
