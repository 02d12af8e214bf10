"""What is written is read back equal, by mopsctl and by older readers, and reads well."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mopsctl.manifest.load import parse
from mopsctl.manifest.writer import to_yaml
from tests.manifest import cases

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["NO", "on", "y", "~", "null", "0012", "1_000", "12:30", "2026-12-31", "1e3", "0o14", "0x1F", ".5", "1.", "=", "<<", "- a",
     "a: b", "a #b", "#a", "'", '"', "\\", "[", "{a", "&a", "*a", "!a", "|", ">", "%", "@", "`", "a\tb", "a\nb", " a ", "?", "---"]
)  # fmt: skip
NUMBERS = st.integers(-(10**18) + 1, 10**18 - 1) | st.floats(allow_nan=False, allow_infinity=False)
KEYS = TEXTS.filter(lambda key: key not in ("apiVersion", "kind", "metadata", "spec"))  # those are put in their order
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same type all the way down (1, 1.0 and True are three things)."""
    if isinstance(left, dict):
        return (
            isinstance(right, dict) and list(left) == list(right) and all(same(left[key], right[key]) for key in left)
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
@example({"a": -0.0, "b": 1e100, "c": 5e-324, "d": 1e16})
@example({"a" * 200: "x", "multi\nline": ["\ufeff", "\x85", "\u2028", "\U0001f680"]})
def test_what_is_written_is_read_back_equal(document: dict[str, Any]) -> None:
    root, found = parse(to_yaml(document), "f.yaml")
    assert found == []
    assert same(document, root)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_older_readers_read_the_same(document: dict[str, Any]) -> None:
    assert same(document, yaml.safe_load(to_yaml(document)))


def test_the_envelope_comes_first_and_a_comment_above_it() -> None:
    text = to_yaml(
        {"spec": {}, "metadata": {"name": "a"}, "kind": "Stack", "apiVersion": "mopsctl/v1"}, comment="One.\n\nTwo."
    )
    assert text.splitlines() == [
        "# One.",
        "#",
        "# Two.",
        "apiVersion: mopsctl/v1",
        "kind: Stack",
        "metadata: {name: a}",
        "spec: {}",
    ]


def test_rows_stand_in_one_line_each() -> None:
    rows = [{"key": "a", "in": {"hubspot": "a"}}, {"key": "b", "label": "x" * 120}]
    text = to_yaml(
        {"apiVersion": "v", "kind": "k", "metadata": {"name": "n"}, "spec": {"fields": rows, "list": ["NO", "SE"]}}
    )
    assert text.splitlines()[3:] == [
        "spec:",
        "  fields:",
        "    - {key: a, in: {hubspot: a}}",
        "    - key: b",
        f"      label: {'x' * 120}",
        '  list: ["NO", SE]',
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**18, {1, 2}, b"x"])
def test_what_yaml_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        to_yaml({"a": value})


@pytest.mark.parametrize("name", [name for name, path in cases.GOOD.items() if path.is_file()])
def test_good_manifests_stay_the_same(name: str) -> None:
    root, _ = parse(cases.GOOD[name].read_text("utf-8-sig"), name)
    assert root is not None
    again, found = parse(to_yaml(root), name)
    assert (again, found) == (root, [])
