"""`mopsctl emulator`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal
from mopsctl.errors import MopsctlError

if TYPE_CHECKING:
    from mopsctl.emulator.base import Emulator
    from mopsctl.emulator.server import Handle


@click.command(
    "emulator",
    short_help="Run stand-ins of the vendors' systems on this machine.",
    epilog=options.examples(
        "mopsctl emulator hubspot --port 8701", "mopsctl emulator hubspot salesforce --data .mopsctl/emulators"
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The first one's port; the next take the ports after it."
    " 0 takes free ones.", show_default=True,
)  # fmt: skip
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Keep the data in this folder, not in memory."
)
@click.option(
    "--persona", default=None, metavar="SORT", help="The sort of account, for instance sandbox or production."
)
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, names: tuple[str, ...], port: int, data: Path | None, persona: str | None) -> int:
    """Run the emulators of NAME, or of all adapters, until Ctrl-C; prints address and credentials of each.

    An emulator stands in for a vendor's system for trial and test. It listens on this machine's loopback address only.
    """
    try:
        from mopsctl.emulator.server import serve_forever
    except ImportError as error:
        raise MopsctlError(
            "The emulators are not installed.", hint="install them with: pip install 'mopsctl[emulator]'"
        ) from error

    def started(handles: Sequence[Handle]) -> None:
        terminal.out(_document(handles) if terminal.format == "json" else _text(handles))
        if terminal.format == "text":
            terminal.say("Running. Ctrl-C stops.")

    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    serve_forever(_emulators(names), data, port, persona, started)
    terminal.say("\nStopped.")
    return 0


def _emulators(names: Sequence[str]) -> list[type[Emulator]]:
    from mopsctl.provider import registry

    found = [(name, registry.load(name).emulator()) for name in names or registry.names()]
    missing = [name for name, emulator in found if emulator is None]
    if missing and names:
        raise MopsctlError(f"The adapter {missing[0]} brings no emulator.", hint="leave it out")
    made = [emulator for _, emulator in found if emulator is not None]
    if not made:
        raise MopsctlError("No installed adapter brings an emulator.", hint="install an adapter that does")
    return cast("list[type[Emulator]]", made)


def _text(handles: Sequence[Handle]) -> str:
    """For people: the secrets as variables to set, the rest as an environment document names it."""
    from mopsctl.provider import registry

    variables, connections = [], []
    for handle in handles:
        name = handle.emulator.name
        secret = registry.load(name).secret_settings & handle.connection.keys()
        variables += [f"export {_variable(name, key)}={shlex.quote(handle.connection[key])}" for key in sorted(secret)]
        connections.append(f"  {name}:  # {handle.emulator.title}, {handle.emulator.persona}")
        for key, value in sorted(handle.connection.items()):
            said = f"${{env:{_variable(name, key)}}}" if key in secret else value
            connections.append(f"    {key}: {json.dumps(said)}")
    head = ["# Variables to set where mopsctl runs:", *variables, ""] if variables else []
    return "\n".join([*head, "# In the spec of an environment:", "connections:", *connections]) + "\n"


def _variable(name: str, key: str) -> str:
    return f"{name}_{key}".upper().replace("-", "_")


def _document(handles: Sequence[Handle]) -> str:
    from mopsctl import canonical

    rows = [{"name": each.emulator.name, "persona": each.emulator.persona, **each.connection} for each in handles]
    return canonical.pretty({"formatVersion": "1.0", "emulators": rows})
