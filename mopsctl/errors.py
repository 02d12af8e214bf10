"""Every exception that mopsctl raises on purpose.

MopsctlError                      1   something failed
├── UsageError                   64   the command line is wrong
├── ManifestError                 3   the manifests do not load, do not fit their schema, or fail a check
├── SystemError_                  1   a system could not be used
│   ├── AuthenticationError       1   the credentials were refused, or are missing
│   ├── PermissionError_          1   the credentials lack a scope or permission
│   ├── ConnectionFailed          1   no answer, or an answer that is not the vendor's API
│   ├── RateLimited               1   the system's limit is used up and waiting would not help
│   ├── VendorError               1   the system answered with an error
│   │   └── MalformedAnswer       1   the system answered with half an answer, of which nothing is believed
│   └── OutcomeUnknown            1   a write was sent and its answer never arrived
│       └── StillRunning          1   the system still works on what a run handed over
├── Refused                       3   a check, a policy or a safety limit says no
├── WrongAccount                  4   the credentials belong to another account than the environment names
├── StalePlan                     4   what the plan was decided on has moved
├── LockHeld                      4   somebody else is applying to this environment
├── ApprovalMissing               4   nobody said yes
├── PlanFileError                 1   a plan file that cannot be read, or that was edited
├── StateError                    1   the state cannot be read or written
├── PartlyApplied                 5   some changes are done, some are not
└── Interrupted                 130   a signal stopped the run

The number is the exit code. An error is one sentence; `hint` says what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from mopsctl.diagnostics import Diagnostic


class MopsctlError(Exception):
    """Something failed in a way the user can act on."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MopsctlError):
    """The command line is wrong."""

    exit_code = 64


class ManifestError(MopsctlError):
    """The manifests do not load, do not fit their schema, or fail a check; `diagnostics` holds every finding."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)


class SystemError_(MopsctlError):
    """A system could not be used; `system` names it."""

    def __init__(self, message: str, *, hint: str = "", system: str = "") -> None:
        super().__init__(message, hint=hint)
        self.system = system


class AuthenticationError(SystemError_):
    """The credentials were refused, or are missing."""


class PermissionError_(SystemError_):
    """The credentials are good but lack a scope or permission."""


class ConnectionFailed(SystemError_):
    """No answer came, or one that is not the vendor's API."""


class RateLimited(SystemError_):
    """The system's limit is used up and waiting within this run would not help."""


class VendorError(SystemError_):
    """The system answered with an error.

    `status` is the HTTP status, `code` the vendor's own error code, `body` the parsed answer (secrets masked).
    """

    def __init__(
        self, message: str, *, hint: str = "", system: str = "", status: int = 0, code: str = "", body: object = None
    ) -> None:
        super().__init__(message, hint=hint, system=system)
        self.status = status
        self.code = code
        self.body = body


class MalformedAnswer(VendorError):
    """The system answered something that lacks what it must have, or contradicts itself: nothing of it is believed."""


class OutcomeUnknown(SystemError_):
    """A write was sent and its answer never arrived: only reading can tell whether it took effect."""


class StillRunning(OutcomeUnknown):
    """The system took a write over and is not done with it: reading now would tell nothing, and a second one is not sent."""


class Refused(MopsctlError):
    """A check, a policy or a safety limit says no."""

    exit_code = 3


class WrongAccount(MopsctlError):
    """The credentials belong to another account, or another sort of account, than the environment names."""

    exit_code = 4


class StalePlan(MopsctlError):
    """What the plan was decided on has moved."""

    exit_code = 4


class LockHeld(MopsctlError):
    """Somebody else is applying to this environment."""

    exit_code = 4


class ApprovalMissing(MopsctlError):
    """Nobody said yes."""

    exit_code = 4


class PlanFileError(MopsctlError):
    """A plan file cannot be read, or was edited, or is of a newer format."""


class StateError(MopsctlError):
    """The state cannot be read or written."""


class PartlyApplied(MopsctlError):
    """Some changes are done, some are not."""

    exit_code = 5


class Interrupted(MopsctlError):
    """A signal stopped the run; what was done is recorded."""

    exit_code = 130
