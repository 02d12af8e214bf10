"""Records, journals and the folder they lie in come from outside: checked before use, a sentence for whatever is wrong."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mopsctl.provider import registry
from tests.journeys.conftest import Run, Stack

HUBSPOT = ("--only", "hubspot:*")
LEAD_SOURCE = "hubspot:property/contact.lead_source"
Edit = Callable[[Any], object]


def record(stack: Stack) -> Path:
    return stack.folder / ".mopsctl" / "state" / "local.json"


def edit(path: Path, change: Edit) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def every_reader(stack: Stack) -> list[Run]:
    """Each command that reads the record."""
    return [
        stack.run("plan", stack.folder, "-e", "local", *HUBSPOT),
        stack.apply(*HUBSPOT),
        stack.run("drift", stack.folder, "-e", "local", *HUBSPOT),
        stack.run("state", "list", "-e", "local", "--stack", stack.folder),
        stack.run("state", "forget", LEAD_SOURCE, "-e", "local", "--stack", stack.folder),
    ]


def one_sentence(run: Run, *words: str) -> None:
    said = " ".join((run.out + run.err).split())
    assert run.code == 1, said
    assert "unexpected" not in said
    assert "mistake in mopsctl" not in said
    assert "Hint:" in said
    for word in words:
        assert word in said


def thing(key: str, value: Any) -> Edit:
    return lambda data: data["things"][LEAD_SOURCE].update({key: value})


DAMAGED: dict[str, tuple[Edit, str]] = {
    "format 0": (lambda data: data.update(format=0), "format"),
    "serial as text": (lambda data: data.update(serial="7"), "serial has to be a whole number"),
    "serial as a fraction": (lambda data: data.update(serial=1.5), "serial has to be a whole number"),
    "serial NaN": (lambda data: data.update(serial=float("nan")), "NaN is no number"),
    "protect as text": (thing("protect", "no"), f"things.{LEAD_SOURCE}.protect has to be true or false"),
    "unknown onDelete": (thing("onDelete", "explode"), 'onDelete has to be one of "keep", "archive", "delete"'),
    "attributes null": (thing("attributes", None), "attributes has to be an object"),
    "attributes a list": (thing("attributes", []), "attributes has to be an object"),
    "title a number": (thing("title", 5), "title has to be text"),
    "id a number": (thing("id", 5), "id has to be text or null"),
    "unknown key": (thing("colour", "red"), "colour is not known"),
    "no address": (lambda data: data["things"].update(nonsense=data["things"][LEAD_SOURCE]), "nonsense"),
    "lineage null": (lambda data: data.update(lineage=None), "lineage has to be text"),
    "applied numbers": (lambda data: data.update(applied=[1]), "applied[0] has to be text"),
    "a key missing": (lambda data: data.pop("environment"), "environment is missing"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_state_file_of_another_shape_is_told_with_the_place(applied: Stack, case: str) -> None:
    change, words = DAMAGED[case]
    edit(record(applied), change)
    before = record(applied).read_bytes()
    for run in every_reader(applied):
        one_sentence(run, "The state is damaged", words, "backups")
    assert record(applied).read_bytes() == before


RAW: dict[str, tuple[bytes, str]] = {
    "binary": (bytes(range(256)), "is not UTF-8"),
    "byte order mark": (b'\xef\xbb\xbf{"format": 1}', "byte order mark"),
    "twice": (b'{"format": 1, "format": 1}', 'the key "format" stands twice'),
    "deep": (b"[" * 100_000, "nested deeper"),
    "deep and whole": (b"[" * 400 + b"]" * 400, "nested deeper"),
    "too large a number": (b'{"format": 1, "serial": 1e999}', "too large"),
    "endless digits": (b'{"format": ' + b"9" * 5000 + b"}", "digits"),
    "half a character": (b'{"format": 1, "stack": "\\ud800"}', "half a character"),
    "zeros": (bytes(500), "is not JSON"),
    "null": (b"null", "has to be an object"),
}


@pytest.mark.parametrize("case", RAW)
def test_state_file_that_is_no_plain_document_is_told(applied: Stack, case: str) -> None:
    content, words = RAW[case]
    record(applied).write_bytes(content)
    for run in every_reader(applied):
        one_sentence(run, "The state is damaged", words)


def test_state_file_that_is_huge_is_told_without_being_read(applied: Stack) -> None:
    with record(applied).open("wb") as file:
        file.truncate(3_000_000_000)
    one_sentence(applied.run("plan", applied.folder, "-e", "local", *HUBSPOT), "is larger than")


@pytest.mark.parametrize("sort", ["pipe", "folder"])
def test_state_file_that_is_no_regular_file_is_told(applied: Stack, sort: str) -> None:
    record(applied).unlink()
    os.mkfifo(record(applied)) if sort == "pipe" else record(applied).mkdir()
    one_sentence(applied.run("plan", applied.folder, "-e", "local", *HUBSPOT), "is no regular file")


@pytest.mark.parametrize("name", ["other", "../other", "/", "\n"])
@pytest.mark.parametrize("key", ["stack", "environment"])
def test_state_file_of_something_else_is_refused(applied: Stack, key: str, name: str) -> None:
    edit(record(applied), lambda data: data.update({key: name}))
    before = record(applied).read_bytes()
    for command in ("plan", "apply", "drift"):
        run = applied.run(command, applied.folder, "-e", "local", *HUBSPOT, *(["--yes"] if command == "apply" else []))
        one_sentence(run, f"is the record of the {key}", "move it")
    assert record(applied).read_bytes() == before


def test_state_file_with_an_unknown_kind_is_told_with_the_way_out(applied: Stack) -> None:
    nosuch = "hubspot:nosuch/x"
    edit(record(applied), lambda data: data["things"].update({nosuch: data["things"][LEAD_SOURCE]}))
    run = applied.run("plan", applied.folder, "-e", "local", *HUBSPOT)
    assert run.code == 0, run.err
    said = " ".join(run.out.split())
    assert "knows no kind 'nosuch'" in said
    assert f"mopsctl state forget {nosuch} -e local" in said
    assert applied.apply(*HUBSPOT).code == 0
    assert nosuch in json.loads(record(applied).read_text(encoding="utf-8"))["things"]
    assert applied.run("state", "forget", nosuch, "-e", "local", "--stack", applied.folder).code == 0
    assert "nosuch" not in applied.run("plan", applied.folder, "-e", "local", *HUBSPOT).out


ODD_NAMES = (
    "x",
    ".",
    "a.b.c.d",
    "contact.",
    ".x",
    "contact.é",
    "a/b",
    " ",
    "::error::x",
    "1",
    "Contact.x__c",
    "a" * 300,
    "\n",
    "%2e",
)


@pytest.mark.parametrize("system", ["hubspot", "salesforce", "marketo", "eloqua"])
def test_state_file_with_names_no_vendor_has_ends_in_a_plan_or_a_sentence(applied: Stack, system: str) -> None:
    """An adapter takes addresses from the record; what stands there is absent, or the vendor says why it cannot be read."""
    kinds = sorted(registry.load(system).kinds)
    made = [f"{system}:{kind}/{name}" for kind in kinds for name in ODD_NAMES]
    edit(record(applied), lambda data: data["things"].update(dict.fromkeys(made, data["things"][LEAD_SOURCE])))
    run = applied.run("plan", applied.folder, "-e", "local", "--only", f"{system}:*", "--no-counts", "--format", "json")
    (report,) = run.document["systems"]
    assert run.code == (0 if report["status"] == "read" else 1)
    assert "mistake" not in report["message"]
    assert "mistake in mopsctl" not in run.err


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [1], [[]], {"a": None}, {"a": {"b": 1}}, True], ids=repr)
def test_state_file_whose_attributes_are_of_another_sort_ends_in_a_plan_or_a_sentence(applied: Stack, odd: Any) -> None:
    """What was applied last is compared with what is there, so that it has to be of the sort that its attribute is."""

    def change(data: Any) -> None:
        for each in data["things"].values():
            each["attributes"] = dict.fromkeys(each["attributes"], odd)

    edit(record(applied), change)
    run = applied.run("plan", applied.folder, "-e", "local", "--format", "json")
    if run.code == 1:
        one_sentence(applied.apply("--allow-remove"), "The state is damaged", ".attributes.", "has to be")
    else:
        assert run.code == 0, run.err
        assert {report["status"] for report in run.document["systems"]} == {"read"}
        assert applied.apply("--allow-remove").code in (0, 3)
    assert "unexpected" not in run.err


@pytest.fixture
def broken_off(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The example after an apply whose record could not be written."""
    from mopsctl.errors import StateError
    from mopsctl.state.local import LocalStore

    def fail(_store: LocalStore, _state: object) -> None:
        raise StateError("No.", hint="no")

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "write", fail)
        assert stack.apply(*HUBSPOT).code == 1
    assert journal(stack).exists()
    return stack


def journal(stack: Stack) -> Path:
    return stack.folder / ".mopsctl" / "journal" / "local.jsonl"


JOURNAL: dict[str, tuple[Callable[[str], str], str]] = {
    "begin of nothing": (lambda text: text + '{"type":"begin"}\n', "address is missing"),
    "end of nothing": (lambda text: text + '{"type":"end"}\n', "is missing"),
    "unknown sort": (lambda text: text + '{"type":"explode"}\n', "type has to be one of"),
    "no object": (lambda text: text + "[]\n", "has to be an object"),
    "no JSON": (lambda text: "junk\n" + text, "line 1 is not JSON"),
    "zeros inside": (lambda text: text.replace("\n", "\n" + "\0" * 9 + "\n", 1), "line 2 is not JSON"),
    "no outcome": (lambda text: text.replace('"done"', '"finished"', 1), "outcome has to be one of"),
    "address of nothing": (lambda text: text.replace("hubspot:property/", "hubspot", 1), "address"),
    "another plan": (lambda text: text.replace("sha256:", "sha256:0", 1), "belongs to another plan"),
    "deep": (lambda text: "[" * 9_000 + "\n" + text, "nested deeper"),
}


@pytest.mark.parametrize("case", JOURNAL)
def test_state_file_a_journal_that_is_damaged_is_told(broken_off: Stack, case: str) -> None:
    spoil, words = JOURNAL[case]
    journal(broken_off).write_text(spoil(journal(broken_off).read_text(encoding="utf-8")), encoding="utf-8")
    for run in (
        broken_off.run("plan", broken_off.folder, "-e", "local", *HUBSPOT),
        broken_off.run("apply", broken_off.folder, "-e", "local", "--resume"),
        broken_off.run("state", "list", "-e", "local", "--stack", broken_off.folder),
    ):
        one_sentence(run, "The journal of the last apply cannot be read", words, ".mopsctl/journal")


def test_state_file_a_journal_cut_in_its_last_line_is_understood(broken_off: Stack) -> None:
    text = journal(broken_off).read_text(encoding="utf-8")
    journal(broken_off).write_text(text[:-9], encoding="utf-8")
    run = broken_off.run("apply", broken_off.folder, "-e", "local", "--resume")
    assert run.code == 0, run.out + run.err


@pytest.mark.parametrize("part", ["", "state", "journal", "locks", "backups", "state/local.json", "locks/local.json"])
def test_state_file_behind_a_link_is_refused(applied: Stack, tmp_path: Path, part: str) -> None:
    place, elsewhere = applied.folder / ".mopsctl" / part, tmp_path / "elsewhere"
    place.rename(elsewhere) if place.exists() else elsewhere.mkdir()
    place.symlink_to(elsewhere)
    before = sorted(path for path in elsewhere.rglob("*") if "emulators" not in path.parts)
    one_sentence(applied.apply(*HUBSPOT), "is a link", "put a real file or folder in its place")
    assert sorted(path for path in elsewhere.rglob("*") if "emulators" not in path.parts) == before


@pytest.mark.parametrize("part", ["state", "journal", "locks", "backups"])
def test_state_file_folder_that_takes_nothing_is_found_before_the_first_write(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    real = tempfile.mkstemp

    def refused(*arguments: Any, **how: Any) -> tuple[int, str]:
        if Path(how.get("dir", ".")).name == part:
            raise PermissionError(13, "Permission denied")
        return real(*arguments, **how)

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkstemp", refused)
        run = stack.apply(*HUBSPOT)
    one_sentence(run, f"Nothing can be written to .mopsctl/{part}", "Permission denied")
    with stack.screen("hubspot") as hubspot:
        assert hubspot.counters()["writes"] == 0
    assert stack.apply(*HUBSPOT).code == 0


def test_state_file_folder_under_a_file_is_found_before_the_first_write(stack: Stack) -> None:
    (stack.folder / ".mopsctl").mkdir()
    (stack.folder / ".mopsctl" / "backups").write_text("")
    one_sentence(stack.apply(*HUBSPOT), "Nothing can be written to .mopsctl/backups")
    with stack.screen("hubspot") as hubspot:
        assert hubspot.counters()["writes"] == 0
