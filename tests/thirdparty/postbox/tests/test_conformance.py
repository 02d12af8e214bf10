"""The Postbox adapter in mopsctl's conformance kit."""

from __future__ import annotations

from mopsctl_postbox import provider

from mopsctl.testing.conformance import AdapterConformance
from mopsctl.testing.stories import Profile


class TestPostbox(AdapterConformance):
    provider = provider
    profile = Profile(
        object="subscriber",
        name=lambda key: key,
        types=frozenset({"text", "integer", "boolean", "choice"}),
    )
