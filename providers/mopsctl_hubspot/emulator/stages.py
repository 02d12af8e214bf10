"""Stages of pipelines, lifecycle stages among them."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator import pipeline_rules as rules
from mopsctl_hubspot.emulator.area import Area, both_families
from mopsctl_hubspot.emulator.objects import COMPANY, CONTACT, ObjectType
from mopsctl_hubspot.emulator.pipelines import echo_of
from mopsctl_hubspot.emulator.seed import drop_stamps, number, put_stamps
from mopsctl_hubspot.emulator.wire import Json, Problem, body_of, invalid, now, ordered, unknown


class Stages(Area):
    """The stages of one pipeline. Writing lifecycle stages this way is undocumented, hence a switch."""

    def routes(self) -> list[Route]:
        """The paths below `/{objectType}/{pipelineId}/stages` in both families."""
        many = "/{objectType}/{pipelineId}/stages"
        one = many + "/{stageId}"
        return both_families(
            "pipelines",
            [
                ("GET", many, self._list),
                ("POST", many, self._create),
                ("GET", one, self._read),
                ("PUT", one, self._replace),
                ("PATCH", one, self._change),
                ("DELETE", one, self._delete),
                ("GET", one + "/audit", self._audit),
            ],
        )

    # -- for people on screens

    def add(self, kind: ObjectType, pipeline: Doc, body: Doc, call: Call | None) -> Doc:
        """Add a stage to a pipeline; on a lifecycle the id is always HubSpot's."""
        stage_id = body.get("stageId") or ""
        if kind.lifecycle_pipeline or not stage_id:
            stage_id = number(self.store, self.hub.portal, "stages")
        rules.check_length(stage_id, rules.LONGEST_STAGE_ID)
        if self.hub.pipelines.holder(kind, stage_id):
            raise Problem(400, f"the stage id {stage_id} is taken", category=None)
        stage = rules.new_stage(kind, body, stage_id, now())
        self._store(kind, pipeline | {"stages": rules.placed(pipeline["stages"], stage)}, call, "CREATE", stage_id)
        return stage

    def edit(self, kind: ObjectType, pipeline: Doc, stage: Doc, call: Call | None) -> None:
        """Store a changed stage of a pipeline."""
        changed = stage | {"updatedAt": now()}
        self._store(kind, pipeline | {"stages": rules.placed(pipeline["stages"], changed)}, call, "UPDATE", stage["id"])

    def remove(self, kind: ObjectType, pipeline: Doc, stage_id: str, call: Call | None) -> None:
        """Delete a stage; Problem while records stand on it."""
        self.hub.pipelines.check_unused(kind, [stage_id], call)
        kept = [stage for stage in pipeline["stages"] if stage["id"] != stage_id]
        self._store(kind, pipeline | {"stages": kept}, call, "DELETE", stage_id)

    def find(self, pipeline: Doc, stage_id: str) -> Doc:
        """A stage of a pipeline; 404 otherwise."""
        for stage in pipeline["stages"]:
            if stage["id"] == stage_id:
                return dict(stage)
        raise unknown(f"there is no stage {stage_id}", stageId=stage_id)

    def _store(self, kind: ObjectType, pipeline: Doc, call: Call | None, action: str, stage_id: str) -> None:
        if not kind.lifecycle_pipeline:
            self.hub.pipelines.save(kind, pipeline, call, action, stage_id)
            return
        self._store_lifecycle(kind, pipeline, call, action, stage_id)
        if self.hub.switch("lifecycle_stages") == "shared":
            other = COMPANY if kind is CONTACT else CONTACT
            twin = self.hub.pipelines.find(other, other.lifecycle_pipeline) | {"stages": pipeline["stages"]}
            if action == "DELETE":
                self.hub.pipelines.check_unused(other, [stage_id], call)
            self._store_lifecycle(other, twin, call, action, stage_id)

    def _store_lifecycle(self, kind: ObjectType, pipeline: Doc, call: Call | None, action: str, stage_id: str) -> None:
        """Store a lifecycle and keep the date properties of its stages in step."""
        self.hub.pipelines.save(kind, pipeline, call, action, stage_id)
        if action == "DELETE":
            drop_stamps(self.store, kind, stage_id)
        else:
            put_stamps(self.store, kind, stage_id, self.find(pipeline, stage_id)["label"])

    # -- requests

    def _open(self, call: Call, access: str) -> tuple[ObjectType, Doc]:
        kind = self.hub.pipelines.kind(call, access)
        if access == "write" and kind.lifecycle_pipeline and self.hub.switch("lifecycle_stage_writes") == "forbidden":
            message = "lifecycle stages cannot be changed with this token"
            raise Problem(403, message, category="USER_DOES_NOT_HAVE_PERMISSIONS")
        return kind, self.hub.pipelines.find(kind, call.params["pipelineId"])

    def _list(self, call: Call) -> Response:
        _, pipeline = self._open(call, "read")
        found = [self.hub.pipelines.shown_stage(stage, call) for stage in pipeline["stages"]]
        return Json({"results": ordered(found, self.hub.switch("list_order"))})

    def _read(self, call: Call) -> Response:
        _, pipeline = self._open(call, "read")
        return Json(self.hub.pipelines.shown_stage(self.find(pipeline, call.params["stageId"]), call))

    def _audit(self, call: Call) -> Response:
        kind, _ = self._open(call, "read")
        return self.hub.pipelines.audit(kind, call.params["stageId"])

    def _create(self, call: Call) -> Response:
        kind, pipeline = self._open(call, "write")
        body = rules.read(body_of(call), ("label", "displayOrder", "metadata"))
        stage = self.add(kind, pipeline, body, call)
        location = f"{self.hub.base(call)}{call.path}/{stage['id']}"
        answer = self.hub.pipelines.shown_stage(stage, call) | echo_of(body)
        return Json(answer, 201, headers={"Location": location})

    def _replace(self, call: Call) -> Response:
        kind, pipeline = self._open(call, "write")
        body = rules.read(body_of(call), ("label", "displayOrder", "metadata"))
        old = self.find(pipeline, call.params["stageId"])
        metadata = rules.metadata_of(kind, body["metadata"])
        stage = old | {"label": body["label"], "displayOrder": body["displayOrder"], "metadata": metadata}
        self.edit(kind, pipeline, stage, call)
        return Json(self.hub.pipelines.shown_stage(stage, call) | echo_of(body))

    def _change(self, call: Call) -> Response:
        kind, pipeline = self._open(call, "write")
        body = rules.read(body_of(call), ("metadata",))
        if "archived" in body:
            raise invalid("archived can only be set to false, and only on an archived stage")
        old = self.find(pipeline, call.params["stageId"])
        given = {name: body[name] for name in ("label", "displayOrder") if body.get(name) is not None}
        stage = old | given | {"metadata": rules.metadata_of(kind, body["metadata"], old["metadata"])}
        self.edit(kind, pipeline, stage, call)
        return Json(self.hub.pipelines.shown_stage(stage, call) | echo_of(body))

    def _delete(self, call: Call) -> Response:
        kind = self.hub.pipelines.kind(call, "write")
        if self.store.get(f"pipelines:{kind.id}", call.params["pipelineId"]) is None:
            return Response(
                status_code=204
            )  # nothing is there, which is what was asked (fact: hubspot-stage-of-nothing)
        kind, pipeline = self._open(call, "write")
        stage_id = call.params["stageId"]
        # Deleting what is not there answers as if it had been.
        if any(stage["id"] == stage_id for stage in pipeline["stages"]):
            self.remove(kind, pipeline, stage_id, call)
        return Response(status_code=204)
