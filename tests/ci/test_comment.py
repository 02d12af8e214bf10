"""The comment on a pull request: made once, edited in place, whoever else writes there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "ci" / "comment.py"
TOKEN = "token-that-nobody-may-see"
TAG = "<!-- mopsctl:northwind/production -->"


class Site(ThreadingHTTPServer):
    """The comments of one request, as the two sites keep them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: list[dict[str, Any]] = []
        self.locked: set[int] = set()
        self.fail = 0
        self.seen: list[tuple[str, str]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        page = int(self.path.rpartition("page=")[2])
        self._answer(200, self.server.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        self.server.comments.append({"id": len(self.server.comments) + 1, "body": self._body()})
        self._answer(201, self.server.comments[-1])

    def do_PATCH(self) -> None:
        number = int(self.path.rpartition("/")[2])
        if number in self.server.locked:
            self._answer(403, {"message": "not yours"})
            return
        self.server.comments[number - 1]["body"] = self._body()
        self._answer(200, {})

    def do_PUT(self) -> None:
        self.do_PATCH()

    def _body(self) -> str:
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def _answer(self, code: int, body: Any) -> None:
        self.server.seen.append((self.command, self.path))
        told = TOKEN in (self.headers["Authorization"] or self.headers["PRIVATE-TOKEN"] or "")
        data = json.dumps(body).encode()
        self.send_response(self.server.fail or (code if told else 401))
        self.send_header("Content-Length", str(len(data)))
        if self.server.fail in (301, 307):
            self.send_header("Location", f"{self.server.base}/elsewhere?page=1")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def say(site: Site, folder: Path, text: str, where: str = "github") -> subprocess.CompletedProcess[str]:
    """Run the script as a pipeline of that site does."""
    (folder / "plan.md").write_text(text, "utf-8")
    told = {
        "github": {"GITHUB_API_URL": site.base, "GITHUB_REPOSITORY": "acme/stack", "GITHUB_TOKEN": TOKEN, "MOPSCTL_PULL_REQUEST": "7"},
        "gitlab": {"CI_API_V4_URL": site.base, "CI_PROJECT_ID": "3", "GITLAB_TOKEN": TOKEN, "CI_MERGE_REQUEST_IID": "7"},
    }[where]  # fmt: skip
    known = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_", "GITLAB_"))}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "plan.md"], cwd=folder, env={**known, **told}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert TOKEN not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("where", ["github", "gitlab"])
def test_it_is_made_once_and_then_edited_in_place(site: Site, tmp_path: Path, where: str) -> None:
    site.comments = [{"id": number, "body": f"talk {number}"} for number in range(1, 151)]
    assert say(site, tmp_path, f"{TAG}\nfirst", where).returncode == 0
    assert say(site, tmp_path, f"{TAG}\nsecond", where).returncode == 0
    assert [each["body"] for each in site.comments[150:]] == [f"{TAG}\nsecond"]
    assert {method for method, _ in site.seen} == {"GET", "POST", "PATCH" if where == "github" else "PUT"}


def test_another_environment_and_other_people_keep_their_comments(site: Site, tmp_path: Path) -> None:
    site.comments = [
        {"id": 1, "body": f"{TAG}\nwritten by somebody else"},
        {"id": 2, "body": "<!-- mopsctl:northwind/sandbox -->\nours"},
        {"id": 3, "body": None},
        {"id": 4, "body": f"{TAG}\r\nours"},
    ]
    site.locked = {1}
    assert say(site, tmp_path, f"{TAG}\nnew").returncode == 0
    assert [each["body"] for each in site.comments][1:] == [
        "<!-- mopsctl:northwind/sandbox -->\nours",
        None,
        f"{TAG}\nnew",
    ]
    assert "somebody else" in site.comments[0]["body"]


@pytest.mark.parametrize("code", [301, 307, 401, 500])
def test_a_site_that_refuses_is_a_sentence_and_no_token_goes_elsewhere(site: Site, tmp_path: Path, code: int) -> None:
    site.fail = code
    done = say(site, tmp_path, f"{TAG}\nnew")
    assert done.returncode == 1
    assert f"answered {code}" in done.stderr
    assert all("/elsewhere" not in path for _, path in site.seen)


@pytest.mark.parametrize("text", ["", "no tag\n", "<!-- mopsctl:x\n"])
def test_a_file_that_is_no_comment_of_a_plan_is_not_sent(site: Site, tmp_path: Path, text: str) -> None:
    assert say(site, tmp_path, text).returncode == 1
    assert site.seen == []


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text(f"{TAG}\n", "utf-8")
    known = {"PATH": os.environ["PATH"], "GITHUB_REPOSITORY": "acme/stack", "MOPSCTL_PULL_REQUEST": "7; rm"}
    done = subprocess.run([sys.executable, str(SCRIPT), "plan.md"], cwd=tmp_path, env=known, capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "Error: Not set: GITHUB_API_URL, GITHUB_TOKEN.\n")
