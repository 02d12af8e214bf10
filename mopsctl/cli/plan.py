"""`mopsctl plan`."""

from __future__ import annotations

from pathlib import Path

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal
from mopsctl.render import formats


@click.command(
    "plan",
    short_help="Read the systems and say what would change.",
    epilog=options.examples(
        "mopsctl plan stacks/example -e local",
        "mopsctl plan -e production -o plan.json",
        "mopsctl plan -e production --only 'hubspot:*' --detailed-exitcode",
    ),
)
@options.stack
@options.environment()
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan, for apply and show.")
@options.selection
@options.planning
@trusting.options
@click.option(
    "--check-on-server", is_flag=True, help="Let systems that can say what they would refuse; writes nothing."
)
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit code 2 where changes are pending, 3 where a check refuses."
)
@options.by
@options.output(*formats.PLAN)
@click.pass_obj
def command(
    terminal: Terminal,
    *,
    stack: Path,
    environment: str,
    out: Path | None,
    only: tuple[str, ...],
    but: tuple[str, ...],
    allow_remove: bool,
    no_counts: bool,
    allow_hosts: tuple[str, ...],
    trusted_rev: str | None,
    check_on_server: bool,
    detailed_exitcode: bool,
    by: str,
) -> int:
    """Read the systems of an environment, compare them with STACK, and print what applying it would do.

    Nothing is written to any system. A saved plan holds no secrets; only its owner can read the file. Exit code 1 where a
    system could not be read.
    """
    from mopsctl import workflow
    from mopsctl.address import Selection
    from mopsctl.cli.hints import after_plan
    from mopsctl.cli.output import base_of, exit_code, rendered
    from mopsctl.cli.progress import progress

    with progress(terminal) as listen:
        made = workflow.plan(
            workflow.Ask(
                folder=stack,
                environment=environment,
                selection=Selection(only, but),
                allow_remove=allow_remove,
                counts=not no_counts,
                check_on_server=check_on_server,
                listen=listen,
                trust=trusting.trust(allow_hosts, trusted_rev),
            )
        )
    if out is not None:
        workflow.write_plan(made, out)
    again = [
        part for option, globs in (("--only", only), ("--except", but)) for glob in globs for part in (option, glob)
    ]
    again += ["--allow-remove"] if allow_remove else []
    said = [part for host in allow_hosts for part in ("--allow-host", host)]
    said += ["--trusted-rev", trusted_rev] if trusted_rev else []
    terminal.page(rendered(made, terminal, after_plan(made, stack, out, again, said), base_of(stack), by=by))
    return exit_code(made, detailed=detailed_exitcode)
