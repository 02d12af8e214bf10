"""What differs from environment to environment: variables, references, overrides, secrets."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from mopsctl.errors import AuthenticationError
from mopsctl.manifest.environment import reveal
from mopsctl.manifest.loader import Loaded
from mopsctl.manifest.model import Connection, Lifecycle
from mopsctl.secrets import Secret, mask
from tests.manifest.conftest import STACK, Load, messages, said

VARIABLES = f"""{STACK}  variables:
    hours: {{type: integer, default: 24}}
    ratio: {{type: number, default: 0.5}}
    fast: {{type: boolean, default: false}}
    label: {{type: string, default: New}}
    id: {{type: string}}
"""
CATALOG = """\
apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {name: person}
spec:
  object: person
  bind: {hubspot: contact}
  fields:
    - {key: stage, type: choice, values: Lifecycle/person, required: "${var.fast}", in: {hubspot: "${env:STAGE_FIELD}"}}
"""
LIFECYCLE = """\
apiVersion: mopsctl/v1
kind: Lifecycle
metadata: {name: person, title: "${var.label} within ${var.hours} hours: ${var.fast}"}
spec:
  catalog: person
  field: stage
  entry: new
  stages:
    - {key: new, type: sla, sla: {hours: "${var.hours}"}, values: {hubspot: "${var.id}", salesforce: "x-${env:STAGE_NEW}"}}
  pipelines: [{key: deals, object: deal, stages: [{key: open, probability: "${var.ratio}"}]}]
"""
OVERRIDE = (
    "[{target: Lifecycle/person, set: {stages.new.sla.hours: 3, stages.new.values.hubspot: other}, reason: slow}]"
)
WHY = "{reason: It differs from account to account.}"
DECLARED = (
    "{" + ", ".join(f"{each}: {WHY}" for each in ("HOST", "REGION", "STAGE_ID", "STAGE_NEW", "STAGE_FIELD")) + "}"
)
SANDBOX = f"""\
apiVersion: mopsctl/v1
kind: Environment
metadata: {{name: sandbox}}
spec:
  connections:
    hubspot: {{account: "1", token: "${{env:TOKEN}}", url: "https://${{env:HOST}}/x", nested: {{list: ["${{env:REGION}}", 2]}}}}
  variables: {{hours: 1, ratio: 1, fast: true, id: "${{env:STAGE_ID}}"}}
  overrides: {OVERRIDE}
  env: {DECLARED}
"""
PRODUCTION = f"""\
apiVersion: mopsctl/v1
kind: Environment
metadata: {{name: production}}
spec:
  protected: true
  variables: {{id: p}}
  env: {DECLARED}
"""
FILES = {
    "mopsctl.yaml": VARIABLES,
    "catalog/person.yaml": CATALOG,
    "lifecycle/person.yaml": LIFECYCLE,
    "environments/sandbox.yaml": SANDBOX,
    "environments/production.yaml": PRODUCTION,
}
ENVIRON = {"STAGE_ID": "17", "STAGE_NEW": "9", "STAGE_FIELD": "lifecyclestage"}


def lifecycle(loaded: Loaded) -> Lifecycle:
    assert loaded.stack is not None, loaded.diagnostics
    return loaded.stack.lifecycles["person"]


def test_without_an_environment_defaults_hold_and_the_outside_stays_a_reference(load: Load) -> None:
    found = lifecycle(load(FILES))
    assert found.metadata.title == "New within 24 hours: false"
    assert found.stages["new"].values == {"hubspot": "p", "salesforce": "x-${env:STAGE_NEW}"}
    assert found.pipelines["deals"].stages["open"].probability == 0.5


def test_with_an_environment_its_values_hold(load: Load) -> None:
    found = lifecycle(load(FILES, "production", ENVIRON))
    assert found.metadata.title == "New within 24 hours: false"
    assert found.stages["new"].values == {"hubspot": "p", "salesforce": "x-9"}


def test_a_variable_keeps_its_type(load: Load) -> None:
    loaded = load(FILES, "sandbox", ENVIRON)
    found = lifecycle(loaded)
    assert found.metadata.title == "New within 1 hours: true"
    assert found.pipelines["deals"].stages["open"].probability == 1
    assert loaded.stack is not None
    field = loaded.stack.catalogs["person"].fields["stage"]
    assert field.required is True
    assert field.in_["hubspot"].names == (("contact", "lifecyclestage"),)


def test_an_override_wins_and_knows_where_it_stands(load: Load) -> None:
    stage = lifecycle(load(FILES, "sandbox", ENVIRON)).stages["new"]
    assert stage.values["hubspot"] == "other"
    assert stage.sla is not None
    assert stage.sla.hours == 3
    assert stage.sla.at("hours").file == "environments/sandbox.yaml"


def test_an_override_is_checked_like_the_document_itself(load: Load) -> None:
    loaded = load(FILES | {"environments/sandbox.yaml": SANDBOX.replace("hours: 3", "hours: -3")}, "sandbox", ENVIRON)
    assert said(loaded) == ["environments/sandbox.yaml:8:70 MS006"]


def test_overrides_of_every_environment_are_looked_at(load: Load) -> None:
    files = FILES | {"environments/sandbox.yaml": SANDBOX.replace("stages.new.sla.hours", "stages.old.sla.hours")}
    assert [line.split()[1] for line in said(load(files, "production", ENVIRON))] == ["NV008"]


def test_what_is_not_set_is_named_once_per_place(load: Load) -> None:
    loaded = load(FILES, "sandbox", {})
    assert said(loaded) == [
        "catalog/person.yaml:8:99 NV005",
        "environments/sandbox.yaml:7:51 NV005",
        "lifecycle/person.yaml:9:102 NV005",
    ]
    assert "STAGE_FIELD" in loaded.diagnostics[0].message


def test_credentials_are_not_needed_to_load(load: Load) -> None:
    loaded = load(FILES, "sandbox", ENVIRON)
    assert loaded.environment is not None
    assert loaded.environment.connections["hubspot"].settings["token"] == "${env:TOKEN}"


def test_an_environment_variable_becomes_the_type_of_its_variable(load: Load) -> None:
    files = FILES | {
        "environments/production.yaml": PRODUCTION.replace(
            "id: p", 'id: p, hours: "${env:H}", fast: "${env:F}"'
        ).replace("env: {", f"env: {{H: {WHY}, F: {WHY}, ")
    }
    assert (
        lifecycle(load(files, "production", ENVIRON | {"H": "12", "F": "true"})).metadata.title
        == "New within 12 hours: true"
    )
    wrong = load(files, "production", ENVIRON | {"H": "secret-soon", "F": "maybe"})
    assert [line.split()[1] for line in said(wrong)] == ["NV003", "NV003"]
    assert "secret-soon" not in messages(wrong.diagnostics)


def test_a_variable_without_a_value_in_this_environment(load: Load) -> None:
    loaded = load(FILES | {"environments/production.yaml": PRODUCTION.replace("{id: p}", "{}")}, "production", ENVIRON)
    assert said(loaded) == ["mopsctl.yaml:11:5 NV002"]
    assert "environment production" in messages(loaded.diagnostics)


def test_a_value_that_only_an_environment_knows(load: Load) -> None:
    files = FILES | {
        "mopsctl.yaml": VARIABLES.replace("type: integer, default: 24", "type: integer"),
        "environments/sandbox.yaml": SANDBOX.replace("hours: 1,", 'hours: "${env:HOURS}",').replace(
            "env: {", f"env: {{HOURS: {WHY}, "
        ),
    }
    loaded = load(files)
    assert said(loaded) == ["mopsctl.yaml:7:5 NV002"]
    assert "-e sandbox" in messages(loaded.diagnostics)
    assert lifecycle(load(files, "sandbox", ENVIRON | {"HOURS": "5"})).metadata.title == "New within 5 hours: true"


def test_without_a_default_the_first_environment_that_sets_a_variable_counts(load: Load) -> None:
    files = FILES | {"mopsctl.yaml": VARIABLES.replace("type: integer, default: 24", "type: integer")}
    assert lifecycle(load(files)).metadata.title == "New within 1 hours: false"


def test_an_unsound_environment_makes_no_variable_missing(load: Load) -> None:
    text = PRODUCTION.replace("protected: true", "protected: maybe")
    loaded = load(FILES | {"environments/production.yaml": text}, "production", ENVIRON)
    assert [line.split()[1] for line in said(loaded)] == ["MS003"]


@pytest.mark.parametrize(("asked", "hint"), [("prodution", "did you mean 'production'?"), ("x", "production, sandbox")])
def test_an_unknown_environment(load: Load, asked: str, hint: str) -> None:
    loaded = load(FILES, asked, ENVIRON)
    assert [line.split()[1] for line in said(loaded)] == ["NV006"]
    assert hint in messages(loaded.diagnostics)
    assert loaded.stack is None


def test_the_tier_follows_the_protection(load: Load) -> None:
    tiers = {}
    for name in ("sandbox", "production"):
        found = load(FILES, name, ENVIRON).environment
        assert found is not None
        tiers[name] = (found.tier, found.protected, found.emulated)
    assert tiers == {"sandbox": ("sandbox", False, False), "production": ("production", True, False)}


def test_an_in_of_a_condition_is_no_place_for_the_outside(load: Load) -> None:
    move = '  transitions: [{from: new, to: new, when: {field: stage, in: ["${env:STAGE_NEW}"]}}]\n'
    loaded = load(FILES | {"lifecycle/person.yaml": LIFECYCLE + move}, "sandbox", ENVIRON)
    assert [line.split()[1] for line in said(loaded)] == ["NV004"]


# -- secrets

HUBSPOT = Connection(
    system="hubspot",
    settings={
        "account": "1",
        "token": "${env:TOKEN}",
        "url": "https://${env:HOST}/x",
        "nested": {"list": ["${env:REGION}", 2]},
    },
)


def test_a_secret_is_followed_only_when_asked_for() -> None:
    environ = {"TOKEN": "hush-hush-hush", "HOST": "api.example", "REGION": "eu1"}
    found: dict[str, Any] = reveal(HUBSPOT, frozenset({"token"}), environ)
    assert found["account"] == "1"
    assert isinstance(found["token"], Secret)
    assert found["token"].reveal() == "hush-hush-hush"
    assert found["url"] == "https://api.example/x"
    assert found["nested"]["list"] == ["eu1", 2]
    assert "hush" not in repr(found)


def test_the_process_is_asked_where_nothing_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "from-the-process")
    monkeypatch.setenv("HOST", "h")
    monkeypatch.setenv("REGION", "eu1")
    token = reveal(HUBSPOT, frozenset({"token"}))["token"]
    assert isinstance(token, Secret)
    assert token.reveal() == "from-the-process"


@pytest.mark.parametrize("environ", [{}, {"TOKEN": "", "HOST": "h"}])
def test_a_secret_that_is_not_set_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError) as caught:
        reveal(HUBSPOT, frozenset({"token"}), environ)
    assert "TOKEN" in caught.value.message
    assert "hubspot" in caught.value.message
    assert caught.value.exit_code == 1


def test_a_secret_in_plain_text_is_refused_and_not_repeated(load: Load) -> None:
    loaded = load(
        FILES | {"environments/sandbox.yaml": SANDBOX.replace("${env:TOKEN}", "pat-hush-hush", 1)}, "sandbox", ENVIRON
    )
    assert [line.split()[1] for line in said(loaded)] == ["NV010"]
    assert "hush" not in messages(loaded.diagnostics)


@pytest.mark.parametrize(
    "connections",
    [
        "{hubspot: pat-hush-hush}",
        "[pat-hush-hush]",
        "pat-hush-hush",
        "{hubspot: [pat-hush-hush]}",
        "{hubspot: {token: [pat-hush",
    ],
)
def test_no_finding_repeats_what_may_be_a_secret(load: Load, connections: str) -> None:
    text = f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: s}}\nspec:\n  connections: {connections}\n"
    loaded = load({"environments/s.yaml": text})
    assert loaded.diagnostics
    assert "hush" not in messages(loaded.diagnostics)


def test_nothing_loaded_holds_a_credential(load: Load) -> None:
    loaded = load(FILES, "sandbox", ENVIRON | {"TOKEN": "hush-hush-hush", "HOST": "hush-hush-host"})
    assert loaded.stack is not None
    assert "hush" not in repr(loaded.stack)
    assert "hush" not in json.dumps(dataclasses.asdict(loaded.stack), default=str)


@pytest.mark.parametrize("text", ["${", "a ${ b", "${var.hours", "${var.hours} ${", "$${"])
@pytest.mark.parametrize("environment", [None, "sandbox"])
@pytest.mark.parametrize("file", ["lifecycle/person.yaml", "environments/sandbox.yaml"])
def test_manifest_min_a_reference_that_is_never_closed(
    load: Load, text: str, environment: str | None, file: str
) -> None:
    damaged = FILES[file].replace("reason: slow", f"reason: '{text}'").replace("catalog: person", f"catalog: '{text}'")
    assert damaged != FILES[file]
    assert "NV004" in {line.split()[1] for line in said(load(FILES | {file: damaged}, environment, ENVIRON))}


def test_manifest_min_a_value_that_looks_like_a_reference(load: Load) -> None:
    """What comes from outside is a value: it is neither filled in again nor left to pass as a reference still open."""
    plain = FILES | {"environments/sandbox.yaml": SANDBOX.replace(f"  overrides: {OVERRIDE}\n", "")}
    loaded = load(plain, "sandbox", ENVIRON | {"STAGE_ID": "${env:TOKEN}"})
    assert [line.split()[1] for line in said(loaded)] == ["NV004"]


def test_a_secret_by_its_name_is_one_wherever_it_stands_in_a_connection(load: Load) -> None:
    nested = SANDBOX.replace('list: ["${env:REGION}", 2]', 'token: "${env:DEEP}", region: "${env:REGION}"')
    assert load(FILES | {"environments/sandbox.yaml": nested}, "sandbox", ENVIRON).diagnostics == ()
    shown = nested.replace('id: "${env:STAGE_ID}"', 'id: "${env:DEEP}"')
    loaded = load(FILES | {"environments/sandbox.yaml": shown}, "sandbox", ENVIRON | {"DEEP": "hush-hush"})
    assert [line.split()[1] for line in said(loaded)] == ["NV012"]
    assert "hush" not in messages(loaded.diagnostics)
    deep = Connection(system="hubspot", settings={"nested": {"token": "${env:DEEP}", "list": ["${env:REGION}"]}})
    found: dict[str, Any] = reveal(deep, frozenset(), {"DEEP": "hush-hush", "REGION": "eu1"})
    assert isinstance(found["nested"]["token"], Secret)
    assert found["nested"]["list"] == ["eu1"]


def test_the_parts_of_a_secret_are_secrets_too() -> None:
    made = Connection(system="hubspot", settings={"token": "Bearer ${env:A}-${env:B}"})
    found: dict[str, Any] = reveal(made, frozenset({"token"}), {"A": "first-half", "B": "second-half"})
    assert found["token"].reveal() == "Bearer first-half-second-half"
    assert mask("first-half and second-half") == "(secret) and (secret)"
