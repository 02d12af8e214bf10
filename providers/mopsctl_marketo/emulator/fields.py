"""Fields of persons, program members and the objects that are only shown; describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import lead, lead_page, records, refuse

CUSTOM = "Read-Write Schema Custom Field"
STANDARD = "Read-Write Schema Standard Field"
READ_LEAD = ("Read-Only Lead", "Read-Write Lead")
CREATABLE = [
    "boolean",
    "currency",
    "date",
    "datetime",
    "email",
    "float",
    "integer",
    "percent",
    "phone",
    "score",
    "string",
    "url",
]
SEARCHABLE = ("string", "email", "integer")
PATHS = {
    "person": "/rest/v1/leads/schema/fields",
    "program_member": "/rest/v1/programs/members/schema/fields",
    "company": "/rest/v1/companies/schema/fields",
    "opportunity": "/rest/v1/opportunities/schema/fields",
    "named_account": "/rest/v1/namedaccounts/schema/fields",
}
# Describe of what is no lead: the object, its path, the sole key of an update, the keys of a search.
DESCRIBED = (
    ("company", "companies", ("externalCompanyId",)),
    ("opportunity", "opportunities", ("externalOpportunityId",)),
    ("opportunity_role", "opportunities/roles", ("externalOpportunityId", "leadId", "role")),
    ("sales_person", "salespersons", ("externalSalesPersonId",)),
    ("named_account", "namedaccounts", ("name",)),
)
WRITABLE = ("person", "program_member")
SEARCHABLE_STANDARD = ("id", "email", "company", "leadSource", "leadStatus", "country", "externalSalesPersonId")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_LABEL = re.compile(r"[^\W_][\w \-]{0,254}")
_SHOWN = "displayName name description dataType length isHidden isHtmlEncodingInEmail isSensitive isCustom isApiCreated"
_TEXTS, _FLAGS = ("displayName", "description"), ("isHidden", "isHtmlEncodingInEmail", "isSensitive")


def field_doc(name: str, label: str, data_type: str, **more: Any) -> dict[str, Any]:
    """A field as the store keeps it; keys with an underscore are not shown in the schema."""
    length = {"length": 255} if data_type in ("string", "email", "phone", "url") else {}
    flags = {"isHidden": False, "isHtmlEncodingInEmail": True, "isSensitive": False}
    known = {"isCustom": False, "isApiCreated": False, "_crm": False, "_updateable": True, "_used": False}
    doc = {"displayName": label, "name": name, "description": "", "dataType": data_type, **length}
    return {**doc, **flags, **known, **more}


class Fields(Area):
    """Schema endpoints."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Lists and single fields of each object, and describe."""
        for name, path in PATHS.items():
            yield Endpoint("GET", f"{path}.json", self._bound(self._list, name), (CUSTOM, STANDARD))
            yield Endpoint("GET", f"{path}/{{field}}.json", self._bound(self._one, name), (CUSTOM, STANDARD))
            if name in WRITABLE:
                yield Endpoint("POST", f"{path}.json", self._bound(self._create, name), (CUSTOM,))
                yield Endpoint("POST", f"{path}/{{field}}.json", self._bound(self._update, name), (CUSTOM, STANDARD))
        yield Endpoint("GET", "/rest/v1/leads/describe.json", self._describe, READ_LEAD)
        yield Endpoint("GET", "/rest/v1/leads/describe2.json", self._describe2, READ_LEAD)
        yield Endpoint("GET", "/rest/v1/programs/members/describe.json", self._describe_members, READ_LEAD)
        for name, path, keys in DESCRIBED:
            yield Endpoint("GET", f"/rest/v1/{path}/describe.json", self._describes(name, keys), READ_LEAD)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Field management, and what the CRM sync does by itself."""
        return {
            "add_field": self.add_manually,
            "edit_field": self.edit_manually,
            "use_field": lambda object_name, name: self.edit_manually(object_name, name, _used=True),
            "sync_field": self.sync,
        }

    def _bound(self, handler: Callable[[Call, str], Response], name: str) -> Callable[[Call], Response]:
        return lambda call: handler(call, name)

    # -- reading

    def of(self, object_name: str) -> list[dict[str, Any]]:
        """Every field of an object, in the order of making."""
        return [doc for key, doc in self.store.items("fields") if key.startswith(f"{object_name}.")]

    def _list(self, call: Call, object_name: str) -> Response:
        gate = self.emulator.gatekeeper
        custom, standard = gate.may(call, (CUSTOM,)), gate.may(call, (STANDARD,))
        docs = [doc for doc in self.of(object_name) if (custom if doc["isCustom"] else standard)]
        return lead_page(call, [self._shown(doc) for doc in docs])

    def _one(self, call: Call, object_name: str) -> Response:
        return lead(call, [self._shown(self._found(call, object_name))])

    def _found(self, call: Call, object_name: str) -> dict[str, Any]:
        name = call.params["field"]
        return self.find(call, "fields", f"{object_name}.{name}", "1006", f"Field '{name}' not found")

    def _shown(self, doc: dict[str, Any]) -> dict[str, Any]:
        shown = {key: doc[key] for key in _SHOWN.split() if key in doc}
        if doc["dataType"] == "score":
            shown["dataType"] = self.emulator.switch("score_type")
        return shown

    # -- writing

    def _create(self, call: Call, object_name: str) -> Response:
        made = []
        for record in records(call):
            self._check_new(call, object_name, record)
            key = f"{object_name}.{record['name']}"
            if self._taken(object_name, record):
                message = f"Field with the same name or display name already exists: '{record['name']}'"
                if self.emulator.switch("duplicate_field") == "response":
                    refuse(call, "1003", message)
                made.append(
                    {"name": record["name"], "status": "skipped", "reasons": [{"code": "1003", "message": message}]}
                )
                continue
            self._check_room(call, object_name)
            doc = field_doc(record["name"], record["displayName"], record["dataType"], isCustom=True, isApiCreated=True)
            self.store.put("fields", key, {**doc, **{name: record[name] for name in record if name in doc}})
            made.append({"name": record["name"], "status": "created"})
        return lead(call, made)

    def _check_new(self, call: Call, object_name: str, record: dict[str, Any]) -> None:
        for name in ("displayName", "name", "dataType"):
            if not record.get(name):
                refuse(call, "1002", f"Missing required field '{name}'")
        unknown = sorted(set(record) - {"name", "dataType", *_TEXTS, *_FLAGS})
        if unknown:
            refuse(call, "1003", f"Invalid field attribute '{unknown[0]}'")
        if not isinstance(record["name"], str) or not _NAME.fullmatch(record["name"]):
            refuse(call, "1003", f"Invalid API name '{record['name']}'")
        if record["dataType"] not in CREATABLE:
            refuse(call, "1003", f"Invalid value '{record['dataType']}' for dataType")
        self._check_values(call, object_name, record)

    def _check_values(self, call: Call, object_name: str, record: dict[str, Any]) -> None:
        label = record.get("displayName", "x")
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            refuse(call, "1003", f"Display name '{label}' is too long or has a special character")
        if len(str(record.get("description", ""))) > 2000:
            refuse(call, "701", "description cannot exceed more than 2000 characters")
        for name in _FLAGS:
            if name in record and not isinstance(record[name], bool):
                refuse(call, "1001", f"Invalid value '{record[name]}'. Required of type 'boolean' ({object_name})")

    def _taken(self, object_name: str, record: dict[str, Any]) -> bool:
        name, label = str(record["name"]).casefold(), str(record["displayName"]).casefold()
        return any(
            doc["name"].casefold() == name or doc["displayName"].casefold() == label for doc in self.of(object_name)
        )

    def _check_room(self, call: Call, object_name: str) -> None:
        person = object_name == "person"
        counted = [doc for doc in self.of(object_name) if doc["isApiCreated" if person else "isCustom"]]
        most = self.emulator.limit("person_fields" if person else "member_fields")
        if len(counted) >= most:
            refuse(call, str(self.emulator.switch("field_cap_code")), f"Maximum limit of {most} custom fields reached")

    def _update(self, call: Call, object_name: str) -> Response:
        doc = self._found(call, object_name)
        given = records(call)
        if len(given) != 1:
            refuse(call, "1003", "Exactly one record is expected")
        record = dict(given[0])
        self._check_values(call, object_name, record)
        self._check_change(call, object_name, doc, record)
        changed = {key: value for key, value in record.items() if key in (*_TEXTS, *_FLAGS)}
        self.store.put("fields", f"{object_name}.{doc['name']}", {**doc, **changed})
        return lead(call, [{"name": doc["name"], "status": "updated"}])

    def _check_change(self, call: Call, object_name: str, doc: dict[str, Any], record: dict[str, Any]) -> None:
        unknown = sorted(set(record) - {*_TEXTS, *_FLAGS})
        if unknown and (self.emulator.switch("update_with_type") == "refused" or record.keys() == set(unknown)):
            refuse(call, "1003", f"Field attribute '{unknown[0]}' cannot be updated")
        gate = self.emulator.gatekeeper
        if not gate.may(call, (CUSTOM if doc["isCustom"] else STANDARD,)):
            refuse(call, "603")
        fixed = {"displayName", "isHidden"} if not doc["isCustom"] else set()
        fixed |= {"isHidden"} if not doc["isApiCreated"] else set()
        moved = sorted(name for name in record if name in doc and record[name] != doc[name])
        for name in moved:
            if name in fixed:
                refuse(call, "1003", f"Field attribute '{name}' of '{doc['name']}' cannot be updated")
        uses = {"displayName", "isHidden"} & set(moved)
        if uses and doc["_used"] and self.emulator.switch("hide_in_use") == "refused":
            refuse(call, "1003", f"Field '{doc['name']}' is in use")
        others = (each for each in self.of(object_name) if each["name"] != doc["name"])
        if any(each["displayName"].casefold() == str(record.get("displayName", "")).casefold() for each in others):
            refuse(call, "1003", f"Display name '{record['displayName']}' already exists")

    # -- describe

    def _describe(self, call: Call) -> Response:
        return lead(call, [_old_description(number, doc) for number, doc in enumerate(self.of("person"), start=1)])

    def _describe2(self, call: Call) -> Response:
        docs = self.of("person")
        searchable = [
            [doc["name"]]
            for doc in docs
            if (doc["isCustom"] and doc["dataType"] in SEARCHABLE) or doc["name"] in SEARCHABLE_STANDARD
        ]
        described = [_description(doc) for doc in docs]
        return lead(call, [{"name": "API Lead", "searchableFields": searchable, "fields": described}])

    def _describe_members(self, call: Call) -> Response:
        docs = self.of("program_member")
        described = [_description(doc) for doc in docs]
        head = {"name": "API Program Membership", "description": "", "dedupeFields": ["leadId", "programId"]}
        return lead(call, [{**head, "searchableFields": [["leadId"]], "fields": described}])

    def _describes(self, name: str, keys: tuple[str, ...]) -> Callable[[Call], Response]:
        """Describe of an object whose records are only seen."""

        def answer(call: Call) -> Response:
            docs = self.of(name)
            missing = [field_doc(key, key, "string") for key in keys if key not in {doc["name"] for doc in docs}]
            described = [_description(doc) for doc in [*missing, *docs]]
            head = {"name": name.replace("_", " ").title().replace(" ", ""), "idField": "marketoGUID"}
            return lead(
                call, [{**head, "dedupeFields": list(keys), "searchableFields": [list(keys)], "fields": described}]
            )

        return answer

    # -- by hand

    def add_manually(self, object_name: str, name: str, label: str, data_type: str, **more: Any) -> None:
        """Admin > Field Management > New Custom Field, or what a sync does."""
        self.store.put("fields", f"{object_name}.{name}", field_doc(name, label, data_type, isCustom=True, **more))

    def edit_manually(self, object_name: str, name: str, **values: Any) -> None:
        """Change anything about a field, as screens, syncs and Support can."""
        doc = self.store.get("fields", f"{object_name}.{name}")
        if doc is None:
            raise ValueError(f"no field {object_name}.{name}")
        self.store.put("fields", f"{object_name}.{name}", {**doc, **values})

    def sync(self, name: str, label: str = "", data_type: str = "string") -> None:
        """The CRM sync takes a field in; one that is not there is made."""
        if self.store.get("fields", f"person.{name}") is None:
            self.add_manually("person", name, label or name, data_type)
        self.edit_manually("person", name, _crm=True)


def _described_type(doc: dict[str, Any]) -> str:
    """Describe calls a score an integer."""
    return "integer" if doc["dataType"] == "score" else str(doc["dataType"])


def _description(doc: dict[str, Any]) -> dict[str, Any]:
    """A field as every newer describe words it."""
    return {
        "name": doc["name"],
        "displayName": doc["displayName"],
        "dataType": _described_type(doc),
        **({"length": doc["length"]} if "length" in doc else {}),
        "updateable": doc["_updateable"],
        "crmManaged": doc["_crm"],
    }


def _old_description(number: int, doc: dict[str, Any]) -> dict[str, Any]:
    read_only = not doc["_updateable"]
    described = {"id": number, "displayName": doc["displayName"], "dataType": _described_type(doc)}
    described |= {"length": doc["length"]} if "length" in doc else {}
    described["rest"] = {"name": doc["name"], "readOnly": read_only}
    described["soap"] = {"name": doc["name"][:1].upper() + doc["name"][1:], "readOnly": read_only}
    return described
