"""Emulated accounts that live in this process and outlast the runs against them, so that a run can be killed in earnest."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mopsctl_hubspot.emulator import HubSpotEmulator
from mopsctl_marketo import pace

from mopsctl.emulator.call import Call, Cut
from mopsctl.emulator.server import Handle, running
from mopsctl.provider import http, registry
from tests.journeys import child
from tests.journeys.conftest import Run

ALL = ("eloqua", "hubspot", "marketo", "salesforce")
VOLATILE = (
    "createdAt",
    "updatedAt",
    "archivedAt",
    "createdDate",
    "CreatedDate",
    "LastModifiedDate",
    "SystemModstamp",
    "completedDate",
)
_IDS = ("id", "_id", "parentid", "optionlistid")


@dataclass(frozen=True)
class Snapshot:
    """Everything that a run left: what the accounts hold, and the folder of the record and the journal."""

    accounts: Mapping[str, bytes]
    folder: Path


@dataclass
class Estate:
    """A stack over emulated accounts that live in this process, reached the way real ones are."""

    folder: Path
    handles: dict[str, Handle]
    environment: dict[str, str]
    run: Callable[..., Run]
    options: Sequence[str] = ()
    _snapshots: int = field(default=0)

    @property
    def own(self) -> Path:
        """Where runs leave their record and journal."""
        return self.folder / ".mopsctl"

    def apply(self, *options: str) -> Run:
        return self.run("apply", self.folder, "-e", "there", *self.options, *options)

    def plan(self) -> Any:
        """The plan as JSON."""
        made = self.run("plan", self.folder, "-e", "there", "--format", "json", *self.options)
        assert made.code == 0, made.out + made.err
        return made.document

    def stored(self) -> dict[str, list[str]]:
        """What the accounts hold, without ids and times and the order of making."""
        return {name: sorted(_documents(handle.dump(VOLATILE))) for name, handle in self.handles.items()}

    def record(self) -> dict[str, Any]:
        """What is on record as ours, without the vendors' ids."""
        data = json.loads((self.own / "state" / "there.json").read_text(encoding="utf-8"))
        return {address: {**thing, "id": thing["id"] is not None} for address, thing in data["things"].items()}

    def writes(self) -> dict[str, int]:
        return {name: handle.counters()["writes"] for name, handle in self.handles.items()}

    def snapshot(self) -> Snapshot:
        """Keep everything as it is now."""
        self._snapshots += 1
        kept = self.folder.parent / f"snapshot-{self._snapshots}"
        if self.own.exists():
            shutil.copytree(self.own, kept)
        else:
            kept.mkdir()
        return Snapshot({name: _serialized(handle) for name, handle in self.handles.items()}, kept)

    def restore(self, kept: Snapshot) -> None:
        """Put everything back; what was running against it is over."""
        for name, handle in self.handles.items():
            with handle.store._lock:
                handle.store._connection.deserialize(kept.accounts[name])
            forget_hooks(handle)
        shutil.rmtree(self.own, ignore_errors=True)
        shutil.copytree(kept.folder, self.own)

    def kill(self, name: str, which: Callable[[Call], bool], moment: str) -> None:
        """Apply in another process and kill it right before, or right after, the first such write of this account takes effect."""
        arguments = ["apply", str(self.folder), "-e", "there", "--yes", *self.options]
        process = child.start(arguments, self.environment)
        handle = self.handles[name]

        def kill(call: Call) -> None:
            if which(call):
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                raise Cut

        (handle.before_write if moment == "before" else handle.after_write)(kill)
        process.join()
        wrong = f"{name}: it ended by itself ({process.exitcode}), after {handle.requests()[-40:]}"
        assert process.exitcode == -signal.SIGKILL, wrong
        for each in self.handles.values():
            forget_hooks(each)

    def flushes(self) -> int:
        """How often an apply that nothing happens to flushes a file to disk."""
        with pytest.MonkeyPatch.context() as patch:
            real, count = os.fsync, []
            patch.setattr(os, "fsync", lambda handle: (count.append(handle), real(handle))[1])
            made = self.apply("--yes")
        assert made.code == 0, made.out + made.err
        return len(count)

    def kill_at_flush(self, number: int) -> None:
        """Apply in another process that dies before it flushes a file for the time of that number."""
        arguments = ["apply", str(self.folder), "-e", "there", "--yes", *self.options]
        process = child.start(arguments, self.environment, number)
        process.join()
        assert process.exitcode == -signal.SIGKILL, f"it ended by itself: {process.exitcode}"


def numbered(number: int) -> Callable[[Call], bool]:
    """The write of that number, from 0, and every one after it."""
    left = iter(range(number))
    return lambda _call: next(left, None) is None


def on(method: str, path: str) -> Callable[[Call], bool]:
    """A write of that method whose path ends so."""
    return lambda call: call.method == method and call.path.endswith(path)


def resumed(estate: Estate) -> None:
    """Go on with the run that broke off; nothing of it is refused."""
    made = estate.apply("--resume", "--format", "json")
    assert made.code == 0, not_done(made)


def planned_anew(estate: Estate) -> None:
    """A plain plan without errors, and its apply."""
    errors = [each for each in estate.plan()["verdicts"] if each["level"] == "error"]
    assert not errors, json.dumps(errors, indent=1)
    made = estate.apply("--yes", "--format", "json")
    assert made.code == 0, not_done(made)


def not_done(made: Run) -> str:
    """What an apply says of the changes that are not done."""
    document = made.document
    changes = [each for each in document.get("changes", ()) if each["outcome"] != "done"]
    return json.dumps(changes or document, indent=1)


WAYS: Mapping[str, Callable[[Estate], None]] = {"resumed": resumed, "planned anew": planned_anew}


@dataclass(frozen=True)
class End:
    """How a run ended: what the accounts hold, what is on record, what is left to do."""

    stored: Mapping[str, list[str]]
    record: Mapping[str, Any]
    left: Mapping[str, str]


def end(estate: Estate) -> End:
    """How the last run ended."""
    left = {each["address"]: each["action"] for each in estate.plan()["changes"] if each["action"] != "manual"}
    return End(estate.stored(), estate.record(), left)


def unbroken(estate: Estate, start: Snapshot) -> End:
    """The end of a run that nothing happens to."""
    estate.restore(start)
    made = estate.apply("--yes")
    assert made.code == 0, made.out + made.err
    found = end(estate)
    assert found.left == {}
    return found


def unequal(estate: Estate, expected: End, what: str) -> list[str]:
    """Go on in each way with the run that was just killed, and say which of them did not end like the unbroken one."""
    broken, wrong = estate.snapshot(), []
    for way, go_on in WAYS.items():
        estate.restore(broken)
        try:
            go_on(estate)
            differing = differences(end(estate), expected)
        except AssertionError as error:
            differing = str(error)[:1500]
        wrong += [f"{what}, {way}: {differing}"] if differing else []
    return wrong


def differences(found: End, expected: End) -> str:
    """Where an end is another one than the unbroken run's."""
    said = []
    for name, lines in expected.stored.items():
        said += [f"{name} lacks {each}" for each in lines if each not in found.stored[name]]
        said += [f"{name} has {each}" for each in found.stored[name] if each not in lines]
    for address in sorted(expected.record.keys() | found.record.keys()):
        one, other = found.record.get(address, {}), expected.record.get(address, {})
        moved = {key: (one.get(key), other.get(key)) for key in sorted(one.keys() | other.keys())}
        moved = {key: pair for key, pair in moved.items() if pair[0] != pair[1]}
        said += [f"the record of {address}, now and expected: {moved}"] if moved else []
    said += [f"left to do: {found.left}"] if found.left else []
    return "\n".join(said) if said or found == expected else "another number of things"


def _serialized(handle: Handle) -> bytes:
    with handle.store._lock:
        return bytes(handle.store._connection.serialize())


def forget_hooks(handle: Handle) -> None:
    """The hooks belonged to the process that is gone."""
    handle._desk.before_write.clear()
    handle._desk.after_write.clear()


def _documents(dump: Any) -> Iterator[str]:
    for name, collection in dump.items():
        for document in collection.values():
            yield json.dumps([name, _without_ids(document)], sort_keys=True)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(each) for key, each in value.items() if key.lower() not in _IDS}
    return [_without_ids(each) for each in _in_order(value)] if isinstance(value, list) else value


def _in_order(listed: list[Any]) -> list[Any]:
    """A list that says its order in numbers, put in that order: which numbers they are means nothing."""
    if not listed or not all(isinstance(each, dict) and "displayOrder" in each for each in listed):
        return listed
    ordered = sorted(listed, key=lambda each: each["displayOrder"])
    return [{key: each for key, each in one.items() if key != "displayOrder"} for one in ordered]


def _connection(handle: Handle) -> dict[str, Any]:
    """The connection of an account; of HubSpot with credentials that can be renewed, for the token that expires."""
    settings: dict[str, Any] = dict(handle.connection)
    renewable = getattr(handle.emulator, "oauth_client", None)
    if renewable is not None:
        del settings["token"]
        settings |= renewable()
    return settings


@contextlib.contextmanager
def estate_of(
    folder: Path, systems: Sequence[str], run: Callable[..., Run], patch: pytest.MonkeyPatch, more: Mapping[str, Any]
) -> Iterator[Estate]:
    """A stack folder with an environment `there` over fresh accounts; `more` are further settings by system."""
    patch.setattr(http, "sleep", lambda _seconds: None)
    pace.start_over()
    with contextlib.ExitStack() as stack:
        handles, environment, connections = {}, {}, ""
        for name in systems:
            provider = registry.load(name)
            handles[name] = stack.enter_context(running(provider.emulator(), persona="sandbox"))  # type: ignore[arg-type]
            if isinstance(handles[name].emulator, HubSpotEmulator):
                # Nobody here really waits for a window to pass: a second goes by at every call.
                handles[name].emulator.clock = itertools.count().__next__
            settings = _connection(handles[name]) | dict(more.get(name, {}))
            for key in sorted(set(settings) & provider.secret_settings):
                variable = f"ESTATE_{name}_{key}".upper()
                environment[variable], settings[key] = settings[key], f"${{env:{variable}}}"
            connections += f"    {name}: {json.dumps(settings)}\n"
        for variable, value in environment.items():
            patch.setenv(variable, value)
        (folder / "environments").mkdir(parents=True, exist_ok=True)
        (folder / "environments" / "there.yaml").write_text(
            f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: there}}\nspec:\n  connections:\n{connections}",
            encoding="utf-8",
        )
        yield Estate(folder, handles, environment, run)
