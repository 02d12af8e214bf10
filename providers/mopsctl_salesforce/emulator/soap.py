"""The SOAP metadata interface, as far as well-known clients need it: deploy and retrieve, and what they look up first."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.responses import Response

from mopsctl.emulator import Call, Doc
from mopsctl_salesforce.emulator import answers, deploy, login, retrieval, seed

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
Element = ElementTree.Element
Operation = Callable[["SalesforceEmulator", str, Element], Any]


def metadata(org: SalesforceEmulator, call: Call) -> Response:
    """Answer one operation; tokens in JWT format are refused as if the session were over."""
    try:
        tree = ElementTree.fromstring(call.body)
    except ElementTree.ParseError:
        return _fault("sf:UNKNOWN_EXCEPTION", "the envelope is no XML")
    token = tree.findtext(".//{*}sessionId") or ""
    known, user = org.store.get("_tokens", token), login.user_of(org, token)
    if known is None or known["jwt"] or user is None:
        return _fault(
            "sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session"
        )
    deploy.tick(org)
    asked = next(iter(tree.find("{*}Body") or ()), None)
    name = asked.tag.rpartition("}")[2] if asked is not None else ""
    if asked is None or name not in _OPERATIONS:
        return _fault("sf:UNKNOWN_EXCEPTION", f"No operation available for request {name}")
    try:
        result = _OPERATIONS[name](org, user, asked)
    except answers.Problem as problem:
        said = problem.body[0]
        return _fault(f"sf:{said['errorCode']}", f"{said['errorCode']}: {said['message']}")
    body = "".join(f"<result>{retrieval.elements(each)}</result>" for each in _many(result))
    return _answer(f'<{name}Response xmlns="{_NAMESPACE}">{body}</{name}Response>', 200)


def _many(result: Any) -> list[Doc]:
    return result if isinstance(result, list) else [result]


def _read(org: SalesforceEmulator, _user: str, asked: Element) -> Any:
    kind = asked.findtext("{*}type") or ""
    if kind not in retrieval.TYPES:
        raise answers.Problem(500, "INVALID_TYPE", f"Unknown type: {kind}")
    found = [
        {"fullName": name, **body}
        for each in asked.findall("{*}fullNames")
        if (body := retrieval.content(org, kind, name := each.text or "")) is not None
    ]
    return {"records": found}


def _list(org: SalesforceEmulator, _user: str, asked: Element) -> Any:
    kinds = [each.findtext("{*}type") or "" for each in asked.findall("{*}queries")]
    return [
        {"fullName": name, "fileName": name, "type": kind, "id": "", "namespacePrefix": None}
        for kind in kinds
        for name in retrieval.names(org, kind)
    ]


def _describe(org: SalesforceEmulator, _user: str, _asked: Element) -> Any:
    objects = [
        {"directoryName": folder, "inFolder": False, "metaFile": False, "suffix": suffix, "xmlName": kind}
        for kind, (folder, suffix) in retrieval.FOLDERS.items()
    ]
    kind = (org.store.get("Organization", "org") or {}).get("IsSandbox", False)
    return {
        "metadataObjects": objects,
        "organizationNamespace": "",
        "partialSaveAllowed": kind,
        "testRequired": not kind,
    }


def _deploy(org: SalesforceEmulator, user: str, asked: Element) -> Any:
    options = {
        each.tag.rpartition("}")[2]: each.text or "" for part in asked.findall("{*}DeployOptions") for each in part
    }
    try:
        content = base64.b64decode(asked.findtext("{*}ZipFile") or "", validate=True)
    except ValueError:
        raise answers.Problem(500, "UNKNOWN_EXCEPTION", "ZipFile is not in base64") from None
    job = deploy.enqueue(org, user, options, content)
    return {"done": False, "id": job["Id"], "state": "Queued"}


def _deployed(org: SalesforceEmulator, _user: str, asked: Element) -> Any:
    job = org.store.get("_deployments", asked.findtext("{*}asyncProcessId") or "")
    if job is None:
        raise answers.Problem(500, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    progress = deploy.progress(job)
    if not answers.truth(asked.findtext("{*}includeDetails")):
        progress.pop("details")
    return progress


def _retrieve(org: SalesforceEmulator, _user: str, asked: Element) -> Any:
    request = asked.find("{*}retrieveRequest")
    if request is None:
        raise answers.Problem(500, "UNKNOWN_EXCEPTION", "retrieveRequest is missing")
    pairs = [
        (kind, name)
        for types in request.findall("{*}unpackaged/{*}types")
        for member in types.findall("{*}members")
        for kind in [types.findtext("{*}name") or ""]
        for name in (retrieval.names(org, kind) if member.text == "*" else [member.text or ""])
    ]
    version, single = request.findtext("{*}apiVersion") or "66.0", answers.truth(request.findtext("{*}singlePackage"))
    number = seed.new_id(org.store, "RetrieveRequest")
    content = base64.b64encode(retrieval.packed(org, pairs, version, single=single)).decode()
    org.store.put("_retrievals", number, {"id": number, "zip": content})
    return {"done": False, "id": number, "state": "Queued"}


def _retrieved(org: SalesforceEmulator, _user: str, asked: Element) -> Any:
    job = org.store.get("_retrievals", asked.findtext("{*}asyncProcessId") or "")
    if job is None:
        raise answers.Problem(500, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    zipped = {} if asked.findtext("{*}includeZip") == "false" else {"zipFile": job["zip"]}
    return {"done": True, "id": job["id"], "status": "Succeeded", "success": True, **zipped}


_OPERATIONS: Mapping[str, Operation] = {
    "readMetadata": _read,
    "listMetadata": _list,
    "describeMetadata": _describe,
    "deploy": _deploy,
    "checkDeployStatus": _deployed,
    "retrieve": _retrieve,
    "checkRetrieveStatus": _retrieved,
}


def writes(call: Call) -> bool:
    """Whether a SOAP request changes the org: only a deployment does, unless it is only checked."""
    checked = b"checkOnly>true<" in call.body
    return b":deploy" in call.body.replace(b"<deploy", b":deploy") and not checked


def _fault(code: str, text: str) -> Response:
    return _answer(
        f'<e:Fault xmlns:e="{_ENVELOPE}"><faultcode>{code}</faultcode><faultstring>{escape(text)}</faultstring></e:Fault>',
        500,
    )


def _answer(body: str, status: int) -> Response:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{_ENVELOPE}"><e:Body>{body}</e:Body></e:Envelope>'
    )
    return Response(text, status, media_type="text/xml")


ROUTES = (("POST", "/services/Soap/m/{version}", metadata),)
