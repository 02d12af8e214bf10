"""Pipelines of deals, tickets and leads, and the lifecycle, which is a pipeline underneath."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_hubspot.emulator import pipeline_rules as rules
from mopsctl_hubspot.emulator.area import Area, both_families
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.seed import number
from mopsctl_hubspot.emulator.tokens import schema_scopes
from mopsctl_hubspot.emulator.wire import (
    Json,
    Problem,
    body_of,
    flag,
    invalid,
    is_dated,
    now,
    ordered,
    unknown,
    version_of,
)

_CREATE = ("label", "displayOrder", "stages")
_STAGE = ("label", "displayOrder", "metadata")
_CHECKS = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")


class Pipelines(Area):
    """The pipelines of every object type; stages are written by `Stages`."""

    def routes(self) -> list[Route]:
        """The paths below `/{objectType}` in both families, stages left out."""
        one = "/{objectType}/{pipelineId}"
        return both_families(
            "pipelines",
            [
                ("GET", "/{objectType}", self._list),
                ("POST", "/{objectType}", self._create),
                ("GET", one, self._read),
                ("PUT", one, self._replace),
                ("PATCH", one, self._change),
                ("DELETE", one, self._delete),
                ("GET", one + "/audit", self._audit),
            ],
        )

    # -- for other areas

    def find(self, kind: ObjectType, pipeline: str) -> Doc:
        """An active pipeline; otherwise 404."""
        found = self.store.get(f"pipelines:{kind.id}", pipeline)
        if found is None and self.hub.switch("missing_pipeline") == "bare":
            raise Refusal(Response(status_code=404))
        if found is None:
            raise unknown(f"there is no pipeline {pipeline}", pipelineId=pipeline)
        return found

    def save(self, kind: ObjectType, pipeline: Doc, call: Call | None, action: str, what: str) -> None:
        """Store a pipeline whose stages fit each other, and write the audit entry of `what`."""
        rules.check_stages(kind, pipeline["stages"])
        self.store.put(f"pipelines:{kind.id}", pipeline["id"], pipeline)
        self.note(kind, call, action, what)

    def note(self, kind: ObjectType, call: Call | None, action: str, what: str) -> None:
        """Write an audit entry."""
        user = self.hub.tokens.user_of(call) if call else self.hub.screen_user
        key = self.store.next_id("_audit")
        entry = {"portalId": self.hub.portal.id, "identifier": what, "action": action, "timestamp": now()}
        self.store.put(f"_audit:{kind.id}", str(key), entry | {"fromUserId": int(user)})

    def audit(self, kind: ObjectType, what: str) -> Response:
        """The audit entries of a pipeline or stage, newest first."""
        entries = [entry for entry in self.store.list(f"_audit:{kind.id}") if entry["identifier"] == what]
        return Json({"results": entries[::-1]})

    def lifecycle_options(self, kind: ObjectType) -> list[Doc]:
        """The lifecycle stages as the options of the property `lifecyclestage`."""
        stages = self.find(kind, kind.lifecycle_pipeline)["stages"]
        return [
            {"label": stage["label"], "value": stage["id"], "displayOrder": stage["displayOrder"], "hidden": False}
            for stage in stages
        ]

    def kind(self, call: Call, access: str) -> ObjectType:
        """The object type of the path, if the token may read or write its definitions."""
        kind = object_type(call.params["objectType"])
        self.hub.tokens.need(call, schema_scopes(kind, access), access)
        return kind

    def check_unused(self, kind: ObjectType, stages: Iterable[str], call: Call | None) -> None:
        """400 if records stand on one of the stages."""
        # The newest version checks unless it is told not to (fact: hubspot-reference-checks).
        usual = "true" if call is not None and version_of(call) == "2026-09" else "false"
        asked = call is None or any(call.query.get(name, usual).lower() == "true" for name in _CHECKS)
        if self.hub.switch("reference_check") == "as_asked" and not asked:
            return
        stage_ids = set(stages)
        found = [
            (record["id"], record["properties"][kind.stage_property])
            for record in self.store.list(f"records:{kind.id}")
            if record["properties"].get(kind.stage_property) in stage_ids
        ]
        if found:
            context = {"stageIds": sorted({stage for _, stage in found}), "objectIds": [record for record, _ in found]}
            raise Problem(
                400, "stages are in use by records", sub_category="PipelineError.STAGE_ID_IN_USE", context=context
            )

    def shown(self, pipeline: Doc, call: Call) -> Doc:
        """A pipeline as it reads in the version of the path."""
        return pipeline | {"stages": [self.shown_stage(stage, call) for stage in pipeline["stages"]]}

    def shown_stage(self, stage: Doc, call: Call) -> Doc:
        """A stage as it reads in the version of the path."""
        return stage | ({"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"} if is_dated(call) else {})

    # -- requests

    def _list(self, call: Call) -> Response:
        kind = self.kind(call, "read")
        where = "archived_pipelines" if flag(call, "archived") else "pipelines"
        found = [self.shown(pipeline, call) for pipeline in self.store.list(f"{where}:{kind.id}")]
        return Json({"results": ordered(found, self.hub.switch("list_order"))})

    def _read(self, call: Call) -> Response:
        return Json(self.shown(self.find(self.kind(call, "read"), call.params["pipelineId"]), call))

    def _audit(self, call: Call) -> Response:
        return self.audit(self.kind(call, "read"), call.params["pipelineId"])

    def _writable(self, call: Call) -> ObjectType:
        kind = self.kind(call, "write")
        if kind.lifecycle_pipeline:
            raise invalid(f"the lifecycle pipeline of {kind.plural} is HubSpot's own")
        return kind

    def _create(self, call: Call) -> Response:
        kind = self._writable(call)
        body = rules.read(body_of(call), _CREATE)
        pipeline_id = body.get("pipelineId") or str(uuid.uuid4())
        rules.check_length(pipeline_id, rules.LONGEST_PIPELINE_ID)
        self._check_free(kind, pipeline_id, body["label"])
        if self.store.count(f"pipelines:{kind.id}") >= self.hub.limit("pipelines"):
            raise invalid(f"{kind.plural} cannot have more pipelines")
        pipeline = self._built(kind, body, {"id": pipeline_id, "createdAt": now(), "stages": []})
        self.store.delete(f"archived_pipelines:{kind.id}", pipeline_id)
        self._save(kind, pipeline, call, "CREATE")
        location = f"{self.hub.base(call)}{call.path}/{pipeline_id}"
        return Json(_echo(self.shown(pipeline, call), body), 201, headers={"Location": location})

    def _replace(self, call: Call) -> Response:
        kind = self._writable(call)
        old = self.find(kind, call.params["pipelineId"])
        body = rules.read(body_of(call), _CREATE)
        self._check_free(kind, None, body["label"], but=old["id"])
        pipeline = self._built(kind, body, old)
        gone = {stage["id"] for stage in old["stages"]} - {stage["id"] for stage in pipeline["stages"]}
        self.check_unused(kind, gone, call)
        self._save(kind, pipeline, call, "UPDATE")
        return Json(_echo(self.shown(pipeline, call), body))

    def _change(self, call: Call) -> Response:
        kind, pipeline_id = self._writable(call), call.params["pipelineId"]
        body = rules.read(body_of(call))
        if "archived" in body:
            return self._restore(kind, pipeline_id, body, call)
        given = {name: body[name] for name in ("label", "displayOrder") if body.get(name) is not None}
        if "label" in given:
            self._check_free(kind, None, given["label"], but=pipeline_id)
        pipeline = self.find(kind, pipeline_id) | given | {"updatedAt": now()}
        self._save(kind, pipeline, call, "UPDATE")
        return Json(self.shown(pipeline, call))

    def _restore(self, kind: ObjectType, pipeline_id: str, body: Doc, call: Call) -> Response:
        archived = self.store.get(f"archived_pipelines:{kind.id}", pipeline_id)
        if body["archived"] or archived is None:
            raise invalid("archived can only be set to false, and only on an archived pipeline")
        self._check_free(kind, pipeline_id, archived["label"])
        pipeline = {key: value for key, value in archived.items() if key != "archivedAt"} | {"archived": False}
        self.store.delete(f"archived_pipelines:{kind.id}", pipeline_id)
        self._save(kind, pipeline, call, "UPDATE")
        return Json(self.shown(pipeline, call))

    def _delete(self, call: Call) -> Response:
        kind = self._writable(call)
        pipeline = self.find(kind, call.params["pipelineId"])
        self.check_unused(kind, (stage["id"] for stage in pipeline["stages"]), call)
        self.store.delete(f"pipelines:{kind.id}", pipeline["id"])
        how = self.hub.switch("pipeline_delete")
        if how == "archive" or (how == "by_version" and not is_dated(call)):
            tombstone = pipeline | {"archived": True, "archivedAt": now()}
            self.store.put(f"archived_pipelines:{kind.id}", pipeline["id"], tombstone)
        self.note(kind, call, "DELETE", pipeline["id"])
        return Response(status_code=204)

    # -- rules that need the account

    def _built(self, kind: ObjectType, body: Doc, old: Doc) -> Doc:
        """The pipeline that a full body describes; stages whose id is known stay the same stages."""
        at = now()
        known = {stage["id"]: stage for stage in old["stages"]}
        stages = list[Doc]()
        for entry in body["stages"]:
            stage = rules.read(entry, _STAGE)
            stage_id = stage.get("stageId") or stage.get("id") or number(self.store, self.hub.portal, "stages")
            rules.check_length(stage_id, rules.LONGEST_STAGE_ID)
            new = rules.new_stage(kind, stage, stage_id, at)
            if stage_id in known:
                new["createdAt"] = known[stage_id]["createdAt"]
            elif self.holder(kind, stage_id, but=old["id"]):
                sub_category = "PipelineError.STAGE_ID_EXISTS_IN_ANOTHER_PIPELINE"
                raise Problem(409, f"the stage id {stage_id} is taken", sub_category=sub_category)
            stages = rules.placed(stages, new)
        if len(stages) > rules.MOST_STAGES:
            raise invalid(f"a pipeline has at most {rules.MOST_STAGES} stages")
        head = {"id": old["id"], "label": body["label"], "displayOrder": body["displayOrder"], "stages": stages}
        return head | {"createdAt": old["createdAt"], "updatedAt": at, "archived": False}

    def holder(self, kind: ObjectType, stage_id: str, but: str = "") -> str:
        """The pipeline that has a stage of this id, or the empty text."""
        for pipeline in self.store.list(f"pipelines:{kind.id}"):
            if pipeline["id"] != but and any(stage["id"] == stage_id for stage in pipeline["stages"]):
                return str(pipeline["id"])
        return ""

    def _save(self, kind: ObjectType, pipeline: Doc, call: Call, action: str) -> None:
        others = self.store.list(f"pipelines:{kind.id}")
        for entry in rules.placed(others, pipeline):
            if entry["id"] == pipeline["id"]:
                self.save(kind, entry, call, action, entry["id"])
            else:
                self.store.put(f"pipelines:{kind.id}", entry["id"], entry)

    def _check_free(self, kind: ObjectType, pipeline_id: str | None, label: str, but: str = "") -> None:
        # An id is good for one object only (fact: hubspot-pipeline-ids); HubSpot's own are on every object.
        everywhere = self.hub.switch("pipeline_ids") == "account"
        asked = self.hub.object_types if everywhere else (kind,)
        others = [entry for on in asked for entry in self.store.list(f"pipelines:{on.id}")]
        if pipeline_id is not None and any(other["id"] == pipeline_id for other in others):
            raise invalid(f"another pipeline has the id {pipeline_id}")
        for other in self.store.list(f"pipelines:{kind.id}"):
            if other["id"] != but and other["label"].strip().lower() == label.strip().lower():
                raise invalid(f"another pipeline has the label {label}")


def _echo(pipeline: Doc, body: Doc) -> Doc:
    """What a write answers: the values of the request; only a later read shows what was stored."""
    asked = [stage for stage in body["stages"] if isinstance(stage, dict)]
    by_label = {stage["label"]: stage for stage in asked}
    stages = [stage | echo_of(by_label[stage["label"]]) for stage in pipeline["stages"]]
    return pipeline | {"displayOrder": body["displayOrder"], "stages": stages}


def echo_of(body: Doc) -> Doc:
    """The part of a stage's body that the answer repeats."""
    return {name: body[name] for name in ("label", "displayOrder", "metadata") if body.get(name) is not None}
