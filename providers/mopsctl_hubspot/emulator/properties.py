"""Property definitions: list, read, create, change, archive, and the batch paths."""

from __future__ import annotations

import re

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator import property_rules as rules
from mopsctl_hubspot.emulator.area import Area, both_families
from mopsctl_hubspot.emulator.batch import BATCH_LIMIT, run_batch
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.tokens import schema_scopes, sensitive_scope
from mopsctl_hubspot.emulator.wire import (
    Json,
    Problem,
    bad_json,
    body_of,
    flag,
    invalid,
    is_dated,
    now,
    object_of,
    ordered,
    unknown,
)


class Properties(Area):
    """The properties of every object type, active and archived."""

    def routes(self) -> list[Route]:
        """The paths below `/{objectType}` in both families, groups left out."""
        one = "/{objectType}/{name}"
        return both_families(
            "properties",
            [
                ("GET", "/{objectType}", self._list),
                ("POST", "/{objectType}", self._create),
                ("POST", "/{objectType}/batch/create", self._batch_create),
                ("POST", "/{objectType}/batch/read", self._batch_read),
                ("POST", "/{objectType}/batch/archive", self._batch_archive),
                ("GET", one, self._read),
                ("PATCH", one, self._change),
                ("DELETE", one, self._archive),
            ],
        )

    # -- for other areas and for people on screens

    def find(self, kind: ObjectType, name: str) -> Doc | None:
        """The active definition of this name as it reads, or None."""
        definition = self.store.get(f"properties:{kind.id}", name)
        return self.shown(kind, definition) if definition else None

    def shown(self, kind: ObjectType, definition: Doc) -> Doc:
        """A definition as it reads: the lifecycle stages stand in their pipeline, nowhere else."""
        if definition["name"] != "lifecyclestage":
            return definition
        return definition | {"options": self.hub.pipelines.lifecycle_options(kind)}

    def definitions(self, kind: ObjectType) -> list[Doc]:
        """All active definitions of an object type, as they read."""
        return [self.shown(kind, definition) for definition in self.store.list(f"properties:{kind.id}")]

    def add(self, kind: ObjectType, body: Doc, user: str, *, order_required: bool = True) -> Doc:
        """Create a definition; Problem if it cannot be."""
        object_of(body, rules.REQUIRED)
        rules.check_shape(body)
        name = body["name"]
        rules.check_name(name, reserved=self.hub.switch("reserved_names") == "refused")
        if self.store.get(f"properties:{kind.id}", name) is not None:
            raise Problem(409, f"a property named {name} exists", sub_category="Properties.PROPERTY_WITH_NAME_EXISTS")
        definition = rules.new_definition(body, self._options(body, order_required) or [], now(), user)
        self._check(kind, definition)
        self._check_limits(kind, definition)
        self._revive(kind, definition)
        self._number(kind, definition)
        self.store.put(f"properties:{kind.id}", name, definition)
        return definition

    def change(self, kind: ObjectType, name: str, body: Doc, user: str, *, order_required: bool = True) -> Doc:
        """Change a definition as PATCH does; Problem if it cannot be."""
        old = self.store.get(f"properties:{kind.id}", name)
        if old is None:
            raise _no_property(name)
        rules.check_shape({key: body[key] for key in rules.CHANGEABLE if key in body})
        if not self._may_change(old, body):
            return old
        new = rules.changed_definition(old, body, self._options(body, order_required), now(), user)
        if "groupName" in body or not old.get("hubspotDefined"):
            self._check(kind, new)
        self.store.put(f"properties:{kind.id}", name, new)
        return new

    def archive(self, kind: ObjectType, name: str) -> None:
        """Archive a definition; record values stay where they are. Problem if it cannot be."""
        definition = self.store.get(f"properties:{kind.id}", name)
        if definition is None:
            raise _no_property(name)
        if definition.get("hubspotDefined"):
            raise invalid(f"{name} is a property of HubSpot's own and cannot be deleted")
        uses = self._uses(kind, name)
        if uses:
            raise rules.in_use(name, uses)
        self.store.delete(f"properties:{kind.id}", name)
        tombstone = definition | {"archived": True, "archivedAt": now()}
        self.store.put(f"archived_properties:{kind.id}", f"{name}#{self.store.next_id('tombstones')}", tombstone)

    def restore(self, kind: ObjectType, name: str) -> Doc:
        """Bring an archived definition back as it was, as the screen can."""
        key, tombstone = self._tombstone(kind, name)
        if tombstone is None:
            raise _no_property(name)
        definition = {entry: value for entry, value in tombstone.items() if entry != "archivedAt"} | {"archived": False}
        self._check(kind, definition)
        self.store.delete(f"archived_properties:{kind.id}", key)
        self.store.put(f"properties:{kind.id}", name, definition)
        return definition

    # -- requests

    def _kind(self, call: Call, access: str) -> ObjectType:
        kind = object_type(call.params["objectType"])
        self.hub.tokens.need(call, schema_scopes(kind, access), access)
        return kind

    def _list(self, call: Call) -> Response:
        kind = self._kind(call, "read")
        wanted = set(filter(None, call.query.get("properties", "").split(",")))
        found = [
            definition
            for definition in self._pool(kind, archived=flag(call, "archived"))
            if definition["dataSensitivity"] == call.query.get("dataSensitivity", "non_sensitive")
            and (not wanted or definition["name"] in wanted)
        ]
        return Json({"results": ordered(found, self.hub.switch("list_order"))})

    def _pool(self, kind: ObjectType, *, archived: bool) -> list[Doc]:
        return self.store.list(f"archived_properties:{kind.id}") if archived else self.definitions(kind)

    def _pick(self, kind: ObjectType, name: str, sensitivity: str, *, archived: bool) -> Doc | None:
        _, tombstone = self._tombstone(kind, name)
        found = tombstone if archived else self.find(kind, name)
        return found if found and found["dataSensitivity"] == sensitivity else None

    def _read(self, call: Call) -> Response:
        kind, name = self._kind(call, "read"), call.params["name"]
        sensitivity = call.query.get("dataSensitivity", "non_sensitive")
        found = self._pick(kind, name, sensitivity, archived=flag(call, "archived"))
        if found is None:
            raise _no_property(name)
        if found.get("hubspotDefined"):
            # A single read of HubSpot's own may come without this key.
            found = {key: value for key, value in found.items() if key != "archived"}
        return Json(found)

    def _create(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        body = body_of(call, rules.REQUIRED)
        self._check_sensitivity(call, kind, body)
        definition = self.add(kind, body, self.hub.tokens.user_of(call), order_required=is_dated(call))
        location = f"{self.hub.base(call)}{call.path}/{definition['name']}"
        return Json(definition, 201, headers={"Location": location})

    def _change(self, call: Call) -> Response:
        kind, name = self._kind(call, "write"), call.params["name"]
        user = self.hub.tokens.user_of(call)
        return Json(self.change(kind, name, body_of(call), user, order_required=is_dated(call)))

    def _archive(self, call: Call) -> Response:
        self.archive(self._kind(call, "write"), call.params["name"])
        return Response(status_code=204)

    # -- batches

    def _batch_create(self, call: Call) -> Response:
        kind, user = self._kind(call, "write"), self.hub.tokens.user_of(call)

        def one(entry: Doc) -> Doc:
            self._check_sensitivity(call, kind, entry)
            made = self.add(kind, entry, user, order_required=is_dated(call))
            # A batch does not tell when what it made was made (fact: hubspot-batch-without-dates).
            dates = () if self.hub.switch("batch_dates") == "told" else ("createdAt", "updatedAt")
            return {key: value for key, value in made.items() if key not in dates}

        status = self.hub.switch("dated_batch_create") if is_dated(call) else 201
        return run_batch(self.store, call, one, status)

    def _batch_read(self, call: Call) -> Response:
        kind = self._kind(call, "read")
        body = body_of(call, ["archived", "inputs"])

        def one(entry: Doc) -> Doc:
            name = str(object_of(entry, ["name"])["name"])
            # The official client cannot say the sensitivity (fact: hubspot-batch-read-sensitivity).
            sensitivity = str(body.get("dataSensitivity") or "non_sensitive")
            found = self._pick(kind, name, sensitivity, archived=bool(body["archived"]))
            if found is None:
                raise _no_property(name)
            return found

        return run_batch(self.store, call, one, 200)

    def _batch_archive(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        inputs = body_of(call, ["inputs"])["inputs"]
        if not isinstance(inputs, list) or len(inputs) > BATCH_LIMIT:
            raise bad_json(f"inputs is a list of at most {BATCH_LIMIT}")
        for entry in inputs:
            try:
                self.archive(kind, str(object_of(entry, ["name"])["name"]))
            except Problem:
                # The answer is 204 whatever became of each name: the caller has to read back.
                continue
        return Response(status_code=204)

    # -- rules that need the account

    def _options(self, body: Doc, order_required: bool) -> list[Doc] | None:
        if body.get("options") is None:
            return None
        limits = (self.hub.limit("options_per_property"), self.hub.limit("characters_per_option"))
        return rules.read_options(body["options"], order_required=order_required, limits=limits)

    def _check(self, kind: ObjectType, definition: Doc) -> None:
        group = definition["groupName"]
        if self.store.get(f"groups:{kind.id}", group) is None:
            raise Problem(self.hub.switch("unknown_group"), f"there is no property group {group}")
        rules.check_definition(definition)
        for name in sorted(rules.names_in(definition.get("calculationFormula", ""))):
            if self.store.get(f"properties:{kind.id}", name) is None:
                raise unknown(f"the formula names {name}, which does not exist")
        if definition["externalOptions"] and definition.get("referencedObjectType") != "OWNER":
            raise invalid("external options need referencedObjectType OWNER")

    def _check_sensitivity(self, call: Call, kind: ObjectType, body: Doc) -> None:
        sensitivity = body.get("dataSensitivity")
        if sensitivity not in rules.SENSITIVITIES[1:]:
            return
        scope = sensitive_scope(kind, sensitivity)
        if not self.hub.tokens.holds(call, scope):
            message = "this token lacks the internal scope sensitive-data-property-create"
            raise Problem(403, message, category=None)
        if not self.store.setting("sensitive_data", False):
            # With the scope, and the feature off, it is the account's fault (fact: hubspot-sensitive-off).
            message = f"Portal {self.hub.portal.id} is not enabled for sensitive data properties"
            off = "PropertyValidationError.PORTAL_NOT_ENABLED_FOR_SENSITIVE_DATA"
            raise Problem(400, message, sub_category=off, context={"portalId": [str(self.hub.portal.id)]})

    def _check_limits(self, kind: ObjectType, definition: Doc) -> None:
        custom = self.hub.account.custom_properties(kind)
        overall = sum(len(self.hub.account.custom_properties(other)) for other in self.hub.object_types)
        if len(custom) >= self.hub.limit("custom_properties") or overall >= self.hub.limit("custom_properties_overall"):
            raise invalid("the account cannot have more custom properties")
        unique = [entry for entry in custom if entry["hasUniqueValue"]]
        if definition["hasUniqueValue"] and len(unique) >= self.hub.limit("unique_properties"):
            raise invalid(f"an object type has at most {self.hub.limit('unique_properties')} unique properties")

    def _revive(self, kind: ObjectType, definition: Doc) -> None:
        """Decide what becomes of an archived property of the same name: the sources disagree."""
        name = definition["name"]
        key, tombstone = self._tombstone(kind, name)
        if tombstone is None:
            return
        if self.hub.switch("property_recreate") == "restore":
            definition["createdAt"] = tombstone["createdAt"]
            self.store.delete(f"archived_properties:{kind.id}", key)
        else:
            self.hub.records.forget_values(kind, name)

    def _tombstone(self, kind: ObjectType, name: str) -> tuple[str, Doc | None]:
        """The key and definition of the property of this name that was archived last."""
        entries = reversed(self.store.items(f"archived_properties:{kind.id}"))
        return next(((key, doc) for key, doc in entries if doc["name"] == name), ("", None))

    def _number(self, kind: ObjectType, definition: Doc) -> None:
        if definition["displayOrder"] == -1 and self.hub.switch("display_order") == "numbered":
            definition["displayOrder"] = self.store.count(f"properties:{kind.id}")

    def _may_change(self, old: Doc, body: Doc) -> bool:
        """False if the change is dropped without a word; 400 if it is refused."""
        metadata = old["modificationMetadata"]
        if not metadata["readOnlyDefinition"]:
            return True
        asked = {name for name in rules.CHANGEABLE if body.get(name) is not None}
        allowed = {"options"} if metadata.get("readOnlyOptions") is False else set()
        if asked <= allowed:
            return True
        if self.hub.switch("read_only_definition") == "ignored":
            return False
        raise invalid(f"the definition of {old['name']} is read-only")

    def _uses(self, kind: ObjectType, name: str) -> list[tuple[str, str]]:
        uses = [(use["kind"], use["name"]) for use in self.store.list(f"uses:{kind.id}") if use["property"] == name]
        for other in self.store.list(f"properties:{kind.id}"):
            formula = other.get("calculationFormula", "")
            if re.search(rf"\b{re.escape(name)}\b", formula):
                uses.append(("CALCULATED_PROPERTY", other["name"]))
        return uses


def _no_property(name: str) -> Problem:
    return unknown(f"there is no property {name}", name=name)
