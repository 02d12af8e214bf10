"""A changed environment document is told in the next plan, wherever it came from."""

from __future__ import annotations

import json

from tests.journeys.conftest import Stack

LOCAL = "environments/local.yaml"


def told(stack: Stack) -> list[str]:
    made = stack.plan("--only", "marketo:*")
    return [each["message"] for each in made["verdicts"] if each["rule"] == "PL009"]


def test_environment_that_changed_since_the_last_apply_is_a_warning(applied: Stack) -> None:
    record = json.loads((applied.folder / ".mopsctl" / "state" / "local.json").read_text(encoding="utf-8"))
    assert sorted(record["trust"]) == ["connections", "emulated"]
    assert told(applied) == []
    applied.edit(LOCAL, "calls_in_20_seconds: 100", "calls_in_20_seconds: 90")
    (applied.folder / LOCAL).write_text(
        (applied.folder / LOCAL).read_text(encoding="utf-8") + "  limits: {change: {count: 1000}}\n", encoding="utf-8"
    )
    assert told(applied) == [
        "'connections' of the environment local is not what it was at the last apply.",
        "'limits' of the environment local is not what it was at the last apply.",
    ]


def test_environment_whose_variables_change_is_none(applied: Stack) -> None:
    path = applied.folder / LOCAL
    path.write_text(path.read_text(encoding="utf-8") + "  variables: {mql_review_hours: 3}\n", encoding="utf-8")
    assert told(applied) == []


def test_environment_is_told_until_the_next_apply(applied: Stack) -> None:
    applied.edit(LOCAL, "calls_in_20_seconds: 100", "calls_in_20_seconds: 90")
    applied.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    assert told(applied)
    made = applied.apply("--only", "hubspot:*")
    assert made.code == 0, made.err
    assert told(applied) == []


def test_environment_before_the_first_apply_is_not_told(stack: Stack) -> None:
    stack.edit(LOCAL, "calls_in_20_seconds: 100", "calls_in_20_seconds: 90")
    assert told(stack) == []


def test_environment_in_an_older_record_is_not_told(applied: Stack) -> None:
    path = applied.folder / ".mopsctl" / "state" / "local.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["trust"]
    path.write_text(json.dumps(record), encoding="utf-8")
    applied.edit(LOCAL, "calls_in_20_seconds: 100", "calls_in_20_seconds: 90")
    assert told(applied) == []
