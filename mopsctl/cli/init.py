"""`mopsctl init`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal
from mopsctl.errors import UsageError

IGNORED = "# What a run leaves behind, and saved plans, are not for the repository.\n.mopsctl/\nplan*.json\n"


@click.command("init", short_help="Make a starter stack in a folder.", epilog=options.examples("mopsctl init my-stack"))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, folder: Path) -> int:
    """Write a small stack into DIR that can be validated, planned and applied at once, on stand-ins on this machine.

    Nothing that is there already is overwritten.
    """
    from mopsctl.cli import templates
    from mopsctl.cli.writing import write_new

    if (folder / options.MANIFEST).exists():
        raise UsageError(
            f"There is a stack in {folder} already.", hint="choose another folder, or add to it with 'mopsctl new'"
        )
    made = templates.starter(templates.slug(folder.resolve().name))
    written = write_new(folder, made)
    if not (folder / ".gitignore").exists():
        written += write_new(folder, {".gitignore": IGNORED})
    terminal.wrote(written, [f"mopsctl {verb} {shlex.quote(str(folder))} -e local" for verb in ("validate", "plan")])
    return 0
