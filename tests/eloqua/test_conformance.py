from __future__ import annotations

from mopsctl_eloqua import provider

from mopsctl.testing.conformance import AdapterConformance
from mopsctl.testing.stories import Profile


def database_name(key: str) -> str:
    """What Eloqua makes of the label that the kit gives to this key."""
    return f"C_{key.capitalize()}1"


class TestEloqua(AdapterConformance):
    provider = provider
    profile = Profile(
        object="contact",
        name=database_name,
        types=frozenset(
            {
                "text", "long_text", "email", "phone", "url", "integer", "decimal", "currency", "percent", "boolean", "date",
                "datetime", "choice", "multi_choice", "country", "reference",
            }
        ),
        volatile=("id", "optionListId", "createdAt", "updatedAt", "updatedBy"),
        texts=frozenset({"description", "label", "name"}),
    )  # fmt: skip
