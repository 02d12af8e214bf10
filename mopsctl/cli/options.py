"""The options that commands share, worded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mopsctl.cli import completing
from mopsctl.cli.terminal import Terminal

F = TypeVar("F", bound=Callable[..., Any])

MANIFEST = "mopsctl.yaml"


def examples(*lines: str) -> str:
    """The end of a help text: command lines that work, unwrapped."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        del param
        setattr(ctx.find_object(Terminal), name, value)
        return value

    return callback


def output(*formats: str) -> Callable[[F], F]:
    """`--format` with these choices (the first is the default), `--no-color` and `-v`; the terminal knows them."""

    def decorate(function: F) -> F:
        function = click.option(
            "-v", "--verbose", is_flag=True, expose_value=False, is_eager=True, callback=_set("verbose"),
            help="Show values in full, and where an unexpected error happened.",
        )(function)  # fmt: skip
        function = click.option(
            "--no-color", is_flag=True, expose_value=False, is_eager=True, callback=_set("no_color"),
            help="No colour, as with the environment variable NO_COLOR.",
        )(function)  # fmt: skip
        return click.option(
            "--format", type=click.Choice(formats), default=formats[0], expose_value=False, is_eager=True,
            callback=_set("format"), help="What to print on standard output.", show_default=True,
        )(function)  # fmt: skip

    return decorate


by = click.option(
    "--by",
    type=click.Choice(["meaning", "system"]),
    default="meaning",
    show_default=True,
    help="Order changes by manifest element, or by system.",
)
"""`--by`: how the changes of a plan are ordered for reading."""


def stack(function: F) -> F:
    """`STACK`: the folder with mopsctl.yaml, the current one if left out."""
    return click.argument(
        "stack", metavar="[STACK]", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path)
    )(function)


def environment(*, required: bool = True) -> Callable[[F], F]:
    """`-e ENV`: an environment of the stack."""
    return click.option(
        "-e", "--environment", required=required, metavar="ENV", help="An environment of the stack.",
        shell_complete=completing.environments,
    )  # fmt: skip


def selection(function: F) -> F:
    """`--only` and `--except`."""
    function = click.option(
        "--except", "but", multiple=True, metavar="GLOB", help="Leave out these addresses, for instance 'marketo:*'."
    )(function)
    return click.option(
        "--only", multiple=True, metavar="GLOB", help="Only these addresses, for instance 'hubspot:property/*'."
    )(function)


def planning(function: F) -> F:
    """What holds for every command that makes a plan."""
    function = click.option(
        "--no-counts", is_flag=True, help="Do not ask the systems how many records a change touches."
    )(function)
    return click.option(
        "--allow-remove",
        is_flag=True,
        help="Plan removals that on_delete allows; needed again to apply a saved plan of removals.",
    )(function)
