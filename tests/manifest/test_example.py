"""The example stack loads in every environment, without findings, and shows what the language can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from mopsctl.manifest.loader import load_stack

EXAMPLE = Path(__file__).parents[2] / "stacks" / "example"
ENVIRON = {"HS_STAGE_SAL": "111", "HS_STAGE_RECYCLED": "222"}


@pytest.mark.parametrize("environment", [None, "local", "sandbox", "production"])
def test_it_loads_without_findings(environment: str | None) -> None:
    loaded = load_stack(EXAMPLE, environment, ENVIRON)
    assert loaded.diagnostics == ()
    assert loaded.stack is not None


def test_the_local_environment_needs_nothing_from_outside() -> None:
    loaded = load_stack(EXAMPLE, "local", {})
    assert loaded.diagnostics == ()
    assert loaded.environment is not None
    assert loaded.environment.emulated


def test_ids_of_an_account_come_from_the_environment() -> None:
    stages = {}
    for name in ("local", "sandbox"):
        stack = load_stack(EXAMPLE, name, ENVIRON).stack
        assert stack is not None
        stages[name] = {stack.lifecycles[each].stages["sal"].values["hubspot"] for each in ("person", "company")}
    assert stages == {"local": {"2444598513"}, "sandbox": {"111"}}


def test_it_has_people_and_companies_and_one_number_in_one_place() -> None:
    stack = load_stack(EXAMPLE, "sandbox", ENVIRON).stack
    assert stack is not None
    assert {each.object for each in stack.catalogs.values()} == {"person", "company"}
    assert stack.scoring_models["person-engagement"].bands["2"] == 25
    assert stack.consent_policies["marketing"].sample
    assert stack.consent_policies["marketing"].rules["norway_email"].countries == ("NO",)
