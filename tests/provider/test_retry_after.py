"""How long a vendor asks to wait."""

from __future__ import annotations

import datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.provider.http import retry_after

NOON = datetime.datetime(2026, 6, 1, 12, 0, 0, tzinfo=datetime.UTC)


def answer(**headers: str) -> httpx.Response:
    """An answer with these headers, `_` for `-`."""
    return httpx.Response(429, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("12", 12.0),
        ("0.5", 0.5),
        (" 3 ", 3.0),
        ("-4", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_seconds_are_read(said: str, seconds: float | None) -> None:
    assert retry_after(answer(retry_after=said)) == seconds


def test_an_answer_may_say_nothing() -> None:
    assert retry_after(answer()) is None


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Mon, 01 Jun 2026 12:00:30 GMT", 30.0),
        ("Mon, 01 Jun 2026 14:00:30 +0200", 30.0),
        ("Mon, 01 Jun 2026 11:59:00 GMT", 0.0),
    ],
)
def test_a_date_counts_from_the_answers_own(until: str, seconds: float) -> None:
    assert retry_after(answer(retry_after=until, date=format_datetime(NOON, usegmt=True))) == seconds


def test_a_date_counts_from_now_where_the_answer_has_none() -> None:
    assert retry_after(answer(retry_after="Fri, 31 Dec 1999 23:59:59 GMT")) == 0.0
    far = retry_after(answer(retry_after="Tue, 31 Dec 2999 23:59:59 GMT", date="today"))
    assert far is not None
    assert far > 0


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_whatever_is_said_is_a_wait_or_nothing(said: str) -> None:
    found = retry_after(answer(retry_after=said))
    assert found is None or 0 <= found < float("inf")
