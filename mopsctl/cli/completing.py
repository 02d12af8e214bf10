"""What a shell completes besides commands and options: names of environments and adapters. Whatever is wrong, it stays silent."""

from __future__ import annotations

import re
from pathlib import Path

import click

# A shell asks at every key: the names are looked up as text, for loading a stack takes too long.
_NAME = re.compile(r"^metadata:\s*\{?\s*(?:[^#\n]*?[,{]\s*)?name:\s*[\"']?([\w.-]+)", re.MULTILINE)
_KIND = re.compile(r"^kind:\s*Environment\s*$", re.MULTILINE)
LARGEST = 100_000  # bytes of an environment document that are looked at


def environments(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The environments of the stack that the line names, or of the current folder."""
    words = [
        *ctx.args,
        str(ctx.params.get("stack") or "."),
    ]  # a line that ends in '-e' leaves its argument among the words
    folder = Path(words[0]) / "environments"
    names = {name for path in folder.glob("*.y*ml") if path.is_file() for name in _named(path)}
    return sorted(name for name in names if name.startswith(incomplete))


def _named(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST)
    except (OSError, UnicodeDecodeError):
        return []
    return _NAME.findall(text) if _KIND.search(text) else []


def adapters(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The adapters that are installed."""
    from mopsctl.provider import registry

    return [name for name in registry.names() if name.startswith(incomplete)]
