"""A process that is killed at any write, resumed, ends where an unbroken run ends; and so does a run that meets any fault."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mopsctl import workflow
from mopsctl.emulator.call import Call, Cut
from mopsctl.emulator.server import Handle, running
from mopsctl.provider import http, registry
from tests.journeys import child
from tests.journeys.conftest import Run

SYSTEMS = ("hubspot", "salesforce")
FIELDS = 12
TYPES = ("text", "integer", "date", "boolean")
VOLATILE = (
    "createdAt",
    "updatedAt",
    "archivedAt",
    "CreatedDate",
    "LastModifiedDate",
    "SystemModstamp",
    "completedDate",
)


@dataclass(frozen=True)
class Estate:
    """A stack over two emulated accounts that live in this process, reached the way real ones are."""

    folder: Path
    handles: dict[str, Handle]
    environment: dict[str, str]
    run: Callable[..., Run]

    def fresh(self) -> None:
        """Both accounts and the record as on the first day."""
        for handle in self.handles.values():
            handle.reset()
        shutil.rmtree(self.folder / ".mopsctl", ignore_errors=True)

    def apply(self, *options: str) -> Run:
        return self.run("apply", self.folder, "-e", "there", *options)

    def stored(self) -> dict[str, list[str]]:
        """What both accounts hold, without ids and times and the order of making."""
        return {name: sorted(_documents(handle.dump(VOLATILE))) for name, handle in self.handles.items()}

    def writes(self) -> dict[str, int]:
        return {name: handle.counters()["writes"] for name, handle in self.handles.items()}

    def settle(self) -> None:
        """Go on with what broke off, then plan and apply; afterwards nothing is left."""
        self.apply("--resume")
        ask = workflow.Ask(self.folder, "there", counts=False)
        made = workflow.plan(ask)
        if made.pending:
            assert workflow.apply(ask, made).complete
            made = workflow.plan(ask)
        assert [change.address for change in made.changes if change.action != "by-hand"] == []


def _documents(dump: Any) -> Iterator[str]:
    for name, collection in dump.items():
        for document in collection.values():
            yield json.dumps([name, _without_ids(document)], sort_keys=True)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(each) for key, each in value.items() if key.lower() not in ("id", "_id", "parentid")}
    return [_without_ids(each) for each in value] if isinstance(value, list) else value


def _rows() -> str:
    return "".join(
        f"    - {{key: f_{number}, type: {TYPES[number % len(TYPES)]}, label: Field {number}, owner: shared, group: kit, "
        f"in: {{hubspot: kit_f_{number}, salesforce: Kit_F_{number}__c}}}}\n"
        for number in range(FIELDS)
    )


def _write_stack(folder: Path, connections: str) -> None:
    (folder / "catalog").mkdir(parents=True)
    (folder / "environments").mkdir()
    (folder / "mopsctl.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: estate}\nspec:\n  include: [catalog/*.yaml]\n"
        "  systems: {hubspot: {role: marketing-automation}, salesforce: {role: crm}}\n",
        encoding="utf-8",
    )
    (folder / "catalog" / "person.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: FieldCatalog\nmetadata: {name: person, owner: ops}\nspec:\n  object: person\n"
        "  bind: {hubspot: contact, salesforce: [Lead, Contact]}\n  groups: [{key: kit, label: Kit, in: {hubspot: kit}}]\n"
        f"  fields:\n{_rows()}",
        encoding="utf-8",
    )
    (folder / "environments" / "there.yaml").write_text(
        f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: there}}\nspec:\n  connections:\n{connections}",
        encoding="utf-8",
    )


def _connection(handle: Handle) -> dict[str, str]:
    """The connection of an account; of HubSpot with credentials that can be renewed, for the token that expires."""
    settings = dict(handle.connection)
    renewable = getattr(handle.emulator, "oauth_client", None)
    if renewable is not None:
        del settings["token"]
        settings |= renewable()
    return settings


@pytest.fixture
def estate(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    monkeypatch.setattr(http, "sleep", lambda _seconds: None)
    with contextlib.ExitStack() as stack:
        handles, environment, connections = {}, {}, ""
        for name in SYSTEMS:
            provider = registry.load(name)
            handles[name] = stack.enter_context(running(provider.emulator(), persona="sandbox"))  # type: ignore[arg-type]
            settings = _connection(handles[name])
            for key in sorted(set(settings) & provider.secret_settings):
                variable = f"ESTATE_{name}_{key}".upper()
                environment[variable], settings[key] = settings[key], f"${{env:{variable}}}"
            connections += f"    {name}: {json.dumps(settings)}\n"
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        _write_stack(tmp_path / "estate", connections)
        yield Estate(tmp_path / "estate", handles, environment, run)


def test_killed_before_and_after_every_write_and_resumed_it_ends_like_an_unbroken_run(estate: Estate) -> None:
    child.preload()
    assert estate.apply("--yes").code == 0
    unbroken, writes = estate.stored(), estate.writes()
    plan = json.loads((estate.folder / ".mopsctl" / "state" / "there.json").read_text(encoding="utf-8"))
    assert len(plan["things"]) >= 30
    for name in SYSTEMS:
        for number in range(writes[name]):
            for moment in ("before", "after"):
                estate.fresh()
                _killed(estate, name, number, moment)
                estate.settle()
                assert estate.stored() == unbroken, f"{name}: killed {moment} write {number + 1} of {writes[name]}"


def _killed(estate: Estate, name: str, number: int, moment: str) -> None:
    """Apply in another process and kill it right before, or right after, that write takes effect."""
    process = child.start(["apply", str(estate.folder), "-e", "there", "--yes"], estate.environment)
    left = iter(range(number, -1, -1))
    handle = estate.handles[name]

    def kill(_call: Call) -> None:
        if next(left, None) == 0:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            raise Cut

    (handle.before_write if moment == "before" else handle.after_write)(kill)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    for each in estate.handles.values():
        _forget_hooks(each)


def _forget_hooks(handle: Handle) -> None:
    """The hooks belonged to the process that is gone."""
    handle._desk.before_write.clear()
    handle._desk.after_write.clear()


FAULTS: dict[str, dict[str, Any]] = {
    "lost_request": {},
    "lost_response": {},
    "status": {"status": 503},
    "html": {"status": 502},
    "garbage": {},
    "expired_token": {},
    "rate_limited": {},
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_at_each_call_ends_in_a_heap_and_after_resume_in_the_same_end(estate: Estate, fault: str) -> None:
    assert estate.apply("--yes").code == 0
    unbroken = estate.stored()
    calls = {name: handle.counters()["requests"] for name, handle in estate.handles.items()}
    for name in SYSTEMS:
        for number in range(calls[name]):
            estate.fresh()
            estate.handles[name].fault(fault, after=number, **FAULTS[fault])
            made = estate.apply("--yes", "--format", "json")
            estate.handles[name].clear_faults()
            assert made.code in (0, 1, 3, 5), made.err
            _fits_its_exit_code(made)
            estate.settle()
            assert estate.stored() == unbroken, f"{name}: {fault} at call {number + 1} of {calls[name]}"


def _fits_its_exit_code(made: Run) -> None:
    document = made.document
    if "error" in document:
        assert made.code in (1, 3)
        return
    outcomes = {each["outcome"] for each in document["changes"]}
    assert outcomes <= {"done", "failed", "unknown", "skipped", "not-started", "refused"}
    assert (made.code == 0) == (outcomes == {"done"})


def test_the_first_signal_drains_and_a_resume_goes_on(estate: Estate) -> None:
    child.preload()
    assert estate.apply("--yes").code == 0
    unbroken = estate.stored()
    for number in (signal.SIGINT, signal.SIGTERM):
        estate.fresh()
        process = child.start(["apply", str(estate.folder), "-e", "there", "--yes"], estate.environment)
        sent = iter([None])

        def interrupt(_call: Call, pid: int | None = process.pid, number: int = number, sent: Any = sent) -> None:
            for _ in sent:
                assert pid is not None
                os.kill(pid, number)

        estate.handles["hubspot"].before_write(interrupt)
        process.join()
        assert process.exitcode == 130
        for each in estate.handles.values():
            _forget_hooks(each)
        estate.settle()
        assert estate.stored() == unbroken
