"""`mopsctl diff`."""

from __future__ import annotations

from pathlib import Path

import click

from mopsctl.cli import options
from mopsctl.cli.terminal import Terminal


@click.command(
    "diff",
    short_help="Say what changes in meaning between two git revisions.",
    epilog=options.examples(
        "mopsctl diff main",
        "mopsctl diff v1.2 v1.3 --stack stacks/example",
        "mopsctl diff origin/main --format markdown > changes.md",
    ),
)
@click.argument("revision")
@click.argument("other", required=False)
@click.option(
    "--stack", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The stack's folder."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 2 where something differs.")
@options.output("text", "json", "markdown")
@click.pass_obj
def command(terminal: Terminal, *, revision: str, other: str | None, stack: Path, detailed_exitcode: bool) -> int:
    """Compare the manifests of git REVISION with those of OTHER, or of the work tree, element by element.

    Needs no system and no credentials. Moved lines, comments and quoting are no
    change. Lifecycles, scoring models, consent policies, mappings and field catalogues are compared; mopsctl.yaml,
    environments and the texts of notices are not, so that no answer here speaks for them.
    """
    from mopsctl import workflow
    from mopsctl.manifest import comparing
    from mopsctl.render import difference

    before = workflow.stack_at(stack, revision)
    after = workflow.stack_at(stack, other)
    found = comparing.differences(before, after)
    between = f"From {revision} to {other or 'the work tree'}"
    if terminal.format == "json":
        terminal.out(difference.json(found, revision, other or ""))
    elif terminal.format == "markdown":
        terminal.out(difference.markdown(found, between))
    else:
        terminal.page(difference.text(found, between, terminal.screen()))
    return 2 if detailed_exitcode and found else 0
