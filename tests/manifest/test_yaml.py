"""YAML as manifests use it: what words mean, where things stand, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.diagnostics import Source
from mopsctl.manifest.load import DEPTH, parse, scalar
from mopsctl.manifest.tree import Map, Places, Seq, place
from tests.manifest import cases
from tests.manifest.conftest import CATALOG, Load, said

TEXT = [
    "NO", "on", "off", "yes", "no", "y", "n", "14:00", "12:30:45", "2026-12-31", "0012", "-007", "1_000", "0x", "0xG", "0o8",
    "1e", ".", "-", "+", "1.2.3", "1e999", ".inf", "-.INF", ".nan", "null ", "Nul", "tRue", "1234567890123456789", "٣", "²",
]  # fmt: skip
OTHER = [
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("null", None), ("~", None), ("", None), ("0", 0),
    ("-0", 0), ("+12", 12), ("-3", -3), ("0o14", 12), ("0x1F", 31), ("1.10", 1.1), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0),
    ("-1.5E-3", -0.0015), ("999999999999999999", 999999999999999999),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXT)
def test_text_stays_text(text: str) -> None:
    assert scalar(text) == text
    assert type(scalar(text)) is str


@pytest.mark.parametrize(("text", "value"), OTHER)
def test_the_core_schema_is_kept(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_norway_is_a_country() -> None:
    root, found = parse("countries: [NO, SE]\nno: no", "a.yaml")
    assert (root, found) == ({"countries": ["NO", "SE"], "no": "no"}, [])


def test_quotes_make_text() -> None:
    root, _ = parse("a: \"12\"\nb: 'true'\nc: |\n  null\nd: >-\n  1\n  2", "a.yaml")
    assert root == {"a": "12", "b": "true", "c": "null\n", "d": "1 2"}


def test_keys_are_text() -> None:
    root, found = parse("bands: {1: 60, true: 30, ~: 3, 2026-01-01: x, 'q': y}", "a.yaml")
    assert root is not None
    assert list(root["bands"]) == ["1", "true", "~", "2026-01-01", "q"]
    assert found == []


PLACES = """\
metadata: {name: a, owner: b}
spec:
  rows:
    - key: one
      require: [x, y]
    - {key: two, in: {hubspot: z}}
  empty: {}
"""


@pytest.fixture
def root() -> Map:
    found, _ = parse(PLACES, "f.yaml")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ((), "1:1"),
        (("metadata",), "1:1"),
        (("metadata", "owner"), "1:28"),
        (("spec", "rows"), "3:3"),
        (("spec", "rows", 0), "4:7"),
        (("spec", "rows", 0, "key"), "4:12"),
        (("spec", "rows", 0, "require"), "5:7"),
        (("spec", "rows", 0, "require", 1), "5:20"),
        (("spec", "rows", 1), "6:8"),
        (("spec", "rows", 1, "in", "hubspot"), "6:32"),
        (("spec", "empty"), "7:3"),
        (("spec", "nothing", "there"), "2:1"),
    ],
)
def test_everything_knows_its_place(root: Map, path: tuple[str | int, ...], where: str) -> None:
    assert str(place(root, path)) == f"f.yaml:{where}"


def test_a_key_knows_its_own_place(root: Map) -> None:
    assert str(place(root, ("metadata", "owner"), key=True)) == "f.yaml:1:21"


@pytest.mark.parametrize(
    ("path", "where"), [("key", "6:13"), ("in", "6:18"), ("in.hubspot", "6:32"), ("in.salesforce", None), ("x", None)]
)
def test_marks_follow_dotted_paths(root: Map, path: str, where: str | None) -> None:
    marks = Places(root["spec"]["rows"][1])
    found = marks.get(path)
    assert (str(found) if found else None) == (f"f.yaml:{where}" if where else None)


def test_a_key_with_dots_is_found() -> None:
    root, _ = parse("a.b: {c.d: 1}\na: {b: 2}", "f.yaml")
    assert root is not None
    assert str(Places(root)["a.b.c.d"]) == "f.yaml:1:12"
    assert str(Places(root)["a.b"]) == "f.yaml:1:1"


def test_columns_count_characters() -> None:
    root, _ = parse("{Ünïcödé 🚀: 1, b: 2}", "f.yaml")
    assert root is not None
    assert root.key_source("b") == Source("f.yaml", 1, 16)


def test_a_mark_and_windows_lines_change_nothing() -> None:
    plain, _ = parse("a: 1\nb:\n  - c\n", "f.yaml")
    windows, found = parse("\ufeffa: 1\r\nb:\r\n  - c\r\n", "f.yaml")
    assert (windows, found) == (plain, [])
    assert windows is not None
    assert windows.value_source("b") == Source("f.yaml", 3, 3)


@pytest.mark.parametrize("levels", [DEPTH, DEPTH + 1])
def test_depth_is_bounded(levels: int) -> None:
    inner = "[" * (levels - 1) + "]" * (levels - 1)
    _, found = parse(f"a: {inner}", "f.yaml")
    assert [each.rule for each in found] == (["YM013"] if levels > DEPTH else [])


@pytest.mark.parametrize("bomb", ["[" * 200_000, "- " * 200_000 + "a", "{a: " * 200_000, "? " * 200_000])
def test_a_bomb_does_not_go_off(bomb: str) -> None:
    root, found = parse(bomb, "f.yaml")
    assert root is None
    assert [each.rule for each in found] == ["YM013"]


def test_a_bomb_of_links_does_not_go_off() -> None:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    root, found = parse("a0: &a0 [x]\n" + "\n".join(lines), "f.yaml")
    assert root is None
    assert {each.rule for each in found} == {"YM009"}


def test_a_number_of_many_digits_is_text() -> None:
    root, _ = parse(f"a: {'9' * 5000}", "f.yaml")
    assert root == {"a": "9" * 5000}


def test_one_error_does_not_hide_those_of_other_files(load: Load) -> None:
    loaded = load(
        {"lifecycle/a.yaml": "a: [", "scoring/b.yaml": "kind: Scoring", "catalog/c.yaml": "x: 1\nx: 2\nkind: Stack"}
    )
    rules = {line.split()[1] for line in said(loaded)}
    assert {"YM006", "MS009", "YM008"} <= rules


def test_a_file_that_cannot_be_read_makes_no_reference_dangle(load: Load) -> None:
    loaded = load({"catalog/person.yaml": "a: [", "lifecycle/a.yaml": LIFECYCLE})
    assert [line.split()[1] for line in said(loaded)] == ["YM006"]


LIFECYCLE = """\
apiVersion: mopsctl/v1
kind: Lifecycle
metadata: {name: a}
spec: {catalog: person, field: stage, entry: new, stages: [{key: new, type: gate}]}
"""


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    root, found = parse(text, "f.yaml")
    assert root is not None or found
    assert all(each.message.endswith(".") and each.source.line >= 1 and each.source.column >= 1 for each in found)


@given(st.lists(st.sampled_from(["a", ":", " ", "\n", "-", "[", "]", "{", "}", ",", "&", "*", "!", "|", ">", "'", '"', "#", "%", "?", "\t", "---"]), max_size=40))  # fmt: skip
def test_no_run_of_signs_makes_it_fail(signs: list[str]) -> None:
    root, found = parse("".join(signs), "f.yaml")
    assert root is not None or found


def plain(value: Any) -> Any:
    """Without places."""
    if isinstance(value, Map):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, Seq) else value


def test_the_tree_is_plain_data() -> None:
    root, _ = parse(CATALOG, "f.yaml")
    assert plain(root) == root


@pytest.mark.parametrize("name", [name for name, path in cases.GOOD.items() if path.is_file()])
def test_the_slow_parser_reads_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = cases.GOOD[name].read_text("utf-8-sig")
    fast, _ = parse(text, name)
    monkeypatch.delattr(yaml, "CBaseLoader")
    slow, found = parse(text, name)
    assert (slow, found) == (fast, [])
    assert slow is not None
    assert fast is not None
    assert slow["spec"].source == fast["spec"].source


@pytest.mark.parametrize("text", ["---\na: 1\n", "%YAML 1.2\n---\na: 1\n...\n", "# x\n\na: 1", "{a: 1}", '"a": 1'])
def test_ways_to_write_one_document(text: str) -> None:
    assert parse(text, "f.yaml") == ({"a": 1}, [])


def test_an_empty_room_is_no_error(load: Load, tmp_path: Path) -> None:
    (tmp_path / "stack" / "scoring").mkdir(parents=True)
    assert said(load()) == []


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a: " + "[" * 1000 + "]" * 1000, "- " * 20 + "[" * 3000, "a: 1\nb: {c: " + "[{" * 600]
)
def test_fresh_install_our_bound_comes_before_the_parsers(text: str) -> None:
    """Newer parsers stop at a depth of their own while they look ahead, with a message of their own."""
    (found,) = parse(text, "f.yaml")[1]
    assert (found.rule, found.source.line) == ("YM013", text.count("\n") + 1)
