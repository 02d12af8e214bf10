"""Reads a stack's own document and its environments as they are at a git revision, without a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mopsctl.errors import UsageError
from mopsctl.manifest.files import ENVIRONMENTS, FILE_BYTES, STACK_BYTES, STACK_FILE, STACK_FILES
from mopsctl.manifest.trusted import Trusted

FLAG: Final = "--trusted-rev"
SECONDS: Final = 60
_FOLDER: Final = ENVIRONMENTS[0].partition("/")[0]
_ENDINGS: Final = tuple(pattern.rpartition("*")[2] for pattern in ENVIRONMENTS)
_REGULAR: Final = ("100644", "100755")


def read(folder: Path, revision: str) -> Trusted:
    """What the revision has below the stack's folder. Raises UsageError where there is no such revision, or no stack in it."""
    home = (_asked(folder, "rev-parse", "--absolute-git-dir") or "").rstrip("\n")
    prefix = _asked(folder, "rev-parse", "--show-prefix")
    if prefix is None or ".git" not in Path(home).parts:  # no commit can bring along a folder of that name
        raise UsageError(
            f"{FLAG} needs git, and {folder} is in no git work tree that it can read.",
            hint=f"run it where the repository is checked out, or leave {FLAG} out",
        )
    commit = _commit(folder, revision)
    root = prefix.strip("\n")
    listed = _asked(
        folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", f"{root}{STACK_FILE}", f"{root}{_FOLDER}/"
    )
    files = _files(folder, revision, root, listed or "")
    if STACK_FILE not in files:
        raise UsageError(
            f"The trusted revision {revision} has no {root}{STACK_FILE}.",
            hint="name a revision in which the stack lies in the same folder",
        )
    return Trusted(revision, files)


def checkout(folder: Path, revision: str, into: Path) -> None:
    """Write what the revision has below the stack's folder into an empty one. Raises UsageError where there is no stack in it.

    Links and whatever else is no plain file are left out; sizes are bounded as for a folder.
    """
    prefix = _asked(folder, "rev-parse", "--show-prefix")
    if prefix is None:
        raise UsageError(
            f"{folder} is in no git work tree that git can read.", hint="run it where the repository is checked out"
        )
    commit, root = _commit(folder, revision), prefix.strip("\n")
    where = ["--", root] if root else []
    listed = _asked(folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, *where) or ""
    files = _files(folder, revision, root, listed, wanted=_is_inside)
    if STACK_FILE not in files:
        raise UsageError(
            f"The revision {revision} has no {root}{STACK_FILE}.",
            hint="name a revision in which the stack lies in the same folder",
        )
    for name, text in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def _is_inside(name: str) -> bool:
    """False for what mopsctl keeps for itself, and for a name that leads out of the folder: git checks none of them here."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] != ".mopsctl" and not {"", ".", ".."} & set(parts) and ":" not in parts[0]


def _commit(folder: Path, revision: str) -> str:
    found = None
    if revision and not revision.startswith("-") and ":" not in revision:
        found = _asked(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found:
        return found.strip()
    hint = "name a branch, a tag or a commit of this repository, for instance origin/main"
    if (_asked(folder, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        hint = f"this clone is shallow: fetch {revision or 'the revision'} first, or clone with the whole history"
    raise UsageError(f"There is no revision '{revision}' here.", hint=hint)


def _files(
    folder: Path, revision: str, root: str, listed: str, wanted: Callable[[str], bool] | None = None
) -> dict[str, str]:
    """The texts by their paths in the stack's folder."""
    files: dict[str, str] = {}
    total = 0
    for line in filter(None, listed.split("\0")):
        about, _, path = line.partition("\t")
        mode, _, blob, size = about.split()
        name = path.removeprefix(root)
        if mode not in _REGULAR or not (wanted or _is_wanted)(name):
            continue
        total += int(size)
        if int(size) > FILE_BYTES or total > STACK_BYTES or len(files) >= STACK_FILES:
            raise UsageError(
                f"{name} of the revision {revision} is too large, or one of too many.",
                hint=f"{FILE_BYTES // 1024**2} MiB and {STACK_FILES:,} files are read at most",
            )
        text = _asked(folder, "cat-file", "blob", blob)
        if text is None:
            raise UsageError(
                f"{name} of the revision {revision} cannot be read.",
                hint="it has to be in this clone, and UTF-8 text: fetch the revision whole, or mend the file there",
            )
        files[name] = text
    return files


def _is_wanted(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name == STACK_FILE or (folder == _FOLDER and file.endswith(_ENDINGS) and not file.startswith("."))


def _asked(folder: Path, *words: str) -> str | None:
    """What git answers; None where it cannot.

    Files of a pull request can make a folder look like a repository to git, with branches of their author's own.
    """
    command = ["git", "-c", "safe.bareRepository=explicit", "--literal-pathspecs", "-C", str(folder), *words]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        return answer.stdout.decode("utf-8") if answer.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
