"""`mopsctl state`: list, show, mv, forget, unlock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal

F = TypeVar("F", bound=Callable[..., Any])


@click.group(
    "state",
    short_help="Look at the state, and fix it.",
    epilog=options.examples(
        "mopsctl state list -e production", "mopsctl state show -e local hubspot:property/contact.x"
    ),
)
def command() -> None:
    """The state in an environment: `.mopsctl/state/ENV.json` in the stack's folder.

    It is copied to `.mopsctl/backups/` before each change. If it is lost, things are found again by their name.
    """


def _common(function: F) -> F:
    function = click.option(
        "--stack", default=".", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The stack's folder, if it is not the current one.",
    )(function)  # fmt: skip
    return options.environment()(function)


@command.command("list", epilog=options.examples("mopsctl state list -e production 'hubspot:*'"))
@click.argument("patterns", nargs=-1, metavar="[GLOB]...")
@_common
@options.output("text", "json")
@click.pass_obj
def list_(terminal: Terminal, *, patterns: tuple[str, ...], stack: Path, environment: str) -> int:
    """List what is ours, and who holds the environment's lock."""
    from mopsctl import records
    from mopsctl.render import json
    from mopsctl.render.text import record

    state = records.read(stack, environment)
    found = records.matching(state, patterns)
    if terminal.format == "json":
        terminal.out(json.state(state, found))
    else:
        terminal.out(record.listing(state, found, records.holder(stack, environment), terminal.screen()))
    return 0


@command.command("show", epilog=options.examples("mopsctl state show hubspot:property/contact.business_unit -e local"))
@click.argument("address")
@_common
@options.output("text", "json")
@click.pass_obj
def show(terminal: Terminal, *, address: str, stack: Path, environment: str) -> int:
    """Show everything that is recorded of one thing."""
    from mopsctl import records
    from mopsctl.render import json
    from mopsctl.render.text import record

    state = records.read(stack, environment)
    found = records.entry(state, address)
    terminal.out(json.state(state, [found]) if terminal.format == "json" else record.thing(found, terminal.screen()))
    return 0


@command.command(
    "mv", epilog=options.examples("mopsctl state mv hubspot:property/contact.a hubspot:property/contact.b -e local")
)
@click.argument("old")
@click.argument("new")
@_common
@click.pass_obj
def mv(terminal: Terminal, *, old: str, new: str, stack: Path, environment: str) -> int:
    """Record a thing under another address; nothing happens on any system.

    `moved:` in mopsctl.yaml does the same where others can review it.
    """
    from mopsctl import records

    records.move(stack, environment, old, new)
    terminal.out(f"{old} is recorded as {new} from now on. Nothing happened on the system.\n")
    return 0


@command.command(
    "forget", epilog=options.examples("mopsctl state forget hubspot:property/contact.business_unit -e local")
)
@click.argument("address")
@_common
@click.pass_obj
def forget(terminal: Terminal, *, address: str, stack: Path, environment: str) -> int:
    """Take a thing out of the record: it stays on its system and is no longer watched.

    `forget:` in mopsctl.yaml does the same where others can review it.
    """
    from mopsctl import records

    found = records.forget(stack, environment, address)
    terminal.out(
        f"{found.address} is forgotten. It stays on the system; if a manifest names it, the next plan adopts it.\n"
    )
    return 0


@command.command("unlock", epilog=options.examples("mopsctl state unlock 1f0c9a77b2de -e production"))
@click.argument("holder", metavar="ID")
@_common
@click.pass_obj
def unlock(terminal: Terminal, *, holder: str, stack: Path, environment: str) -> int:
    """Break the lock of a process that is gone; `state list` and the refused apply name its ID."""
    from mopsctl import records

    broken = records.unlock(stack, environment, holder)
    terminal.out(
        f"The lock of {broken} is broken. What it began is settled by 'mopsctl apply --resume -e {environment}'.\n"
    )
    return 0
