"""Marketo's JSON and our attributes: one normalisation, used for what is wanted, seen and written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from mopsctl.resource import FieldFacts
from mopsctl_marketo.names import ACTIVITIES_ROOT, NEUTRAL, STRING_LENGTH, TEXT_BYTES

Doc = Mapping[str, Any]
TEMPLATE_LINE = "Template: "

_FIELD_KEYS = {
    "label": "displayName",
    "description": "description",
    "hidden": "isHidden",
    "sensitive": "isSensitive",
    "html_encoded": "isHtmlEncodingInEmail",
}
_DEFAULTS = {"isHidden": False, "isSensitive": False, "isHtmlEncodingInEmail": True}


def field_attributes(doc: Doc, *, scores_shown: bool = True) -> dict[str, Any]:
    """The attributes of a field. A score reads as `integer` plus `score`.

    `scores_shown` is false for an account whose schema calls score fields integer: every integer then counts as a score,
    because nothing tells them apart.
    """
    data_type = str(doc.get("dataType", ""))
    attributes: dict[str, Any] = {
        name: text_of(doc.get(key)) if key in ("displayName", "description") else bool(doc.get(key, _DEFAULTS[key]))
        for name, key in _FIELD_KEYS.items()
    }
    attributes["label"] = shown_label(attributes["label"])
    attributes["type"] = "integer" if data_type == "score" else data_type
    attributes["score"] = data_type == "score" or (data_type == "integer" and not scores_shown)
    return attributes


def shown_label(label: str) -> str:
    """A display name as Marketo takes it: other characters than letters, digits, blanks, hyphens and underscores are left
    out, on both sides of a comparison.
    """
    words = "".join(char if char.isalnum() or char in "-_" else " " for char in label).split()
    return " ".join(words).lstrip("-_ ")


def field_body(attributes: Doc, names: Iterable[str]) -> dict[str, Any]:
    """The JSON for the named attributes of a field, as create and update take it."""
    body = {_FIELD_KEYS[name]: attributes[name] for name in sorted(names) if name in _FIELD_KEYS and name in attributes}
    if "displayName" in body:
        body["displayName"] = shown_label(body["displayName"])
    if "type" in names and "type" in attributes:
        body["dataType"] = "score" if attributes.get("score") else attributes["type"]
    return body


def field_facts(doc: Doc, *, read_only: bool = False) -> FieldFacts:
    """A field in neutral words, for comparing systems."""
    data_type = str(doc.get("dataType", ""))
    length = doc.get("length")
    if data_type == "text":
        return FieldFacts("long_text", TEXT_BYTES, bytes=True, read_only=read_only)
    if data_type == "string" and length is None:
        length = STRING_LENGTH
    return FieldFacts(NEUTRAL.get(data_type), length, read_only=read_only or data_type == "formula")


def text_of(value: Any) -> str:
    """Text as it compares: nothing is the empty text, line ends are one character, no blanks at the end."""
    return "" if value is None else str(value).replace("\r\n", "\n").rstrip()


def token_attributes(doc: Doc) -> dict[str, Any]:
    """The attributes of a My Token: a score or number compares as a number, so that `+30` is `30`."""
    kind = str(doc.get("type", "")).lower()
    return {"type": kind, "value": token_value(kind, doc.get("value"))}


# +30 and 30 are one (fact: marketo-token-signs).
def token_value(kind: str, value: Any) -> Any:
    """The value of a token as it compares. A score that sets (`=5`) stays text, because it means something else."""
    text = text_of(value).strip()
    if kind not in ("score", "number"):
        return text_of(value)
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        return text
    return found if math.isfinite(found) else text


def token_text(kind: str, value: Any) -> str:
    """The value of a token as it is sent: points carry their sign, which Change Score goes by."""
    if kind == "score" and isinstance(value, int):
        return f"{value:+d}"
    return str(value)


def campaign_description(attributes: Doc) -> str:
    """The description of a campaign as Marketo keeps it: the words, and in the last line where it was cloned from."""
    words, template = attributes.get("description", ""), attributes.get("template", "")
    return "\n".join(part for part in (words, f"{TEMPLATE_LINE}{template}" if template else "") if part)


def campaign_attributes(doc: Doc) -> dict[str, Any]:
    """The attributes of a smart campaign."""
    *lines, last = text_of(doc.get("description")).split("\n")
    template = last.removeprefix(TEMPLATE_LINE).strip() if last.startswith(TEMPLATE_LINE) else ""
    words = lines if template else [*lines, last]
    return {"description": text_of("\n".join(words)), "template": template, "active": bool(doc.get("isActive"))}


def program_attributes(doc: Doc, folder: str) -> dict[str, Any]:
    """The attributes of a program that lies in the folder of this path."""
    tags = {str(tag["tagType"]): {"value": str(tag["tagValue"])} for tag in doc.get("tags") or []}
    return {
        "folder": folder,
        "channel": text_of(doc.get("channel")),
        "type": text_of(doc.get("type")),
        "description": text_of(doc.get("description")),
        "tags": dict(sorted(tags.items())),
    }


def tags_json(tags: Doc) -> list[dict[str, str]]:
    """The tags of a program as create and update take them."""
    return [{"tagType": name, "tagValue": tags[name]["value"]} for name in sorted(tags)]


def folder_path(path: str, workspace: str) -> str:
    """The path of a folder below its workspace; the whole path where it lies elsewhere."""
    return text_of(path).removeprefix(f"/{ACTIVITIES_ROOT}/{workspace}/")


def bracketed(text: Any) -> list[str]:
    """The entries of a list that Marketo sends as text, such as `[EMEA, AMER]`."""
    inner = text_of(text).strip().removeprefix("[").removesuffix("]")
    return [entry.strip() for entry in inner.split(",") if entry.strip()]
