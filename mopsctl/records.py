"""What people may do to the state, by hand: look, rename, forget, break a dead holder's lock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from mopsctl.address import Address
from mopsctl.diagnostics import did_you_mean
from mopsctl.engine.journal import Journal, folded
from mopsctl.errors import UsageError
from mopsctl.state.local import Holder, LocalStore
from mopsctl.state.model import Entry, State, fresh


def read(folder: Path, environment: str) -> State:
    """The record of an environment, with what a broken run did. Raises UsageError where nothing was applied to it yet."""
    unfinished = Journal(folder, environment).unfinished()
    found = LocalStore(folder, environment).read()
    if unfinished is not None:
        return folded(found or fresh(unfinished.plan.stack, environment), unfinished)
    if found is None:
        known = sorted(path.stem for path in (folder / ".mopsctl" / "state").glob("*.json"))
        hint = did_you_mean(environment, known) or (
            f"there are records of: {', '.join(known)}" if known else "apply to it first, or go to the stack's folder"
        )
        raise UsageError(f"There is no record of the environment {environment} here.", hint=hint)
    return found


def holder(folder: Path, environment: str) -> Holder | None:
    """Who holds the environment's lock, or held it when their process ended."""
    return LocalStore(folder, environment).holder()


def matching(state: State, patterns: Sequence[str]) -> tuple[Entry, ...]:
    """The things whose address fits one of the patterns (all without a pattern), by address."""
    fits = (
        entry
        for address, entry in state.entries.items()
        if not patterns or any(fnmatchcase(str(address), pattern) for pattern in patterns)
    )
    return tuple(sorted(fits, key=lambda entry: entry.address))


def entry(state: State, text: str) -> Entry:
    """The thing of that address. Raises UsageError with the nearest address."""
    address = _address(text)
    if address not in state.entries:
        known = [str(each) for each in state.entries]
        raise UsageError(
            f"{address} is not in the record of {state.environment}.",
            hint=did_you_mean(text, known) or "'mopsctl state list' shows what is",
        )
    return state.entries[address]


def move(folder: Path, environment: str, old: str, new: str) -> Entry:
    """Record a thing under another address; nothing happens on any system."""
    target = _address(new)

    def moved(state: State) -> State:
        found = entry(state, old)
        if target in state.entries:
            raise UsageError(f"{target} is in the record already.", hint="forget one of the two first")
        return state.without(found.address).with_entry(replace(found, address=target))

    return _changed(folder, environment, moved).entries[target]


def forget(folder: Path, environment: str, text: str) -> Entry:
    """Take a thing out of the record: it stays on its system and is no longer watched."""
    found = entry(read(folder, environment), text)
    _changed(folder, environment, lambda state: state.without(entry(state, text).address))
    return found


def unlock(folder: Path, environment: str, holder_id: str) -> Holder:
    """Break the hold of that id. Raises LockHeld where its process lives."""
    return LocalStore(folder, environment).unlock(holder_id)


def _changed(folder: Path, environment: str, change: Callable[[State], State]) -> State:
    store, diary = LocalStore(folder, environment), Journal(folder, environment)
    with store.lock("state"), contextlib.closing(diary):
        before, unfinished = read(folder, environment), diary.unfinished()
        after = change(before)
        after = replace(after, serial=before.serial + 1)
        store.write(after)
        if unfinished is not None and not unfinished.recorded:
            diary.start(unfinished.plan, again=True)
            diary.recorded()  # or the next plan would take from the journal what was fixed here
    return after


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise UsageError(f"{error}.", hint="for instance hubspot:property/contact.business_unit") from error
