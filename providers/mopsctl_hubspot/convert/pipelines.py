"""Deal and ticket pipelines."""

from __future__ import annotations

from typing import Any

from mopsctl.element import Pipeline, PipelineStage
from mopsctl.resource import Resource
from mopsctl_hubspot.convert.common import Context
from mopsctl_hubspot.names import singular


def resource(context: Context, element: Pipeline) -> Resource:
    """A pipeline with its stages, by their ids."""
    object_name = singular(element.object)
    stages = {stage.value: _stage(object_name, stage) for stage in element.stages}
    listed = ", ".join(f"'{stage.label}' (id {stage.value})" for stage in element.stages)
    return context.made(
        element.origin,
        "pipeline",
        f"{object_name}.{element.name}",
        title=element.label,
        attributes={
            "label": element.label,
            "stages": stages,
            "stages_order": [stage.value for stage in element.stages],
        },
        cell="lifecycle.pipelines",
        steps=[
            (
                f"In HubSpot, open Settings > Data Management > Objects > {object_name.capitalize()}s and choose the tab"
                f" Pipelines, pipeline '{element.label}' (id {element.name})."
            ),
            f"Its stages read, from left to right: {listed}.",
        ],
    )


def _stage(object_name: str, stage: PipelineStage) -> dict[str, Any]:
    item: dict[str, Any] = {"label": stage.label}
    if object_name == "ticket" and stage.closed is not None:
        item["closed"] = stage.closed
    elif object_name != "ticket" and stage.probability is not None:
        item["probability"] = stage.probability
    return item
