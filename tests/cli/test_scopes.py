"""The least rights that a connection needs, by the vendor's own names."""

from __future__ import annotations

import json

import pytest
from mopsctl_hubspot.emulator import tokens
from mopsctl_hubspot.emulator.objects import COMPANY, CONTACT, DEAL, TICKET

from mopsctl.provider import registry
from tests.cli.conftest import Cli

VENDORS = ("eloqua", "hubspot", "marketo", "salesforce")


@pytest.mark.parametrize("name", VENDORS)
def test_every_adapter_says_what_planning_and_applying_need(cli: Cli, name: str) -> None:
    said = cli("providers", name, "--scopes")
    assert said.code == 0
    assert "To plan and look for drift" in said.out
    assert "To apply, besides these" in said.out
    listed = json.loads(cli("providers", name, "--scopes", "--format", "json").out)["rights"]
    assert {each["use"] for each in listed} == {"plan", "apply"}
    flat = " ".join(said.out.split())
    assert all(each["name"] in flat and each["about"] in flat for each in listed)
    assert ("not confirmed" in said.out) is any(not each["documented"] for each in listed)


def test_the_name_of_an_adapter_is_wanted(cli: Cli) -> None:
    said = cli("providers", "--scopes")
    assert said.code == 64
    assert "wants the NAME of an adapter" in said.err


def test_an_adapter_that_is_not_there_has_no_rights(cli: Cli) -> None:
    said = cli("providers", "hubspott", "--scopes")
    assert said.code == 1
    assert "hubspott" in said.err


@pytest.mark.parametrize("kind", [CONTACT, COMPANY, DEAL, TICKET], ids=lambda kind: kind.scope)
def test_the_scopes_of_hubspot_are_what_its_stand_in_asks_for(kind: tokens.ObjectType) -> None:
    rights = registry.load("hubspot").rights
    reading = {each.name for each in rights if each.use == "plan"}
    assert reading & set(tokens.schema_scopes(kind, "read"))
    assert reading & set(tokens.record_scopes(kind, "read"))
    assert {each.name for each in rights} & set(tokens.schema_scopes(kind, "write"))
    assert {each.name for each in rights} <= {*tokens._WRITE}
