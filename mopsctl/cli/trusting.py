"""What the person or the CI job that runs mopsctl allows, outside the stack: options of one run, and a settings file.

The file is `mopsctl/settings.yaml` below `XDG_CONFIG_HOME`, or below `.config` in the home folder:

    allow_hosts: [proxy.example.com, gateway.example.com:8443]
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mopsctl.trust import Trust

F = TypeVar("F", bound=Callable[..., Any])

MOST_BYTES = 65_536
KEYS = ("allow_hosts",)


def options(function: F) -> F:
    """`--allow-host` and `--trusted-rev`."""
    return revision(_hosts(function))


def revision(function: F) -> F:
    """`--trusted-rev`."""
    return click.option(
        "--trusted-rev", metavar="REV",
        help="Take connections, limits and policy of the environment from this git revision; for pull requests.",
    )(function)  # fmt: skip


def _hosts(function: F) -> F:
    return click.option(
        "--allow-host", "allow_hosts", multiple=True, metavar="HOST",
        help="Let credentials go to this host, too; adapters know their vendors' own.",
    )(function)  # fmt: skip


def trust(allow_hosts: tuple[str, ...], trusted_rev: str | None) -> Trust:
    """What the options and the settings file say together. Raises UsageError."""
    from mopsctl.errors import UsageError
    from mopsctl.trust import Trust

    named = [*((each, "--allow-host") for each in allow_hosts), *_from_file()]
    hosts = tuple(sorted({_allowed(each, where) for each, where in named}))
    if trusted_rev is not None and not trusted_rev.strip():  # a variable of a CI that is not set must not switch it off
        raise UsageError("--trusted-rev names no revision.", hint="name a branch, a tag or a commit, or leave it out")
    return Trust(hosts, trusted_rev or "")


def _allowed(text: str, where: str) -> str:
    from mopsctl.errors import UsageError
    from mopsctl.provider.hosts import NoAddress, allowance

    try:
        return allowance(text)
    except NoAddress as error:
        raise UsageError(f"The host in {where} {error}.", hint=error.hint) from None


def settings_file() -> Path | None:
    """Where the settings file would be; None where this machine names no home."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not Path(base).is_absolute():  # the convention: a relative path is as good as none
        home = os.path.expanduser("~")
        if home == "~":
            return None
        base = str(Path(home) / ".config")
    return Path(base) / "mopsctl" / "settings.yaml"


def _from_file() -> list[tuple[str, str]]:
    path = settings_file()
    if path is None or not path.is_file():
        return []
    from mopsctl.errors import UsageError
    from mopsctl.manifest.load import parse
    from mopsctl.manifest.tree import Map

    root, found = parse(_read(path), str(path))
    problems = [f"{each.source}: {each.message}" for each in found if each.level == "error"]
    if problems:
        raise UsageError(f"The settings file is not used: {problems[0]}", hint="fix it, or take it away")
    node = root if root is not None else Map()
    for key in node:
        if key not in KEYS:
            raise _unfit(f"{node.key_source(key)}: there is no setting '{key}'")
    hosts = node.get("allow_hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(each, str) for each in hosts):
        raise _unfit(f"{node.value_source('allow_hosts')}: 'allow_hosts' has to be a list of hosts")
    return [(each, str(path)) for each in hosts]


def _read(path: Path) -> str:
    from mopsctl.errors import UsageError

    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise _unfit(f"{path} has more than {MOST_BYTES} bytes")
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The settings file {path} cannot be read: {why}.", hint="fix it, or take it away") from None


def _unfit(what: str) -> Exception:
    from mopsctl.errors import UsageError

    return UsageError(f"The settings file is not used: {what}.", hint="it knows: allow_hosts: [proxy.example.com]")
