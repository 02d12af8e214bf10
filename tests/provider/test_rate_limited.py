"""A used-up limit that one collection meets is everybody's: no adapter asks on for the next collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from mopsctl.address import Address
from mopsctl.errors import RateLimited
from mopsctl.provider import http, registry
from mopsctl.provider.http import MOST_ATTEMPTS
from mopsctl.testing.account import emulated

OBJECTS = {"hubspot": "contact", "salesforce": "Lead", "marketo": "person", "eloqua": "contact"}


@pytest.mark.parametrize("name", OBJECTS)
def test_one_limited_collection_ends_the_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(http, "sleep", waits.append)
    provider = registry.load(name)
    known = [
        Address("system", kind, f"{OBJECTS[name]}.x")
        for kind in sorted(provider.kinds)
        if provider.kinds[kind].readable
    ]
    assert len(known) > 1
    with emulated(provider, tmp_path) as account:
        system = account.world().system
        system.identify()
        account.handle.reset_counters()
        account.handle.fault("rate_limited", kind="read", times=0)
        with pytest.raises(RateLimited):
            system.read([], known)
        assert account.handle.counters()["requests"] <= MOST_ATTEMPTS
        assert len(waits) < MOST_ATTEMPTS


@pytest.mark.parametrize("name", OBJECTS)
def test_who_cannot_even_say_who_answers_asks_no_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "sleep", lambda _seconds: None)
    with emulated(registry.load(name), tmp_path) as account:
        system = account.world().system
        account.handle.reset_counters()
        account.handle.fault("rate_limited", kind="read", times=0)
        with pytest.raises(RateLimited):
            system.identify()
        assert account.handle.counters()["requests"] <= MOST_ATTEMPTS + 2  # after a token and a place to ask at
