"""Custom objects: Marketo's JSON and our attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl_marketo.convert.native import Doc, text_of

SYSTEM_FIELDS = frozenset({"marketoGUID", "createdAt", "updatedAt"})
_OBJECT_KEYS = {
    "label": "displayName",
    "plural": "pluralName",
    "description": "description",
    "in_person_detail": "showInLeadDetail",
}


def versions(doc: Doc) -> dict[str, Doc]:
    """The approved and the draft version of a type, from a flat answer or one that nests both."""
    if isinstance(doc.get("approved"), Mapping) or isinstance(doc.get("draft"), Mapping):
        return {name: doc[name] for name in ("approved", "draft") if isinstance(doc.get(name), Mapping)}
    return {"draft" if state_of(doc) == "draft" or doc.get("version") == "draft" else "approved": doc}


def state_of(doc: Doc) -> str:
    """`draft`, `approved` or `approvedWithDraft`."""
    return str(doc.get("state", ""))


def object_attributes(doc: Doc, state: str) -> dict[str, Any]:
    """The attributes of one version of a custom object."""
    attributes: dict[str, Any] = {
        name: bool(doc.get(key)) if name == "in_person_detail" else text_of(doc.get(key))
        for name, key in _OBJECT_KEYS.items()
    }
    attributes["approved"] = state != "draft"
    attributes["fields"] = {
        str(each["name"]): field_item(each) for each in doc.get("fields") or [] if each.get("name") not in SYSTEM_FIELDS
    }
    return attributes


def field_item(doc: Doc) -> dict[str, Any]:
    """One field of a custom object."""
    related = doc.get("relatedTo") or {}
    return {
        "label": text_of(doc.get("displayName")),
        "type": text_of(doc.get("dataType")),
        "description": text_of(doc.get("description")),
        "dedupe": bool(doc.get("isDedupeField")),
        "link": f"{related['name']}.{related['field']}" if related.get("name") else "",
    }


def object_body(name: str, attributes: Doc) -> dict[str, Any]:
    """The JSON of a type without its fields."""
    body = {key: attributes[mine] for mine, key in _OBJECT_KEYS.items() if mine in attributes}
    return {"apiName": name, **body}


def field_json(name: str, item: Doc) -> dict[str, Any]:
    """The JSON of one field as it is added."""
    return {"name": name, **field_update(item)}


def field_update(item: Doc) -> dict[str, Any]:
    """The JSON of one field as it is updated."""
    body: dict[str, Any] = {
        "displayName": item.get("label", ""),
        "dataType": item.get("type", "string"),
        "description": item.get("description", ""),
        "isDedupeField": bool(item.get("dedupe")),
    }
    linked, _, key = str(item.get("link", "")).partition(".")
    if linked:
        body["relatedTo"] = {"name": linked, "field": key}
    return body
