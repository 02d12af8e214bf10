"""What each of Marketo's answers must look like, by the path that was asked. `success` says only that the call went well."""

from __future__ import annotations

import re
from typing import Any

from mopsctl.provider.answers import (
    Shape,
    count,
    either,
    key,
    many,
    mapped,
    name,
    number,
    record,
    scalar,
    switch,
    text,
    whole,
)

TOKEN = record({"access_token": name, "expires_in?": number})
_FIELD_FLAGS = ("isHidden", "isHtmlEncodingInEmail", "isSensitive", "isCustom", "isApiCreated")
_FIELD = record(
    {"name": name, "dataType": name, "displayName?": text, "description?": text, "length?": whole}
    | {f"{each}?": switch for each in _FIELD_FLAGS}
)
_DESCRIBED = record(
    {
        "name": name,
        "dataType?": text,
        "length?": whole,
        "crmManaged?": switch,
        "updateable?": switch,
        "readOnly?": switch,
    }
)
_DESCRIBE = record({"fields": many(_DESCRIBED), "searchableFields?": many(many(text))})
_LINK = record({"name": name, "field?": text})
_OBJECT_FIELD = record({"name": name, "displayName?": text, "dataType?": text})
_RELATIONSHIP = record({"field": name, "relatedTo": _LINK})
_WORDS = ("displayName", "pluralName", "description", "state", "version", "apiName")
# Without its keys a type would look as if it had none (fact: marketo-custom-object-reads).
_VERSION = record(
    {"fields": many(_OBJECT_FIELD), "dedupeFields": many(name), "relationships?": many(_RELATIONSHIP)}
    | {f"{each}?": text for each in _WORDS}
)


def _object(value: Any, at: str) -> str:
    """A custom object type: flat, or with both versions inside, under either of its names."""
    nested = isinstance(value, dict) and ("approved" in value or "draft" in value)
    both = record({"approved?": _VERSION, "draft?": _VERSION, "name?": text})
    flaw = both(value, at) if nested else _VERSION(value, at)
    return flaw or ("" if value.get("name") or value.get("apiName") else f"{at}.name is missing")


_FOLDER = record({"id": whole, "path": name, "name?": text, "isSystem?": switch})
_PLACE = either(record({"id": whole}), record({"value": whole}))
_PROGRAM = record(
    {"id": whole, "name": name, "folder": _PLACE, "channel?": text, "type?": text, "description?": text}
    | {"tags?": many(record({"tagType": name, "tagValue": text}))}
)
_TOKENS = record({"tokens": many(record({"name": name, "type": name, "value?": scalar}))})
_CAMPAIGN = record({"id": whole, "name": name, "description?": text, "isActive": switch})
_SMART_LIST = record({"rules?": record({"triggers?": many(either(record({"name": name}), name))})})
_CHANNEL = record(
    {"name": name, "applicableProgramType?": text}
    | {"progressionStatuses?": many(record({"name": name, "hidden?": switch}))}
)
# A tag type has no `name` (fact: marketo-tag-types).
_TAG = record({"tagType": name, "allowableValues?": text, "applicableProgramTypes?": text, "required?": switch})
_WRITTEN = record({"status?": text, "reasons?": many(record({"code?": scalar, "message?": text})), "id?": key})

_ROWS: tuple[tuple[str, Shape], ...] = (
    (r"/schema/fields\.json$", _FIELD),
    (r"/leads/describe2\.json$", _DESCRIBE),
    (r"/leads/partitions\.json$", record({"name": name})),
    (r"/stats/usage\.json$", record({"total": count})),
    (r"/customobjects/schema(/[^/]+/describe)?\.json$", _object),
    (r"/folder/(byName|\d+)\.json$", _FOLDER),
    (r"/program/byName\.json$", _PROGRAM),
    (r"/folder/\d+/tokens\.json$", _TOKENS),
    (r"/smartCampaigns\.json$", _CAMPAIGN),
    (r"/smartList\.json$", _SMART_LIST),
    (r"/channels\.json$", _CHANNEL),
    (r"/(tagTypes|tagType/byName)\.json$", _TAG),
    (r"/segmentation\.json$", record({"id": whole, "name": name, "status?": text})),
    (r"/segments\.json$", record({"name": name})),
)
_CREATED = re.compile(r"/(folders|programs|clone)\.json$")
_PAGING = {"success": switch, "moreResult?": switch, "nextPageToken?": text}


def read(path: str) -> Shape:
    """The envelope of a read. Only an asset search leaves the result out, and it warns that nothing was found."""
    rows = next((shape for pattern, shape in _ROWS if re.search(pattern, path)), mapped())
    # Only an asset search may leave the result out (fact: marketo-assets-without-result).
    found, nothing = record({"result": many(rows), **_PAGING}), record({"success": switch, "warnings": many(text)})

    def flaw(value: Any, at: str) -> str:
        flawed = found(value, at)
        empty = flawed and "/rest/asset/" in path and isinstance(value, dict) and "result" not in value
        return flawed if not empty or nothing(value, at) or not value["warnings"] else ""

    return flaw


def written(path: str) -> Shape:
    """The envelope that a write answers with; what was made has a number."""
    made = record({"id": whole}) if _CREATED.search(path) else either(_WRITTEN, scalar)
    return record({"success": switch, "result" if _CREATED.search(path) else "result?": many(made)})
