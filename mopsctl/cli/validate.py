"""`mopsctl validate`."""

from __future__ import annotations

from pathlib import Path

import click

from mopsctl.cli import options, trusting
from mopsctl.cli.terminal import Terminal


@click.command(
    "validate",
    short_help="Load and check the manifests.",
    epilog=options.examples(
        "mopsctl validate stacks/example -e local", "mopsctl validate --format sarif > findings.sarif"
    ),
)
@options.stack
@options.environment(required=False)
@trusting.options
@options.output("text", "json", "sarif", "junit")
@click.pass_obj
def command(
    terminal: Terminal, stack: Path, environment: str | None, allow_hosts: tuple[str, ...], trusted_rev: str | None
) -> int:
    """Load the manifests of STACK, fit them against their schemas and check what they mean together.

    Needs no network and no credentials. Exit code 3 where there are errors; warnings and notes leave it at 0.
    """
    from mopsctl import workflow
    from mopsctl.cli.hints import after_validation
    from mopsctl.cli.output import DONE, REFUSED, base_of
    from mopsctl.diagnostics import has_errors
    from mopsctl.render import json, junit, sarif, text

    result = workflow.validate(stack, environment, trusting.trust(allow_hosts, trusted_rev))
    errors = has_errors(result.diagnostics)
    if terminal.format == "text":
        terminal.out(text.validated(result, terminal.screen(), after_validation(stack, environment, errors=errors)))
    elif terminal.format == "json":
        terminal.out(json.validated(result))
    elif terminal.format == "sarif":
        terminal.out(sarif.findings(result.diagnostics, base_of(stack)))
    else:
        terminal.out(junit.findings(result.stack or str(stack), result.diagnostics))
    return REFUSED if errors else DONE
