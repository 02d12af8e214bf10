"""`mopsctl drift`."""

from __future__ import annotations

from pathlib import Path

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal


@click.command(
    "drift",
    short_help="Say what moved on the systems since the last apply.",
    epilog=options.examples("mopsctl drift -e production", "mopsctl drift stacks/example -e local --format json"),
)
@options.stack
@options.environment()
@options.selection
@trusting.options
@options.output("text", "json")
@click.pass_obj
def command(
    terminal: Terminal,
    *,
    stack: Path,
    environment: str,
    only: tuple[str, ...],
    but: tuple[str, ...],
    allow_hosts: tuple[str, ...],
    trusted_rev: str | None,
) -> int:
    """Compare what the systems hold with what was last applied, apart from what the manifests want now.

    Writes nothing. Each line says what it was, what it is and what the manifests say. Exit code 2 where something moved, 1
    where a system could not be read.
    """
    from mopsctl import workflow
    from mopsctl.address import Selection
    from mopsctl.cli.hints import after_drift
    from mopsctl.cli.output import DONE, FAILED, PENDING
    from mopsctl.cli.progress import progress
    from mopsctl.render import json
    from mopsctl.render.text import record

    with progress(terminal) as listen:
        trust = trusting.trust(allow_hosts, trusted_rev)
        ask = workflow.Ask(stack, environment, Selection(only, but), counts=False, listen=listen, trust=trust)
        made = workflow.plan(ask)
    if terminal.format == "json":
        terminal.out(json.drift(made))
    else:
        terminal.out(record.drift(made, terminal.screen(), after_drift(made, stack)))
    if made.unreadable:
        return FAILED
    return PENDING if made.drift else DONE
