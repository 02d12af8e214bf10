"""The work list of an environment: which manual steps and findings were there at the last apply, and what people say they did.

It lies beside the state, in `.mopsctl/steps/ENV.json`, and outlasts a lost journal. It holds no secrets; of people it holds the
names of who attested. Losing it costs the attestations: every step then counts as new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mopsctl import canonical, files, outside
from mopsctl.errors import StateError
from mopsctl.outside import Unfit

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody says of a step: who, on which day (UTC), and until when it holds (empty: until the step's values change).

    `fingerprint` is that of the values the step asked for. `file` and `sha256` name evidence that is kept elsewhere.
    """

    fingerprint: str
    by: str
    note: str
    on: str
    until: str = ""
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class WorkList:
    """Steps by id with the fingerprint they had, findings by key, and attestations by step."""

    stack: str
    environment: str
    shown: Mapping[str, str] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()
    attested: Mapping[str, Attestation] = field(default_factory=dict)

    def with_attested(self, step: str, attestation: Attestation) -> WorkList:
        """The same list with this step closed."""
        return replace(self, attested={**self.attested, step: attestation})


def path_of(folder: Path, environment: str) -> Path:
    """Where the work list of an environment lies."""
    return files.own(folder, "steps", f"{environment}.json")


def read(folder: Path, stack: str, environment: str) -> WorkList:
    """The work list; an empty one where there is none yet. Raises StateError where it is damaged or another stack's."""
    path = path_of(folder, environment)
    hint = f"delete {path.name} in .mopsctl/steps: every step then counts as new"
    try:
        data = outside.read(path, "steps")
    except FileNotFoundError:
        return WorkList(stack, environment)
    except OSError as error:
        raise StateError(f"The work list cannot be read: {error.strerror or error}.", hint=hint) from error
    except Unfit as error:
        raise StateError(f"The work list is damaged: {error.of(path.name)}.", hint=hint) from error
    if (data["stack"], data["environment"]) != (stack, environment):
        raise StateError(
            f"{path.name} is the work list of {data['stack']}, environment {data['environment']}.", hint=hint
        )
    attested = {step: Attestation(**said) for step, said in data["attested"].items()}
    return WorkList(stack, environment, data["shown"], frozenset(data["findings"]), attested)


def write(folder: Path, found: WorkList) -> None:
    """Replace the work list as a whole. Raises StateError; the old one is then still there."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "stack": found.stack,
        "environment": found.environment,
        "shown": dict(found.shown),
        "findings": sorted(found.findings),
        "attested": {step: asdict(said) for step, said in found.attested.items()},
    }
    try:
        files.write_whole(path_of(folder, found.environment), canonical.pretty(data))
    except OSError as error:
        raise StateError(
            f"The work list cannot be written: {error.strerror or error}.",
            hint="free the disk or fix the permissions of .mopsctl, then do it again",
        ) from error
