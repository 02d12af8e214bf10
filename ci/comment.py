"""Puts the comment of a plan on a pull request or merge request, and edits it in place the next time.

`python ci/comment.py plan.md`; needs Python alone. The comment's first line is the tag by which it is found again. On GitHub it reads
GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN and MOPSCTL_PULL_REQUEST; on GitLab CI_API_V4_URL, CI_PROJECT_ID, GITLAB_TOKEN and
CI_MERGE_REQUEST_IID.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = 100
MOST_PAGES = 50
SECONDS = 30


class Refused(Exception):
    """The site did not do what was asked; the message is a sentence without any secret."""


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: a token goes to the host it was given for, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """None stands for an error."""
        return


class Site:
    """The comments of one pull request or merge request."""

    def __init__(self, listing: str, one: str, headers: dict[str, str], edit: str) -> None:
        self._listing, self._one, self._headers, self._edit = listing, one, headers, edit
        self._opener = urllib.request.build_opener(Stay)

    def comments(self) -> Iterator[dict[str, Any]]:
        """All comments, page by page."""
        for page in range(1, MOST_PAGES + 1):
            found = self._call("GET", f"{self._listing}?per_page={PAGE}&page={page}")
            if not isinstance(found, list):
                raise Refused("The site's list of comments is no list.")
            yield from (each for each in found if isinstance(each, dict))
            if len(found) < PAGE:
                return

    def edit(self, number: int, body: str) -> bool:
        """Give a comment another text; False where it is somebody else's or gone."""
        try:
            self._call(self._edit, self._one.format(number), {"body": body})
        except Refused as error:
            if error.args[1:] and error.args[1] in (403, 404):
                return False
            raise
        return True

    def create(self, body: str) -> None:
        """Make a comment."""
        self._call("POST", self._listing, {"body": body})

    def _call(self, method: str, url: str, body: dict[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            url, data, {**self._headers, "Content-Type": "application/json"}, method=method
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(f"The site answered {error.code} to {method} of the comments.", error.code) from None
        except (OSError, ValueError):
            raise Refused(f"The site gave no answer that could be read to {method} of the comments.") from None


def site(environ: dict[str, str]) -> Site:
    """The site that the pipeline's own variables name."""
    if environ.get("GITHUB_REPOSITORY"):
        base, token, number = _wanted(environ, "GITHUB_API_URL", "GITHUB_TOKEN", "MOPSCTL_PULL_REQUEST")
        root = f"{base.rstrip('/')}/repos/{environ['GITHUB_REPOSITORY']}/issues"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        return Site(f"{root}/{_number(number)}/comments", f"{root}/comments/{{}}", headers, "PATCH")
    base, token, number, project = _wanted(
        environ, "CI_API_V4_URL", "GITLAB_TOKEN", "CI_MERGE_REQUEST_IID", "CI_PROJECT_ID"
    )
    listing = f"{base.rstrip('/')}/projects/{_number(project)}/merge_requests/{_number(number)}/notes"
    return Site(listing, f"{listing}/{{}}", {"PRIVATE-TOKEN": token}, "PUT")


def _wanted(environ: dict[str, str], *names: str) -> list[str]:
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise Refused(f"Not set: {', '.join(missing)}.")
    return [environ[name] for name in names]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Refused("The number of the pull request or project is no number.")
    return int(text)


def put(where: Site, body: str) -> str:
    """Edit the first comment with the same tag that may be edited, or make one."""
    tag = body.partition("\n")[0]
    if not (tag.startswith("<!-- mopsctl:") and tag.endswith(" -->")):
        raise Refused(
            "The first line of the file is no tag of mopsctl: make it with 'mopsctl show PLAN --format markdown'."
        )
    for each in where.comments():
        mine = str(each.get("body") or "").replace("\r\n", "\n").partition("\n")[0] == tag
        if mine and isinstance(each.get("id"), int) and where.edit(each["id"], body):
            return "edited"
    where.create(body)
    return "created"


def main(arguments: list[str]) -> int:
    """0 where the comment is there, 1 where it is not, with a sentence on standard error."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python ci/comment.py FILE\n")
        return 64
    try:
        done = put(site(dict(os.environ)), Path(arguments[0]).read_text("utf-8"))
    except Refused as error:
        sys.stderr.write(f"Error: {error.args[0]}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"Error: {arguments[0]} cannot be read: {error.strerror}.\n")
        return 1
    sys.stderr.write(f"The comment was {done}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
