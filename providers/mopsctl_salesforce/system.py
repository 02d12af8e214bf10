"""One open connection to one Salesforce org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import MopsctlError
from mopsctl.provider.contract import Account, Calls, Connection, Pending, Progress, Step, System
from mopsctl.resource import Impact, Reading, Resource, Result, Write
from mopsctl_salesforce import impact, observe
from mopsctl_salesforce.api import Session
from mopsctl_salesforce.apply import deploy, documents, rows
from mopsctl_salesforce.kinds import DEPLOYED
from mopsctl_salesforce.observe import Look
from mopsctl_salesforce.observe.look import tooling_rows

Row = dict[str, Any]

_ORGANIZATION = "SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate, InstanceName FROM Organization"
_TOOLING = {
    "field": "CustomField",
    "global-value-set": "GlobalValueSet",
    "standard-value-set": "StandardValueSet",
    "validation-rule": "ValidationRule",
}


class SalesforceSystem(System):
    """Reads and writes one org."""

    def __init__(self, connection: Connection, progress: Progress | None) -> None:
        self._session = Session(connection)
        self._tell = progress or (lambda _: None)
        self._minutes = _minutes(connection)
        self._wanted: dict[Address, Resource] = {}
        self._raw: dict[Address, Row] = {}

    @property
    def calls(self) -> Calls:
        """Calls made so far."""
        return self._session.calls

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def identify(self) -> Account:
        """The org: its id, what sort it is, and how much of its calls is used."""
        row = self._session.query(_ORGANIZATION)[0]
        usage = (self._session.usage,) if self._session.usage else ()
        return Account(
            row["Id"], _sort(row), f"{row['Name']} ({row['OrganizationType']}, {row['InstanceName']})", usage
        )

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Every collection that the resources and addresses touch."""
        self._wanted = {resource.address: resource for resource in wanted}
        asked = frozenset({*self._wanted, *known})
        return observe.read(Look(self._session, self._wanted, asked))

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """The same, for these addresses; what writing needs of them is kept."""
        look = Look(self._session, self._wanted, frozenset(addresses), whole=False)
        reading = observe.read(look)
        self._raw |= look.raw
        asked = {address: item for address, item in reading.items.items() if address in look.asked}
        return Reading(asked, reading.kinds, reading.unreadable)

    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        """One deployment for what is deployed, collections for rows."""
        kind = writes[0].address.kind
        if kind in DEPLOYED:
            return self._deployed(writes, check_only=False)
        if kind == "field-access":
            return list(rows.write_access(self._session, writes))
        if kind == "permission-assignment":
            return list(rows.write_assignments(self._session, writes))
        return list(rows.write_consent(self._session, kind, writes))

    def settle(self, pending: Pending) -> None:
        """Wait for the deployments of a run that died; its answers are lost, so that reading has to tell what became of them."""
        if any(address.kind in DEPLOYED for address in pending.begun):
            deploy.Deployment(self._session, self._tell, self._minutes).settle(pending.tickets)

    def check(self, writes: Sequence[Write]) -> Iterator[Result]:
        """What the server says to a deployment of these writes, without one; rows cannot be checked that way."""
        deployed = [write for write in writes if write.address.kind in DEPLOYED]
        if deployed:
            yield from self._deployed(deployed, check_only=True)
        for write in writes:
            if write.address.kind not in DEPLOYED:
                yield Result(write.address, "skipped", note="Salesforce checks deployments only, and this is a row.")

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """How many records hold what a write changes or takes away."""
        return impact.count(self._session, writes)

    def _deployed(self, writes: Sequence[Write], *, check_only: bool) -> list[Result]:
        refused = [result for write in writes if (result := _refusal(write)) is not None]
        if refused:
            return refused + [
                _held_back(write) for write in writes if write.address not in {each.address for each in refused}
            ]
        absent = self._absent(writes)
        package = documents.build(writes, self._current(writes), absent)
        deployment = deploy.Deployment(self._session, self._tell, self._minutes)

        def handed_over(number: str) -> None:
            if not check_only:
                self.on_step(
                    Step(writes[0].address, ticket=number)
                )  # one line stands for all, which begin and end together

        results = deploy.results(writes, package, deployment.run(package, check_only=check_only, told=handed_over))
        return [_with_note(result, absent) for result in results]

    def _absent(self, writes: Sequence[Write]) -> frozenset[str]:
        """Fields that a permission set is to grant and that are not there: their own change was refused, or left out."""
        asked = documents.newly_granted(writes)
        if not asked:
            return asked
        addresses = frozenset(Address(self._session.system, "field", name) for name in asked)
        there = observe.custom_fields(Look(self._session, {}, addresses))
        return asked - there

    def _current(self, writes: Sequence[Write]) -> dict[Address, Row]:
        """The stored metadata of what is there: as reread, or read now."""
        current = {write.address: self._raw.pop(write.address) for write in writes if write.address in self._raw}
        for kind, table in _TOOLING.items():
            missing = [
                write
                for write in writes
                if write.address.kind == kind and write.observed is not None and write.address not in current
            ]
            ids = [write.observed.remote_id or "" for write in missing if write.observed]
            for write, row in zip(missing, tooling_rows(self._session, table, ids), strict=True):
                if row is not None:
                    current[write.address] = row["Metadata"]
        for write in writes:
            if write.address.kind == "lead-conversion" and write.address not in current:
                current[write.address] = Look(self._session, {}, frozenset()).conversion
        return current


def _minutes(connection: Connection) -> float:
    """How long to wait for a deployment."""
    text = connection.text("deploy_minutes", "60")
    try:
        return float(text)
    except ValueError:
        raise MopsctlError(
            f"The setting deploy_minutes of {connection.system} is '{text}'.",
            hint="it is a number of minutes, such as 60",
        ) from None


def _sort(row: Row) -> Any:
    if row["IsSandbox"]:
        return "test" if row["TrialExpirationDate"] else "sandbox"
    return "test" if row["OrganizationType"] == "Developer Edition" else "production"


def _with_note(result: Result, absent: frozenset[str]) -> Result:
    if result.address.kind != "permission-set" or not absent:
        return result
    return replace(
        result, note=f"{result.note} Not granted yet, because not there: {', '.join(sorted(absent))}.".strip()
    )


def _refusal(write: Write) -> Result | None:
    """The last gate before a change of type that would lose values."""
    if write.address.kind != "field" or write.action != "change" or "family" not in write.touched():
        return None
    before = write.observed.attributes.get("type") if write.observed else None
    after = write.target.get("type")
    return Result(
        write.address,
        "refused",
        error=f"The field {write.address.name} is of the type {before}, and Salesforce would lose its values as {after}.",
        hint="declare a field under another name, move the values, and retire this one",
        code="type",
    )


def _held_back(write: Write) -> Result:
    return Result(write.address, "not-started", error="Nothing was deployed, because another change was refused.")
