"""Pipelines and their stages as attributes, and stages as bodies; lifecycle stages have the same form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Stage = Mapping[str, Any]


def attributes(object_name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A pipeline in the words of `kinds.KINDS["pipeline"]`; probability is a number, closed tickets are `closed`."""
    stages = in_order(raw.get("stages") or [])
    return {
        "label": raw.get("label", ""),
        "stages": {str(stage["id"]): _stage(object_name, stage) for stage in stages},
        "stages_order": [str(stage["id"]) for stage in stages],
    }


def in_order(stages: Iterable[Stage]) -> list[Stage]:
    """Stages by display order, archived ones left out."""
    return sorted(
        (stage for stage in stages if not stage.get("archived")), key=lambda stage: stage.get("displayOrder", 0)
    )


def create_body(object_name: str, name: str, target: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The body that makes a pipeline with its stages, under ids of our own."""
    items: Mapping[str, Stage] = target.get("stages") or {}
    order = target.get("stages_order") or list(items)
    stages = [stage_body(object_name, key, items[key], number) for number, key in enumerate(order)]
    return {"pipelineId": name, "label": target.get("label") or name, "displayOrder": place, "stages": stages}


def stage_body(object_name: str, key: str, item: Stage, place: int) -> dict[str, Any]:
    """The body that makes a stage under an id of our own."""
    return {"stageId": key, "label": item["label"], "displayOrder": place, "metadata": metadata(object_name, item)}


def metadata(object_name: str, item: Stage) -> dict[str, str]:
    """The stage's own settings, which HubSpot keeps as text."""
    if "probability" in item:
        return {"probability": str(float(item["probability"]))}
    if object_name == "ticket":
        return {"ticketState": "CLOSED" if item.get("closed") else "OPEN"}
    return {}


def _stage(object_name: str, stage: Stage) -> dict[str, Any]:
    meta = stage.get("metadata") or {}
    item: dict[str, Any] = {"label": stage.get("label", "")}
    if object_name == "ticket":
        item["closed"] = meta.get("ticketState") == "CLOSED"
    elif meta.get("probability") is not None:
        item["probability"] = float(meta["probability"])
    return item
