"""Lead scores: drafts, publishing, deactivation. Beta at HubSpot, so a switch says whether the account has it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator import score_rules as rules
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.seed import number, put_standard
from mopsctl_hubspot.emulator.standard import Standard
from mopsctl_hubspot.emulator.tokens import SCORE_SCOPES
from mopsctl_hubspot.emulator.wire import Json, Problem, body_of, invalid, now, ordered, page, unknown

VERSIONS = ("2026-09-beta", "2027-03-beta")
_CONFIG = (*rules.REQUIRED, "filterConfiguration", "outputConfiguration", "maxScore")


class Scores(Area):
    """The scores of the account.

    A stored score has `draft` (what an editor sees) and `published` (what counts, or None).
    """

    def routes(self) -> list[Route]:
        """The paths of both beta versions."""
        table = [
            ("GET", "", self._list),
            ("POST", "", self._create),
            ("GET", "/{id}", self._read),
            ("DELETE", "/{id}", self._delete),
            ("GET", "/{id}/draft", self._read_draft),
            ("PUT", "/{id}/draft", self._replace_draft),
            ("POST", "/{id}/draft/publish", self._publish),
            ("POST", "/{id}/draft/reset", self._reset),
            ("POST", "/{id}/clone", self._clone),
            ("POST", "/{id}/deactivate", self._deactivate),
        ]
        prefixes = [f"/marketing/lead-scoring/{version}/scores" for version in VERSIONS]
        return [Route(prefix + rest, what, methods=[method]) for prefix in prefixes for method, rest, what in table]

    def _open(self, call: Call, access: str) -> None:
        offered = self.hub.switch("lead_scoring")
        if offered == "missing":
            raise Problem(404, "resource not found", category=None)
        if offered == "forbidden":
            raise Problem(403, "this account has no lead scoring", category=None)
        self.hub.tokens.need(call, [SCORE_SCOPES[access]], access)

    def _find(self, call: Call) -> Doc:
        score = self.store.get("scores", call.params["id"])
        if score is None:
            raise unknown(f"there is no score {call.params['id']}", id=call.params["id"])
        return score

    def _save(self, score: Doc, **changes: object) -> Doc:
        changed = score | {"updatedAt": now()} | changes
        self.store.put("scores", score["id"], changed)
        return changed

    # -- reading

    def _list(self, call: Call) -> Response:
        self._open(call, "read")
        found = [
            {
                "id": score["id"],
                "name": score["draft"]["name"],
                "scoreType": rules.score_type(score["draft"]),
                "scoredObjectTypeId": score["draft"]["objectTypeId"],
                "lastConfigurationChangeTimestamp": score["updatedAt"],
            }
            for score in self.store.list("scores")
        ]
        return Json(page(ordered(found, self.hub.switch("list_order")), call, 10, 100))

    def _read(self, call: Call) -> Response:
        self._open(call, "read")
        score = self._find(call)
        if score["published"] is None and self.hub.switch("unpublished_score") == "missing":
            raise unknown(f"the score {score['id']} was never published", id=score["id"])
        return Json(_shown(score, score["published"] or score["draft"]))

    def _read_draft(self, call: Call) -> Response:
        self._open(call, "read")
        score = self._find(call)
        return Json(_shown(score, score["draft"]))

    # -- writing

    def _create(self, call: Call) -> Response:
        self._open(call, "write")
        return self._add(call, self._checked(body_of(call), None))

    def _add(self, call: Call, config: Doc) -> Response:
        if self.store.count("scores") >= self.hub.limit("scores"):
            raise invalid("the account cannot have more scores")
        at, score_id = now(), number(self.store, self.hub.portal, "scores")
        score = {"id": score_id, "status": "draft", "draft": config, "published": None, "publishedAt": None}
        score |= {"createdAt": at, "updatedAt": at}
        self.store.put("scores", score_id, score)
        prefix = call.path.split("/scores", maxsplit=1)[0]
        location = f"{self.hub.base(call)}{prefix}/scores/{score_id}"
        return Json(_shown(score, config), 201, headers={"Location": location})

    def _replace_draft(self, call: Call) -> Response:
        self._open(call, "write")
        score = self._find(call)
        config = self._checked(body_of(call), score["draft"])
        if config["objectTypeId"] != score["draft"]["objectTypeId"]:
            raise invalid("a score stays with its object type")
        return Json(_shown(self._save(score, draft=config), config))

    def _publish(self, call: Call) -> Response:
        self._open(call, "write")
        score = self._find(call)
        config = score["draft"]
        kind = object_type(config["objectTypeId"])
        self._put_output(kind, config["outputConfiguration"]["outputs"])
        saved = self._save(score, published=config, status="published", publishedAt=now())
        return Json(_shown(saved, config))

    def _reset(self, call: Call) -> Response:
        self._open(call, "write")
        score = self._find(call)
        if score["published"] is None:
            raise invalid("a score that was never published has nothing to go back to")
        self._save(score, draft=score["published"])
        return Response(status_code=204)

    def _clone(self, call: Call) -> Response:
        self._open(call, "write")
        score, body = self._find(call), body_of(call, ["scoreName"])
        return self._add(call, self._built(score["draft"] | {"name": body["scoreName"]}, score["draft"]))

    def _deactivate(self, call: Call) -> Response:
        self._open(call, "write")
        score = self._find(call)
        return Json(_shown(self._save(score, status="deactivated"), score["published"] or score["draft"]))

    def _delete(self, call: Call) -> Response:
        self._open(call, "write")
        score = self._find(call)
        self.store.delete("scores", score["id"])
        kind = object_type(score["draft"]["objectTypeId"])
        for output in score["draft"]["outputConfiguration"]["outputs"]:
            self.store.delete(f"properties:{kind.id}", output["internalPropertyName"])
        return Response(status_code=204)

    # -- rules that need the account

    def _checked(self, body: Doc, old: Doc | None) -> Doc:
        rules.check_config(body)
        kind = object_type(str(body["objectTypeId"]))
        for name in sorted(set(rules.properties_in(body["groupConfigs"]))):
            if self.hub.properties.find(kind, name) is None:
                raise invalid(f"{kind.plural} have no property {name}")
        return self._built(body, old)

    def _built(self, body: Doc, old: Doc | None) -> Doc:
        config = {name: body[name] for name in _CONFIG if body.get(name) is not None}
        config["groupConfigs"] = rules.numbered(body, old, self._next_part)
        if not (config.get("outputConfiguration") or {}).get("outputs"):
            config["outputConfiguration"] = (old or {}).get("outputConfiguration") or self._output(body["name"])
        return config

    def _next_part(self) -> str:
        return number(self.store, self.hub.portal, "score_parts")

    def _output(self, name: str) -> Doc:
        part = self._next_part()
        output = {"id": part, "outputType": "SCORE", "propertyLabel": name, "internalPropertyName": f"hs_score_{part}"}
        return {"outputs": [output]}

    def _put_output(self, kind: ObjectType, outputs: list[Doc]) -> None:
        for output in outputs:
            if "internalPropertyName" in output:
                label = output.get("propertyLabel", "Score")
                entry = Standard(output["internalPropertyName"], label, "number", "calculation_score", read_only=True)
                put_standard(self.store, kind, entry)


def _shown_output(output: Doc, config: Doc) -> Doc:
    """An output as it is read: its property goes by another name than in a write."""
    shown = {key: value for key, value in output.items() if key != "internalPropertyName"}
    return {**shown, "propertyName": output.get("internalPropertyName"), "categories": config["allowedGroupTypes"]}


def _shown(score: Doc, config: Doc) -> Doc:
    head = {"id": score["id"], "scoreType": rules.score_type(config), "scoreStatus": score["status"]}
    times = {name: score[name] for name in ("createdAt", "updatedAt", "publishedAt") if score[name]}
    outputs = [_shown_output(each, config) for each in config["outputConfiguration"]["outputs"]]
    return head | config | {"outputConfiguration": {**config["outputConfiguration"], "outputs": outputs}} | times
