"""Property groups."""

from __future__ import annotations

import json

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator.area import Area, both_families
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.tokens import schema_scopes
from mopsctl_hubspot.emulator.wire import Json, Problem, body_of, check_types, ordered, unknown


class Groups(Area):
    """The property groups of every object type; an archived one is gone."""

    def routes(self) -> list[Route]:
        """The paths below `/{objectType}/groups` in both families."""
        one = "/{objectType}/groups/{name}"
        return both_families(
            "properties",
            [
                ("GET", "/{objectType}/groups", self._list),
                ("POST", "/{objectType}/groups", self._create),
                ("GET", one, self._read),
                ("PATCH", one, self._change),
                ("DELETE", one, self._archive),
            ],
        )

    def add(self, kind: ObjectType, body: Doc) -> Doc:
        """Create a group; Problem if the name is taken."""
        check_types(body, {"name": str, "label": str, "displayOrder": int})
        if self.store.get(f"groups:{kind.id}", body["name"]) is not None:
            raise Problem(409, f"a property group named {body['name']} exists")
        order = body.get("displayOrder", -1)
        group = {"name": body["name"], "label": body["label"], "displayOrder": order, "archived": False}
        self.store.put(f"groups:{kind.id}", body["name"], group)
        return group

    def remove(self, kind: ObjectType, name: str) -> None:
        """Archive a group; Problem if it is not there or holds active properties."""
        self._find(kind, name)
        if any(entry["groupName"] == name for entry in self.store.list(f"properties:{kind.id}")):
            # The message is itself JSON text, and nothing else names the category.
            inner = {
                "status": "error",
                "message": f"{name} holds active properties",
                "category": "VALIDATION_ERROR",
                "subCategory": "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
            }
            raise Problem(400, json.dumps(inner), category=None)
        self.store.delete(f"groups:{kind.id}", name)

    def _kind(self, call: Call, access: str) -> ObjectType:
        kind = object_type(call.params["objectType"])
        self.hub.tokens.need(call, schema_scopes(kind, access), access)
        return kind

    def _find(self, kind: ObjectType, name: str) -> Doc:
        group = self.store.get(f"groups:{kind.id}", name)
        if group is None:
            raise unknown(f"there is no property group {name}", groupName=name)
        return group

    def _list(self, call: Call) -> Response:
        groups = self.store.list(f"groups:{self._kind(call, 'read').id}")
        return Json({"results": ordered(groups, self.hub.switch("list_order"))})

    def _read(self, call: Call) -> Response:
        return Json(self._find(self._kind(call, "read"), call.params["name"]))

    def _create(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        group = self.add(kind, body_of(call, ["name", "label"]))
        return Json(group, 201, headers={"Location": f"{self.hub.base(call)}{call.path}/{group['name']}"})

    def _change(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        body = body_of(call)
        check_types(body, {"label": str, "displayOrder": int})
        given = {name: body[name] for name in ("label", "displayOrder") if body.get(name) is not None}
        group = self._find(kind, call.params["name"]) | given
        self.store.put(f"groups:{kind.id}", call.params["name"], group)
        return Json(group)

    def _archive(self, call: Call) -> Response:
        self.remove(self._kind(call, "write"), call.params["name"])
        return Response(status_code=204)
