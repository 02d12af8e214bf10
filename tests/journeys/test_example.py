"""The example stack as its reader meets it: four systems that come to rest, steps that say where, and nothing idle in its files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mopsctl.condition import tests as questions
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.model import Stack as Model
from mopsctl.provider import registry
from tests.journeys.conftest import EXAMPLE, Prepared, Run, Stack

REPOSITORY = EXAMPLE.parents[1]
SYSTEMS = ("eloqua", "hubspot", "marketo", "salesforce")
ENVIRON = {"HS_STAGE_SAL": "111", "HS_STAGE_RECYCLED": "222"}

# Calls of one plan, and requests of everything from the first plan to the end of its apply, which reads once to check the file
# and again before each write, with room for a few more. Reading grows with collections only; HubSpot and Salesforce take many
# things in one write, Eloqua and Marketo take one at a time.
MOST_CALLS = {"eloqua": 8, "hubspot": 10, "marketo": 16, "salesforce": 26}
# What a plan and an apply take; HubSpot counts the records of each stage that no manifest names with a search of its own.
MOST_REQUESTS = {"eloqua": 80, "hubspot": 40, "marketo": 105, "salesforce": 65}

# What a manual step has to name: a path on a screen, or a place that has a name of its own.
A_PLACE = re.compile(r"\w > \w|Marketing Activities|Design Studio|on HubSpot's screens")


def moves(plan: Any) -> list[tuple[str, str]]:
    return [(each["action"], each["address"]) for each in plan["changes"] if each["action"] != "manual"]


def errors(plan: Any) -> list[Any]:
    return [each for each in plan["verdicts"] if each["level"] == "error"]


class TestRest:
    def test_after_an_apply_nothing_is_left_but_manual_steps(self, applied: Stack) -> None:
        second = applied.plan()
        assert [report["name"] for report in second["systems"]] == list(SYSTEMS)
        assert (moves(second), second["drift"], errors(second)) == ([], [], [])
        assert applied.apply().code == 0
        third = applied.plan()
        assert third["digest"] == second["digest"]
        assert {each["address"].partition(":")[0] for each in third["changes"]} == set(SYSTEMS)

    def test_the_first_plan_has_no_error_either(self, prepared: Prepared) -> None:
        assert errors(json.loads((prepared.planned / "plan.json").read_text(encoding="utf-8"))) == []

    @pytest.mark.usefixtures("saved")
    @pytest.mark.parametrize("system", SYSTEMS)
    def test_each_system_comes_to_rest_alone(self, stack: Stack, system: str) -> None:
        only = ("--only", f"{system}:*")
        assert stack.apply(*only).code == 0
        plan = stack.plan(*only)
        assert (moves(plan), errors(plan)) == ([], [])
        assert [report["name"] for report in plan["systems"]] == [system]

    def test_calls_grow_with_collections_and_not_with_things(self, applied: Stack, prepared: Prepared) -> None:
        first = json.loads((prepared.planned / "plan.json").read_text(encoding="utf-8"))
        requests = {}
        for system in SYSTEMS:
            with applied.screen(system) as handle:
                requests[system] = handle.counters()["requests"]
        assert _above(requests, MOST_REQUESTS) == {}
        for plan in (first, applied.plan()):
            assert _above({each["name"]: each["calls"] for each in plan["systems"]}, MOST_CALLS) == {}


def _above(counted: dict[str, int], most: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in counted.items() if number > most[name]}


def test_every_manual_step_says_where(prepared: Prepared) -> None:
    plan = json.loads((prepared.planned / "plan.json").read_text(encoding="utf-8"))
    steps = [each for each in plan["changes"] if each["action"] == "manual"]
    assert len(steps) > 100
    assert [each["address"] for each in steps if not A_PLACE.search(" ".join(each["steps"]))] == []
    assert [each["address"] for each in steps if not (each["why"] and each["owner"] and each["source"])] == []


def test_one_more_value_arrives_on_every_system(applied: Stack) -> None:
    applied.edit("catalog/person.yaml", '"251-1000", "1001+"]', '"251-1000", "1001+", "5001+"]')
    plan = applied.plan()
    assert moves(plan) == [
        ("change", "eloqua:option-list/Employee band"),
        ("change", "hubspot:property/contact.employee_band"),
        ("change", "salesforce:field/Contact.Employee_Band__c"),
        ("change", "salesforce:field/Lead.Employee_Band__c"),
    ]
    (manual,) = [each for each in plan["changes"] if each["address"] == "marketo:value-list/person.employeeBand"]
    assert "'5001+' / '5001+'" in manual["steps"][0]
    assert errors(plan) == []
    assert applied.apply().code == 0
    assert moves(applied.plan()) == []
    for system in ("eloqua", "hubspot", "salesforce"):
        with applied.screen(system) as handle:
            assert "5001+" in json.dumps(handle.dump())


class TestEnvironments:
    @pytest.mark.parametrize("environment", ["local", "sandbox", "production"])
    def test_each_one_validates(
        self, stack: Stack, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, environment: str
    ) -> None:
        for name, value in ENVIRON.items():
            monkeypatch.setenv(name, value)
        made = run("validate", stack.folder, "-e", environment, "--format", "json")
        found = {(each["rule"], each["level"]) for each in made.document["diagnostics"]}
        assert ("SC008", "warning") in found  # what Marketo's adapter says without a network
        found.discard(("SC008", "warning"))
        assert found == {("CP013", "error" if environment == "production" else "warning")}
        stack.edit("consent/marketing.yaml", "sample: true", "sample: false")
        again = run("validate", stack.folder, "-e", environment, "--format", "json")
        assert {each["rule"] for each in again.document["diagnostics"]} == {"SC008"}

    @pytest.mark.parametrize("environment", ["sandbox", "production"])
    @pytest.mark.parametrize("system", SYSTEMS)
    def test_a_connection_speaks_its_adapters_words_and_holds_no_secret(self, environment: str, system: str) -> None:
        loaded = load_stack(EXAMPLE, environment, ENVIRON).environment
        assert loaded is not None
        settings, provider = loaded.connections[system].settings, registry.load(system)
        assert set(settings) <= set(provider.settings)
        assert settings["account"]
        secrets = {name: settings[name] for name in provider.secret_settings & settings.keys()}
        assert secrets
        assert [name for name, value in secrets.items() if not str(value).startswith("${env:")] == []

    def test_production_is_behind_three_locks(self) -> None:
        production = load_stack(EXAMPLE, "production", ENVIRON).environment
        assert production is not None
        assert production.protected
        assert production.apply.only_saved_plan
        assert production.apply.freeze
        assert not production.emulated

    def test_accounts_of_sandbox_and_production_are_different_ones(self) -> None:
        sandbox, production = (load_stack(EXAMPLE, name, ENVIRON).environment for name in ("sandbox", "production"))
        assert sandbox is not None
        assert production is not None
        for system in SYSTEMS:
            one, other = (each.connections[system].settings["account"] for each in (sandbox, production))
            assert one != other


@pytest.fixture(scope="module")
def model() -> Model:
    stack = load_stack(EXAMPLE, "local", {}).stack
    assert stack is not None
    return stack


class TestNothingIdle:
    def test_every_system_has_its_part_in_every_story(self, model: Model) -> None:
        person = model.catalogs["person"]
        assert set(model.systems) == set(SYSTEMS) == set(person.bind)
        assert {system for mapping in model.mappings.values() for system in mapping.between} == set(SYSTEMS)
        lifecycle = model.lifecycles["person"]
        assert all(set(stage.values) == set(SYSTEMS) for stage in lifecycle.stages.values())
        assert lifecycle.stamps is not None
        assert set(lifecycle.stamps.in_) == set(SYSTEMS)
        policy = model.consent_policies["marketing"]
        assert all(set(bound) == set(SYSTEMS) for bound in policy.bind.values())
        assert set(policy.proof_fields) == set(SYSTEMS)

    def test_lists_and_groups_are_used(self, model: Model) -> None:
        for catalog in model.catalogs.values():
            lifecycles = [each for each in model.lifecycles.values() if each.catalog == catalog.name]
            used = {field.values for field in catalog.fields.values()}
            used |= {stage.reasons for each in lifecycles for stage in each.stages.values()}
            assert set(catalog.value_sets) <= used
            assert set(catalog.groups) <= {field.group for field in catalog.fields.values()}

    def test_fields_are_spoken_of_elsewhere(self, model: Model) -> None:
        for catalog in model.catalogs.values():
            assert set(catalog.fields) - set(_spoken_of(model, catalog.name)) == set()

    def test_variables_are_used_and_notices_named(self, model: Model) -> None:
        texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.rglob("*.yaml"))]
        idle = [name for name in model.variables if not any(f"${{var.{name}}}" in text for text in texts)]
        assert idle == []
        notices = {path.stem for path in (EXAMPLE / "notices").iterdir()}
        assert notices == {policy.notice for policy in model.consent_policies.values()}

    def test_bases_proofs_channels_and_places_of_the_policy_are_read(self, model: Model) -> None:
        policy = model.consent_policies["marketing"]
        rules = policy.rules.values()
        assert set(policy.bases) == {basis for each in rules for basis in each.accept}
        assert set(policy.channels) <= {channel for each in rules for channel in each.channels}
        assert set(policy.jurisdiction.groups) <= {group for each in rules for group in each.groups}
        assert policy.proof is not None
        needed = {*policy.proof.required, *policy.proof.recommended}
        needed |= {proof for basis in policy.bases.values() for proof in basis.needs}
        assert all(set(fields) == needed for fields in policy.proof_fields.values())

    @pytest.mark.parametrize("path", sorted((EXAMPLE / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
    def test_defaults_and_silences_of_a_mapping_do_something(
        self, stack: Stack, run: Callable[..., Run], path: Path
    ) -> None:
        text = path.read_text(encoding="utf-8")
        rows, _, ignored = text.partition("\n  ignore:\n")
        assert [line for line in rows.splitlines() if line.startswith("    - {field:") and "sync:" not in line]
        (stack.folder / "mappings" / path.name).write_text(rows + "\n", encoding="utf-8")
        found = run("validate", stack.folder, "-e", "local", "--format", "json").document["diagnostics"]
        here = {each["rule"] for each in found if each["source"].startswith(f"mappings/{path.name}")}
        assert here == set(re.findall(r"check: (\w+)", ignored))


def _spoken_of(model: Model, catalog: str) -> Iterator[str]:
    """The keys of the catalogue's fields that mappings, lifecycles, models and policies name."""
    for mapping in model.mappings.values():
        if mapping.catalog == catalog:
            yield from mapping.rows
    for lifecycle in model.lifecycles.values():
        if lifecycle.catalog == catalog:
            yield lifecycle.field
            yield from [lifecycle.lead_status.field] if lifecycle.lead_status else []
    for score in model.scoring_models.values():
        if score.catalog == catalog:
            yield from (score.writes, score.grade)
            yield from (test.name for rule in score.rules() if rule.when for test in questions(rule.when))


def test_the_demo_ends_where_nothing_is_left_but_manual_steps(applied: Stack, tmp_path: Path) -> None:
    with applied.screen("marketo") as marketo:
        marketo.limit("calls_in_20_seconds", 10_000)  # the demo reads the clock of the wall
    root = tmp_path / "copy"
    shutil.copytree(applied.folder, root / "stacks" / "example")
    (root / "scripts").mkdir()
    shutil.copy(REPOSITORY / "scripts" / "demo", root / "scripts")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(
        ["sh", "scripts/demo"], cwd=root, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    beginning, _, end = made.stdout.partition("\n# 4. ")
    assert "Applied: nothing to do; " in beginning
    assert "\nNothing to add, change or remove.\n" in end
    listed = re.findall(r"^ +([0-9a-f]{8})  ", end, flags=re.MULTILINE)
    known = applied.run("steps", root / "stacks" / "example", "-e", "local", "--format", "json").document["steps"]
    assert listed == [each["step"] for each in known]
    assert "mopsctl steps stacks/example -e local\n" in end
