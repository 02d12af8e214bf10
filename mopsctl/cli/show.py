"""`mopsctl show`."""

from __future__ import annotations

from pathlib import Path

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal
from mopsctl.render import formats


@click.command(
    "show",
    short_help="Print a saved plan in any format.",
    epilog=options.examples(
        "mopsctl show plan.json",
        "mopsctl show plan.json --format markdown --max-bytes 60000 > comment.md",
        "mopsctl show plan.json --format html > plan.html",
    ),
)
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--max-bytes", type=click.IntRange(min=1000), default=None, help="Bound a Markdown comment, for sites that do."
)
@click.option("--base", default="", metavar="DIR", help="Put this folder in front of file names in SARIF.")
@options.by
@options.output(*formats.PLAN)
@click.pass_obj
def command(terminal: Terminal, plan: Path, max_bytes: int | None, base: str, by: str) -> int:
    """Print the saved PLAN. Reads nothing but the file; refuses a plan that was edited."""
    from mopsctl import workflow
    from mopsctl.cli.hints import after_plan
    from mopsctl.cli.output import rendered

    made = workflow.read_plan(plan)
    terminal.page(rendered(made, terminal, after_plan(made, None, plan), base, max_bytes or 0, by))
    return 0
