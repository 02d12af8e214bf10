"""What a killed apply did is kept: in the record, through another plan, and through people who fix the record."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mopsctl import sessions
from mopsctl.engine.journal import Journal
from mopsctl.errors import VendorError
from mopsctl.state.local import LocalStore
from mopsctl.state.model import State
from tests.journeys.conftest import Stack

REASON = "hubspot:property/contact.recycle_reason"
HUBSPOT = ("--only", "hubspot:*")


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def killed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Applies, and dies when all is done and before the record is written; `after` writes of the record go well."""

    def run(*options: str, after: int = 0) -> None:
        real, count = LocalStore.write, iter(range(9))

        def dies(store: LocalStore, state: State) -> None:
            if next(count) == after:
                raise Killed
            real(store, state)

        with monkeypatch.context() as patch:
            patch.setattr(LocalStore, "write", dies)
            with pytest.raises(Killed):
                stack.apply(*options, *HUBSPOT)

    return run


@pytest.fixture
def archiving(stack: Stack) -> Stack:
    stack.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
    return stack


def _moves(stack: Stack, *options: str) -> dict[str, str]:
    return {
        each["address"]: each["action"]
        for each in stack.plan(*HUBSPOT, *options)["changes"]
        if each["action"] != "manual"
    }


def test_what_a_killed_run_made_stays_ours_when_the_next_run_is_killed_too(
    archiving: Stack, killed: Callable[..., None]
) -> None:
    killed()
    archiving.drop_field("recycle_reason")
    archiving.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    killed(after=1)
    assert _moves(archiving, "--allow-remove") == {REASON: "remove"}
    assert archiving.apply("--allow-remove", *HUBSPOT).code == 0
    assert _moves(archiving, "--allow-remove") == {}


def test_a_run_killed_between_record_and_journal_is_done(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_journal: Journal) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "clear", dies)
        with pytest.raises(Killed):
            stack.apply(*HUBSPOT)
    assert _moves(stack) == {}
    assert stack.run("apply", stack.folder, "-e", "local", "--resume").code == 0
    assert _moves(stack) == {}


def test_the_record_after_a_killed_run_can_be_looked_at_and_mended(
    archiving: Stack, killed: Callable[..., None]
) -> None:
    killed()
    options = ["-e", "local", "--stack", archiving.folder]
    assert REASON in archiving.run("state", "list", *options).out
    assert archiving.run("state", "forget", REASON, *options).code == 0
    assert REASON not in archiving.run("state", "list", *options).out
    archiving.drop_field("recycle_reason")
    assert _moves(archiving, "--allow-remove") == {}


def test_a_plan_beside_an_apply_looks_at_the_journal_before_the_record(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    for sort, name in ((Journal, "unfinished"), (LocalStore, "read")):
        monkeypatch.setattr(sort, name, _noting(looked, getattr(sort, name)))
    stack.plan(*HUBSPOT)
    assert looked == ["unfinished", "read"]


def test_a_connection_that_does_not_close_costs_no_record(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, count = sessions.opened, iter(range(9))

    @contextlib.contextmanager
    def unclosed(*arguments: Any) -> Iterator[tuple[sessions.Session, ...]]:
        with opened(*arguments) as found:
            yield found
            if next(count):
                raise VendorError("hubspot answered 500 to the end.")

    monkeypatch.setattr(sessions, "opened", unclosed)
    made = stack.apply(*HUBSPOT)
    assert made.code == 1
    assert "500 to the end" in made.err
    monkeypatch.undo()
    assert _moves(stack) == {}
    assert not list((stack.folder / ".mopsctl" / "journal").glob("*.jsonl"))


def _noting(looked: list[str], real: Callable[..., object]) -> Callable[..., object]:
    def look(self: object) -> object:
        looked.append(real.__name__)
        return real(self)

    return look
