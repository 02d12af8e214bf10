"""Each format says what its golden file says; each golden plan fits the published schema."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as Xml

import pytest
from jsonschema import Draft202012Validator

from mopsctl.engine import document
from mopsctl.engine.plan import ACTIONS, SUMMARY_KEYS, Reason, Who
from mopsctl.render import words
from tests.render import goldens, samples

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "schemas" / "plan.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
GOLDEN = {file.name: file for file in goldens.FOLDER.iterdir()}
MADE = goldens.every()
PLANS = sorted(name for name in GOLDEN if name.startswith("plan-") and name.endswith(".json"))


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_format_says_what_its_golden_file_says(name: str) -> None:
    assert MADE[name] == GOLDEN[name].read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert GOLDEN.keys() == MADE.keys()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", PLANS)
def test_a_golden_plan_fits_the_schema(name: str) -> None:
    assert [
        error.message for error in VALIDATOR.iter_errors(json.loads(GOLDEN[name].read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize("name", PLANS)
def test_a_golden_plan_can_be_read_back(name: str) -> None:
    plan = document.from_json(json.loads(GOLDEN[name].read_text(encoding="utf-8")))
    assert plan == samples.PLANS[name.removeprefix("plan-").removesuffix(".json")]


def rich() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(MADE["plan-rich.json"])
    return data


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plan: plan.pop("digest"),
        lambda plan: plan.update(formatVersion="2.0"),
        lambda plan: plan.update(digest="sha256:short"),
        lambda plan: plan.update(surprise=1),
        lambda plan: plan["changes"][0].update(action="destroy"),
        lambda plan: plan["changes"][0].update(address="no address"),
        lambda plan: plan["changes"][0].pop("undo"),
        lambda plan: plan["changes"][0]["fields"][0].update(keys=[]),
        lambda plan: plan["changes"][0]["impact"].update(records=-1),
        lambda plan: plan["systems"][0].update(status="maybe"),
        lambda plan: plan["verdicts"][0].update(level="fatal"),
        lambda plan: plan["verdicts"][0].update(source="file.yaml"),
        lambda plan: plan["summary"].pop("manual"),
        lambda plan: plan["inputs"].update(manifests="abc"),
    ],
)
def test_the_schema_refuses_a_spoiled_plan(spoil: Any) -> None:
    plan = rich()
    assert VALIDATOR.is_valid(plan)
    spoil(plan)
    assert not VALIDATOR.is_valid(plan)


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every part of the schema that lists properties."""
    if isinstance(schema, list):
        return [found for each in schema for found in objects(each)]
    if not isinstance(schema, dict):
        return []
    mine = [schema] if isinstance(schema.get("properties"), dict) else []
    return mine + [found for each in schema.values() for found in objects(each)]


def test_every_object_of_the_schema_is_closed_and_whole() -> None:
    found = objects(SCHEMA)
    assert len(found) > 8
    assert [part["properties"].keys() for part in found if part.get("additionalProperties") is not False] == []
    assert [part["properties"].keys() for part in found if set(part["required"]) != set(part["properties"])] == []


def test_every_property_of_the_schema_is_described() -> None:
    bare = [
        name
        for part in objects(SCHEMA)
        for name, each in part["properties"].items()
        if not each.get("description") and "$ref" not in each
    ]
    assert bare == []
    assert [name for name, each in SCHEMA["$defs"].items() if not each.get("description")] == []


def test_the_schema_names_the_words_of_the_code() -> None:
    change = SCHEMA["$defs"]["change"]["properties"]
    assert change["action"]["enum"] == list(ACTIONS)
    assert set(change["reason"]["enum"]) == set(get_args(Reason))
    assert set(SCHEMA["$defs"]["drift"]["properties"]["who"]["enum"]) == set(get_args(Who))
    assert set(SCHEMA["$defs"]["summary"]["properties"]) == set(SUMMARY_KEYS.values())


def test_the_samples_show_every_action() -> None:
    assert {change.action for change in samples.RICH.changes} == set(ACTIONS)


class Nesting(HTMLParser):
    """Collects tags, and fails where one is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("input", "meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_the_page_is_whole_and_stands_alone(name: str) -> None:
    page = Nesting()
    page.feed(MADE[f"plan-{name}.html"])
    assert page.open == []
    assert not page.seen & {"script", "link", "img", "iframe", "form"}
    assert page.addresses == []


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_the_junit_report_counts_its_cases(name: str) -> None:
    root = Xml.fromstring(MADE[f"plan-{name}.xml"])
    plan = samples.PLANS[name]
    assert (
        int(root.get("tests", "")) == len(root.findall(".//testcase")) == len(plan.systems) + max(1, len(plan.verdicts))
    )
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == len(plan.refused)
    assert int(root.get("errors", "")) == len(root.findall(".//error")) == len(plan.unreadable)


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_sarif_names_a_known_rule_and_place_for_each_result(name: str) -> None:
    document_ = json.loads(MADE[f"plan-{name}.sarif"])
    assert document_["version"] == "2.1.0"
    (run,) = document_["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert len(run["results"]) == len(samples.PLANS[name].verdicts)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        physical = result["locations"][0].get("physicalLocation")
        if physical:
            assert physical["artifactLocation"]["uri"].startswith("stacks/example/")
            assert min(physical["region"].values()) >= 1


def test_every_reason_has_its_words_or_needs_none() -> None:
    silent = {"not_on_system", "differs"}
    assert {reason for reason in get_args(Reason) if not words.reason(replace(samples.KEEP, reason=reason))} == silent
