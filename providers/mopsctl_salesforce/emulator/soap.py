"""The SOAP metadata interface, as far as it is needed: readMetadata of the lead conversion settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.responses import Response

from mopsctl.emulator import Call, Doc
from mopsctl_salesforce.emulator import login

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


def metadata(org: SalesforceEmulator, call: Call) -> Response:
    """Answer readMetadata; tokens in JWT format are refused as if the session were over."""
    try:
        tree = ElementTree.fromstring(call.body)
    except ElementTree.ParseError:
        return _fault("sf:UNKNOWN_EXCEPTION", "the envelope is no XML")
    token = tree.findtext(".//{*}sessionId") or ""
    known = org.store.get("_tokens", token)
    if known is None or known["jwt"] or login.user_of(org, token) is None:
        return _fault(
            "sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session"
        )
    asked = tree.find(".//{*}readMetadata")
    if asked is None or asked.findtext("{*}type") != "LeadConvertSettings":
        return _fault("sf:INVALID_TYPE", "INVALID_TYPE: this emulator reads LeadConvertSettings only")
    document = org.store.get("LeadConvertSettings", "LeadConvertSettings") or {}
    record = f"<fullName>LeadConvertSettings</fullName>{_xml(document)}"
    body = f'<readMetadataResponse xmlns="{_NAMESPACE}"><result><records>{record}</records></result></readMetadataResponse>'
    return _answer(body, 200)


def _xml(content: Doc) -> str:
    parts = []
    for key, value in content.items():
        for each in value if isinstance(value, list) else [value]:
            text = (
                _xml(each)
                if isinstance(each, dict)
                else escape(str(each).lower() if isinstance(each, bool) else str(each))
            )
            parts.append(f"<{key}>{text}</{key}>")
    return "".join(parts)


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
