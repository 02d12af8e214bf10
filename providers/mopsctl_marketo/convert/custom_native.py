"""Custom objects: Marketo's JSON and our attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl_marketo import names
from mopsctl_marketo.convert.native import Doc, text_of

SYSTEM_FIELDS = frozenset({"marketoGUID", "createdAt", "updatedAt"})
STANDARD = {"lead": "Lead", "company": "Company"}  # in any letter case, and as Marketo spells them
_OBJECT_KEYS = {"label": "displayName", "plural": "pluralName", "description": "description"}
_FIELD_KEYS = {"label": "displayName", "type": "dataType", "dedupe": "isDedupeField"}
_FIELDS = {name.casefold(): name for name in (*names.STANDARD, *names.STANDARD_OF_UNKNOWN_TYPE)}


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
    attributes: dict[str, Any] = {name: text_of(doc.get(key)) for name, key in _OBJECT_KEYS.items()}
    attributes["approved"] = state != "draft"
    keys = frozenset(text_of(each) for each in doc.get("dedupeFields") or [])
    links = {text_of(each.get("field")): _link(each.get("relatedTo")) for each in doc.get("relationships") or []}
    attributes["fields"] = {
        str(each["name"]): _field_item(each, keys, links)
        for each in doc.get("fields") or []
        if each.get("name") not in SYSTEM_FIELDS
    }
    return attributes


def _field_item(doc: Doc, keys: frozenset[str], links: Mapping[str, str]) -> dict[str, Any]:
    """One field of a custom object."""
    # Keys and links are said by the type alone; a field says neither them nor its description
    # (fact: marketo-custom-object-reads).
    name = str(doc["name"])
    return item(text_of(doc.get("displayName")), text_of(doc.get("dataType")), name in keys, links.get(name, ""))


def item(label: str, data_type: str, dedupe: bool, link: str) -> dict[str, Any]:
    """One field as it is compared; a link has its target's type when it is read, so its own says nothing."""
    return {"label": label, "type": "link" if link else data_type, "dedupe": dedupe, "link": linked(link)}


def linked(link: str) -> str:
    """`OBJECT.FIELD`, with Marketo's own objects in lower case and its own fields in their spelling."""
    name, _, key = link.partition(".")
    if name.lower() in STANDARD:
        return f"{name.lower()}.{_FIELDS.get(key.casefold(), key)}"
    return f"{name}.{key}" if name else ""


def _link(related: Any) -> str:
    return (
        f"{related['name']}.{related.get('field', '')}" if isinstance(related, Mapping) and related.get("name") else ""
    )


def object_body(name: str, attributes: Doc) -> dict[str, Any]:
    """The JSON of a type without its fields."""
    body = {key: attributes[mine] for mine, key in _OBJECT_KEYS.items() if mine in attributes}
    return {"apiName": name, **body}


def field_json(name: str, item: Doc) -> dict[str, Any]:
    """The JSON of one field as it is added."""
    return {"name": name, **field_update({}, {"type": "string", "dedupe": False, **item})}


def field_update(have: Doc, item: Doc) -> dict[str, Any]:
    """The JSON of what moves of one field: what the first approval fixed is not sent again."""
    moved = {part: value for part, value in item.items() if value != have.get(part)}
    body = {key: moved[part] for part, key in _FIELD_KEYS.items() if part in moved}
    name, _, key = str(moved.get("link", "")).partition(".")
    if name:  # it reads back with the type of what it leads to (fact: marketo-custom-object-links)
        body |= {"dataType": "link", "relatedTo": {"name": STANDARD.get(name, name), "field": key}}
    return body


FIXED = "Marketo fixed links and dedupe fields when the object was approved"


def fixed_parts(approved: Doc, wanted: Doc) -> list[str]:
    """The fields of an approved object that would become a key or a link, stop being one, or be a key of another type."""
    have, want = approved.get("fields") or {}, wanted.get("fields") or {}
    if not have:
        return []
    return [
        name for name in sorted({*have, *want}) if _marks(have.get(name), {}) != _marks(want.get(name), have.get(name))
    ]


def _marks(field: Any, before: Any) -> tuple[str, str]:
    """The type of a key, and what a link leads to; what a manifest leaves alone stays as it was."""
    named = {**(before or {}), **(field or {})} if field else {}
    return str(named.get("type", "string")) if named.get("dedupe") else "", str(named.get("link", ""))
