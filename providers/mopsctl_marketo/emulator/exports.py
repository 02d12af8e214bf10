"""The bulk export of people: create, enqueue, poll, read. Jobs move one step with every look at them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from starlette.responses import PlainTextResponse, Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import json_of, lead, lead_time, refuse
from mopsctl_marketo.emulator.fields import READ_LEAD

_PATH = "/bulk/v1/leads/export"
_FILTERS = ("createdAt", "staticListId", "staticListName", "updatedAt", "smartListId", "smartListName")
_SOME_ONLY = ("updatedAt", "smartListId", "smartListName")
_LONGEST_SPAN = 31
_PRIVATE = ("_user", "_filter", "_fields")


class Exports(Area):
    """Export jobs."""

    def endpoints(self) -> Iterator[Endpoint]:
        """The life of a job."""
        yield Endpoint("POST", f"{_PATH}/create.json", self._create, READ_LEAD)
        yield Endpoint("GET", f"{_PATH}.json", self._list, READ_LEAD)
        yield Endpoint("POST", f"{_PATH}/{{id}}/enqueue.json", self._enqueue, READ_LEAD)
        yield Endpoint("GET", f"{_PATH}/{{id}}/status.json", self._status, READ_LEAD)
        yield Endpoint("POST", f"{_PATH}/{{id}}/cancel.json", self._cancel, READ_LEAD)
        yield Endpoint("GET", f"{_PATH}/{{id}}/file.json", self._file, READ_LEAD)

    def _create(self, call: Call) -> Response:
        body = json_of(call)
        asked = body.get("filter")
        if not isinstance(asked, dict) or len(asked) != 1 or not set(asked) <= set(_FILTERS):
            refuse(call, "1003", "Exactly one filter is expected")
        (name,) = asked
        if name in _SOME_ONLY and not self.emulator.switch("bulk_smart_lists"):
            refuse(call, "1035", f"Unsupported filter type for target subscription: {name}")
        if name in ("createdAt", "updatedAt"):
            self._check_span(call, asked[name])
        number = self.store.next_id("exports")
        doc = {"exportId": f"ce45a7a1-0000-4000-8000-{number:012d}", "format": body.get("format", "CSV")}
        doc |= {"status": "Created", "createdAt": lead_time(self.now()), "_user": self.emulator.gatekeeper.user(call)}
        doc |= {"_filter": asked, "_fields": list(body.get("fields") or ["id"])}
        self.store.put("exports", doc["exportId"], doc)
        return self._answer(call, doc)

    def _check_span(self, call: Call, span: Any) -> None:
        try:
            start, end = (datetime.fromisoformat(str(span[key])) for key in ("startAt", "endAt"))
        except (KeyError, TypeError, ValueError):
            refuse(call, "1003", "Invalid date range")
        if (end - start).days > _LONGEST_SPAN:
            refuse(call, "1003", f"Date range cannot exceed {_LONGEST_SPAN} days")

    def _found(self, call: Call) -> dict[str, Any]:
        doc = self.store.get("exports", call.params["id"])
        if doc is None or doc["_user"] != self.emulator.gatekeeper.user(call):
            refuse(call, "1003", f"Export job with id {call.params['id']} not found")
        return doc

    def _answer(self, call: Call, doc: dict[str, Any]) -> Response:
        return lead(call, [{key: value for key, value in doc.items() if key not in _PRIVATE}])

    def _list(self, call: Call) -> Response:
        user = self.emulator.gatekeeper.user(call)
        docs = [doc for doc in self.store.list("exports") if doc["_user"] == user]
        return lead(call, [{key: value for key, value in doc.items() if key not in _PRIVATE} for doc in docs])

    def _enqueue(self, call: Call) -> Response:
        doc = self._found(call)
        waiting = sum(each["status"] in ("Queued", "Processing") for each in self.store.list("exports"))
        if waiting >= self.emulator.limit("exports_queued"):
            refuse(call, "1029", "Too many jobs (10) in queue")
        if doc["status"] != "Created":
            refuse(call, "1003", f"Job is {doc['status']}")
        return self._moved(call, doc, status="Queued", queuedAt=lead_time(self.now()))

    def _status(self, call: Call) -> Response:
        doc = self._found(call)
        if doc["status"] == "Queued":
            busy = sum(each["status"] == "Processing" for each in self.store.list("exports"))
            if busy >= self.emulator.limit("exports_processing"):
                return self._answer(call, doc)
            return self._moved(call, doc, status="Processing", startedAt=lead_time(self.now()))
        if doc["status"] == "Processing":
            text = self._csv(doc)
            found = {
                "numberOfRecords": text.count("\n") - 1,
                "fileSize": len(text),
                "finishedAt": lead_time(self.now()),
            }
            return self._moved(call, doc, status="Completed", **found)
        return self._answer(call, doc)

    def _cancel(self, call: Call) -> Response:
        doc = self._found(call)
        if doc["status"] == "Completed":
            refuse(call, "1003", "Job is Completed")
        return self._moved(call, doc, status="Cancelled")

    def _moved(self, call: Call, doc: dict[str, Any], **changes: Any) -> Response:
        self.store.put("exports", doc["exportId"], {**doc, **changes})
        return self._answer(call, {**doc, **changes})

    def _file(self, call: Call) -> Response:
        doc = self.store.get("exports", call.params["id"])
        if doc is None or doc["status"] != "Completed":
            return PlainTextResponse("File not found", 404)
        return PlainTextResponse(self._csv(doc), media_type="text/csv")

    def _csv(self, doc: dict[str, Any]) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(doc["_fields"])
        for person in self._people(doc["_filter"]):
            writer.writerow([person.get(name, "null") for name in doc["_fields"]])
        return out.getvalue()

    def _people(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        people = self.store.list("leads")
        if "staticListId" in asked or "staticListName" in asked:
            named = self.named("staticlists", str(asked.get("staticListName", "")))
            number = asked.get("staticListId", named["id"] if named else 0)
            ids = (self.store.get("list_members", str(number)) or {"ids": []})["ids"]
            return [doc for doc in people if str(doc["id"]) in ids]
        span = asked.get("createdAt") or asked.get("updatedAt")
        key = "createdAt" if "createdAt" in asked else "updatedAt"
        if span is None:
            return people
        start, end = (datetime.fromisoformat(str(span[name])) for name in ("startAt", "endAt"))
        return [doc for doc in people if start <= datetime.fromisoformat(doc[key]) <= end]
