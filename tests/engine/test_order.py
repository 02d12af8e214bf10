"""The order of a list that holds ours and other people's keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mopsctl.engine.compare import merged_order

KEYS = st.lists(st.sampled_from("abcdefg"), max_size=9)


@given(KEYS, KEYS)
def test_each_key_stands_once_ours_in_our_order_and_the_others_in_theirs(wanted: list[str], seen: list[str]) -> None:
    """Also where a key comes twice, as in an answer or a record that is not sound."""
    merged = merged_order(wanted, seen)
    assert sorted(merged) == sorted({*wanted, *seen})
    assert [key for key in merged if key in wanted] == list(dict.fromkeys(wanted))
    assert [key for key in merged if key not in wanted] == [key for key in dict.fromkeys(seen) if key not in wanted]
