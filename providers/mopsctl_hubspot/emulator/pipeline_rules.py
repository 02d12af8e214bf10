"""What a pipeline and its stages may be. Pure: no store, no request."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mopsctl.emulator import Doc
from mopsctl_hubspot.emulator.objects import DEAL, TICKET, ObjectType
from mopsctl_hubspot.emulator.wire import Problem, bad_json, check_types, invalid, object_of

LONGEST_PIPELINE_ID, LONGEST_STAGE_ID, MOST_STAGES = 36, 100, 100
_TYPES: dict[str, type | tuple[type, ...]] = {
    "label": str,
    "displayOrder": int,
    "metadata": dict,
    "stageId": str,
    "pipelineId": str,
    "archived": bool,
    "stages": list,
}


def read(value: Any, required: Iterable[str] = ()) -> Doc:
    """A pipeline or stage of a body whose values have the right types and ranges; 400 otherwise."""
    body = object_of(value, required)
    check_types(body, _TYPES)
    if body.get("displayOrder", 0) < 0:
        raise invalid("displayOrder cannot be negative")
    if "label" in body and not str(body["label"]).strip():
        raise invalid("the label is empty")
    return body


def metadata_of(kind: ObjectType, given: Doc, old: Doc | None = None) -> dict[str, str]:
    """The metadata of a stage as it is stored: known keys as text, `isClosed` derived; old values stay unless given."""
    values = {name: _text(value) for name, value in given.items() if value is not None}
    merged = {**(old or {}), **values}
    if kind is DEAL:
        return _deal_metadata(merged)
    name = "ticketState" if kind is TICKET else "state"
    state = merged.get(name, "OPEN")
    if state not in {"OPEN", "CLOSED"}:
        raise invalid(f"{name} cannot be {state}", "PipelineError.INVALID_PIPELINE_STAGE_METADATA")
    return {"isClosed": str(state == "CLOSED").lower(), name: state}


def _deal_metadata(values: dict[str, str]) -> dict[str, str]:
    try:
        probability = float(values.get("probability", ""))
    except ValueError:
        raise invalid("a deal stage needs a probability from 0 to 1") from None
    if not 0 <= probability <= 1:
        raise invalid("the probability of a deal stage is from 0 to 1")
    return {"isClosed": str(probability in {0, 1}).lower(), "probability": str(probability)}


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise bad_json("metadata holds text")
    return str(value).lower() if isinstance(value, bool) else str(value)


def new_stage(kind: ObjectType, body: Doc, stage_id: str, at: str) -> Doc:
    """A stage as it is stored after a create."""
    return {
        "id": stage_id,
        "label": body["label"],
        "displayOrder": body["displayOrder"],
        "metadata": metadata_of(kind, body["metadata"]),
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
    }


def check_stages(kind: ObjectType, stages: Collection[Doc]) -> None:
    """400 unless there is a stage, no label stands twice, and a ticket pipeline has an end."""
    if not stages:
        raise invalid("a pipeline needs at least one stage")
    labels = [stage["label"].strip().lower() for stage in stages]
    if len(set(labels)) != len(labels):
        raise invalid("two stages have the same label", "PipelineError.STAGE_LABEL_EXISTS")
    if kind is TICKET and all(stage["metadata"]["ticketState"] != "CLOSED" for stage in stages):
        raise invalid("a ticket pipeline needs a closed stage", "PipelineError.MISSING_CLOSED_STAGE")


def check_length(identifier: str, longest: int) -> None:
    """500 for an id that is too long: HubSpot fails there instead of refusing."""
    if len(identifier) > longest:
        raise Problem(500, "internal error", category=None)


def placed(entries: Iterable[Doc], new: Doc) -> list[Doc]:
    """The entries with a new or moved one among them.

    A free display order is kept; one that is taken puts the new entry behind its holder and numbers all of them anew.
    """
    others = sorted((entry for entry in entries if entry["id"] != new["id"]), key=_order)
    holders = [place for place, entry in enumerate(others) if _order(entry) == _order(new)]
    if not holders:
        return sorted([*others, new], key=_order)
    line = [*others[: holders[-1] + 1], new, *others[holders[-1] + 1 :]]
    return [entry | {"displayOrder": place} for place, entry in enumerate(line)]


def _order(entry: Doc) -> int:
    return int(entry["displayOrder"])
