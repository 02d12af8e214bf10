"""Metadata deployments: a queue of jobs that move on with every request, all or nothing, checked without being kept."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING

from starlette.responses import Response

from mopsctl.emulator import Call, Doc
from mopsctl_salesforce.emulator import answers, files, seed
from mopsctl_salesforce.emulator.answers import Json, Problem, truth
from mopsctl_salesforce.emulator.components import Components
from mopsctl_salesforce.emulator.refusals import ComponentError, Taken

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

D = "/services/data/v{version}/metadata/deployRequest"
MOST_FILES = 10_000
_RUNNING = ("Pending", "InProgress", "Finalizing")


class _TakenBack(Exception):
    """Undoes what a deployment did."""


def start(org: SalesforceEmulator, call: Call) -> Response:
    """Put a deployment into the queue; its id."""
    if call.headers.get("content-type", "").startswith("application/json"):
        return _quick(org, call)
    options, content = _parts(call)
    job = enqueue(org, org.user(call), options, content, locked=call.fault("org_locked") is not None)
    return Json({"id": job["Id"], "deployOptions": options, "deployResult": progress(job)}, 201)


def enqueue(org: SalesforceEmulator, user: str, options: Doc, content: bytes, *, locked: bool = False) -> Doc:
    """Put a deployment into the queue, however it came. Refused with a Problem."""
    if not truth(options.get("rollbackOnError")) and org.persona == "production":
        raise Problem(400, "INVALID_OPERATION", "rollbackOnError must be true for a production organization")
    if truth(options.get("purgeOnDelete")) and org.persona == "production":
        raise Problem(400, "INVALID_OPERATION", "purgeOnDelete option can only be used on a non-active org")
    number = seed.new_id(org.store, "DeployRequest")
    job: Doc = {
        "Id": number,
        "Status": "Pending",
        "CheckOnly": truth(options.get("checkOnly")),
        "CreatedById": user,
        "CreatedDate": answers.now(),
        "options": options,
        "zip": base64.b64encode(content).decode(),
        "steps": 0,
        "locked": locked,
        "result": {},
    }
    org.store.put("_deployments", number, job)
    return job


def _quick(org: SalesforceEmulator, call: Call) -> Response:
    number = str(call.json().get("validatedDeployRequestId"))
    job = org.store.get("_deployments", number)
    if job is None or job["Status"] != "Succeeded" or not job["CheckOnly"] or not job["options"].get("testLevel"):
        raise Problem(400, "INVALID_ID_FIELD", f"invalid validation id: {number}")
    again = {**job, "Id": seed.new_id(org.store, "DeployRequest"), "CheckOnly": False, "Status": "Pending", "steps": 0}
    org.store.put("_deployments", again["Id"], again)
    return Json({"id": again["Id"]}, 201)


def _parts(call: Call) -> tuple[Doc, bytes]:
    """Options and zip of a multipart request, told apart by their content types."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + call.body)
    found: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else ():
        if not isinstance(part, str):
            payload = part.get_payload(decode=True)
            found[part.get_content_type()] = payload if isinstance(payload, bytes) else b""
    if "application/json" not in found or "application/zip" not in found:
        raise Problem(400, "INVALID_MULTIPART_REQUEST", "A part with deployOptions and one with a zip are required")
    return dict(json.loads(found["application/json"]).get("deployOptions") or {}), found["application/zip"]


def only_checks(call: Call) -> bool:
    """Whether the deployment is asked to be checked only."""
    return b'"checkOnly": true' in call.body or b'"checkOnly":true' in call.body


def status(org: SalesforceEmulator, call: Call) -> Response:
    """How far a deployment is."""
    job = org.store.get("_deployments", call.params["id"])
    if job is None:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
    result = progress(job)
    if not truth(call.query.get("includeDetails", "false")):
        result.pop("details", None)
    return Json(
        {"id": job["Id"], "validatedDeployRequestId": None, "deployOptions": job["options"], "deployResult": result}
    )


def cancel(org: SalesforceEmulator, call: Call) -> Response:
    """Cancel a deployment that is not finalizing yet."""
    job = org.store.get("_deployments", call.params["id"])
    if job is None or call.json().get("deployResult", {}).get("status") != "Canceling":
        raise Problem(400, "INVALID_OPERATION", "Only status Canceling can be set")
    if job["Status"] not in ("Pending", "InProgress"):
        raise Problem(400, "INVALID_OPERATION", "The deployment can no longer be canceled")
    job |= {"Status": "Canceled", "result": {"success": False}}
    org.store.put("_deployments", job["Id"], job)
    return Json({"id": job["Id"], "deployResult": progress(job)}, 202)


def tick(org: SalesforceEmulator) -> None:
    """Time passes: the oldest running job moves on by a step, and is carried out in the end."""
    job = next((each for each in org.store.list("_deployments") if each["Status"] in _RUNNING), None)
    if job is None:
        return
    job["steps"] += 1
    if job["steps"] >= org.limit("deploy_steps"):
        _carry_out(org, job)
    else:
        job["Status"] = "Finalizing" if job["steps"] == org.limit("deploy_steps") - 1 else "InProgress"
    org.store.put("_deployments", job["Id"], job)


def progress(job: Doc) -> Doc:
    """How far a job is, with what became of its components once it is done."""
    done = job["Status"] not in _RUNNING
    return {
        "id": job["Id"],
        "status": job["Status"],
        "done": done,
        "success": False,
        "checkOnly": job["CheckOnly"],
        "rollbackOnError": truth(job["options"].get("rollbackOnError")),
        "createdBy": job["CreatedById"],
        "createdDate": job["CreatedDate"],
        "numberComponentErrors": 0,
        "numberComponentsDeployed": 0,
        "numberComponentsTotal": 0,
        "numberTestsCompleted": 0,
        "numberTestsTotal": 0,
        "stateDetail": None,
        "errorStatusCode": None,
        "errorMessage": None,
        "details": {
            "componentSuccesses": [],
            "componentFailures": [],
            "runTestResult": {"numTestsRun": 0, "numFailures": 0},
        },
        **job["result"],
    }


def _carry_out(org: SalesforceEmulator, job: Doc) -> None:
    if job["locked"] or org.store.setting("org_locked", False):
        job |= {
            "Status": "Failed",
            "result": {"errorStatusCode": "ORG_ADMIN_LOCKED", "errorMessage": answers.LOCK_TEXT},
        }
        return
    try:
        unzipped = _unzipped(base64.b64decode(job["zip"]), single=truth(job["options"].get("singlePackage")))
        package = files.read(unzipped.files) if not unzipped.bare else files.Package()
    except files.PackageError as error:
        job |= {"Status": "Failed", "result": {"errorStatusCode": error.code, "errorMessage": str(error)}}
        return
    successes: list[Doc] = []
    failures: list[Doc] = [
        _failure(("", "package.xml"), f"{folder}package.xml", "No package.xml found") for folder in unzipped.bare
    ]
    try:
        with org.store.transaction():
            for each in _tried(org, package) if not unzipped.bare else ():
                (successes if each["success"] else failures).append(each)
            tests = _tests(org)
            if job["CheckOnly"] or failures or tests["failures"] or tests["codeCoverageWarnings"]:
                raise _TakenBack
    except _TakenBack:
        pass
    tests = _tests(org)
    failed = bool(failures or tests["failures"] or tests["codeCoverageWarnings"])
    job["Status"] = "Failed" if failed else "Succeeded"
    job["result"] = {
        "success": not failed,
        "numberComponentsTotal": len(successes) + len(failures),
        "numberComponentsDeployed": len(successes),
        "numberComponentErrors": len(failures),
        "details": {
            "componentSuccesses": successes[0] if len(successes) == 1 else successes,
            "componentFailures": failures,
            "runTestResult": tests,
        },
    }


def _tests(org: SalesforceEmulator) -> Doc:
    """What the org's tests say; a deployment may fail on them alone."""
    said = org.store.setting("tests", {}) or {}
    name, _, method = str(said.get("test") or "").partition(".")
    failures = [{"name": name, "methodName": method, "message": said["message"], "stackTrace": None}] if name else []
    warnings = [{"name": None, "message": said["coverage"]}] if said.get("coverage") else []
    numbers = {"numTestsRun": len(failures), "numFailures": len(failures)}
    return {**numbers, "failures": failures, "codeCoverageWarnings": warnings}


@dataclass(frozen=True, slots=True)
class _Unzipped:
    """The files of a package by path, and the folders (with their `/`) where a package.xml is looked for in vain."""

    files: dict[str, str]
    bare: tuple[str, ...]


def _unzipped(content: bytes, *, single: bool) -> _Unzipped:
    """A single package is the whole zip; of several, each top folder is one.

    What lies elsewhere is not looked at, so that a package.xml in the wrong place is none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) > MOST_FILES:
                raise files.PackageError("Maximum number of files in request reached", "LIMIT_EXCEEDED")
            # Where an org looks depends on an option (fact: salesforce-single-package).
            paths = {name: name if single else name.partition("/")[2] for name in names}
            folders = {""} if single else {f"{name.partition('/')[0]}/" for name in names if "/" in name}
            found = {path: archive.read(name).decode() for name, path in paths.items() if path}
            return _Unzipped(found, tuple(sorted(each for each in folders if f"{each}package.xml" not in names)))
    except zipfile.BadZipFile as error:
        raise files.PackageError("The zip file is not valid", "INVALID_FIELD") from error


_ORDER = (
    "GlobalValueSet",
    "StandardValueSet",
    "CustomPermission",
    "CustomField",
    "ValidationRule",
    "PermissionSet",
    "LeadConvertSettings",
)


def _tried(org: SalesforceEmulator, package: files.Package) -> Iterator[Doc]:
    components = Components(org)
    yield from _destroyed(components, package.destroyed_before)
    for missing in package.missing:
        problem = f"An object '{missing[1]}' of type {missing[0]} was named in package.xml, but was not found in zipped directory"
        yield _failure(missing, "package.xml", problem)
    for part in package.unlisted:
        yield _failure((part.kind, part.name), part.file, f"{part.file} is not listed in package.xml")
    for part in _in_order(package.parts):
        yield _one(components, part)
    yield from _destroyed(components, package.destroyed_after)
    yield {
        "fullName": "package.xml",
        "componentType": "",
        "fileName": "package.xml",
        "success": True,
        "created": False,
        "changed": True,
        "deleted": False,
        "problem": None,
        "problemType": None,
    }


def _in_order(parts: list[files.Part]) -> list[files.Part]:
    """Sets before fields, fields before the formulas that read them, everything before what refers to it."""
    formulas = {part.name: part for part in parts if part.kind == "CustomField" and part.content.get("formula")}
    depth = {name: _depth(name, formulas, frozenset()) for name in formulas}
    return sorted(parts, key=lambda part: (_ORDER.index(part.kind), depth.get(part.name, 0)))


def _depth(name: str, formulas: Mapping[str, files.Part], above: frozenset[str]) -> int:
    """How many formulas of the same deployment stand below this one; a circle ends where it closes."""
    if name not in formulas or name in above:
        return 0
    source, object_name = str(formulas[name].content["formula"]), name.partition(".")[0]
    read = {f"{object_name}.{word}" for word in re.findall(r"\w+__c", source)} & formulas.keys() - {name}
    return 1 + max((_depth(each, formulas, above | {name}) for each in read), default=0)


def _one(components: Components, part: files.Part) -> Doc:
    try:
        return _success((part.kind, part.name), part.file, components.take(part.kind, part.name, part.content))
    except ComponentError as error:
        return _failure((part.kind, part.name), part.file, error.problem)


def _destroyed(components: Components, names: list[tuple[str, str]]) -> Iterator[Doc]:
    for kind, name in names:
        try:
            yield {**_success((kind, name), "destructiveChanges.xml", components.destroy(kind, name)), "deleted": True}
        except ComponentError as error:
            yield _failure((kind, name), "destructiveChanges.xml", error.problem)


def _success(component: tuple[str, str], file: str, taken: Taken) -> Doc:
    return {
        "fullName": component[1],
        "componentType": component[0],
        "fileName": file,
        "success": True,
        "created": taken.created,
        "changed": taken.changed,
        "deleted": False,
        "id": taken.id,
        "problem": taken.warning or None,
        "problemType": "Warning" if taken.warning else None,
    }


def _failure(component: tuple[str, str], file: str, problem: str) -> Doc:
    return {
        "fullName": component[1],
        "componentType": component[0],
        "fileName": file,
        "success": False,
        "created": False,
        "changed": False,
        "deleted": False,
        "problem": problem,
        "problemType": "Error",
        "lineNumber": 1,
        "columnNumber": 1,
    }


ROUTES = (
    ("POST", D, start),
    ("GET", f"{D}/{{id}}", status),
    ("PATCH", f"{D}/{{id}}", cancel),
)
