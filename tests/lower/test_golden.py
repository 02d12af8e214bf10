"""What a small stack becomes on two systems, element by element."""

from __future__ import annotations

import pytest

from mopsctl.engine.lower import lower
from tests.lower import listing


@pytest.mark.parametrize("system", listing.SYSTEMS)
def test_a_stack_becomes_what_the_golden_listing_says(system: str) -> None:
    golden = (listing.GOLDEN / f"{system}.txt").read_text("utf-8")
    assert listing.listing(lower(listing.stack(), system)) == golden


def test_a_system_that_the_stack_does_not_name_gets_nothing() -> None:
    assert lower(listing.stack(), "desk") == ()
