"""Manual steps end: a plan repeats none that stood before, people attest them, and they open again when they ask for something else."""

from __future__ import annotations

import csv
import io
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
    """The open steps that no API shows."""
    return [each for each in steps(stack) if each["check"] == "attest"]


def test_what_stood_at_the_last_apply_is_one_line(applied: Stack) -> None:
    quiet = applied.run("plan", applied.folder, "-e", "local")
    assert quiet.code == 0
    assert len(quiet.out.splitlines()) <= 20, quiet.out
    listed = steps(applied)
    assert f"{len(listed)} steps from before still open: mopsctl steps -e local" in " ".join(quiet.out.split())
    assert {each["state"] for each in listed} == {"standing"}
    everything = applied.run("plan", applied.folder, "-e", "local", "-v")
    assert all(each["todo"][0][:30] in everything.out for each in listed[:5])


def test_after_an_edit_a_plan_and_its_comment_show_the_edit(applied: Stack) -> None:
    applied.edit("catalog/person.yaml", *_any_label(applied))
    seen = applied.run("plan", applied.folder, "-e", "local")
    assert "Spoken of differently" in seen.out
    assert len(seen.out.splitlines()) <= 150
    comment = applied.run("plan", applied.folder, "-e", "local", "--format", "markdown").out
    visible = re.sub(r"<details>.*?</details>", "", comment, flags=re.DOTALL)
    assert "Spoken of differently" in visible
    assert len(visible.encode()) <= 3_000


def test_the_comment_of_the_largest_plan_fits_where_comments_go(stack: Stack) -> None:
    comment = stack.run("plan", stack.folder, "-e", "local", "--format", "markdown")
    assert 20_000 < len(comment.out.encode()) <= 60_000
    assert "left out here: mopsctl show PLAN -v" in comment.out


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
        each for each in by_people(applied) if old.partition(": ")[2] in " ".join([each["title"], *each["todo"]])
    ]
    assert touched
    assert attest(applied, *(each["step"] for each in touched)).code == 0
    applied.edit("catalog/person.yaml", old, new)
    reopened = {each["step"]: each["stateWhy"] for each in steps(applied) if each["state"] == "reopened"}
    assert {each["step"] for each in touched} & set(reopened)
    assert all("what it asks for changed since" in why for why in reopened.values())


def test_all_steps_of_a_system_are_attested_after_a_question_only(applied: Stack) -> None:
    mine = [each for each in by_people(applied) if each["address"].startswith("marketo:")]
    unasked = attest(applied, "--all", "--system", "marketo")
    assert unasked.code == 4
    assert f"Nobody can be asked whether {len(mine)} steps were done" in unasked.err
    assert steps(applied, "--attested") == []
    assert attest(applied, "--all", "--system", "marketo", "--yes").code == 0
    assert {each["step"] for each in steps(applied, "--attested")} == {each["step"] for each in mine}
    assert attest(applied, "--all", "--system", "marketo", "--yes").code == 64


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["00000000"], "There is no step 00000000 in this plan"),
        ([], "Name the steps, or say --all"),
        (["00000000", "--all"], "Name the steps, or say --all"),
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
    assert mine == [each for each in listed if each["owner"] == owner and each["address"].startswith("hubspot:")]


def test_the_list_as_a_table_and_as_a_task_list(applied: Stack) -> None:
    listed = steps(applied)
    table = applied.run("steps", applied.folder, "-e", "local", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["step"] for row in rows] == [each["step"] for each in listed]
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
