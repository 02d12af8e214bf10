"""What each of Eloqua's answers must look like, by the path that was asked. The Application API writes nearly everything as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mopsctl.provider.answers import Shape, count, key, many, mapped, name, record, scalar, switch, text

_NUMBER = re.compile(r"-?\d{1,18}")


def _id(value: Any, at: str) -> str:
    flaw = key(value, at)
    return flaw or ("" if _NUMBER.fullmatch(str(value)) else f"{at or 'it'} is no id")


_TEXTS = ("dataType", "displayType", "defaultValue", "description", "updateType", "checkedValue", "uncheckedValue")
_MORE = ("outputFormatId", "optionListId", "isRequired", "isStandard", "isReadOnly")
_LANDING = ("subscriptionLandingPageId", "unsubscriptionLandingPageId", "subscriptionListId", "unSubscriptionListId")
_PARTS = ("emailAddressFieldId", "uniqueCodeFieldId", "displayNameFieldId")
_OBJECT_FIELD = record({"id": key, "name": name, "dataType?": text, "displayType?": text})

_MINIMAL: Shape = record({"id": _id, "name": name})
_COMPLETE: Mapping[str, Shape] = {
    "assets/contact/field": record(
        {"id": _id, "name": name, "internalName": name} | {f"{each}?": scalar for each in (*_TEXTS, *_MORE)}
    ),
    "assets/optionList": record(
        {"id": _id, "name": name, "elements": many(record({"value?": scalar, "displayName?": scalar}))}
    ),
    "assets/email/group": record(
        {"id": _id, "name": name, "displayName?": text, "description?": text, "emailIds?": many()}
        | {f"{each}?": scalar for each in _LANDING}
    ),
    "assets/customObject": record(
        {"id": _id, "name": name, "description?": text, "fields": many(_OBJECT_FIELD)}
        | {f"{each}?": scalar for each in _PARTS}
    ),
}
NEVER_EMPTY = ("assets/contact/fields",)  # an account has its standard fields


def thing(path: str) -> Shape:
    """One thing, complete, by the singular path without its id."""
    return _COMPLETE.get(path, record({"id": _id}))


def page(path: str, depth: str) -> Shape:
    """One page of a list; a smaller depth shows little more than names."""
    complete = _COMPLETE.get(path.removesuffix("s"), record({"id": _id}))
    minimal = _MINIMAL if path.removesuffix("s") in _COMPLETE else record({"id": _id})
    row = complete if depth == "complete" else minimal
    # Without its list an answer is half of one, never an empty list (fact: eloqua-elements).
    return record({"elements": many(row), "total": count, "page?": count, "pageSize?": count})


_BULK: Mapping[str, Shape] = {
    "accounts/fields": record({"uri": name, "internalName": name, "dataType?": text, "name?": text}),
    "contacts/scoring/models": record(
        {"uri": name, "name": name, "id?": key, "status?": text, "fields?": many(record({"name?": text}))}
    ),
}


def bulk_page(path: str) -> Shape:
    """One page of the Bulk API, which leaves the items out where there are none."""
    row = _BULK.get(path, record({"uri": name, "name?": text}))
    plain = record({"totalResults": count, "hasMore": switch, "items?": many(row)})

    def flaw(value: Any, at: str) -> str:
        found = plain(value, at)
        return found or ("" if value.get("items") is not None or not value["totalResults"] else "items is missing")

    return flaw


MADE = record({"uri": name, "status?": text})
DATA = record({"totalResults": count})
IDENTITY = record(
    {
        "site": record({"id": key, "name?": text}),
        "user?": record({"displayName?": text, "username?": text}),
        "urls": record({"base": text, "apis": record({"rest": record({"standard": name, "bulk": name})})}),
    }
)
ANYTHING = mapped()
