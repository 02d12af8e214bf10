"""`mopsctl providers`."""

from __future__ import annotations

import click

from mopsctl.cli import completing, options
from mopsctl.cli.terminal import Terminal


@click.command(
    "providers",
    short_help="List the adapters and what each can do.",
    epilog=options.examples("mopsctl providers", "mopsctl providers hubspot", "mopsctl providers hubspot --scopes"),
)
@click.argument("name", required=False, shell_complete=completing.adapters)
@click.option("--scopes", is_flag=True, help="The least rights that the user or app of NAME needs.")
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, *, name: str | None, scopes: bool) -> int:
    """List the installed adapters; with NAME, what it can write, verify, or leaves manual, element by element."""
    from mopsctl.provider import registry
    from mopsctl.render import json, text

    if scopes and name is None:
        raise click.UsageError("--scopes wants the NAME of an adapter, such as hubspot.")
    if name is not None and scopes:
        asked = registry.load(name)
        terminal.out(json.rights(asked) if terminal.format == "json" else text.rights(asked, terminal.screen()))
        return 0
    if name is not None:
        found = registry.load(name)
        terminal.out(json.provider(found) if terminal.format == "json" else text.provider(found, terminal.screen()))
        return 0
    every = [registry.load(each) for each in registry.names()]
    terminal.out(json.providers(every) if terminal.format == "json" else text.providers(every, terminal.screen()))
    return 0
