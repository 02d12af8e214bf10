"""Lead scores of the beta API: drafts as attributes, attributes as bodies.

HubSpot makes the ids of groups and rules; here groups go by name and rules by position, and ids are put back on writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DECAY = {"decayPercent": "percentToDecayPerInterval", "decayDays": "decayIntervalDays"}
_LIMITS = ("minValue", "maxValue")
_RULE_LIMITS = ("minimumValue", "maximumValue")


def attributes(draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft in the words of `kinds.KINDS["lead-score"]`."""
    filters = draft.get("filterConfiguration") or {}
    excluded = filters.get("segmentIds") if filters.get("listFilterType") == "EXCLUDES" else None
    return {
        "groups": {str(group["groupName"]): _group(group) for group in draft.get("groupConfigs") or []},
        "maximum": draft.get("maxScorePerCategory", draft.get("maxScore")),
        "categories": sorted(draft.get("allowedGroupTypes") or []),
        "excludedSegments": sorted(str(segment) for segment in excluded or []),
    }


def is_published(score: Mapping[str, Any] | None, draft: Mapping[str, Any]) -> bool:
    """True where the score is on and evaluates what the draft says."""
    if score is None or str(score.get("scoreStatus", "")).lower() != "published":
        return False
    return attributes(score) == attributes(draft)


def create_body(name: str, object_id: str, target: Mapping[str, Any]) -> dict[str, Any]:
    """The body that makes a score as a draft."""
    return {"name": name, "objectTypeId": object_id, **_content(target, {})}


def draft_body(target: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    """The body that replaces a draft: everything that was in it, with ours put in place."""
    kept = {key: value for key, value in draft.items() if key not in _READ_ONLY}
    if outputs := (draft.get("outputConfiguration") or {}).get("outputs"):
        kept["outputConfiguration"] = {**draft["outputConfiguration"], "outputs": [_output(each) for each in outputs]}
    return {**kept, **_content(target, draft)}


def _output(read: Mapping[str, Any]) -> dict[str, Any]:
    """An output as it is written. What a read says of it is never put back as it is."""
    # Reads call its property `propertyName` and add categories (fact: hubspot-score-outputs).
    written = {key: value for key, value in read.items() if key not in ("propertyName", "categories")}
    name = read.get("internalPropertyName") or read.get("propertyName")
    return {**written, "internalPropertyName": name} if name else written


_READ_ONLY = frozenset(
    {"id", "scoreType", "scoreStatus", "maxScore", "createdAt", "updatedAt", "publishedAt", "scoredObjectTypeId"}
)


def _content(target: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    before = {str(group["groupName"]): group for group in draft.get("groupConfigs") or []}
    groups: Mapping[str, Any] = target.get("groups") or {}
    body: dict[str, Any] = {
        "allowedGroupTypes": list(target.get("categories") or draft.get("allowedGroupTypes") or []),
        "maxScorePerCategory": target.get("maximum"),
        "groupConfigs": [_group_body(name, groups[name], before.get(name) or {}) for name in _order(groups, before)],
    }
    if target.get("excludedSegments"):
        body["filterConfiguration"] = {"listFilterType": "EXCLUDES", "segmentIds": list(target["excludedSegments"])}
    return body


def _order(groups: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    return [name for name in before if name in groups] + [name for name in groups if name not in before]


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    decay = group.get("groupDecay") or {}
    return {
        "category": group.get("groupCategory"),
        **{name: group.get(name) for name in _LIMITS},
        **{name: decay.get(native) for name, native in _DECAY.items()},
        "rules": [_rule(rule) for rule in group.get("ruleConfigurations") or []],
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    calculation = (rule.get("configuration") or {}).get("calculation") or {}
    return {
        "enabled": bool(rule.get("enabled")),
        "calculation": _without_ids(calculation),
        **{name: rule.get(name) for name in _RULE_LIMITS},
    }


def _without_ids(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_ids(part) for key, part in value.items() if key != "id" and part is not None}
    return [_without_ids(part) for part in value] if isinstance(value, list) else value


def _group_body(name: str, item: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    old = before.get("ruleConfigurations") or []
    rules = item.get("rules") or []
    body: dict[str, Any] = {
        **{key: value for key, value in before.items() if key not in ("groupDecay", *_LIMITS)},
        "groupName": name,
        "groupCategory": item.get("category"),
        **{key: item[key] for key in _LIMITS if item.get(key) is not None},
        "ruleConfigurations": [
            _rule_body(rule, old[place] if place < len(old) else {}) for place, rule in enumerate(rules)
        ],
    }
    if item.get("decayPercent") is not None:
        body["groupDecay"] = {native: item[key] for key, native in _DECAY.items()}
    return body


def _rule_body(rule: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    same = before and _rule(before) == {**_rule(before), **rule}
    configuration = before.get("configuration") if same else {"calculation": rule["calculation"]}
    body: dict[str, Any] = {"enabled": rule["enabled"], "configuration": configuration}
    body |= {"id": before["id"]} if before.get("id") else {}
    return body | {key: rule[key] for key in _RULE_LIMITS if rule.get(key) is not None}
