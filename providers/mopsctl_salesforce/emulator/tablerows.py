"""Tables that can be queried, how a path leads through them, and the tests of conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass
class Table:
    """What can be queried: its columns, its rows, and where relationships lead (`Parent` by `ParentId` to a table)."""

    name: str
    columns: frozenset[str]
    rows: Callable[[], Sequence[Row]]
    relations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    plain: bool = False  # takes no COUNT, GROUP BY, OR, NOT, and ignores LIMIT
    one_row: frozenset[str] = frozenset()  # columns that only a query for one row may ask for


Tables = Callable[[str], Table | None]
Test = Callable[[Row], bool]


def reader(path: str, table: Table, tables: Tables) -> Callable[[Row], Any]:
    """What gets the value at the end of a path out of a row."""
    head, dot, rest = path.partition(".")
    if not dot:
        return lambda row: row.get(head)
    column, target_name = table.relations[head]
    target = tables(target_name)
    if target is None:
        return lambda _: None
    inner = reader(rest, target, tables)
    by_id: dict[str, Row] = {}

    def reach(row: Row) -> Any:
        if not by_id:
            by_id.update({str(each.get("Id")): each for each in target.rows()})
        found = by_id.get(str(row.get(column)))
        return inner(found) if found is not None else None

    return reach


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool((one is None or one == "") and other is None) or one == other


def listed(word: str, reach: Callable[[Row], Any], values: Sequence[Any], *, negated: bool) -> Test:
    """Whether a value is in a list (IN), or holds all of one of its combinations (INCLUDES)."""
    if word == "IN":
        folded = {value.casefold() if isinstance(value, str) else value for value in values}

        def holds(row: Row) -> bool:
            value = reach(row)
            return ((value.casefold() if isinstance(value, str) else value) in folded) is not negated

        return holds
    wanted = [set(str(value).split(";")) for value in values]
    return lambda row: any(each <= set(str(reach(row) or "").split(";")) for each in wanted) is not negated


def signed(sign: str, reach: Callable[[Row], Any], value: Any) -> Test:
    """A comparison with one value; text is compared without case, as SOQL does."""
    if sign == "=":
        return lambda row: _same(reach(row), value)
    if sign in ("!=", "<>"):
        return lambda row: not _same(reach(row), value)
    tests: Mapping[str, Callable[[Any, Any], bool]] = {
        "<": lambda one, other: one < other,
        ">": lambda one, other: one > other,
        "<=": lambda one, other: one <= other,
        ">=": lambda one, other: one >= other,
    }
    return lambda row: reach(row) is not None and tests[sign](reach(row), value)
