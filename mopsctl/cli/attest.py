"""`mopsctl attest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal

if TYPE_CHECKING:
    from mopsctl.engine.steps import Step


@click.command(
    "attest",
    short_help="Say that a manual step was done.",
    epilog=options.examples(
        "mopsctl attest 3f2a91c0 -e production --by 'R. Lee' --note 'ticket 4711'",
        "mopsctl attest --all --system marketo -e local --by Kim --note 'as built'",
        "mopsctl attest 3f2a91c0 -e local --by Kim --note 'seen' --until 2027-06-30",
    ),
)
@click.argument("steps", metavar="[STEP]...", nargs=-1)
@click.option(
    "--stack", default=".", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The stack's folder, if it is not the current one.",
)  # fmt: skip
@options.environment()
@click.option("--by", default="", metavar="NAME", help="Who did it.")
@click.option("--note", default="", metavar="TEXT", help="What was done, and where that can be seen.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Evidence: its name and digest are kept.",
)
@click.option("--until", default="", metavar="DATE", help="The last day on which it holds; then the step opens again.")
@click.option("--all", "every", is_flag=True, help="Every open step; asks first.")
@click.option("--system", default="", metavar="NAME", help="With --all: only those on this system.")
@click.option("--yes", is_flag=True, help="With --all: do not ask.")
@trusting.options
@options.output("text", "json")
@click.pass_obj
def command(
    terminal: Terminal,
    *,
    steps: tuple[str, ...],
    stack: Path,
    environment: str,
    by: str,
    note: str,
    file: Path | None,
    until: str,
    every: bool,
    system: str,
    yes: bool,
    allow_hosts: tuple[str, ...],
    trusted_rev: str | None,
) -> int:
    """Put on record that somebody did the manual STEPs, by the ids that plans and `mopsctl steps` show.

    A step stays closed until it asks for something else, or its day has passed; then the plan says why it is open again. What
    mopsctl can read back is never attested: such rows of a step stay until they are read as declared.
    """
    from mopsctl import attesting, workflow
    from mopsctl.cli.progress import progress
    from mopsctl.render import worklist

    said = attesting.Said(by, note, steps, every, system, until, file)
    with progress(terminal) as listen:
        trust = trusting.trust(allow_hosts, trusted_rev)
        made = workflow.plan(
            workflow.Ask(folder=stack, environment=environment, counts=False, listen=listen, trust=trust)
        )
    if every and not yes:
        _confirm(terminal, attesting.chosen(made, said))
    found = attesting.attest(stack, made, said)
    if terminal.format == "json":
        terminal.out(worklist.FORMATS["json"](made, found, terminal.screen()))
    else:
        many = "1 step is" if len(found) == 1 else f"{len(found)} steps are"
        terminal.out(f"{many} attested by {by}. See them with 'mopsctl steps -e {environment} --attested'.\n")
        read = sum(row.open_step and row.check == "read" for step in found for row in step.rows)
        if read:
            rows = "1 row of them stays" if read == 1 else f"{read} rows of them stay"
            terminal.out(f"{rows} open until mopsctl reads back that it was done.\n")
    return 0


def _confirm(terminal: Terminal, found: tuple[Step, ...]) -> None:
    from mopsctl.errors import ApprovalMissing

    many = "1 step" if len(found) == 1 else f"{len(found)} steps"
    if not terminal.interactive:
        raise ApprovalMissing(f"Nobody can be asked whether {many} were done.", hint="name the steps, or add --yes")
    terminal.say("".join(f"{each.id}  {each.title}\n" for each in found))
    if terminal.ask(f"\nSay that {many} were done? Type yes to go on:") != "yes":
        raise ApprovalMissing("Nothing was attested.", hint="name the steps that were done")
