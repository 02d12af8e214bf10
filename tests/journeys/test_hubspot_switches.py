"""The example on HubSpot's stand-in under every experimental switch: no change fails, and what cannot be done is said before."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from mopsctl_hubspot import provider

from tests.journeys.conftest import Stack

EVERY = [list(each) for each in chain.from_iterable(combinations(sorted(provider.switches), n) for n in range(3))]


@pytest.mark.parametrize("switches", EVERY, ids=lambda each: "+".join(each) or "none")
def test_the_example_ends_without_a_failed_change(stack: Stack, switches: list[str]) -> None:
    local = stack.folder / "environments" / "local.yaml"
    text = local.read_text(encoding="utf-8")
    named = ", ".join(switches)
    local.write_text(
        text.replace("connections:\n", f"connections:\n    hubspot: {{experimental: [{named}]}}\n"), "utf-8"
    )
    only = ("--only", "hubspot:*")
    before = stack.plan(*only)
    told = [each["message"] for each in before["verdicts"] if each["rule"] == "HS023"]
    assert (len(told) == 2) is ("lifecycle-stage-writes" in switches)
    done = stack.apply(*only)
    assert done.code == 0, done.out[-2000:]
    after = stack.plan(*only)
    assert [each["address"] for each in after["changes"] if each["action"] != "manual"] == []
