"""Answers of vendors with one thing wrong in each: what they are made from, and a plan that reads them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mopsctl import checks, sessions, workflow
from mopsctl.address import Address
from mopsctl.engine import planner
from mopsctl.engine.plan import Inputs, Plan
from mopsctl.engine.report import silent
from mopsctl.engine.view import Rules, SystemView
from mopsctl.errors import WrongAccount
from mopsctl.manifest.model import Stack
from mopsctl.provider import transport
from mopsctl.provider.contract import System
from mopsctl.render import json as json_render
from mopsctl.render.text.page import Screen
from mopsctl.render.text.plan import plan as as_text
from mopsctl.sessions import Session
from mopsctl.state.local import LocalStore
from mopsctl.state.model import State

HUGE = 10**30
NESTED = '{"a":' * 3000 + "1" + "}" * 3000
PAGE = b"<!doctype html><html><body>Please sign in</body></html>"
JUNK: Mapping[str, Any] = {
    "null": None,
    "text": "x",
    "blank": "",
    "zero": 0,
    "below zero": -1,
    "huge": HUGE,
    "true": True,
    "object": {},
    "list": [],
    "list of null": [None],
    "list of object": [{}],
    "list of lists": [[[]]],
}
BODIES: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "application/json"),
    "null": (b"null", "application/json"),
    "object": (b"{}", "application/json"),
    "list": (b"[]", "application/json"),
    "list of null": (b"[null]", "application/json"),
    "text": (b'"x"', "application/json"),
    "number": (b"0", "application/json"),
    "huge": (b"9" * 5000, "application/json"),
    "not a number": (b"NaN", "application/json"),
    "nested": (NESTED.encode(), "application/json"),
    "page": (PAGE, "text/html"),
    "page as JSON": (PAGE, "application/json"),
    "XML": (b"<a/>", "text/xml"),
}
Path_ = tuple[str | int, ...]
Edit = Callable[[Any, str | int], None]
MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)
TOTALS = ("total", "totalSize", "totalResults")


@dataclass(frozen=True, slots=True)
class Said:
    """One call and its answer."""

    asked: tuple[str, str, bytes]
    status: int
    sort: str
    content: bytes


Change = Callable[[bytes], tuple[bytes, str]]
"""What becomes of a body: another one, and its content type (empty: as it was)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer with one thing wrong. `honest`: what is wrong is a good value of another meaning, which cannot be told."""

    place: int
    what: str
    change: Change
    honest: bool = False


class Wire(httpx.BaseTransport):
    """Between a client and an emulator: keeps every answer, or gives those that were kept, one of them with a fault."""

    def __init__(self, inner: httpx.BaseTransport, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = (request.method, str(request.url), request.content)
        known = self._tape.known(asked)
        if known is None:
            answer = self._inner.handle_request(request)
            content = b"".join(answer.iter_bytes())
            answer.close()
            known = Said(asked, answer.status_code, answer.headers.get("content-type", ""), content)
        known = self._tape.passed(known)
        headers = {"content-type": known.sort} if known.sort else {}
        return httpx.Response(known.status, headers=headers, content=known.content)

    def close(self) -> None:
        self._inner.close()


@dataclass
class Tape:
    """What was said in one look, in order; with `kept` answers it gives those, and `fault` at its place."""

    kept: Mapping[tuple[str, str, bytes], Said] = field(default_factory=dict)
    fault: Fault | None = None
    said: list[Said] = field(default_factory=list)

    def known(self, asked: tuple[str, str, bytes]) -> Said | None:
        return self.kept.get(asked)

    def passed(self, said: Said) -> Said:
        if self.fault is not None and self.fault.place == len(self.said):
            content, sort = self.fault.change(said.content)
            said = replace(said, content=content, sort=sort or said.sort)
        self.said.append(said)
        return said

    @contextlib.contextmanager
    def between(self) -> Iterator[None]:
        """While inside, every client that is opened speaks through this tape."""
        real = transport.opened
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(transport, "opened", lambda url: Wire(real(url), self))
            yield


@dataclass(frozen=True)
class Look:
    """A stack whose systems were applied, and plans of one of them over tampered answers."""

    stack: Stack
    state: State
    sessions: Mapping[str, Session]
    views: Mapping[str, SystemView]

    def seen(self, name: str, tape: Tape) -> SystemView:
        """What a plan reads of one system. The last gate is left out: nothing may need it."""
        session = self.sessions[name]
        with tape.between(), contextlib.closing(session.provider.open(session.connection)) as system:
            return _read(session, system, [each for each in self.state.entries if each.system == name])

    def made(self, view: SystemView) -> Plan:
        """The plan of one system, over what was read of it."""
        entries = {key: each for key, each in self.state.entries.items() if key.system == view.name}
        state = replace(self.state, entries=entries)
        inputs = Inputs("sha256:0", "local", state.lineage, state.serial, {view.name: "1"})
        findings = checks.run_live(self.stack, [*(self.views[each] for each in self.views if each != view.name), view])
        return planner.make(inputs, [view], state, Rules(), findings)


def _read(session: Session, system: System, known: Sequence[Address]) -> SystemView:
    return sessions._read(replace(session, system=system), known, silent, None)


@contextlib.contextmanager
def looking(folder: Path) -> Iterator[Look]:
    """Opens an applied stack; its emulators run as long as this lasts."""
    stack, environment, _, _ = workflow._loaded(workflow.Ask(folder, "local"))
    state = LocalStore(folder, "local").read()
    assert state is not None
    with sessions.opened(stack, environment, folder, silent, lambda _name: True) as opened:
        named = {each.name: each for each in opened}
        known = {name: [each for each in state.entries if each.system == name] for name in named}
        views = {name: _read(each, each.system, known[name]) for name, each in named.items()}
        yield Look(stack, state, named, views)


# -- faults


def faults(said: Sequence[Said]) -> Iterator[Fault]:
    """Every fault of every answer; of rows that look alike the first and the last."""
    for place, each in enumerate(said):
        call = f"{each.asked[0]} {each.asked[1].partition('?')[0]}"
        for what, body in BODIES.items():
            yield Fault(place, f"{call}: the body is {what}", _always(body))
        for what, change in CHANGED_BODIES.items():
            yield Fault(place, f"{call}: {what}", change)
        try:
            body = json.loads(each.content)
        except ValueError:
            continue
        counted = isinstance(body, dict) and any(name in body for name in TOTALS)
        for path in _paths(body):
            for what, edit, honest in _edits(_at(body, path), path, counted):
                yield Fault(place, f"{call}: {'.'.join(map(str, path))} {what}", _edited(path, edit), honest)


CHANGED_BODIES: Mapping[str, Change] = {
    "half the body": lambda content: (content[: len(content) // 2], ""),
    "a mark before the body": lambda content: (b"\xef\xbb\xbf" + content, ""),
    "another charset": lambda content: (content, "application/json; charset=utf-16"),
    "an unknown charset": lambda content: (content, "application/json; charset=no-such"),
    "bytes of no character": lambda content: (b'"\xe9\xff"' + content, ""),
}


def _paths(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    if at:
        yield at
    if isinstance(value, dict):
        for name in value:
            yield from _paths(value[name], (*at, name))
    elif isinstance(value, list) and value:
        for place in sorted({0, len(value) - 1}):
            yield from _paths(value[place], (*at, place))


def _edits(old: Any, path: Path_, counted: bool) -> Iterator[tuple[str, Edit, bool]]:
    whole = counted and len(path) == 1  # the list that the total counts
    yield "is dropped", _drop, isinstance(path[-1], int) and not (counted and len(path) == 2)
    for what, junk in JUNK.items():
        if junk != old or type(junk) is not type(old):
            yield f"becomes {what}", _put(_always(junk)), _is_honest(old, junk, whole)
    if isinstance(old, list) and old:
        yield "loses its last", _put(lambda old: old[:-1]), not whole
        yield "comes twice", _put(lambda old: [*old, *old]), False
    if isinstance(old, int) and not isinstance(old, bool):
        yield "is one more", _put(lambda old: old + 1), path[-1] not in TOTALS


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _old: value


def _put(make: Callable[[Any], Any]) -> Edit:
    def edit(holder: Any, part: str | int) -> None:
        holder[part] = make(holder[part])

    return edit


def _drop(holder: Any, part: str | int) -> None:
    del holder[part]


def _edited(path: Path_, edit: Edit) -> Change:
    """The change of a body at a path; a body that has no such place stays as it is."""

    def change(content: bytes) -> tuple[bytes, str]:
        with contextlib.suppress(LookupError, TypeError, ValueError):
            body = json.loads(content)
            edit(_at(body, path[:-1]), path[-1])
            return json.dumps(body).encode(), ""
        return content, ""

    return change


def _is_honest(old: Any, junk: Any, whole: bool) -> bool:
    """Whether the new value is as good as the old one for all that can be told from its sort."""
    if isinstance(old, list):
        return junk == [] and not whole
    if isinstance(old, str):
        return isinstance(junk, str) and junk != ""
    if isinstance(old, bool):
        return isinstance(junk, bool)
    return isinstance(old, int) and isinstance(junk, int) and not isinstance(junk, bool) and junk != HUGE


def _at(body: Any, path: Path_) -> Any:
    for part in path:
        body = body[part]
    return body


# -- verdicts


@dataclass
class Count:
    """What became of many faults."""

    tried: int = 0
    unreadable: int = 0
    same: int = 0
    other: int = 0
    tracebacks: list[str] = field(default_factory=list)
    additions: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.tried} faults: {self.unreadable} unreadable, {self.same} same plan, {self.other} other values,"
            f" {len(self.tracebacks)} tracebacks, {len(self.additions)} additions"
        )


def tried(look: Look, name: str, choose: Callable[[Sequence[Fault]], Sequence[Fault]]) -> Count:
    """Plan over each chosen fault of a system's answers."""
    first = Tape()
    view = look.seen(name, first)
    good = look.made(view)
    kept = {each.asked: each for each in first.said}
    assert view.reading is not None
    assert not view.reading.unreadable
    assert not [each for each in good.changes if each.action == "add"]
    count = Count()
    for fault in choose(list(faults(first.said))):
        count.tried += 1
        try:
            _try(look, view, good, Tape(kept, fault), count)
        except MISTAKES as error:
            count.tracebacks.append(f"{fault.what}: {type(error).__name__}: {error}")
    return count


def _try(look: Look, good_view: SystemView, good: Plan, tape: Tape, count: Count) -> None:
    fault = tape.fault
    assert fault is not None
    try:
        view = look.seen(good_view.name, tape)
    except WrongAccount:  # says the answer, which may be
        count.unreadable += 1
        return
    if (view.reading, view.account) == (good_view.reading, good_view.account):
        count.same += 1
        return
    made = look.made(view)
    json_render.plan(made).encode()
    added = sorted(str(each.address) for each in made.changes if each.action in ("add", "adopt"))
    if added and not fault.honest:
        count.additions.append(f"{fault.what}: {', '.join(added[:3])} and so on, {len(added)}")
    (system,) = made.systems
    if system.status != "read":
        assert system.message
        count.unreadable += 1
    elif made.changes == good.changes and made.drift == good.drift:
        count.same += 1
    else:
        as_text(made, Screen()).encode()
        count.other += 1
