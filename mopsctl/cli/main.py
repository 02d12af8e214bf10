"""Where the command line starts, and where every run ends: one exit code, and one sentence where something went wrong."""

from __future__ import annotations

import errno
import gc
import signal
from collections.abc import Sequence

import click

from mopsctl import __version__
from mopsctl.cli.lazy import LazyGroup
from mopsctl.cli.terminal import Terminal
from mopsctl.errors import Interrupted, MopsctlError, UsageError

DONE, FAILED = 0, 1
# A plan makes a hundred thousand small objects that refer to no circle, and lets go of them at its end: looking for circles among
# them as often as Python does by itself takes an eighth of a plan.
NEW_OBJECTS_BETWEEN_COLLECTIONS = 100_000
_MACHINE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.EISDIR}

HELP = """Declarative configuration for the marketing stack.

YAML manifests say what fields, value lists, lifecycles, scoring models, mappings and consent policies the systems of a
stack must hold. mopsctl compares, shows a plan, and applies exactly that plan.

\b
Example:
  mopsctl init my-stack              a starter stack
  mopsctl validate my-stack          no network, no credentials
  mopsctl plan my-stack -e local     what would change
  mopsctl apply my-stack -e local    plan, ask, apply

\b
Exit codes:
  0 done · 1 error · 2 changes or drift pending (plan: only with --detailed-exitcode)
  3 refused by a check, policy or limit · 4 stale plan, wrong account, lock held or approval missing
  5 partly applied · 64 usage · 130 interrupted

With --format json a command prints one document and nothing else on standard output; if it fails, that document is
{"error": {...}}. What is for people goes to standard error.
"""


@click.group(cls=LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mopsctl", message="%(prog)s %(version)s")
def root() -> None:
    """The group of all commands; `HELP` is what people read."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing a user does ends in a traceback."""
    gc.set_threshold(NEW_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    terminal = Terminal()
    try:
        result = root.main(args=arguments, prog_name="mopsctl", standalone_mode=False, obj=terminal)
        code = result if isinstance(result, int) else DONE
    except (click.Abort, KeyboardInterrupt):
        code = _interrupted(terminal)
    except click.ClickException as error:
        code = _usage(terminal, error)
    except MopsctlError as error:
        code = _failed(terminal, error)
    except SystemExit as error:  # click leaves this way where the reader of its own output went away
        code = error.code if isinstance(error.code, int) else FAILED
    except OSError as error:
        code = _machine(terminal, error)
    except Exception as error:  # noqa: BLE001 - the last gate: whatever it is, the user gets a sentence
        code = _unexpected(terminal, error)
    return code


def _usage(terminal: Terminal, error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        terminal.say(error.format_message())
        return UsageError.exit_code
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "mopsctl"
    return _failed(terminal, UsageError(error.format_message(), hint=f"type '{path} --help' for help"))


def _interrupted(terminal: Terminal) -> int:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C must not end in a traceback
    try:
        return _failed(terminal, Interrupted("Interrupted."))
    finally:
        signal.signal(signal.SIGINT, before)


def _failed(terminal: Terminal, error: MopsctlError) -> int:
    terminal.failure(error)
    return error.exit_code


def _machine(terminal: Terminal, error: OSError) -> int:
    """A file or folder that the machine does not let us have: nothing to report, something to fix."""
    if error.filename is None or error.errno not in _MACHINE:
        return _unexpected(terminal, error)
    hint = "check who owns the file and its folder, and the room left on the disk"
    return _failed(
        terminal, MopsctlError(f"{error.filename} cannot be used: {(error.strerror or '').lower()}.", hint=hint)
    )


def _unexpected(terminal: Terminal, error: Exception) -> int:
    import traceback

    hint = "this is a mistake in mopsctl: please report it"
    if terminal.verbose:
        terminal.say("".join(traceback.format_exception(error)))
    else:
        hint += "; run it again with -v to see where it happened"
    terminal.failure(MopsctlError(f"Something unexpected happened: {type(error).__name__}: {error}", hint=hint))
    return FAILED
