"""What each of HubSpot's answers must look like, by the path that was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from operator import itemgetter
from typing import Any

from mopsctl.provider.answers import (
    Shape,
    count,
    distinct,
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

_OPTION = record({"value": text, "label?": text, "description?": text, "hidden?": switch, "displayOrder?": whole})
_MAY = ("archivable", "readOnlyDefinition", "readOnlyOptions", "readOnlyValue")
_PLAIN = ("label", "description", "groupName", "dataSensitivity", "numberDisplayHint", "textDisplayHint", "createdAt")
_MORE = ("updatedAt", "currencyPropertyName", "referencedObjectType")
_FLAGS = (
    "hidden",
    "formField",
    "hasUniqueValue",
    "showCurrencySymbol",
    "calculated",
    "externalOptions",
    "hubspotDefined",
)
_DEFINITION = record(
    {"name": name, "type": name, "fieldType?": text, "options?": distinct("value", _OPTION)}
    | {"modificationMetadata?": record({f"{each}?": switch for each in _MAY})}
    | {f"{each}?": text for each in (*_PLAIN, *_MORE)}
    | {f"{each}?": switch for each in _FLAGS}
)


def _property(value: Any, at: str) -> str:
    """A definition; one of a list has its options, unless HubSpot keeps them elsewhere."""
    flaw = _DEFINITION(value, at)
    if flaw or value["type"] != "enumeration" or value.get("externalOptions") or value.get("options") is not None:
        return flaw
    return f"{at}.options is missing".lstrip(".")


def _probability(value: Any, at: str) -> str:
    flaw = scalar(value, at)
    try:
        right = not flaw and 0 <= float(value) <= 1
    except ValueError:
        right = False
    return flaw or ("" if right else f"{at} is no probability")


_SETTINGS = record({"probability?": _probability, "ticketState?": text})
_STAGE = record(
    {"id": key, "label": text, "displayOrder": whole, "archived?": switch, "metadata?": _SETTINGS, "pipelineId?": key}
)
_PIPELINE = record(
    {"id": key, "label": text, "stages": distinct("id", _STAGE), "archived?": switch, "displayOrder?": whole}
)
_GROUP = record({"name": name, "label?": text})
_SUBSCRIPTION = record({"id": key, "name": name, "isActive?": switch, "isInternal?": switch})
_RULE = record(
    {"id?": key, "enabled?": switch, "minimumValue?": number, "maximumValue?": number}
    | {"configuration?": record({"calculation?": mapped()})}
)
_DECAY = record({"percentToDecayPerInterval?": number, "decayIntervalDays?": number})
_GROUP_OF_RULES = record(
    {"groupName": text, "groupCategory?": text, "groupDecay?": _DECAY, "minValue?": number, "maxValue?": number}
    | {"ruleConfigurations?": many(_RULE)}
)
_SCORE = record({"id": key, "name": name, "scoredObjectTypeId": key, "scoreStatus?": text})
_CONFIGURATION = record(
    {"groupConfigs": distinct("groupName", _GROUP_OF_RULES), "allowedGroupTypes?": many(text), "scoreStatus?": text}
    | {"maxScore?": number, "maxScorePerCategory?": number}
    | {"filterConfiguration?": record({"listFilterType?": text, "segmentIds?": many(key)})}
)
_PROBLEM = record({"category?": text, "message?": text, "subCategory?": text, "context?": mapped()})
_TOLD = record({"results?": many(_property), "errors?": many(_PROBLEM)})


def _batch(value: Any, at: str) -> str:
    """What became of each of many; it tells at least of some, or of what is wrong with them."""
    flaw = _TOLD(value, at)
    return flaw or ("" if value.get("results") is not None or value.get("errors") else "results is missing")


_ACCOUNT = record({"portalId": key, "accountType?": text, "dataHostingLocation?": text, "portalName?": text})
_PAGE = {"paging?": record({"next?": record({"after": key})})}

_ROWS: tuple[tuple[str, Shape, str], ...] = (
    (r"/properties/[^/]+$", _property, "name"),
    (r"/properties/[^/]+/groups$", _GROUP, "name"),
    (r"/pipelines/[^/]+$", _PIPELINE, "id"),
    (r"/definitions$", _SUBSCRIPTION, "id"),
    (r"/scores$", _SCORE, "id"),
)
_THINGS: tuple[tuple[str, Shape], ...] = (
    (r"/properties/[^/]+/batch/\w+$", _batch),
    (r"/properties/[^/]+/groups(/[^/]+)?$", _GROUP),
    (r"/properties/[^/]+(/[^/]+)?$", _property),
    (r"/pipelines/[^/]+/[^/]+/stages(/[^/]+)?$", record({"id": key})),
    (r"/pipelines/[^/]+(/[^/]+)?$", _PIPELINE),
    (r"/scores$", record({"id": key})),
    (r"/scores/[^/]+(/draft)?$", _CONFIGURATION),
    (r"/search$", record({"total": count})),
    (r"/details$", _ACCOUNT),
)
_PREFIX = re.compile(r"^/crm/(?:v3/(properties|pipelines)|(properties|pipelines)/[^/]+)")


def thing(path: str) -> Shape:
    """The shape of what one path shows, or what a write to it answers with."""
    plain = _plain(path)
    return next((shape for pattern, shape in _THINGS if re.search(pattern, plain)), mapped())


def page(path: str) -> tuple[Shape, Callable[[Mapping[str, Any]], Hashable] | None]:
    """The shape of one page of the list at a path, and what tells its rows apart."""
    plain = _plain(path)
    for pattern, shape, named in _ROWS:
        if re.search(pattern, plain):
            return _listed(shape), itemgetter(named)
    return _listed(mapped()), None


def _listed(shape: Shape) -> Shape:
    """A page whose rows stand under `results`; version 3 has another name for subscription types."""

    def flaw(value: Any, at: str) -> str:
        other = isinstance(value, dict) and "results" not in value and "subscriptionDefinitions" in value
        return record({"subscriptionDefinitions" if other else "results": many(shape), **_PAGE})(value, at)

    return flaw


def _plain(path: str) -> str:
    """The path without the version: `/properties/contacts` of `/crm/v3/properties/contacts`."""
    return _PREFIX.sub(lambda found: f"/{found[1] or found[2]}", path)
