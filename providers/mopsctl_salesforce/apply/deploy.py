"""One metadata deployment: sent, waited for, and its answer told to each of its writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import OutcomeUnknown, StillRunning, SystemError_, VendorError
from mopsctl.provider import http
from mopsctl.resource import Result, Write
from mopsctl_salesforce import shapes
from mopsctl_salesforce.api import LOCK_WAIT, Session
from mopsctl_salesforce.apply.documents import Package

Row = dict[str, Any]

FIRST_WAIT = 1.0  # seconds between two looks at a deployment; they grow up to
LONGEST_WAIT = 10.0
MOST_TRIES = 3  # where the deployment only ran into somebody else's lock
RUNNING = ("Pending", "InProgress", "Finalizing")
# What an org says while somebody else changes its setup (fact: salesforce-setup-lock).
_LOCKS = (
    "ORG_ADMIN_LOCKED",
    "UNABLE_TO_LOCK_ROW",
    "administration setup",
    "Admin operation already in progress",
    "Try deploying again",
)
_HINTS: Mapping[str, str] = {
    "administration setup": "somebody is changing the org's setup right now; try again in a few minutes",
    "ORG_ADMIN_LOCKED": "somebody is changing the org's setup right now; try again in a few minutes",
    "DUPLICATE_DEVELOPER_NAME": "a deleted field of that name may be in the bin: erase it in Setup > Object Manager > Deleted Fields",
    "Duplicate value": "Salesforce takes values that differ only in case for one: use the live spelling",
    "required field": "a required field has no field-level security: take it out of the permission set",
    "referenced elsewhere": "take it out of what refers to it first, or keep it",
    "lead conversion": "unmap the field in Setup > Object Manager > Lead > Map Lead Fields first",
    "the org's tests": "mend the tests in the org, or ask who looks after its Apex code; nothing was deployed",
    "Cannot modify managed object": "the field belongs to an installed package: say manage: verify for its row",
    "referenced in Apex": "a class reads the field: have it changed first, or declare a new field",
    "to a Lookup, MasterDetail": "a field cannot become a relationship: declare a new field",
    "null is not a picklist": "the feature that this standard field belongs to is turned off in the org",
    "in picklist": "a record type or another component still offers the value: take it out there first",
    "Compiled formula is too big": "use fewer words and fields in the model, or let another system compute the score",
}


class Deployment:
    """Sends one package and waits for it. The same object may be used for a check and for the real thing."""

    def __init__(self, session: Session, tell: Callable[[str], None], minutes: float) -> None:
        self._session = session
        self._tell = tell
        self._seconds = minutes * 60

    def run(self, package: Package, *, check_only: bool, told: Callable[[str], None]) -> Row:
        """The finished deployment's result; `told` hears each deployment's number as soon as it has one.

        Raises OutcomeUnknown where the start was lost, StillRunning where it did not finish in time.
        """
        for attempt in range(1, MOST_TRIES + 1):
            number = self._start(package, check_only=check_only)
            told(number)
            result = self._finished(number)
            if attempt == MOST_TRIES or not _only_locked(result):
                return result
            self._tell("somebody else changes the org's setup; trying again")
            http.sleep(LOCK_WAIT)
        raise AssertionError("a loop with no end")

    def settle(self, numbers: Sequence[str]) -> None:
        """Let these deployments, and one whose number was never heard of, come to their end. Raises StillRunning."""
        for number in numbers:
            try:
                self._finished(number)
            except VendorError as error:
                if error.status != 404:  # Salesforce forgets deployments after a while
                    raise
        self._wait_for_lost()

    @property
    def _path(self) -> str:
        return f"{self._session.base()}/metadata/deployRequest"

    def _start(self, package: Package, *, check_only: bool) -> str:
        content, boundary = _multipart(package.zipped(self._session.version), check_only=check_only)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        try:
            answer = self._session.send("POST", self._path, content=content, headers=headers, write=not check_only)
            call, body = self._session.call("POST", self._path), self._session.json(answer)
            known = call.checked if check_only else call.written
            return str(known(body, shapes.STARTED)["id"])
        except OutcomeUnknown:
            self._wait_for_lost()
            raise

    def _wait_for_lost(self) -> None:
        """Let a deployment whose start was lost come to its end, so that reading afterwards tells the truth."""
        for wait in self._waits():
            if not self._running():
                return
            self._tell("waiting for a deployment whose answer was lost")
            http.sleep(wait)
        raise self._still("A deployment that this user started")

    def _running(self) -> bool:
        soql = f"SELECT Id, Status FROM DeployRequest WHERE CheckOnly = false AND CreatedById = '{self._session.token.user_id}'"
        try:
            return any(row["Status"] in RUNNING for row in self._session.query(soql, tooling=True))
        except SystemError_:
            return False  # the engine reads what became of it, as after any lost answer

    def _finished(self, number: str) -> Row:
        try:
            for wait in self._waits():
                result = self._status(number)
                if result["done"] is True or result["done"] == "true":
                    return result
                done, total = result.get("numberComponentsDeployed", 0), result.get("numberComponentsTotal", 0)
                self._tell(f"deployment {number}: {result['status']}, {done} of {total} components")
                http.sleep(wait)
        except KeyboardInterrupt:
            self._cancel(number)
            raise
        raise self._still(f"The deployment {number}")

    def _still(self, what: str) -> StillRunning:
        return StillRunning(
            f"{what} is still running after {self._seconds / 60:g} minutes.",
            hint="look at Setup > Deployment Status; once it is done, apply with --resume, or plan again",
            system=self._session.system,
        )

    def _waits(self) -> Iterator[float]:
        waited, wait = 0.0, FIRST_WAIT
        while waited <= self._seconds:
            yield wait
            waited += wait
            wait = min(wait * 1.5, LONGEST_WAIT)

    def _status(self, number: str) -> Row:
        try:
            answer = self._session.json(
                self._session.send("GET", f"{self._path}/{number}", params={"includeDetails": "true"})
            )
        except VendorError as error:
            if error.code != "INVALID_CROSS_REFERENCE_KEY":
                raise
            return {"done": False, "status": "Pending"}  # seen for a moment as a job leaves the queue
        call = self._session.call("GET", f"{self._path}/{number}")  # what became of the deployment stays unknown
        result: Row = call.written(answer, shapes.DEPLOYED)["deployResult"]
        return result

    def _cancel(self, number: str) -> None:
        body = {"deployResult": {"status": "Canceling"}}
        try:
            self._session.send("PATCH", f"{self._path}/{number}", json=body)
        except SystemError_:
            self._tell(f"deployment {number} could not be cancelled")


def _multipart(content: bytes, *, check_only: bool) -> tuple[bytes, str]:
    boundary = "mopsctl-" + hashlib.sha256(content).hexdigest()[:32]
    options = {
        "deployOptions": {
            "singlePackage": True,
            "rollbackOnError": True,
            "checkOnly": check_only,
            "ignoreWarnings": True,
        }
    }
    parts = (
        ('name="json"', "application/json", json.dumps(options, sort_keys=True).encode()),
        ('name="file"; filename="deploy.zip"', "application/zip", content),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n".encode()
        + part
        + b"\r\n"
        for name, kind, part in parts
    )
    return body + f"--{boundary}--\r\n".encode(), boundary


def _details(result: Row, name: str) -> list[Row]:
    return _listed((result.get("details") or {}).get(name))


def _only_locked(result: Row) -> bool:
    if result.get("success") in (True, "true"):
        return False
    said = [str(each.get("problem")) for each in _details(result, "componentFailures")]
    said = said or [f"{result.get('errorStatusCode')} {result.get('errorMessage')}"]
    return all(any(lock in text for lock in _LOCKS) for text in said)


def results(writes: Sequence[Write], package: Package, result: Row) -> list[Result]:
    """What became of each write: all done, or none, each with the causes that were named for it."""
    failures = _by_address(package, _details(result, "componentFailures"), writes)
    successes = _by_address(package, _details(result, "componentSuccesses"), writes)
    if result.get("success") in (True, "true"):
        return [_done(write, successes.get(write.address, [])) for write in writes]
    if not failures:
        text = _of_tests(result) or str(result.get("errorMessage") or f"it ended as {result.get('status')}")
        return [
            _failed(write.address, [{"problem": text}], str(result.get("errorStatusCode") or "")) for write in writes
        ]
    culprits = ", ".join(sorted({address.name for address in failures})[:3])
    return [
        _failed(write.address, failures[write.address])
        if write.address in failures
        else Result(
            write.address,
            "not-started",
            error=f"Nothing of the deployment was applied, because of {culprits}.",
            hint="solve that and plan again",
        )
        for write in writes
    ]


def _of_tests(result: Row) -> str:
    """Why a deployment failed that names no component: the org's own tests."""
    # They alone may stop it (fact: salesforce-test-failures).
    ran: Row = (result.get("details") or {}).get("runTestResult") or {}
    said = [
        f"the test {each.get('name')}.{each.get('methodName')} fails: {str(each.get('message')).strip()}"
        for each in _listed(ran.get("failures"))
    ]
    said += [str(each.get("message")).strip() for each in _listed(ran.get("codeCoverageWarnings"))]
    return f"Salesforce ran the org's tests, and they stand in the way: {'; '.join(said)}" if said else ""


def _listed(found: Any) -> list[Row]:
    """A list of the answer; of one entry Salesforce sends the entry itself."""
    return found if isinstance(found, list) else [found] if found else []


def _by_address(package: Package, details: Sequence[Row], writes: Sequence[Write]) -> dict[Address, list[Row]]:
    found: dict[Address, list[Row]] = {}
    for each in details:
        key = (str(each.get("componentType") or ""), str(each.get("fullName") or ""))
        owner = package.owners.get(key)
        owners = [owner] if owner else _by_file(package, each, writes)
        for address in owners:
            found.setdefault(address, []).append(each)
    return found


def _by_file(package: Package, detail: Row, writes: Sequence[Write]) -> list[Address]:
    """The writes of the file a component stands in, where the component itself is none of ours; of none, all of them."""
    if detail.get("success") in (True, "true"):
        return []
    stem = str(detail.get("fileName") or "").rpartition("/")[2].partition(".")[0]
    in_file = [address for (_, name), address in sorted(package.owners.items()) if name.partition(".")[0] == stem]
    return in_file or [write.address for write in writes]


def _done(write: Write, successes: Sequence[Row]) -> Result:
    said = [str(each["problem"]) for each in successes if each.get("problem")]
    read_with_id = write.address.kind != "lead-conversion"  # an id that no read shows is not put on record either
    ids = [str(each["id"]) for each in successes if each.get("id") and read_with_id]
    return Result(write.address, "done", remote_id=ids[0] if ids else None, note=" ".join(said))


def _failed(address: Address, failures: Sequence[Row], code: str = "") -> Result:
    said = " ".join(dict.fromkeys(str(each.get("problem")).strip() for each in failures))
    hint = next((hint for part, hint in _HINTS.items() if part in f"{said} {code}"), "")
    return Result(address, "failed", error=said, hint=hint, code=code or "deploy")
