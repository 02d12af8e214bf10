"""Manual steps end: a plan repeats none that stood before, people attest them, and they open again when they ask for something else."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from mopsctl import attesting
from mopsctl.state import worklist
from tests.journeys.conftest import Run, Stack


def steps(stack: Stack, *options: object) -> list[dict[str, Any]]:
    """The work list of `local`."""
    listed = stack.run("steps", stack.folder, "-e", "local", "--format", "json", *options)
    assert listed.code == 0, listed.err
    return list(listed.document["steps"])


def attest(stack: Stack, *options: object) -> Run:
    """Say that steps of `local` were done."""
    said = ("--stack", stack.folder, "-e", "local", "--by", "R. Lee", "--note", "ticket 4711")
    return stack.run("attest", *said, *options)


def by_people(stack: Stack) -> list[dict[str, Any]]:
    """The open steps of which no API shows anything."""
    return [each for each in steps(stack) if {row["check"] for row in each["rows"]} == {"attest"}]


def sentences(step: dict[str, Any]) -> list[str]:
    """Everything that a step says to do."""
    return [*step["todo"], *(said for row in step["rows"] for said in row["todo"])]


def test_what_stood_at_the_last_apply_is_one_line(applied: Stack) -> None:
    quiet = applied.run("plan", applied.folder, "-e", "local")
    assert quiet.code == 0
    assert len(quiet.out.splitlines()) <= 20, quiet.out
    listed = steps(applied)
    assert f"{len(listed)} steps from before still open: mopsctl steps -e local" in " ".join(quiet.out.split())
    assert {each["state"] for each in listed} == {"standing"}
    everything = applied.run("plan", applied.folder, "-e", "local", "-v")
    assert all(sentences(each)[0][:25] in everything.out for each in listed[:5])


def test_after_an_edit_a_plan_and_its_comment_show_the_edit(applied: Stack) -> None:
    applied.edit("catalog/person.yaml", "label: Last inquiry", "label: Spoken of differently")
    applied.edit("scoring/person-engagement.yaml", "points: 16, max_times: 2", "points: 18, max_times: 2")
    seen = applied.run("plan", applied.folder, "-e", "local")
    assert "Spoken of differently" in seen.out
    assert len(seen.out.splitlines()) <= 40, seen.out
    comment = applied.run("plan", applied.folder, "-e", "local", "--format", "markdown").out
    visible = re.sub(r"<details>.*?</details>", "", comment, flags=re.DOTALL)
    assert "Spoken of differently" in visible
    assert len(visible.encode()) <= 3_000


def test_the_comment_of_the_largest_plan_fits_where_comments_go(stack: Stack) -> None:
    comment = stack.run("plan", stack.folder, "-e", "local", "--format", "markdown")
    assert 20_000 < len(comment.out.encode()) <= 60_000
    visible = re.sub(r"<details>.*?</details>", "", comment.out, flags=re.DOTALL)
    assert len([line for line in visible.splitlines() if line]) <= 120


def test_the_first_plan_of_a_large_stack_is_read_by_element_and_not_by_thing(stack: Stack) -> None:
    first = stack.run("plan", stack.folder, "-e", "local")
    assert len(first.out.splitlines()) <= 450
    by_system = stack.run("plan", stack.folder, "-e", "local", "--by", "system")
    assert len(by_system.out.splitlines()) > 2 * len(first.out.splitlines())


def test_an_attested_step_is_closed_until_it_asks_for_something_else(
    applied: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = by_people(applied)[:2]
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"a picture")
    monkeypatch.setattr(attesting, "today", lambda: "2026-11-02")
    said = attest(applied, one["step"], other["step"], "--file", shot, "--until", "2027-03-01")
    assert (said.code, said.err) == (0, "")
    assert "2 steps are attested by R. Lee" in said.out
    assert {one["step"], other["step"]}.isdisjoint(each["step"] for each in steps(applied))
    closed = steps(applied, "--attested")
    assert {each["step"] for each in closed} == {one["step"], other["step"]}
    assert closed[0]["stateWhy"] == "attested by R. Lee on 2026-11-02, until 2027-03-01: ticket 4711"
    assert "2 steps attested" in " ".join(applied.run("plan", applied.folder, "-e", "local").out.split())
    again = attest(applied, one["step"])
    assert again.code == 64
    assert f"The step {one['step']} is closed: attested by R. Lee" in again.err
    monkeypatch.setattr(attesting, "today", lambda: "2027-03-02")
    reopened = {each["step"]: each["stateWhy"] for each in steps(applied) if each["state"] == "reopened"}
    assert reopened == dict.fromkeys(
        (one["step"], other["step"]), "what R. Lee attested on 2026-11-02 held until 2027-03-01"
    )
    plan = " ".join(applied.run("plan", applied.folder, "-e", "local").out.split())
    assert "reopened: what R. Lee attested on 2026-11-02 held until 2027-03-01" in plan


def test_a_step_that_asks_for_something_else_opens_again_and_says_why(applied: Stack) -> None:
    old, new = _any_label(applied)
    touched = [
        each
        for each in by_people(applied)
        if old.partition(": ")[2] in " ".join([*(row["title"] for row in each["rows"]), *sentences(each)])
    ]
    assert touched
    assert attest(applied, *(each["step"] for each in touched)).code == 0
    applied.edit("catalog/person.yaml", old, new)
    reopened = {each["step"]: each["stateWhy"] for each in steps(applied) if each["state"] == "reopened"}
    assert {each["step"] for each in touched} & set(reopened)
    assert all("what it asks for changed since" in why for why in reopened.values())
    parts = [each for each in steps(applied) if each["state"] == "reopened" and each["otherRows"]]
    assert parts  # the rows of a screen that ask for the same as before stay closed
    assert {row["state"] for each in parts for row in each["rows"]} == {"reopened"}


def test_all_steps_of_a_system_are_attested_after_a_question_only(applied: Stack) -> None:
    mine = [each for each in steps(applied) if each["system"] == "marketo" and each["check"] == "attest"]
    unasked = attest(applied, "--all", "--system", "marketo")
    assert unasked.code == 4
    assert f"Nobody can be asked whether {len(mine)} steps were done" in unasked.err
    assert steps(applied, "--attested") == []
    assert attest(applied, "--all", "--system", "marketo", "--yes").code == 0
    assert {each["step"] for each in steps(applied, "--attested")} == {each["step"] for each in mine}
    assert attest(applied, "--all", "--system", "marketo", "--yes").code == 64


def test_a_visit_to_a_screen_is_one_step(stack: Stack) -> None:
    plan = stack.plan()
    asked = [each for each in plan["changes"] if each["action"] == "manual"]
    assert len(asked) > 150
    assert 0 < plan["summary"]["manual"] <= 45
    listed = steps(stack)
    assert len(listed) == plan["summary"]["manual"] == len(plan["steps"])
    assert len({(each["system"], each["owner"], each["title"]) for each in listed}) == len(listed)
    connector = [each for each in listed if each["rows"][0]["address"].startswith("hubspot:connector-mapping/")]
    assert len(connector) == 1
    assert len(connector[0]["rows"]) > 20


def test_nothing_that_a_change_asks_for_is_lost_on_its_screen(stack: Stack) -> None:
    asked = {each["address"]: each for each in stack.plan()["changes"] if each["steps"]}
    said = {row["address"]: (step, row) for step in steps(stack) for row in step["rows"]}
    assert set(said) == set(asked)
    for address, (step, row) in said.items():
        assert [*step["todo"], *row["todo"]] == asked[address]["steps"]
        assert all(row[key] == asked[address][key] for key in ("title", "noun", "why", "check", "document", "source"))
        assert step["owner"] == asked[address]["owner"]
    for wanted in ("text", "markdown", "csv"):
        out = stack.run("steps", stack.folder, "-e", "local", "-v", "--format", wanted).out
        shown = _words_of(out)
        lost = [line for each in asked.values() for line in each["steps"] if _words_of(line) not in shown]
        assert lost == []
    pages = [stack.run("plan", stack.folder, "-e", "local", *options).out for options in (["-v"], ["--format", "html"])]
    for page in map(_words_of, pages):
        assert [line for each in asked.values() for line in each["steps"] if _words_of(line) not in page] == []


def test_rows_that_are_read_back_stay_when_their_screen_is_attested(applied: Stack) -> None:
    mixed = next(each for each in steps(applied) if {row["check"] for row in each["rows"]} == {"attest", "read"})
    read = {row["row"] for row in mixed["rows"] if row["check"] == "read"}
    said = attest(applied, mixed["step"])
    assert (said.code, said.err) == (0, "")
    assert "open until mopsctl reads back" in said.out
    left = next(each for each in steps(applied) if each["step"] == mixed["step"])
    assert {row["row"] for row in left["rows"]} == read
    assert (left["check"], left["otherRows"]) == ("read", len(mixed["rows"]) - len(read))
    assert "is not attested: mopsctl reads it back" in " ".join(attest(applied, mixed["step"]).err.split())


def test_one_row_of_a_screen_can_be_attested_alone(applied: Stack) -> None:
    screen = next(each for each in by_people(applied) if len(each["rows"]) > 1)
    done = screen["rows"][0]["row"]
    assert attest(applied, done).code == 0
    left = next(each for each in steps(applied) if each["step"] == screen["step"])
    assert [row["row"] for row in left["rows"]] == [row["row"] for row in screen["rows"][1:]]
    assert left["otherRows"] == 1


def test_a_new_row_of_a_known_screen_is_news_alone(applied: Stack) -> None:
    path = worklist.path_of(applied.folder, "local")
    known = json.loads(path.read_text("utf-8"))
    screen = next(each for each in steps(applied) if len(each["rows"]) > 2)
    del known["shown"][screen["rows"][0]["row"]]
    path.write_text(json.dumps(known), "utf-8")
    seen = " ".join(applied.run("plan", applied.folder, "-e", "local").out.split())
    assert "Manual steps (1 new)" in seen
    assert f"{screen['title']}: {screen['rows'][0]['title']}" in seen
    assert screen["rows"][0]["title"] in seen
    listed = next(each for each in steps(applied) if each["step"] == screen["step"])
    assert [row["state"] for row in listed["rows"]] == ["new", *["standing"] * (len(screen["rows"]) - 1)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["00000000"], "There is no step 00000000 in this plan"),
        ([], "Name the steps, or say --all"),
        (["00000000", "--all"], "Name the steps, or say --all"),
        (["00000000", "--system", "hubspot"], "--system goes with --all"),
        (["00000000", "--until", "soon"], "'soon' is no day"),
        (["00000000", "--until", "20270301"], "not written like 2027-03-01"),
        (["00000000", "--until", "1999-01-01"], "The day 1999-01-01 is over"),
        (["00000000", "--note", " "], "An attestation says who did it and what was done"),
        (["00000000", "--note", "caf\udce9"], "is no text that can be kept"),
        (["--all", "--file", "no such file"], "no such file cannot be read"),
    ],
)
def test_what_cannot_be_attested_is_refused_and_nothing_is_lost(applied: Stack, options: list[str], said: str) -> None:
    before = worklist.path_of(applied.folder, "local").read_text("utf-8")
    refused = attest(applied, *options, "--yes")
    assert refused.code == 64, refused.out
    assert said in refused.err
    assert "Traceback" not in refused.err
    assert worklist.path_of(applied.folder, "local").read_text("utf-8") == before


def test_what_is_read_back_is_never_attested(applied: Stack) -> None:
    readable = next(each for each in steps(applied) if each["check"] == "read")
    refused = attest(applied, readable["step"])
    assert refused.code == 64
    assert "is not attested: mopsctl reads it back" in refused.err


def test_the_list_is_sorted_by_owner_and_narrowed(applied: Stack) -> None:
    listed = steps(applied, "--all")
    assert [each["owner"] for each in listed] == sorted(each["owner"] for each in listed)
    owner = next(each["owner"] for each in listed if each["owner"])
    mine = steps(applied, "--owner", owner, "--system", "hubspot")
    assert mine == [each for each in listed if each["owner"] == owner and each["system"] == "hubspot"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--system", "hubspt"], "The system 'hubspt' is not in this environment; did you mean 'hubspot'?"),
        (
            ["--system", "pardot"],
            "The system 'pardot' is not in this environment; there is eloqua, hubspot, marketo, salesforce.",
        ),
        (["--owner", "Nobody"], "The owner 'Nobody' has no step; there is "),
        (["--attested", "--system", "hubspot"], ""),
    ],
)
def test_a_list_that_nothing_matches_says_how_many_steps_there_are(
    applied: Stack, options: list[str], said: str
) -> None:
    listed = applied.run("steps", applied.folder, "-e", "local", *options)
    assert listed.code == 0
    assert f"Nothing matches: {len(steps(applied, '--all'))} steps in local in all" in listed.out
    assert said in listed.out
    assert ("The system" in listed.out or "The owner" in listed.out) is bool(said)
    document = applied.run("steps", applied.folder, "-e", "local", "--format", "json", *options)
    assert document.document["steps"] == []
    assert "Nothing matches" in document.err


def test_a_near_name_of_an_owner_is_named(applied: Stack) -> None:
    owner = next(each["owner"] for each in steps(applied) if each["owner"])
    listed = applied.run("steps", applied.folder, "-e", "local", "--owner", owner[:-1])
    assert f"The owner '{owner[:-1]}' has no step; did you mean '{owner}'?" in listed.out


def test_the_list_as_a_table_and_as_a_task_list(applied: Stack) -> None:
    listed = steps(applied)
    table = applied.run("steps", applied.folder, "-e", "local", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["step"] for row in rows] == [each["step"] for each in listed for _ in each["rows"]]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    tasks = applied.run("steps", applied.folder, "-e", "local", "--format", "markdown").out
    assert re.findall(r"^- \[ \] `(\w{8})`", tasks, re.MULTILINE) == [each["step"] for each in listed]


def test_a_damaged_list_stops_a_plan_with_what_to_do(applied: Stack) -> None:
    path = worklist.path_of(applied.folder, "local")
    path.write_text(path.read_text("utf-8")[:100], "utf-8")
    refused = applied.run("plan", applied.folder, "-e", "local")
    assert refused.code == 1
    assert "The work list is damaged: local.json" in refused.err
    assert "delete local.json in .mopsctl/steps" in refused.err
    path.unlink()
    assert applied.run("plan", applied.folder, "-e", "local").code == 0
    assert {each["state"] for each in steps(applied)} == {"new"}


def test_the_digest_of_a_plan_does_not_depend_on_the_list(applied: Stack) -> None:
    before = applied.plan()["digest"]
    assert attest(applied, by_people(applied)[0]["step"]).code == 0
    assert applied.plan()["digest"] == before


def _any_label(stack: Stack) -> tuple[str, str]:
    """A label of a field of people that stands once in the catalogue, and another in its place."""
    text = (stack.folder / "catalog" / "person.yaml").read_text("utf-8")
    labels = re.findall(r"^ +(label: [A-Z][\w ]+)$", text, re.MULTILINE)
    label = next(each for each in labels if text.count(each) == 1)
    return label, "label: Spoken of differently"


def _words_of(text: str) -> str:
    """Text without what a format puts between and around words."""
    plain = html.unescape(re.sub(r"<br>|</?[a-z][^>]*>", "", text)).replace("\\", "").replace('""', '"')
    return "".join(plain.split())
