"""A group that imports a command only when somebody calls it, so that `--version` and `--help` start fast."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click
from click.shell_completion import CompletionItem

COMMANDS: Mapping[str, str] = {
    "init": "Make a starter stack in a folder.",
    "new": "Add one valid, commented document to a stack.",
    "validate": "Load and check the manifests, without network and credentials.",
    "plan": "Read the systems and say what would change.",
    "show": "Print a saved plan in any format.",
    "apply": "Carry out a plan.",
    "diff": "Say what changes in meaning between two git revisions.",
    "drift": "Say what moved on the systems since the last apply.",
    "steps": "List what people have to do themselves, and what they did.",
    "attest": "Say that a manual step was done.",
    "state": "Look at the state, and fix it.",
    "providers": "List the adapters, and what each can write, verify, or leaves manual.",
    "emulator": "Run stand-ins of the vendors' systems on this machine.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and sentence, and imports `mopsctl.cli.NAME` on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order somebody would use them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"mopsctl.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin like this, without importing any command."""
        found = [
            CompletionItem(name, help=COMMANDS[name]) for name in self.list_commands(ctx) if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest command named where there is none."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from mopsctl.diagnostics import did_you_mean

            near = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"There is no command '{args[0]}'{'; ' + near if near else '.'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
