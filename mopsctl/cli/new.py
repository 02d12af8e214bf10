"""`mopsctl new`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal
from mopsctl.errors import UsageError


@click.command(
    "new",
    short_help="Add one valid, commented document to a stack.",
    epilog=options.examples("mopsctl new Lifecycle person", "mopsctl new Environment sandbox --stack stacks/example"),
)
@click.argument("kind")
@click.argument("name")
@click.option(
    "--stack", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".", metavar="DIR",
    help="The stack; the current folder if left out.",
)  # fmt: skip
@click.option("--print", "only_print", is_flag=True, help="Print the document, write nothing.")
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, kind: str, name: str, stack: Path, only_print: bool) -> int:
    """Write a commented document of KIND, called NAME, into the folder of a stack where its kind belongs.

    KIND is Environment, FieldCatalog, Lifecycle, ScoringModel, FieldMapping or ConsentPolicy. Nothing is overwritten.
    """
    from mopsctl.cli import templates
    from mopsctl.cli.writing import write_new

    path, text = templates.document(kind, name)
    if only_print:
        terminal.out(text)
        return 0
    if not (stack / options.MANIFEST).is_file():
        raise UsageError(
            f"There is no {options.MANIFEST} in {'this folder' if stack == Path() else stack}.",
            hint="name the stack with --stack, or make one with 'mopsctl init DIR'",
        )
    written = write_new(stack, {path: text})
    first = ["add the fields that its first lines name to the catalogue"] if templates.needed(text) else []
    terminal.wrote(written, [*first, f"mopsctl validate{'' if stack == Path() else ' ' + shlex.quote(str(stack))}"])
    return 0
