"""The first day with mopsctl: what the README promises, on the example stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.journeys.conftest import Prepared, Stack

COUNTED = ("add", "change", "remove", "keep", "adopt", "forget")


def pending(plan: Any) -> dict[str, int]:
    return {name: plan["summary"][name] for name in COUNTED if plan["summary"][name]}


def writing(plan: Any) -> list[Any]:
    return [each for each in plan["changes"] if each["action"] != "manual"]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(resources.files("mopsctl_schemas").joinpath("plan.json").read_text("utf-8")))


def test_every_plan_fits_the_schema_and_ends_with_nothing_but_manual_steps(
    applied: Stack, prepared: Prepared, validator: Draft202012Validator
) -> None:
    first = json.loads((prepared.planned / "plan.json").read_text(encoding="utf-8"))
    validator.validate(first)
    assert first["summary"]["add"] > 0
    assert prepared.said.code == 0
    second = applied.plan()
    validator.validate(second)
    assert pending(second) == {}
    assert second["summary"]["manual"] > 0
    assert second["drift"] == []


def test_one_edited_label_is_one_change_with_one_field_and_its_source(applied: Stack) -> None:
    applied.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    plan = applied.plan("--only", "hubspot:*")
    (change,) = writing(plan)
    assert (change["action"], change["address"]) == ("change", "hubspot:property/contact.lead_source")
    (field,) = change["fields"]
    assert (field["path"], field["before"], field["after"]) == ("label", "First source", "Very first source")
    file, line, _ = change["source"].rsplit(":", 2)
    text = (applied.folder / file).read_text(encoding="utf-8").splitlines()
    assert "lead_source" in text[int(line) - 1]
    assert applied.apply().code == 0
    assert pending(applied.plan()) == {}


def test_a_row_that_left_the_manifests_is_kept_by_default(applied: Stack) -> None:
    applied.drop_field("recycle_reason")
    plan = applied.plan("--only", "hubspot:property/contact.recycle_reason")
    assert [(each["action"], each["reason"]) for each in plan["changes"]] == [("keep", "left_manifest")]
    applied.apply()
    with applied.screen("hubspot") as hubspot:
        assert "recycle_reason" in json.dumps(hubspot.dump())
    with applied.screen("salesforce") as salesforce:
        assert "Recycle_Reason__c" in json.dumps(salesforce.dump())
    assert pending(applied.plan()) == {}


def test_somebody_elses_property_is_byte_for_byte_the_same_after_every_apply(stack: Stack) -> None:
    with stack.screen("hubspot") as hubspot:
        hubspot.do("create_property", object_type="contacts", name="theirs", label="Theirs", type="string", fieldType="text",
                   groupName="contactinformation")  # fmt: skip
        before = _their(hubspot.dump())
    assert before
    stack.apply("--only", "hubspot:*")
    stack.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    stack.apply("--only", "hubspot:*")
    with stack.screen("hubspot") as hubspot:
        assert _their(hubspot.dump()) == before


def _their(dump: Any) -> list[str]:
    documents = [each for collection in dump.values() for each in collection.values()]
    return [
        json.dumps(each, sort_keys=True)
        for each in documents
        if isinstance(each, dict) and each.get("name") == "theirs"
    ]


def test_no_plan_writes_to_any_system(applied: Stack) -> None:
    names = sorted(applied.plan()["inputs"]["adapters"])
    for name in names:
        with applied.screen(name) as handle:
            handle.reset_counters()
    applied.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    assert pending(applied.plan())
    for name in names:
        with applied.screen(name) as handle:
            assert handle.counters()["reads"] > 0
            assert handle.counters()["writes"] == 0


def _bytes(plan: Any) -> str:
    """A plan's text without record counts and calls."""
    for system in plan["systems"]:
        system.pop("calls")
        system.pop("limits")
    for change in plan["changes"]:
        change.pop("impact")
    return json.dumps(plan, sort_keys=True)


def test_the_plan_has_the_same_bytes_under_every_hash_seed(stack: Stack) -> None:
    program = "import sys; from mopsctl.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "plan", str(stack.folder), "-e", "local", "--format", "json"]
    texts = {_bytes(stack.plan())}
    for seed in range(5):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        texts.add(_bytes(json.loads(answer.stdout)))
    assert len(texts) == 1


def test_the_order_of_files_and_pages_changes_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _bytes(stack.plan())
    with stack.screen("hubspot") as hubspot:
        hubspot.switch("list_order", "reversed")
    _turn_folders_round(monkeypatch)
    assert _bytes(stack.plan()) == one


def _turn_folders_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders list their files in the other order."""
    iterdir, glob = Path.iterdir, Path.glob
    listdir = os.listdir
    monkeypatch.setattr(Path, "iterdir", lambda self: iter(sorted(iterdir(self), reverse=True)))
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(sorted(glob(self, pattern), reverse=True)))
    monkeypatch.setattr(os, "listdir", lambda *at: sorted(listdir(*at), reverse=True))


def test_a_canary_token_is_found_nowhere(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with stack.screen("hubspot") as hubspot:
        canary = hubspot.connection["token"]
    runs = [
        stack.run("plan", stack.folder, "-e", "local", "-v", "-o", stack.folder / "plan.json"),
        stack.run("apply", stack.folder / "plan.json", "--yes", "-v"),
        stack.run("plan", stack.folder, "-e", "local", "--format", "html"),
    ]
    assert [each.code for each in runs] == [0, 0, 0]
    assert not [each for each in runs if canary in each.out + each.err]
    assert canary not in caplog.text
    ours = [path for path in stack.folder.rglob("*") if path.is_file() and "emulators" not in path.parts]
    assert ours
    assert not [path for path in ours if canary.encode() in path.read_bytes()]


def test_a_manual_step_closes_once_it_was_done_on_the_screen(stack: Stack) -> None:
    address = "hubspot:subscription-type/Events"
    (step,) = stack.plan("--only", address)["changes"]
    assert (step["action"], step["check"]) == ("manual", "read")
    with stack.screen("hubspot") as hubspot:
        hubspot.do("create_subscription_type", name="Events", description="Invitations near the reader.")
    assert stack.plan("--only", address)["changes"] == []


def test_what_a_person_changed_on_the_screen_is_drift_and_put_back(applied: Stack) -> None:
    with applied.screen("hubspot") as hubspot:
        hubspot.do("edit_property", object_type="contacts", name="lead_source", label="By a person")
    plan = applied.plan("--only", "hubspot:*")
    (drift,) = plan["drift"]
    assert (drift["address"], drift["who"]) == ("hubspot:property/contact.lead_source", "system")
    assert [(each["last"], each["now"]) for each in drift["fields"]] == [("First source", "By a person")]
    assert pending(plan) == {"change": 1}
    applied.apply()
    assert pending(applied.plan()) == {}
