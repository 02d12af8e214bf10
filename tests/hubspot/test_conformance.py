"""The HubSpot adapter in the conformance kit."""

from __future__ import annotations

from mopsctl_hubspot import provider

from mopsctl.testing.conformance import AdapterConformance
from mopsctl.testing.stories import Profile

TYPES = (
    "text",
    "long_text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "phone",
    "url",
)


class TestHubSpot(AdapterConformance):
    provider = provider
    profile = Profile(
        object="contact",
        name=lambda key: key,
        types=frozenset(TYPES),  # type: ignore[arg-type]
        volatile=("createdAt", "updatedAt", "archivedAt"),
    )
