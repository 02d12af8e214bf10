"""Lifecycle stages, through calls that HubSpot does not document: only behind a switch, and always read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mopsctl.errors import PermissionError_, VendorError
from mopsctl.provider.contract import Step
from mopsctl.resource import Result, Write
from mopsctl_hubspot.names import LIFECYCLE_PIPELINES, LIFECYCLE_PROPERTY
from mopsctl_hubspot.wire import pipelines, properties
from mopsctl_hubspot.writing.common import Desk, attempt, done, failed, read_back
from mopsctl_hubspot.writing.pipelines import CHECKS, order_of

MANUAL = "take the switch lifecycle-stage-writes back and set the stages on HubSpot's screen"
_OPEN = {"isClosed": "false", "state": "OPEN"}


def write(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """Each stage list by itself."""
    for each in writes:
        yield attempt(each, _StageList(desk, each).work)


class _StageList:
    def __init__(self, desk: Desk, write: Write) -> None:
        self._api = desk.api
        self._on_step = desk.on_step
        self._write = write
        self._object = write.address.name
        self._path = desk.api.paths.pipelines(self._object, LIFECYCLE_PIPELINES[self._object], "stages")
        raw = desk.raw.get(write.address) or {}
        self._pipeline: Mapping[str, Any] | None = raw.get("pipeline")
        stages = pipelines.in_order((self._pipeline or {}).get("stages") or [])
        self._live = {str(stage["id"]): dict(stage) for stage in stages}
        self._wanted: Mapping[str, Any] = write.target.get("stages") or {}
        self._order = order_of(write)

    def work(self) -> Result:
        """Check first, then write one stage after the other, then read back."""
        refused = self._refused()
        if refused is not None:
            return refused
        try:
            other = self._steps()
        except (PermissionError_, VendorError) as error:
            result = failed(self._write, error)
            return Result(result.address, "failed", error=result.error, hint=result.hint or MANUAL, code=result.code)
        return other or self._read_back()

    def _refused(self) -> Result | None:
        if self._pipeline is None:
            return self._no("HubSpot does not show the lifecycle pipeline to this token.", MANUAL)
        labels = {str(stage.get("label", "")).strip().lower(): key for key, stage in self._live.items()}
        for key in self._added():
            holder = labels.get(self._wanted[key]["label"].strip().lower())
            if holder:
                hint = f"set the stage's HubSpot value to '{holder}'"
                return self._no(f"There is a stage '{self._wanted[key]['label']}' already, under '{holder}'.", hint)
        for key in self._removed():
            count = self._records(key)
            if count:
                hint = "move them to another stage first"
                return self._no(f"{count:,} {self._object} records still are in the stage '{key}'.", hint)
        return None

    def _steps(self) -> Result | None:
        last = max([int(stage.get("displayOrder", 0)) for stage in self._live.values()], default=-1)
        for key in self._added():
            last += 1
            label = self._wanted[key]["label"]
            body = {"stageId": key, "label": label, "displayOrder": last, "metadata": dict(_OPEN)}
            self._say({key: {**body, "id": key}})
            made = self._api.write("POST", self._path, body)
            if str(made.get("id")) != key:
                hint = f"set the stage's HubSpot value to '{made.get('id')}' and plan again"
                return self._no(f"HubSpot made the stage '{label}' under a value of its own, '{made.get('id')}'.", hint)
            self._live[key] = made
        for key in self._relabelled():
            self._patch(key, {"label": self._wanted[key]["label"]})
        self._arrange(last)
        for key in self._removed():
            self._say({key: {"archived": True}})
            self._api.write("DELETE", f"{self._path}/{key}", params=CHECKS)
            self._live[key] = {"archived": True}
        return None

    def _arrange(self, last: int) -> None:
        now = [key for key in self._live if key in self._wanted]
        wanted = [key for key in self._order if key in self._live]
        first = next((place for place, pair in enumerate(zip(now, wanted, strict=False)) if pair[0] != pair[1]), None)
        for place, key in enumerate(wanted[first:] if first is not None else [], 1):
            self._patch(key, {"displayOrder": last + place})

    def _patch(self, key: str, body: dict[str, Any]) -> None:
        live = self._live[key]
        self._say({key: {**live, **body}})
        self._api.write("PATCH", f"{self._path}/{key}", {**body, "metadata": live.get("metadata") or {}})
        self._live[key] = {**live, **body}

    def _say(self, moved: Mapping[str, Any]) -> None:
        """What the list looks like once the next call took effect."""
        stages = pipelines.in_order({**self._live, **moved}.values())
        labels = {str(stage["id"]): {"label": stage.get("label", "")} for stage in stages}
        self._on_step(Step(self._write.address, {"stages": labels, "stages_order": list(labels)}))

    def _added(self) -> list[str]:
        return [key for key in self._order if key in self._wanted and key not in self._live]

    def _relabelled(self) -> list[str]:
        moved = {change.path[1] for change in self._write.fields if change.path[0] == "stages" and len(change.path) > 2}
        return sorted(key for key in moved if key in self._live and key in self._wanted)

    def _removed(self) -> list[str]:
        gone = [change.path[1] for change in self._write.fields if change.path[0] == "stages" and change.after is None]
        return sorted(key for key in gone if key in self._live and key not in self._wanted)

    def _records(self, key: str) -> int:
        filters = [{"propertyName": LIFECYCLE_PROPERTY, "operator": "EQ", "value": key}]
        body = {"filterGroups": [{"filters": filters}], "properties": [], "sorts": [], "limit": 1}
        total = self._api.ask(self._api.paths.search(self._object), body).get("total")
        if not isinstance(total, int):
            raise VendorError("HubSpot's search told no total, so whether the stage is empty is not known.")
        return total

    def _read_back(self) -> Result:
        path = self._api.paths.properties(self._object, LIFECYCLE_PROPERTY)

        def look() -> list[str]:
            options = properties.in_order(self._api.get(path).get("options") or [])
            labels = {str(option["value"]): {"label": option.get("label", "")} for option in options}
            order = [str(option["value"]) for option in options]
            wrong = [] if labels == self._wanted else ["stages"]
            return wrong + ([] if not self._order or order == self._order else ["order of stages"])

        if differing := read_back(look):
            said = f"HubSpot accepted the write and does not show the written {' and '.join(differing)}."
            return Result(self._write.address, "unknown", error=said, hint=MANUAL)
        return done(self._write, note="this used calls that HubSpot does not document; it was read back")

    def _no(self, error: str, hint: str) -> Result:
        return Result(self._write.address, "failed", error=error, hint=hint, code="not-written")
