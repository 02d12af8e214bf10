"""The conformance kit, on Marketo's emulator."""

from __future__ import annotations

import pytest
from mopsctl_marketo import provider
from mopsctl_marketo.emulator import MarketoEmulator

from mopsctl.testing.conformance import AdapterConformance
from mopsctl.testing.stories import Profile


def camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.fixture(autouse=True)
def _no_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kit's waits take no time, so that every call would fall into one window; test_limits.py tests the limit."""
    monkeypatch.setattr(MarketoEmulator, "limits", {**MarketoEmulator.limits, "calls_in_20_seconds": 10**9})


class TestMarketo(AdapterConformance):
    provider = provider
    profile = Profile(
        object="person",
        name=camel,
        volatile=("createdAt", "updatedAt"),
        types=frozenset(
            {
                "text",
                "email",
                "phone",
                "url",
                "integer",
                "decimal",
                "currency",
                "percent",
                "boolean",
                "date",
                "datetime",
            }
            | {"choice", "multi_choice", "country"}
        ),
    )
