"""Lifecycle stages, which HubSpot keeps three times: as options of the property, for contacts and for companies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mopsctl_hubspot.names import LIFECYCLE_PIPELINES, STAMP
from mopsctl_hubspot.wire import pipelines, properties


def attributes(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The stage list of one object as its property shows it: internal value to label, and the order."""
    options = properties.in_order(definition.get("options") or [])
    return {
        "stages": {str(option["value"]): {"label": option.get("label", "")} for option in options},
        "stages_order": [str(option["value"]) for option in options],
    }


def stamps(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The date properties that HubSpot made for stages, among an object's properties."""
    found: dict[str, dict[str, Any]] = {}
    for raw in definitions:
        name = str(raw["name"])
        if name.startswith(STAMP):
            found[name] = {"type": raw.get("type")}
            # A stage id with other signs is cleaned, and a number follows (fact: hubspot-dashed-stages).
            cleaned = re.fullmatch(rf"({STAMP}.+)_\d+", name)
            if cleaned:
                found.setdefault(cleaned[1], {"type": raw.get("type")})
    return {"stamps": {name: found[name] for name in sorted(found)}}


def stamp_of(stage: str) -> str:
    """The name of the date property of a stage, without the number that may follow."""
    return f"{STAMP}{re.sub('[^a-z0-9_]', '_', stage.lower())}"


def pipeline_of(object_name: str, found: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The lifecycle pipeline among an object's pipelines, or None where it is not listed."""
    wanted = LIFECYCLE_PIPELINES[object_name]
    return next((pipeline for pipeline in found if pipeline.get("id") == wanted), None)


def disagreements(
    object_name: str, definition: Mapping[str, Any], found: Mapping[str, Iterable[Mapping[str, Any]]]
) -> list[str]:
    """One sentence per stage that one of the copies lacks or names differently, sorted.

    The options of the object's property count; `found` are the pipelines of contacts and companies that can be read.
    """
    mine = {str(option["value"]): str(option.get("label", "")) for option in definition.get("options") or []}
    sentences: list[str] = []
    for other in sorted(found):
        pipeline = pipeline_of(other, found[other])
        if pipeline is not None:
            stages = pipelines.in_order(pipeline.get("stages") or [])
            theirs = {str(stage["id"]): str(stage.get("label", "")) for stage in stages}
            sentences += _compared(object_name, mine, other, theirs)
    return sorted(sentences)


def _compared(object_name: str, mine: Mapping[str, str], other: str, theirs: Mapping[str, str]) -> list[str]:
    here, there = f"the {object_name} property", f"the {other} pipeline"
    missing = [f"{there} has no stage '{key}'" for key in mine if key not in theirs]
    extra = [f"{here} has no stage '{key}' of {there}" for key in theirs if key not in mine]
    labels = [
        f"stage '{key}' is '{mine[key]}' in {here} and '{theirs[key]}' in {there}"
        for key in mine
        if key in theirs and mine[key] != theirs[key]
    ]
    return missing + extra + labels
