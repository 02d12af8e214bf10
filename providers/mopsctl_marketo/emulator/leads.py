"""People: search by one field, write, delete; partitions; status in programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import json_of, lead, lead_page, lead_time, params, records, refuse
from mopsctl_marketo.emulator.fields import READ_LEAD, SEARCHABLE, SEARCHABLE_STANDARD

WRITE_LEAD = ("Read-Write Lead",)
DEFAULT_FIELDS = ("id", "email", "firstName", "lastName", "createdAt", "updatedAt")
ACTIONS = ("createOnly", "updateOnly", "createOrUpdate", "createDuplicate")
_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def shown(doc: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The asked-for fields of a person; an empty one reads as null."""
    names = [name.strip() for name in given.get("fields", "").split(",") if name.strip()] or DEFAULT_FIELDS
    return {name: doc.get(name) for name in dict.fromkeys(["id", *names])}


class Leads(Area):
    """The people of the account."""

    def endpoints(self) -> Iterator[Endpoint]:
        """People, partitions, and status in programs."""
        yield Endpoint("GET", "/rest/v1/leads.json", self._search, READ_LEAD)
        yield Endpoint("POST", "/rest/v1/leads.json", self._sync, WRITE_LEAD)
        yield Endpoint("POST", "/rest/v1/leads/delete.json", self._delete, WRITE_LEAD)
        yield Endpoint("GET", "/rest/v1/lead/{id:int}.json", self._one, READ_LEAD)
        yield Endpoint("GET", "/rest/v1/leads/partitions.json", self._partitions, READ_LEAD)
        yield Endpoint("POST", "/rest/v1/leads/partitions.json", self._move, WRITE_LEAD)
        yield Endpoint("POST", "/rest/v1/programs/{id:int}/members/status.json", self._status, WRITE_LEAD)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What fills an account with people."""
        return {"add_people": self.add_people}

    def add_people(self, count: int, **values: Any) -> list[int]:
        """So many people who all have these values."""
        return [
            self._put({"email": f"person{self.store.count('leads') + 1}@example.com", **values}) for _ in range(count)
        ]

    def _put(self, values: dict[str, Any]) -> int:
        number = self.store.next_id("leads", 1001)
        stamp = lead_time(self.now())
        doc = {"id": number, "createdAt": stamp, "updatedAt": stamp, "leadPartition": "Default", **values}
        self.store.put("leads", str(number), doc)
        return number

    # -- reading

    def _one(self, call: Call) -> Response:
        found = self.store.get("leads", str(call.params["id"]))
        return lead(call, [shown(found, params(call))] if found else [])

    def _search(self, call: Call) -> Response:
        given = params(call)
        for name in ("filterType", "filterValues"):
            if not given.get(name):
                refuse(call, "1003", f"{name} not specified")
        asked = given["filterType"]
        self._check_filter(call, asked)
        values = {value.strip().casefold() for value in given["filterValues"].split(",")}
        if len(values) > 300:
            refuse(call, "1003", "Too many values specified for filterValues. The maximum limit is 300")
        found = [doc for doc in self.store.list("leads") if str(doc.get(asked, "")).casefold() in values]
        if len(found) > self.emulator.limit("filter_matches"):
            refuse(call, "1003", "Too many results match the filter")
        return lead_page(call, [shown(doc, given) for doc in found], token_only=True)

    def _check_filter(self, call: Call, name: str) -> None:
        field = self.store.get("fields", f"person.{name}")
        if name in SEARCHABLE_STANDARD:
            return
        if field is None or not field["isCustom"] or field["dataType"] not in SEARCHABLE:
            refuse(call, "1003", f"Invalid filterType '{name}'")

    # -- writing

    def _sync(self, call: Call) -> Response:
        given = records(call)
        body = json_of(call)
        action, key = body.get("action", "createOrUpdate"), body.get("lookupField", "email")
        if action not in ACTIONS:
            refuse(call, "1003", f"Invalid action '{action}'")
        if key == "id" and action != "updateOnly":
            refuse(call, "1003", "Lookup field 'id' can only be used with updateOnly")
        if body.get("partitionName") and self.named("partitions", str(body["partitionName"])) is None:
            refuse(call, "1010", f"Partition '{body['partitionName']}' not found")
        return lead(call, [self._sync_one(record, action, key) for record in given])

    def _sync_one(self, record: dict[str, Any], action: str, key: str) -> dict[str, Any]:
        reason = self._bad_value(record)
        if reason:
            return {"status": "skipped", "reasons": [reason]}
        same = [doc for doc in self.store.list("leads") if record.get(key) and doc.get(key) == record.get(key)]
        if action != "createDuplicate" and len(same) > 1:
            return _skipped("1007", "Multiple lead match lookup criteria")
        if same and action == "createOnly":
            return _skipped("1005", "Lead already exists")
        if not same and action == "updateOnly":
            return _skipped("1004", "Lead not found")
        values = {name: None if value == "" else value for name, value in record.items()}
        if same and action != "createDuplicate":
            self.store.put("leads", str(same[0]["id"]), {**same[0], **values, "updatedAt": lead_time(self.now())})
            return {"id": same[0]["id"], "status": "updated"}
        return {"id": self._put(values), "status": "created"}

    def _bad_value(self, record: dict[str, Any]) -> dict[str, str]:
        for name, value in record.items():
            field = self.store.get("fields", f"person.{name}")
            if field is None and name != "id":
                return {"code": "1006", "message": f"Field '{name}' not found"}
            if field is not None and not _fits(field["dataType"], value):
                return {"code": "1003", "message": f"Invalid value for field '{name}' and value '{value}'"}
        return {}

    def _delete(self, call: Call) -> Response:
        done = []
        for record in records(call):
            gone = self.store.delete("leads", str(record.get("id")))
            done.append({"id": record.get("id"), "status": "deleted"} if gone else _skipped("1004", "Lead not found"))
        return lead(call, done)

    # -- partitions and programs

    def _partitions(self, call: Call) -> Response:
        return lead_page(call, self.store.list("partitions"), token_only=True)

    def _move(self, call: Call) -> Response:
        done = []
        for record in records(call):
            found = self.store.get("leads", str(record.get("id")))
            if found is None or self.named("partitions", str(record.get("partitionName"))) is None:
                done.append(_skipped("1004" if found is None else "1010", "Lead or partition not found"))
                continue
            self.store.put("leads", str(found["id"]), {**found, "leadPartition": record["partitionName"]})
            done.append({"id": found["id"], "status": "updated"})
        return lead(call, done)

    def _status(self, call: Call) -> Response:
        program = self.find(call, "programs", call.params["id"], "1013", "Program not found")
        channel = self.named("channels", program["channel"]) or {"progressionStatuses": []}
        steps = {status["name"]: status["step"] for status in channel["progressionStatuses"]}
        wanted = json_of(call).get("statusName")
        if wanted not in steps:
            refuse(call, "1025", f"Program status '{wanted}' not found")
        done = []
        for record in records(call):
            key = f"{program['id']}:{record.get('leadId')}"
            member = self.store.get("program_members", key)
            if member is not None and steps[member["status"]] >= steps[wanted]:
                done.append(
                    {"leadId": record.get("leadId"), **_skipped("1037", "Lead already has or is after the status")}
                )
                continue
            self.store.put("program_members", key, {"status": wanted})
            done.append({"leadId": record.get("leadId"), "status": "updated" if member else "created"})
        return lead(call, done)


def _skipped(code: str, message: str) -> dict[str, Any]:
    return {"status": "skipped", "reasons": [{"code": code, "message": message}]}


def _fits(data_type: str, value: Any) -> bool:
    """Whether a field of this type takes the value."""
    if value is None or value == "":
        return True
    text = str(value)
    if data_type == "boolean":
        return isinstance(value, bool) or text.lower() in ("true", "false")
    if data_type in ("integer", "score", "percent"):
        return _WHOLE.fullmatch(text) is not None and abs(int(text)) < 2**31
    if data_type in ("float", "currency"):
        return _NUMBER.fullmatch(text) is not None
    if data_type in ("date", "datetime"):
        return _is_moment(text, date if data_type == "date" else datetime)
    return len(text) <= (255 if data_type != "text" else 30_000)


def _is_moment(text: str, sort: type[date]) -> bool:
    try:
        sort.fromisoformat(text)
    except ValueError:
        return False
    return True
