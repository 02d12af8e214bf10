"""A plan file is made again before it is applied: whatever it says that would not be planned now is refused, unwritten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.conftest import Run, Stack
from tests.journeys.forging import HUBSPOT, World, copied, forge, leaves, line, world

LEAD = "hubspot:property/contact.lead_source"
BAND = "hubspot:property/contact.employee_band"
GONE = "hubspot:property/contact.recycle_reason"
ALLOWED = ("--yes", "--allow-remove")


@pytest.fixture
def reviewed(applied: Stack) -> Stack:
    """The example with a saved plan that changes two labels and archives one property."""
    applied.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
    assert applied.apply(*HUBSPOT).code == 0
    applied.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    applied.edit("catalog/person.yaml", "label: Employees", "label: Number of employees")
    applied.drop_field("recycle_reason")
    made = applied.run(
        "plan", applied.folder, "-e", "local", "-o", saved(applied), "--allow-remove", "--no-counts", *HUBSPOT
    )
    assert made.code == 0, made.err
    return applied


def saved(stack: Stack) -> Path:
    return stack.folder / "plan.json"


def applying(stack: Stack, *options: object) -> Run:
    return stack.run("apply", saved(stack), *ALLOWED, *options)


def refused(run: Run, *words: str) -> None:
    said = " ".join((run.out + run.err).split())
    assert run.code == 4, said
    assert "The plan is not what would be planned now." in said
    for word in words:
        assert word in said


def test_forged_plan_the_honest_one_goes_through(reviewed: Stack) -> None:
    run = applying(reviewed)
    assert run.code == 0, run.out + run.err
    assert not [each for each in reviewed.plan(*HUBSPOT)["changes"] if each["action"] != "manual"]


def _relabel(data: Any) -> None:
    change = line(data, LEAD, "change")
    change["wanted"]["label"] = "Evil"
    next(each for each in change["fields"] if each["path"] == "label")["after"] = "Evil"


def _remove(data: Any) -> None:
    change = line(data, LEAD, "change")
    change.update(action="remove", reason="left_manifest", wanted={}, undo="yes", archive=False, source="")


def _twice(data: Any) -> None:
    data["changes"].append(line(data, LEAD, "change"))


def _stranger(data: Any) -> None:
    stranger = {**line(data, LEAD, "change"), "address": "hubspot:property/contact.email"}
    data["changes"].append(stranger)


def _drop(address: str) -> Callable[[Any], None]:
    return lambda data: data.update(changes=[each for each in data["changes"] if each["address"] != address])


def _set(address: str, **values: Any) -> Callable[[Any], None]:
    return lambda data: line(data, address).update(values)


def _before(data: Any) -> None:
    line(data, LEAD, "change")["fields"][0]["before"] = "Something else"


FORGED: dict[str, tuple[Callable[[Any], object], tuple[str, ...]]] = {
    "another value": (_relabel, (LEAD, "label", '"Evil"', '"Very first source"')),
    "a removal instead of a change": (_remove, (LEAD, "the action")),
    "a removal turned into a deletion": (_set(GONE, archive=False), (GONE, "archive is false")),
    "a line about a stranger": (_stranger, ("contact.email",)),
    "a line twice": (_twice, (LEAD, "2")),
    "a removal left out": (_drop(GONE), (GONE, "the action", "nothing")),
    "a change left out": (_drop(BAND), (BAND, "the action", "nothing")),
    "another fingerprint": (_set(LEAD, fingerprint="sha256:" + "0" * 64), (LEAD, "fingerprint")),
    "another before": (_before, (LEAD, "label before")),
    "another title": (_set(LEAD, title="Harmless"), (LEAD, "title")),
    "other needs": (_set(LEAD, needs=[BAND]), (LEAD, "needs")),
    "another place": (_set(LEAD, source="catalog/person.yaml:1:1"), (LEAD, "source")),
    "unprotected": (_set(LEAD, protect=True), (LEAD, "protect")),
    "deleted one day": (_set(LEAD, onDelete="delete"), (LEAD, "onDelete")),
    "renamed": (_set(LEAD, movedFrom=BAND), (LEAD, "movedFrom")),
    "undone with ease": (_set(GONE, undo="yes, at once"), (GONE, "undo")),
    "protected": (lambda data: data.update(protected=True), ("protected",)),
    "without the permission": (lambda data: data.update(allowRemove=False), ("remove",)),
    "another selection": (lambda data: data["selection"].update(only=[LEAD]), ("the action", "nothing")),
    "without its systems": (lambda data: data.update(systems=[]), ("the systems",)),
    "an invented finding": (
        lambda data: data["verdicts"].append(
            {
                "rule": "PL004",
                "level": "note",
                "message": "All good.",
                "hint": "",
                "address": "",
                "source": "",
                "standing": False,
            }
        ),
        ("finding PL004",),
    ),
    "a drift nobody saw": (
        lambda data: data["drift"].append(
            {
                "address": "hubspot:property/contact.email",
                "title": "E",
                "subject": {"document": "", "kind": "", "key": "", "label": ""},
                "who": "system",
                "gone": True,
                "fields": [],
            }
        ),
        ("drift",),
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_plan_is_refused_with_the_first_difference(reviewed: Stack, case: str) -> None:
    change, words = FORGED[case]
    before = world(reviewed)
    forge(saved(reviewed), change)
    refused(applying(reviewed), *words)
    assert world(reviewed) == before
    assert not (reviewed.folder / ".mopsctl" / "journal" / "local.jsonl").exists()


def test_forged_plan_edited_without_the_digest_is_damaged(reviewed: Stack) -> None:
    text = saved(reviewed).read_text(encoding="utf-8").replace("Very first source", "Evil")
    saved(reviewed).write_text(text, encoding="utf-8")
    run = applying(reviewed)
    assert run.code == 1
    assert "edited after it was made" in run.err


@pytest.mark.parametrize("key", ["id", "path", "summary"])
def test_forged_plan_whose_derived_parts_lie_is_damaged(reviewed: Stack, key: str) -> None:
    data = json.loads(saved(reviewed).read_text(encoding="utf-8"))
    if key == "summary":
        data["summary"]["remove"] = 0
    elif key == "id":
        data["changes"][0]["id"] = "00000000"
    else:
        line(data, LEAD, "change")["fields"][0]["path"] = "colour"
    saved(reviewed).write_text(json.dumps(data), encoding="utf-8")
    for run in (applying(reviewed), reviewed.run("show", saved(reviewed))):
        assert run.code == 1
        assert "edited after it was made" in run.err


def test_forged_plan_may_not_remove_without_the_flag(reviewed: Stack) -> None:
    before = world(reviewed)
    run = reviewed.run("apply", saved(reviewed), "--yes")
    assert run.code == 4
    assert "--allow-remove" in run.err
    assert world(reviewed) == before


def test_forged_plan_may_not_remove_what_is_protected_or_kept(reviewed: Stack) -> None:
    record = reviewed.folder / ".mopsctl" / "state" / "local.json"
    for key, value in (("protect", True), ("onDelete", "keep")):
        data = json.loads(record.read_text(encoding="utf-8"))
        kept = data["things"][GONE][key]
        data["things"][GONE][key] = value
        record.write_text(json.dumps(data), encoding="utf-8")
        refused(applying(reviewed), GONE)
        data["things"][GONE][key] = kept
        record.write_text(json.dumps(data), encoding="utf-8")
    assert applying(reviewed).code == 0


def test_forged_plan_that_hides_a_limit_is_refused(reviewed: Stack) -> None:
    reviewed.edit("environments/local.yaml", "emulated: true", "emulated: true\n  limits: {remove: {count: 0}}")
    options = ("--allow-remove", "--no-counts", *HUBSPOT)
    made = reviewed.run("plan", reviewed.folder, "-e", "local", "-o", saved(reviewed), *options)
    assert made.code == 0
    digest = json.loads(saved(reviewed).read_text(encoding="utf-8"))["digest"]
    assert applying(reviewed).code == 3
    honest = saved(reviewed).read_text(encoding="utf-8")
    forge(saved(reviewed), lambda data: data.update(verdicts=[]))
    refused(applying(reviewed), "SL001")
    assert applying(reviewed, "--accept", digest).code == 4
    saved(reviewed).write_text(honest, encoding="utf-8")
    assert applying(reviewed, "--accept", digest).code == 0


def test_forged_plan_that_hides_records_in_a_stage_is_refused(applied: Stack) -> None:
    """Whether records hold a stage that goes is asked again, for a plan may have been made without counts."""
    recycled = """    - {key: recycled, label: Recycled to nurture, type: detour, owner: marketing, reasons: recycle_reason,
       values: {hubspot: "${var.hs_stage_recycled}", salesforce: Recycled}}
"""
    back = "    - {from: [mql, sal, sql, opportunity], to: recycled, by: sales, require: [recycled.reason]}\n"
    applied.edit("mopsctl.yaml", "on_delete: keep", "on_delete: archive")
    applied.edit("catalog/company.yaml", "owner: hubspot, protect: true,", "owner: hubspot,")
    assert applied.apply("--only", "salesforce:*").code == 0
    applied.edit("lifecycle/company.yaml", recycled, "")
    applied.edit("lifecycle/company.yaml", back, "")
    applied.edit("lifecycle/company.yaml", "from: [inquiry, recycled], to: mql", "from: inquiry, to: mql")
    with applied.screen("salesforce") as salesforce:
        salesforce.do("create_record", object_name="Account", Name="x", Lifecycle_Stage__c="Recycled")
    options = ("-e", "local", "--only", "salesforce:*", "--no-counts", "--allow-remove")
    assert applied.run("plan", applied.folder, *options, "-o", saved(applied)).code == 0
    run = applying(applied)
    assert run.code == 3
    assert "LC018" in run.err


def test_forged_plan_expected_digest_is_another(reviewed: Stack) -> None:
    digest = json.loads(saved(reviewed).read_text(encoding="utf-8"))["digest"]
    forge(saved(reviewed), _relabel)
    other = json.loads(saved(reviewed).read_text(encoding="utf-8"))["digest"]
    assert other != digest
    run = applying(reviewed, "--expect", digest)
    said = " ".join(run.err.split())
    assert run.code == 4
    assert digest in said
    assert other in said


def test_forged_plan_moved_things_are_refused_alone_and_the_rest_goes_on(reviewed: Stack) -> None:
    with reviewed.screen("hubspot") as hubspot:
        hubspot.do("edit_property", object_type="contacts", name="lead_source", label="By a person")
    run = applying(reviewed)
    assert run.code == 5, run.out + run.err
    for value in ("First source", "By a person", "Very first source"):
        assert value in run.out
    with reviewed.screen("hubspot") as hubspot:
        assert "Number of employees" in json.dumps(hubspot.dump())


def test_forged_plan_what_is_there_already_is_done(reviewed: Stack) -> None:
    with reviewed.screen("hubspot") as hubspot:
        hubspot.do("edit_property", object_type="contacts", name="lead_source", label="Very first source")
    run = applying(reviewed)
    assert run.code == 0, run.out + run.err
    assert "it was there already" in run.out


def test_forged_plan_what_moved_outside_the_plan_stays_out(reviewed: Stack) -> None:
    with reviewed.screen("hubspot") as hubspot:
        hubspot.do("edit_property", object_type="contacts", name="fit_score", label="By a person")
    run = applying(reviewed)
    assert run.code == 0, run.out + run.err
    with reviewed.screen("hubspot") as hubspot:
        assert "By a person" in json.dumps(hubspot.dump())


KEPT: dict[str, Callable[[Any], object]] = {
    "another value": _relabel,
    "a removal instead of a change": _remove,
    "a line about a stranger": _stranger,
    "a deletion": _set(GONE, archive=False),
}


@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "said to be begun"])
@pytest.mark.parametrize("case", KEPT)
def test_forged_plan_beside_the_journal_writes_nothing_else(
    reviewed: Stack, case: str, begun: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mopsctl import workflow

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workflow, "execute", die)
        assert applying(reviewed).code == 130
    before = world(reviewed)
    kept = reviewed.folder / ".mopsctl" / "journal" / "local.plan.json"
    journal = kept.with_name("local.jsonl")
    old = json.loads(kept.read_text(encoding="utf-8"))["digest"]
    honest = kept.read_text(encoding="utf-8")
    forge(kept, KEPT[case])
    new = json.loads(kept.read_text(encoding="utf-8"))["digest"]
    text = journal.read_text(encoding="utf-8")
    lines = [{"type": "begin", "address": each["address"], "action": each["action"]} for each in _writing(kept)]
    more = "".join(json.dumps(each) + "\n" for each in lines) if begun else ""
    journal.write_text(text.replace(old, new) + more, encoding="utf-8")
    resume = ("apply", reviewed.folder, "-e", "local", "--resume")
    assert reviewed.run(*resume).code == 4  # it removes something
    refused(reviewed.run(*resume, "--allow-remove"))
    assert world(reviewed) == before
    kept.write_text(honest, encoding="utf-8")
    journal.write_text(text, encoding="utf-8")
    run = reviewed.run(*resume, "--allow-remove")
    assert run.code == 0, run.out + run.err


def _writing(plan: Path) -> list[Any]:
    changes = json.loads(plan.read_text(encoding="utf-8"))["changes"]
    return [each for each in changes if each["action"] in ("add", "change", "remove")]


@pytest.fixture
def honest(reviewed: Stack, tmp_path: Path) -> tuple[Stack, World, World]:
    """The reviewed stack, what stood before, and what an honest apply leaves."""
    done = copied(reviewed, tmp_path / "done")
    before = world(reviewed)
    assert applying(done).code == 0
    return reviewed, before, world(done)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from(
        [
            "",
            "add",
            "change",
            "remove",
            "forget",
            "adopt",
            "keep",
            "delete",
            "hubspot:property/contact.email",
            LEAD,
            "x",
        ]
    ),
    st.just([]),
    st.just({}),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_forged_plan_whatever_leaf_is_edited_never_writes_what_an_honest_one_would_not(
    honest: tuple[Stack, World, World], data: st.DataObject
) -> None:
    stack, before, after = honest
    document = json.loads(saved(stack).read_text(encoding="utf-8"))
    places = [each for each in leaves(document) if each[0] != "digest"]
    writing = [
        at for at in places if at[0] == "changes" and document["changes"][at[1]]["action"] in ("change", "remove")
    ]
    place = data.draw(st.one_of(st.sampled_from(writing), st.sampled_from(places)))
    value = data.draw(VALUES)
    trial = copied(stack, stack.folder.with_name("trial"))
    try:
        forge(saved(trial), lambda plan: _put(plan, place, value))
        run = applying(trial)
        assert run.code in (0, 1, 3, 4, 5, 64), run.out + run.err
        assert "unexpected" not in run.err
        assert world(trial).within(before, after) == []
        if run.code in (1, 3, 4, 64):
            assert world(trial).within(before, before) == []
    finally:
        shutil.rmtree(trial.folder)


def _put(document: Any, place: tuple[Any, ...], value: Any) -> None:
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
