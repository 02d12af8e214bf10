"""The least rights that a connection needs, by the vendor's own names."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from mopsctl_hubspot.emulator import tokens
from mopsctl_hubspot.emulator.objects import COMPANY, CONTACT, DEAL, TICKET

from mopsctl.provider import registry
from tests.cli.conftest import Cli

EXAMPLE = Path(__file__).parents[2] / "stacks" / "example"
HUBSPOT = ("-e", "local", "--only", "hubspot:*")
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


def rights(*uses: str) -> set[str]:
    return {each.name for each in registry.load("hubspot").rights if each.use in uses}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "stack", ignore=shutil.ignore_patterns(".mopsctl")))


def hold(monkeypatch: pytest.MonkeyPatch, scopes: Iterable[str]) -> None:
    """Let the token of the stand-in hold these and no more."""
    monkeypatch.setitem(tokens._SCOPES, "full", sorted(scopes))


def test_the_rights_to_plan_are_enough_to_plan(cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, rights("plan"))
    said = cli("plan", stack, *HUBSPOT)
    assert said.code == 0
    assert "25 to add" in said.out
    assert "lacks" not in said.out


def test_the_rights_to_plan_are_not_enough_to_apply(cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, rights("plan"))
    said = cli("apply", stack, *HUBSPOT, "--yes")
    assert said.code != 0
    assert "lacks the scope crm.schemas.contacts.write" in " ".join((said.out + said.err).split())


def test_the_rights_to_apply_are_enough_to_apply(cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, rights("plan", "apply"))
    said = cli("apply", stack, *HUBSPOT, "--yes")
    assert "Applied: 25 done" in said.out + said.err


@pytest.mark.parametrize(
    "lost", ["crm.objects.contacts.read", "crm.objects.companies.read", "communication_preferences.read"]
)
def test_planning_without_one_of_them_is_refused(
    cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    hold(monkeypatch, rights("plan") - {lost})
    said = cli("plan", stack, *HUBSPOT)
    assert said.code == 1
    assert f"lacks the scope {lost}" in " ".join(said.out.split())


@pytest.mark.parametrize("lost", ["crm.schemas.contacts.write", "crm.schemas.companies.write"])
def test_applying_without_one_of_them_is_refused(
    cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    hold(monkeypatch, rights("plan", "apply") - {lost})
    said = cli("apply", stack, *HUBSPOT, "--yes")
    assert said.code != 0
    assert f"lacks the scope {lost}" in " ".join((said.out + said.err).split())
