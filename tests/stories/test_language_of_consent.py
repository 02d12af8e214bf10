"""What public tables of consent rules say can be said: classes of addresses, regions, customers, an end of consent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.conftest import Story

Of = Callable[[str], Story]
POLICY = "consent/mail.yaml"


def test_031_a_table_with_three_classes_regions_and_customers(story: Of) -> None:
    here = story("031-consent-classes")
    here.opened()
    said = here.validate()
    assert said.code == 0, said.out
    assert "no findings" in said.out
    assert here.apply().code == 0


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("recipients: [shared]", "recipients: [sharde]", "CP001"),
        ("if_unknown: private", "if_unknown: individual", "CP015"),
        ("{field: is_customer, is: true}", "{field: is_customer, is: maybe}", "CP015"),
        ("{field: is_customer, is: true}", "{field: no_such, is: true}", "CP015"),
        ("countries: [US-CA]", "countries: [XX-CA]", "CP009"),
        ("region: state, ", "", "CP009"),
        ("{from: captured_at,", "{from: confirmed_at,", "CP003"),
        ("when: {field: is_customer, is: true}, ", "", "CP001"),
    ],
)
def test_031_what_is_not_declared_is_found(story: Of, old: str, new: str, rule: str) -> None:
    here = story("031-consent-classes")
    here.opened()
    here.edit(POLICY, old, new)
    said = here.validate()
    assert said.code == 3
    assert rule in said.out


def test_031_a_rule_for_a_whole_country_swallows_its_regions(story: Of) -> None:
    here = story("031-consent-classes")
    here.opened()
    line = "    - {key: ca_state, countries: [US-CA], accept: [express]}\n"
    here.edit(POLICY, line, "")
    here.edit(POLICY, "    - {key: rest,", line + "    - {key: rest,")
    assert "ca_state is never reached" in " ".join(here.validate().out.split())
