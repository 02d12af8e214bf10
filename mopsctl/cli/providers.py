"""`mopsctl providers`."""

from __future__ import annotations

import click

from mopsctl.cli import completing, options
from mopsctl.cli.terminal import Terminal


@click.command(
    "providers",
    short_help="List the adapters and what each can do.",
    epilog=options.examples("mopsctl providers", "mopsctl providers hubspot"),
)
@click.argument("name", required=False, shell_complete=completing.adapters)
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, name: str | None) -> int:
    """List the installed adapters; with NAME, what it can write, verify, or leaves manual, element by element."""
    from mopsctl.provider import registry
    from mopsctl.render import json, text

    if name is not None:
        found = registry.load(name)
        terminal.out(json.provider(found) if terminal.format == "json" else text.provider(found, terminal.screen()))
        return 0
    every = [registry.load(each) for each in registry.names()]
    terminal.out(json.providers(every) if terminal.format == "json" else text.providers(every, terminal.screen()))
    return 0
