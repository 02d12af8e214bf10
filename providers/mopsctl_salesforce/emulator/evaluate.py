"""Evaluates formulas on records."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from mopsctl_salesforce.emulator.formula import Call, FormulaError, Literal, Name, Node

Value = Any


@dataclass
class Record:
    """What a formula can see: the record, what it was before, what day it is.

    `zero` is true where blank numbers count as 0; then they are never blank.
    """

    values: Mapping[str, Value]
    kinds: Mapping[str, str]
    today: date
    prior: Mapping[str, Value] | None = None
    zero: bool = False
    permissions: frozenset[str] = frozenset()
    formulas: Mapping[str, Callable[[], Value]] = field(default_factory=dict)

    def get(self, name: str, values: Mapping[str, Value] | None = None) -> Value:
        """A field's value as formulas have it."""
        if name.startswith("$Permission."):
            return name.partition(".")[2] in self.permissions
        if "." in name or ":" in name:
            return None  # of related records this stand-in holds none
        if values is None and name in self.formulas:
            return self.formulas[name]()
        value, kind = (self.values if values is None else values).get(name), self.kinds.get(name, "Text")
        if kind == "Boolean":
            return bool(value)
        return self._blank(kind) if value is None or value == "" else _READ.get(kind, str)(value)

    def _blank(self, kind: str) -> Value:
        if kind in ("Text", "Picklist", "Multi"):
            return ""
        return 0.0 if kind in ("Number", "Percent") and self.zero else None


_READ: Mapping[str, Callable[[Any], Value]] = {
    "Date": lambda value: date.fromisoformat(str(value)[:10]),
    "DateTime": lambda value: datetime.fromisoformat(str(value)[:19]),
    "Number": float,
    "Percent": lambda value: float(Decimal(str(value)) / 100),
}


def evaluate(node: Node, record: Record) -> Value:
    """The formula's value for the record; None where it is blank."""
    match node:
        case Literal(value):
            return value
        case Name(name):
            return record.get(name)
        case Call(function, arguments):
            return _call(function, arguments, record)


def _call(function: str, arguments: tuple[Node, ...], record: Record) -> Value:
    if function == "IF":
        return evaluate(arguments[1 if evaluate(arguments[0], record) else 2], record)
    if function == "CASE":
        return _case(arguments, record)
    if function in ("PRIORVALUE", "ISCHANGED"):
        return _changes(function, arguments[0], record)
    given = [evaluate(each, record) for each in arguments]
    if function in _PLAIN:
        return _PLAIN[function](given)
    if function in ("TODAY", "NOW"):
        return record.today if function == "TODAY" else datetime.combine(record.today, datetime.min.time())
    if function == "ISNEW":
        return record.prior is None
    raise FormulaError(f"Unknown function {function}. Check spelling.")


def _case(arguments: tuple[Node, ...], record: Record) -> Value:
    subject = evaluate(arguments[0], record)
    for place in range(1, len(arguments) - 1, 2):
        if subject == evaluate(arguments[place], record):
            return evaluate(arguments[place + 1], record)
    return evaluate(arguments[-1], record)


def _changes(function: str, node: Node, record: Record) -> Value:
    if not isinstance(node, Name):
        raise FormulaError("Incorrect parameter type")
    before = record.get(node.name, record.values if record.prior is None else record.prior)
    return before if function == "PRIORVALUE" else before != record.get(node.name)


def _blank(value: Value) -> bool:
    return value is None or value == ""


def _compared(compare: Callable[[Value, Value], bool]) -> Callable[[list[Value]], Value]:
    return lambda given: None if None in given else compare(*given)


def _arithmetic(compute: Callable[[Value, Value], Value]) -> Callable[[list[Value]], Value]:
    def result(given: list[Value]) -> Value:
        left, right = given
        if left is None or right is None:
            return None
        if isinstance(left, date) and isinstance(right, float):
            right = timedelta(days=right)
        return compute(left, right)

    return result


def _round(given: list[Value]) -> Value:
    if None in given:
        return None
    factor = 10 ** int(given[1])
    return math.copysign(math.floor(abs(given[0]) * factor + 0.5) / factor, given[0])


def _all(given: list[Value]) -> Value:
    """AND with three outcomes: null where nothing is false and something is null."""
    return False if any(each is False for each in given) else None if None in given else all(given)


def _any(given: list[Value]) -> Value:
    return True if any(given) else None if None in given else False


def _of_text(compute: Callable[..., Value]) -> Callable[[list[Value]], Value]:
    """A function of a text; an empty one is null, and so is what is made of it."""
    return lambda given: None if _blank(given[0]) else compute(str(given[0]), *(str(each or "") for each in given[1:]))


def _text(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _of_date(compute: Callable[..., Value]) -> Callable[[list[Value]], Value]:
    return lambda given: None if None in given else compute(*given)


def _months_later(day: date, months: float) -> date:
    """The same day of another month; the last day of a month stays one, as Salesforce has it."""
    total = day.year * 12 + day.month - 1 + int(months)
    year, month = total // 12, total % 12 + 1
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    last = calendar.monthrange(year, month)[1]
    return day.replace(year=year, month=month, day=last if is_last else min(day.day, last))


def _value(given: list[Value]) -> Value:
    try:
        return float(str(given[0]).strip()) if not _blank(given[0]) else None
    except ValueError:
        raise FormulaError("#Error!") from None


def _case_safe(value: str) -> str:
    """The 18 characters of an id of 15: three that say which letters are capitals."""
    if len(value) != 15:
        return value
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    parts = (value[start : start + 5] for start in (0, 5, 10))
    return value + "".join(
        letters[sum(1 << place for place, char in enumerate(part) if char.isupper())] for part in parts
    )


_PLAIN: Mapping[str, Callable[[list[Value]], Value]] = {
    "LEFT": _of_text(lambda whole, count: whole[: int(float(count or 0))]),
    "RIGHT": _of_text(lambda whole, count: whole[-int(float(count or 0)) :] if float(count or 0) >= 1 else ""),
    "MID": _of_text(
        lambda whole, start, count: whole[int(float(start)) - 1 : int(float(start)) - 1 + int(float(count))]
    ),
    "VALUE": _value,
    "MOD": _arithmetic(lambda left, right: math.fmod(left, right) if right else left),
    "FLOOR": lambda given: None if given[0] is None else float(math.trunc(given[0])),  # towards zero
    "CEILING": lambda given: None if given[0] is None else math.copysign(math.ceil(abs(given[0])), given[0]),
    "MONTH": _of_date(lambda day: float(day.month)),
    "DAY": _of_date(lambda day: float(day.day)),
    "YEAR": _of_date(lambda day: float(day.year)),
    "WEEKDAY": _of_date(lambda day: float(day.isoweekday() % 7 + 1)),  # Sunday is 1
    "ADDMONTHS": _of_date(_months_later),
    "CASESAFEID": _of_text(_case_safe),
    "BR": lambda _: "\n",
    "BLANKVALUE": lambda given: given[1] if _blank(given[0]) else given[0],
    "NULLVALUE": lambda given: given[1] if given[0] is None else given[0],
    "HYPERLINK": lambda given: f'<a href="{_text(given[0])}">{_text(given[1])}</a>',
    "IMAGE": lambda given: f'<img src="{_text(given[0])}" alt="{_text(given[1])}">',
    "AND": _all,
    "OR": _any,
    "&&": _all,
    "||": _any,
    "NOT": lambda given: None if given[0] is None else not given[0],
    "NEGATE": lambda given: None if given[0] is None else -given[0],
    "ISPICKVAL": lambda given: (given[0] or "") == given[1],
    "INCLUDES": lambda given: given[1] in str(given[0] or "").split(";"),
    "ISBLANK": lambda given: _blank(given[0]),
    "ISNULL": lambda given: given[0] is None,
    "CONTAINS": _of_text(lambda whole, part: part in whole),
    "BEGINS": _of_text(lambda whole, part: whole.startswith(part)),
    "REGEX": lambda given: re.fullmatch(str(given[1]), str(given[0] or "")) is not None,
    "LOWER": _of_text(lambda whole: whole.lower()),
    "UPPER": _of_text(lambda whole: whole.upper()),
    "TRIM": _of_text(lambda whole: whole.strip()),
    "LEN": lambda given: float(len(str(given[0] or ""))),
    "SUBSTITUTE": _of_text(lambda whole, old, new: whole.replace(old, new)),
    "TEXT": lambda given: _text(given[0]),
    "MIN": lambda given: None if None in given else min(given),
    "MAX": lambda given: None if None in given else max(given),
    "ROUND": _round,
    "ABS": lambda given: None if given[0] is None else abs(given[0]),
    "DATE": lambda given: date(*(int(each) for each in given)),
    "DATEVALUE": lambda given: None if _blank(given[0]) else date.fromisoformat(str(given[0])[:10]),
    "DATETIMEVALUE": lambda given: datetime.fromisoformat(str(given[0])),
    "=": _compared(lambda left, right: left == right),
    "<>": _compared(lambda left, right: left != right),
    "<": _compared(lambda left, right: left < right),
    ">": _compared(lambda left, right: left > right),
    "<=": _compared(lambda left, right: left <= right),
    ">=": _compared(lambda left, right: left >= right),
    "+": _arithmetic(lambda left, right: left + right),
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(lambda left, right: left / right if right else None),
    "^": _arithmetic(lambda left, right: left**right),
    "&": lambda given: "".join(_text(each) for each in given),
}
