"""`mopsctl steps`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal

if TYPE_CHECKING:
    from mopsctl.engine.plan import StepState


@click.command(
    "steps",
    short_help="List what people have to do themselves, and what they did.",
    epilog=options.examples(
        "mopsctl steps -e production",
        "mopsctl steps -e production --owner revops --format csv > steps.csv",
        "mopsctl steps -e local --system hubspot -v",
    ),
)
@options.stack
@options.environment()
@click.option("--open", "only_open", is_flag=True, help="Only open steps (the default leaves attested ones out, too).")
@click.option("--attested", is_flag=True, help="Only steps that somebody attested.")
@click.option("--all", "every", is_flag=True, help="Open and attested steps.")
@click.option("--owner", default="", metavar="NAME", help="Only the steps of this owner.")
@click.option("--system", default="", metavar="NAME", help="Only the steps on this system.")
@trusting.options
@options.output("text", "json", "markdown", "csv")
@click.pass_obj
def command(
    terminal: Terminal,
    *,
    stack: Path,
    environment: str,
    only_open: bool,
    attested: bool,
    every: bool,
    owner: str,
    system: str,
    allow_hosts: tuple[str, ...],
    trusted_rev: str | None,
) -> int:
    """The work list: every manual step of STACK in an environment, by owner and screen.

    One step is one visit to one screen; -v, Markdown and CSV show its rows.

    The systems are read, so that what was done is off the list. Say that a step was done with `mopsctl attest`.
    """
    from mopsctl import attesting, workflow
    from mopsctl.cli.progress import progress
    from mopsctl.errors import UsageError
    from mopsctl.render import worklist

    if only_open + attested + every > 1:
        raise UsageError("Say one of --open, --attested and --all.", hint="left out, open steps are listed")
    with progress(terminal) as listen:
        trust = trusting.trust(allow_hosts, trusted_rev)
        made = workflow.plan(
            workflow.Ask(folder=stack, environment=environment, counts=False, listen=listen, trust=trust)
        )
    open_: frozenset[StepState] = frozenset(("new", "standing", "reopened"))
    states: frozenset[StepState] = frozenset() if every else frozenset(("attested",)) if attested else open_
    wanted = attesting.Wanted(states, owner, system)
    found = attesting.steps(made, wanted)
    nothing = "".join(f"{sentence}\n" for sentence in attesting.nothing(made, wanted)) if not found else ""
    if nothing and terminal.format == "text":
        terminal.out(nothing)
    else:
        terminal.say(nothing)
        terminal.out(worklist.FORMATS[terminal.format](made, found, terminal.screen()))
    return 1 if made.unreadable else 0
