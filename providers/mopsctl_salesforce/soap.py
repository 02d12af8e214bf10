"""The one thing that only the SOAP interface shows: the lead conversion mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from mopsctl.errors import PermissionError_, VendorError
from mopsctl_salesforce import names, shapes
from mopsctl_salesforce.wire.xml import NAMESPACE

if TYPE_CHECKING:
    from mopsctl_salesforce.api import Session

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_DEEPEST = 10  # the document has three levels
_LISTS = frozenset({"objectMapping", "mappingFields"})  # a single one arrives without a list around it


def lead_conversion(session: Session) -> dict[str, Any]:
    """The whole LeadConvertSettings document.

    Raises PermissionError_ and VendorError; one new session is tried, because tokens end here as they do elsewhere.
    """
    token = session.token
    answer = _ask(session, token.value)
    if "INVALID_SESSION_ID" in answer:
        answer = _ask(session, session.tokens.cache.renew(token).value)
    return _read(session, answer)


def _ask(session: Session, token: str) -> str:
    body = (
        f'<e:Envelope xmlns:e="{_ENVELOPE}"><e:Header><SessionHeader xmlns="{NAMESPACE}"><sessionId>{escape(token)}</sessionId>'
        f'</SessionHeader></e:Header><e:Body><readMetadata xmlns="{NAMESPACE}"><type>{names.CONVERSION}</type>'
        f"<fullNames>{names.CONVERSION}</fullNames></readMetadata></e:Body></e:Envelope>"
    )
    headers = {"content-type": "text/xml; charset=UTF-8", "soapaction": '""', "accept": "text/xml"}
    path = f"/services/Soap/m/{session.version}"
    return session.send("POST", path, content=body.encode(), headers=headers, write=False).text


def _read(session: Session, answer: str) -> dict[str, Any]:
    try:
        tree = ElementTree.fromstring(answer)
    except ElementTree.ParseError as error:
        raise VendorError(
            "Salesforce's SOAP interface answered something that is no XML.", system=session.system
        ) from error
    fault = tree.find(".//{*}faultstring")
    if fault is not None:
        raise _fault(session, fault.text or "")
    found = tree.find(".//{*}records")
    call = session.call("POST", f"/services/Soap/m/{session.version}")
    if found is None:
        raise call.malformed("records is missing")
    return dict(call.checked(_content(found), shapes.CONVERSION))


def _fault(session: Session, text: str) -> PermissionError_ | VendorError:
    # It says so of a session that is over, and of a token in JWT format (fact: salesforce-soap-and-jwt).
    if "INVALID_SESSION_ID" in text:
        return PermissionError_(
            "Salesforce's SOAP interface, which alone shows the lead conversion mapping, does not take the app's tokens.",
            hint="turn 'Issue JSON Web Token (JWT)-based access tokens' off in the app, or manage lead conversion by hand",
            system=session.system,
        )
    if "INSUFFICIENT_ACCESS" in text:
        hint = "give the user Modify Metadata Through Metadata API Functions"
        return PermissionError_(
            f"The lead conversion mapping cannot be read: {text}.", hint=hint, system=session.system
        )
    return VendorError(f"The lead conversion mapping cannot be read: {text.rstrip('.')}.", system=session.system)


def _content(element: ElementTree.Element, depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        tag = child.tag.rpartition("}")[2]
        inner = len(child) > 0 and depth < _DEEPEST
        value: Any = _content(child, depth + 1) if inner else _scalar(child.text or "")
        if tag in _LISTS:
            found.setdefault(tag, []).append(value)
        else:
            found[tag] = value
    return found


def _scalar(text: str) -> str | bool:
    return text == "true" if text in ("true", "false") else text
