"""One open Postbox account: who answers, what is there, and the writes of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import AuthenticationError, RateLimited, VendorError
from mopsctl.provider import answers, http
from mopsctl.provider.answers import Call, Page, collected
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.contract import Account, Calls, Connection, System
from mopsctl.resource import FieldFacts, Impact, Json, Observation, Reading, Resource, Result, Write
from mopsctl_postbox.adapter import TYPES

NEUTRAL = {native: neutral for neutral, native in TYPES.items()}
NATIVE = {"label": "title", "description": "note", "type": "type"}

CHOICE = answers.record({"value": answers.name, "title": answers.text, "retired": answers.switch})
FIELD = answers.record(
    {"name": answers.name, "type": answers.name, "title": answers.text, "note": answers.text}
    | {"builtin": answers.switch, "choices": answers.many(CHOICE)}
)
FIELDS = answers.record({"fields": answers.many(FIELD), "after": answers.maybe(answers.name)})
ACCOUNT = answers.record({"number": answers.name, "live": answers.switch, "name": answers.text})
FILLED = answers.record({"people": answers.count})


class PostboxSystem(System):
    """One open connection."""

    def __init__(self, connection: Connection) -> None:
        self._system = connection.system
        key, url = connection.value("api_key"), connection.text("url", "https://api.postbox.example")
        if not key:
            raise AuthenticationError(f"{self._system} has no api_key.", hint="add it to the connection")
        head, bounds = {"authorization": f"Bearer {key}"}, Bounds.of(connection)
        self._api = http.Api(self._system, url, judge=self._judge, headers=head, bounds=bounds, hosts=connection.hosts)

    @property
    def calls(self) -> Calls:
        """Calls made so far, repeated ones included."""
        return self._api.calls

    def identify(self) -> Account:
        """The account that the key belongs to."""
        found = self._get("/v1/account", ACCOUNT)
        return Account(found["number"], "production" if found["live"] else "sandbox", found["name"])

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """All fields, whoever made them."""
        try:
            call = Call(self._system, "GET", "/v1/fields")
            fields = [self._observed(each) for each in collected(call, self._page, lambda row: row["name"])]
        except VendorError as error:
            return Reading(unreadable={"field": error.message})
        return Reading({each.address: each for each in fields}, frozenset({"field"}))

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """These fields again, one call each: a write touches one field only."""
        return Reading({each.address: each for each in map(self._one, addresses) if each}, frozenset({"field"}))

    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        """What the server refuses is a result; whatever else goes wrong is raised."""
        for write in writes:
            try:
                self._send(write)
                yield Result(write.address, "done", remote_id=write.address.name)
            except VendorError as error:
                code = "exists" if write.action == "add" and error.status == 409 else ""
                yield Result(write.address, "failed", error=error.message, code=code)

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """How many people have a value in a field that goes, or whose choices move."""
        asked = [each.address for each in writes if each.action == "remove" or "options" in each.touched()]
        return {each: Impact(self._get(f"/v1/fields/{each.name}/filled", FILLED)["people"]) for each in asked}

    def close(self) -> None:
        """Close the connection pool."""
        self._api.close()

    def _page(self, after: str | None) -> Page:
        body = self._get(f"/v1/fields?after={after or ''}", FIELDS)
        return Page(body["fields"], body["after"])

    def _one(self, address: Address) -> Observation | None:
        try:
            return self._observed(self._get(f"/v1/fields/{address.name}", FIELD))
        except VendorError as error:
            if error.status == 404:
                return None
            raise

    def _get(self, path: str, shape: answers.Shape) -> Any:
        """An answer of that shape; any other is half an answer, and MalformedAnswer says what is wrong with it."""
        return Call(self._system, "GET", path).checked(self._api.get(path), shape)

    def _send(self, write: Write) -> None:
        mine = f"/v1/fields/{write.address.name}"
        calls = {"add": ("POST", "/v1/fields"), "change": ("PATCH", mine), "remove": ("DELETE", mine)}
        method, path = calls[write.action]
        answer = self._api.json(self._api.send(method, path, json=None if write.action == "remove" else _body(write)))
        if write.action != "remove":
            Call(self._system, method, path).written(answer, FIELD)  # OutcomeUnknown where it is not what was made

    def _observed(self, native: Mapping[str, Any]) -> Observation:
        attributes: dict[str, Json] = {name: native[key] for name, key in NATIVE.items()}
        values = None
        if choices := native["choices"]:
            attributes["options"] = {one["value"]: {"label": one["title"], "hidden": one["retired"]} for one in choices}
            attributes["options_order"] = [one["value"] for one in choices]
            values = tuple(one["value"] for one in choices if not one["retired"])
        return Observation(
            Address(self._system, "field", native["name"]),
            attributes,
            remote_id=native["name"],
            facts=FieldFacts(NEUTRAL.get(native["type"]), values=values, restricted=values is not None),
            builtin=native["builtin"],
            writable=frozenset() if native["builtin"] else None,
            why_not="Postbox made this field itself." if native["builtin"] else "",
            removable=not native["builtin"],
        )

    def _judge(self, answer: Any) -> http.Verdict:
        """What an answer means. Where no error is given, the HTTP room words one."""
        name, status = self._system, answer.status_code
        if status < 300:
            return http.OK
        if status == 401:
            return http.Verdict("fail", AuthenticationError(f"{name} does not know this api_key.", system=name))
        if status == 429:
            busy = RateLimited(f"{name} still wants fewer calls after several waits.", hint="try later", system=name)
            return http.Verdict("retry", busy, http.retry_after(answer))
        if status >= 500:
            return http.Verdict("retry", done_maybe=True)
        said = _message(answer)
        refused = VendorError(f"{name} answered {status}: {said}", system=name, status=status)
        return http.Verdict("fail", refused if said else None)


def _message(answer: Any) -> str:
    """The message in Postbox's error body; nothing where it is another's."""
    try:
        return str(answer.json()["message"])
    except (ValueError, LookupError, TypeError):
        return ""


def _body(write: Write) -> dict[str, Json]:
    """What to send: only what moves, but choices always whole, with those that are not ours."""
    moved, target = write.touched(), write.target
    body: dict[str, Json] = {"name": write.address.name} if write.action == "add" else {}
    body |= {key: target[name] for name, key in NATIVE.items() if name in moved}
    if moved & {"options", "options_order"}:
        options, order = target["options"], target.get("options_order", [])
        items = [(key, options[key]) for key in [*order, *(key for key in options if key not in order)]]
        body["choices"] = [{"value": key, "title": one["label"], "retired": one["hidden"]} for key, one in items]
    return body
