"""The first signal drains, the second one leaves; what the run itself does does not count."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from mopsctl.engine.report import Event, silent
from mopsctl.signals import AT_ONCE, Stop, stopping


class Left(BaseException):
    """The process would be gone."""


@pytest.fixture(autouse=True)
def leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> None:
        assert code == AT_ONCE
        raise Left

    monkeypatch.setattr(os, "_exit", leave)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_one_is_a_wish_and_told_and_the_second_one_an_order(number: signal.Signals) -> None:
    told: list[Event] = []
    with stopping(told.append) as stop:
        signal.raise_signal(number)
        assert (stop.name, stop.event.is_set(), len(told)) == (number.name, True, 1)
        with pytest.raises(Left):
            signal.raise_signal(signal.SIGINT)


def test_a_run_that_stops_by_itself_still_listens_to_the_first() -> None:
    with stopping(silent) as stop:
        stop.event.set()
        signal.raise_signal(signal.SIGTERM)
        assert stop.name == "SIGTERM"


def test_handlers_are_given_back_also_after_an_error() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyError), stopping(silent):
        raise KeyError
    assert signal.getsignal(signal.SIGTERM) is before


def test_outside_the_main_thread_nothing_is_touched() -> None:
    before, found = signal.getsignal(signal.SIGTERM), []

    def run() -> None:
        with stopping(silent) as stop:
            found.extend([stop, signal.getsignal(signal.SIGTERM)])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert isinstance(found[0], Stop)
    assert found[1] is before
