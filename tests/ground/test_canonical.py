"""The same content has the same text and digest, whatever order, sort of number or sort of list it came in."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import canonical

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
trees: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)


def turned(tree: Any) -> Any:
    """The same content with keys the other way round and lists as tuples."""
    if isinstance(tree, dict):
        return {key: turned(tree[key]) for key in reversed(tree)}
    return tuple(turned(each) for each in tree) if isinstance(tree, list) else tree


@given(trees)
def test_order_of_keys_and_sort_of_list_change_nothing(tree: Any) -> None:
    assert canonical.dumps(turned(tree)) == canonical.dumps(tree)
    assert canonical.pretty(turned(tree)) == canonical.pretty(tree)
    assert canonical.digest(turned(tree)) == canonical.digest(tree)


@given(trees)
def test_what_is_written_is_read_back(tree: Any) -> None:
    assert json.loads(canonical.dumps(tree)) == tree
    assert json.loads(canonical.pretty(tree)) == tree
    assert canonical.numbers(json.loads(canonical.dumps(tree))) == canonical.numbers(tree)


@given(trees, trees)
def test_other_content_has_another_digest(one: Any, other: Any) -> None:
    same = canonical.dumps(one) == canonical.dumps(other)
    assert (canonical.digest(one) == canonical.digest(other)) == same


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"b": 1, "a": [1.0, 2.5]}, '{"a":[1,2.5],"b":1}'),
        ({"n": -0.0}, '{"n":0}'),
        ({"n": 1e20}, '{"n":100000000000000000000}'),
        ({"t": True, "n": 1}, '{"n":1,"t":true}'),
        ({"ü": "naïve ☃"}, '{"ü":"naïve ☃"}'),
        ({1: "a"}, '{"1":"a"}'),
        ((), "[]"),
        (None, "null"),
    ],
)
def test_text_is_compact_sorted_and_plain(data: Any, text: str) -> None:
    assert canonical.dumps(data) == text


def test_pretty_text_ends_with_a_newline() -> None:
    assert canonical.pretty({"b": 1.0, "a": []}) == '{\n  "a": [],\n  "b": 1\n}\n'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical.dumps({"n": number})


@pytest.mark.parametrize("thing", [{1, 2}, object(), b"x"])
def test_what_is_no_data_is_refused(thing: Any) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        canonical.dumps({"a": thing})


def test_digests_do_not_depend_on_the_seed_of_hashes() -> None:
    program = "from mopsctl import canonical; print(canonical.digest({x: x for x in 'hub crm desk'.split()}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "4711")
    }
    assert seen == {canonical.digest({each: each for each in ("desk", "crm", "hub")}) + "\n"}
