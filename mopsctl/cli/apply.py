"""`mopsctl apply`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal

if TYPE_CHECKING:
    from mopsctl import workflow
    from mopsctl.engine.plan import Plan
    from mopsctl.engine.report import Applied, Listener

SHORTEST = 12  # digits of a digest that name a plan


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    target: Path
    environment: str | None
    stack: Path | None
    yes: bool
    expect: str | None
    accept: str | None
    resume: bool
    only: tuple[str, ...]
    but: tuple[str, ...]
    allow_remove: bool
    no_counts: bool
    allow_hosts: tuple[str, ...]
    trusted_rev: str | None

    @property
    def saved(self) -> bool:
        """True where the plan comes from a file."""
        return not self.target.is_dir()


@click.command(
    "apply",
    short_help="Carry out a plan.",
    epilog=options.examples(
        "mopsctl apply plan.json --expect sha256:9c1e77a2f0b1",
        "mopsctl apply stacks/example -e local",
        "mopsctl apply -e sandbox --yes --expect 9c1e77a2f0b1",
        "mopsctl apply -e sandbox --resume",
    ),
)
@click.argument("target", metavar="[PLAN|STACK]", default=".", type=click.Path(exists=True, path_type=Path))
@options.environment(required=False)
@click.option("--yes", is_flag=True, help="Do not ask; for pipelines whose plan was reviewed elsewhere.")
@click.option("--expect", metavar="DIGEST", help="Go on only if the plan has this digest (12 digits are enough).")
@click.option(
    "--accept", metavar="DIGEST", help="Apply the plan of this digest although a safety limit speaks against it."
)
@click.option("--resume", is_flag=True, help="Go on with a run that broke off, with its own plan.")
@click.option(
    "--stack", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
    help="The stack of a saved plan, where it is neither here nor above the plan's file.",
)  # fmt: skip
@options.selection
@options.planning
@trusting.options
@options.output("text", "json")
@click.pass_obj
def command(terminal: Terminal, /, **asked: Any) -> int:
    """Apply a saved PLAN, or plan STACK, ask, and apply.

    What a change was decided on is read again right before it is written; if it moved, that change is refused and the rest
    goes on. A saved plan is made again and compared first: what would not be planned now is refused, and a removal needs
    --allow-remove once more. A protected environment asks for its own name, and for each removal and each change that cannot be undone by
    itself. Where nobody can be asked, --yes stands for all answers.
    """
    wish = Wish(**asked)
    _refuse_contradictions(wish)
    if wish.saved:
        return _apply_saved(terminal, wish)
    return _go_on(terminal, wish) if wish.resume else _plan_and_apply(terminal, wish)


def _refuse_contradictions(wish: Wish) -> None:
    if (wish.saved or wish.resume) and (wish.only or wish.but or wish.no_counts):
        raise click.UsageError("--only, --except and --no-counts belong to planning: the plan is made already.")
    if not wish.saved and wish.stack is not None:
        raise click.UsageError("--stack belongs to a saved plan; name the stack itself as STACK.")
    if not wish.saved and wish.environment is None:
        raise click.UsageError("Name the environment with -e, or give a saved plan.")


def _apply_saved(terminal: Terminal, wish: Wish) -> int:
    from mopsctl import workflow
    from mopsctl.cli.confirm import confirm
    from mopsctl.cli.stacks import stack_of

    made = workflow.read_plan(wish.target)
    if wish.environment not in (None, made.environment):
        raise click.UsageError(f"The plan is for the environment {made.environment}, not {wish.environment}.")
    _expected(made, wish.expect)
    asked = not (wish.yes or wish.resume or made.refused or made.unreadable)
    if asked and confirm(made, terminal, reviewed=True, removals=not wish.allow_remove):
        wish = replace(wish, allow_remove=True)
    return _carried_out(terminal, wish, made, stack_of(wish.target, wish.stack))


def _go_on(terminal: Terminal, wish: Wish) -> int:
    from mopsctl import workflow

    made = workflow.unfinished_plan(wish.target, wish.environment or "")
    _expected(made, wish.expect)
    return _carried_out(terminal, wish, made, wish.target)


def _plan_and_apply(terminal: Terminal, wish: Wish) -> int:
    from mopsctl import workflow
    from mopsctl.cli.confirm import confirm
    from mopsctl.cli.progress import progress
    from mopsctl.render import text

    with progress(terminal) as listen:
        ask = _ask(wish, wish.target, wish.environment or "", listen)
        workflow.refuse_early(ask, saved=False)
        made = workflow.plan(ask)
    show = terminal.out if terminal.format == "text" else terminal.say
    show(text.plan(made, terminal.screen()))
    _expected(made, wish.expect)
    if not made.pending and not made.refused and not made.unreadable:
        workflow.nothing_to_do(ask, made)
        return _nothing(terminal, made)
    if not (wish.yes or made.refused or made.unreadable):
        confirm(made, terminal, reviewed=False)
    return _carried_out(terminal, wish, made, wish.target)


def _carried_out(terminal: Terminal, wish: Wish, made: Plan, folder: Path) -> int:
    from mopsctl import workflow
    from mopsctl.cli.hints import after_apply
    from mopsctl.cli.progress import progress
    from mopsctl.render import json, text

    with progress(terminal) as listen:
        report = workflow.apply(
            _ask(wish, folder, made.environment, listen),
            made,
            accept=_whole(made, wish.accept) if wish.accept else None,
            resume=wish.resume,
            saved=wish.saved,
        )
    if terminal.format == "json":
        terminal.out(json.applied(report))
    else:
        terminal.out(text.applied(report, terminal.screen(), after_apply(report, made, folder)))
    return exit_code(report)


def _nothing(terminal: Terminal, made: Plan) -> int:
    from mopsctl.engine import document
    from mopsctl.engine.report import Applied
    from mopsctl.render import json

    if terminal.format == "json":
        manual = tuple(change for change in made.changes if change.action == "manual")
        terminal.out(json.applied(Applied(document.digest(made), (), manual=manual)))
    return 0


def exit_code(report: Applied) -> int:
    """0 where all is done, 130 where a signal stopped it, 5 where a part is done, 4 where all had moved, else 1."""
    if report.interrupted:
        return 130
    if report.complete:
        return 0
    if report.started:
        return 5
    return 4 if report.heap("refused") and not report.heap("failed") else 1


def _ask(wish: Wish, folder: Path, environment: str, listen: Listener) -> workflow.Ask:
    from mopsctl import workflow
    from mopsctl.address import Selection

    return workflow.Ask(
        folder=folder,
        environment=environment,
        selection=Selection(wish.only, wish.but),
        allow_remove=wish.allow_remove,
        counts=not wish.no_counts,
        listen=listen,
        trust=trusting.trust(wish.allow_hosts, wish.trusted_rev),
    )


def _expected(made: Plan, wanted: str | None) -> None:
    """Stop unless the plan is the one that was expected. Raises StalePlan."""
    from mopsctl.engine import document
    from mopsctl.errors import StalePlan

    if wanted is not None and not _is_named(document.digest(made), wanted):
        raise StalePlan(
            f"The plan is not the one that was expected: its digest is {document.digest(made)}, not {wanted or 'empty'}.",
            hint="look at the plan as it is now, and have it reviewed again",
        )


def _whole(made: Plan, wanted: str) -> str:
    """The plan's digest where the given one names it; otherwise as it was given, to be refused."""
    from mopsctl.engine import document

    digest = document.digest(made)
    return digest if _is_named(digest, wanted) else wanted


def _is_named(digest: str, wanted: str) -> bool:
    digits = wanted.removeprefix("sha256:").lower()
    return len(digits) >= SHORTEST and digest.removeprefix("sha256:").startswith(digits)
