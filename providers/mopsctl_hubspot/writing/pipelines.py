"""Deal and ticket pipelines: stages are added, changed, ordered and taken out one by one, never replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from mopsctl.errors import PermissionError_, VendorError
from mopsctl.provider.contract import Step
from mopsctl.resource import FieldChange, Result, Write
from mopsctl_hubspot.names import split
from mopsctl_hubspot.wire import pipelines as wire
from mopsctl_hubspot.writing.common import Desk, attempt, done, failed, read_back

# HubSpot's text says these are off unless asked for, its newer pages say on: they are always asked for.
CHECKS = {"validateReferencesBeforeDelete": "true", "validateDealStageUsagesBeforeDelete": "true"}


def write(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """Each pipeline by itself."""
    for each in writes:
        yield attempt(each, partial(_one, desk, each))


def _one(desk: Desk, write: Write) -> Result:
    object_name, name = split(write.address.name)
    if write.action == "add":
        place = sum(address.kind == "pipeline" and split(address.name)[0] == object_name for address in desk.raw)
        body = wire.create_body(object_name, name, write.target, place)
        desk.api.write("POST", desk.api.paths.pipelines(object_name), body)
    elif write.action == "remove":
        desk.api.write("DELETE", desk.api.paths.pipelines(object_name, name), params=CHECKS)
        return done(write, note="HubSpot deletes pipelines for good")
    else:
        return _change(desk, write, object_name, name)
    return _compared(desk, write, object_name, name)


def _change(desk: Desk, write: Write, object_name: str, name: str) -> Result:
    if "label" in write.touched():
        body = {"label": write.target["label"]}
        desk.api.write("PATCH", desk.api.paths.pipelines(object_name, name), body, CHECKS)
    live = desk.raw.get(write.address) or desk.api.get(desk.api.paths.pipelines(object_name, name))
    line = StageLine(desk, write, desk.api.paths.pipelines(object_name, name), object_name, live)
    try:
        line.work()
    except (PermissionError_, VendorError) as error:
        return _half_done(failed(write, error), line.steps)
    return _compared(desk, write, object_name, name)


def _half_done(result: Result, steps: Sequence[str]) -> Result:
    if not steps:
        return result
    return Result(
        result.address,
        "failed",
        error=f"{result.error} Before that, {'; '.join(steps)}.",
        hint=result.hint or "plan again: what is done is found",
        code=result.code,
    )


def _compared(desk: Desk, write: Write, object_name: str, name: str) -> Result:
    def look() -> list[str]:
        try:
            raw = desk.api.get(desk.api.paths.pipelines(object_name, name))
        except VendorError as error:
            if error.status == 404:
                return ["pipeline"]
            raise
        seen = wire.attributes(object_name, raw)
        wanted = {**write.target, "stages_order": order_of(write)} if "stages_order" in write.target else write.target
        return sorted(key for key in write.touched() if key in wanted and seen.get(key) != wanted[key])

    if differing := read_back(look):
        # Answers to these writes only echo them, so a reading that differs leaves it open what HubSpot keeps.
        return Result(write.address, "unknown", error=f"HubSpot does not show the written {', '.join(differing)} yet.")
    return done(write, remote_id=name)


def order_of(write: Write) -> list[str]:
    """The wanted order without stages that leave, which the engine's merged order still holds."""
    stages = write.target.get("stages")
    return [str(key) for key in write.target.get("stages_order") or [] if stages is None or key in stages]


class StageLine:
    """The stages of one pipeline on their way to the wanted line; `steps` say what is done already.

    New stages come first and old ones leave last, so that a ticket pipeline never lacks a closed stage in between. A stage
    is moved by putting it behind all others, because HubSpot puts it behind the holder of a taken place.
    """

    def __init__(self, desk: Desk, write: Write, path: str, object_name: str, live: Mapping[str, Any]) -> None:
        self._desk = desk
        self._path = f"{path}/stages"
        self._object = object_name
        self._address = write.address
        self._label = write.target.get("label", live.get("label", ""))
        self._changes = [change for change in write.fields if change.path[0] == "stages"]
        self._wanted: Mapping[str, Any] = write.target.get("stages") or {}
        self._order = order_of(write)
        self._stages = {str(stage["id"]): dict(stage) for stage in wire.in_order(live.get("stages") or [])}
        self._last = max([int(stage.get("displayOrder", 0)) for stage in self._stages.values()], default=-1)
        self.steps: list[str] = []

    def work(self) -> None:
        """Do what moves."""
        for key in self._new():
            self._add(key)
        for key in sorted({change.path[1] for change in self._changes if len(change.path) > 1}):
            if key in self._wanted and key in self._stages and self._moves(key):
                self._patch(key, label=self._wanted[key]["label"])
                self.steps.append(f"the stage '{key}' was changed")
        self._arrange()
        for key in [key for key in self._stages if key not in self._wanted and self._leaves(key)]:
            self._remove(key)

    def _new(self) -> list[str]:
        added = [key for key in self._wanted if key not in self._stages]
        return sorted(added, key=lambda key: self._order.index(key) if key in self._order else len(self._order))

    def _moves(self, key: str) -> bool:
        return any(change.path[1:2] == (key,) and change.before is not None for change in self._changes)

    def _leaves(self, key: str) -> bool:
        return any(_is_gone(change, key) for change in self._changes)

    def _add(self, key: str) -> None:
        self._last += 1
        body = wire.stage_body(self._object, key, self._wanted[key], self._last)
        self._say({key: {**body, "id": key}})
        made = self._desk.api.write("POST", self._path, body)
        self._stages[key] = {**body, **made, "id": key, "displayOrder": self._last}
        self.steps.append(f"the stage '{key}' was added")

    def _patch(self, key: str, **more: Any) -> None:
        live = self._stages[key]
        body = {**more, "metadata": {**(live.get("metadata") or {}), **wire.metadata(self._object, self._wanted[key])}}
        self._say({key: {**live, **body}})
        self._desk.api.write("PATCH", f"{self._path}/{key}", body)
        self._stages[key] = {**live, **body}

    def _arrange(self) -> None:
        """From the first stage that stands wrong, put each behind all others, in the wanted order."""
        now = [key for key in self._stages if key in self._wanted]
        wanted = [key for key in self._order if key in self._stages and key in self._wanted]
        first = next((place for place, pair in enumerate(zip(now, wanted, strict=False)) if pair[0] != pair[1]), None)
        if first is None or not self._order:
            return
        for key in wanted[first:]:
            self._last += 1
            self._patch(key, displayOrder=self._last)
        self.steps.append("the stages were put in order")

    def _remove(self, key: str) -> None:
        self._say({key: {"archived": True}})
        self._desk.api.write("DELETE", f"{self._path}/{key}", params=CHECKS)
        self._stages[key] = {"archived": True}
        self.steps.append(f"the stage '{key}' was deleted")

    def _say(self, moved: Mapping[str, Any]) -> None:
        """What the pipeline looks like once the next call took effect."""
        stages = list({**self._stages, **moved}.values())
        self._desk.on_step(Step(self._address, wire.attributes(self._object, {"label": self._label, "stages": stages})))


def _is_gone(change: FieldChange, key: str) -> bool:
    return change.path == ("stages", key) and change.after is None
