"""The calls of a day: how many are left, and when they come back."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

ZONE = "America/Chicago"  # Marketo counts a day from midnight, US Central time


def _now() -> datetime:
    return datetime.now(UTC)


now: Callable[[], datetime] = _now  # looked up at call time, so that tests can stand in for it


def resets_at() -> datetime:
    """The next midnight in US Central time, in UTC."""
    try:
        zone = zoneinfo.ZoneInfo(ZONE)
    except zoneinfo.ZoneInfoNotFoundError:  # no time zones on this machine: the winter offset, at most an hour late
        return _midnight_after(now() - timedelta(hours=6)) + timedelta(hours=6)
    local = now().astimezone(zone)
    return _midnight_after(local).astimezone(UTC)


def _midnight_after(moment: datetime) -> datetime:
    return (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def reset_words() -> str:
    """When the calls of the day come back, for people."""
    return f"at midnight US Central time ({resets_at():%Y-%m-%d %H:%M} UTC)"


def used_today(result: list[Mapping[str, Any]]) -> int:
    """The calls of today so far, from the usage endpoint; nothing was called yet where it shows no day."""
    return int(result[-1].get("total", 0)) if result else 0


def words(left: int, of: int) -> str:
    """A line for the plan."""
    return f"{left:,} of {of:,} API calls left today, shared by all integrations; they come back {reset_words()}"
