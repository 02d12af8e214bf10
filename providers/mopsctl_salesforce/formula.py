"""Writes conditions as Salesforce formulas. How large they become is in `formula_size`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from mopsctl.condition import All, AnyOf, Condition, Not, Scalar, Test
from mopsctl.element import Field
from mopsctl_salesforce import names

Sort = Literal["pick", "multi", "text", "number", "bool", "date", "datetime", "time", "long", "reference"]

_SORTS: Mapping[str, Sort] = {
    "choice": "pick",
    "multi_choice": "multi",
    "integer": "number",
    "decimal": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "long_text": "long",
    "reference": "reference",
}
_NATIVE_SORTS: Mapping[str, Sort] = {
    "Picklist": "pick",
    "MultiselectPicklist": "multi",
    "Number": "number",
    "Currency": "number",
    "Percent": "number",
    "Summary": "number",
    "Time": "time",
    "Checkbox": "bool",
    "Date": "date",
    "DateTime": "datetime",
    "LongTextArea": "long",
    "Html": "long",
    "EncryptedText": "long",
    "Lookup": "reference",
    "MasterDetail": "reference",
}
_SEPARATORS = (",", "/", "-", ".", "&")
_COMPARED: Mapping[str, str] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "before": "<", "after": ">"}


class Inexpressible(Exception):
    """A formula cannot ask this; the text says why, as half a sentence."""


def condition(asked: Condition, fields: Mapping[str, Field], *, rule: bool = False) -> str:
    """The condition as a formula that gives true or false; `rule` allows what only validation rules know.

    Raises Inexpressible.
    """
    match asked:
        case All(parts):
            return _joined("AND", [condition(part, fields, rule=rule) for part in parts])
        case AnyOf(parts):
            return _joined("OR", [condition(part, fields, rule=rule) for part in parts])
        case Not(part):
            return f"NOT({condition(part, fields, rule=rule)})"
        case Test():
            return _Question(asked, field_of(asked.name, asked.subject, fields), rule).formula()


def field_of(name: str, subject: str, fields: Mapping[str, Field]) -> Field:
    """The field a question is about; Inexpressible where it is about anything else, or about no field of the object."""
    if subject != "field":
        words = {
            "event": "an activity",
            "inactive": "a time without activity",
            "grade": "a grade",
            "record": "another record",
        }
        raise Inexpressible(f"a formula cannot see {words.get(subject, f'the {subject}')}")
    if name not in fields:
        raise Inexpressible(f"the field '{name}' is not on this object")
    return fields[name]


def sort_of(field: Field) -> Sort:
    """How formulas treat the field."""
    native = field.hints.get("type")
    if isinstance(native, str):
        return _NATIVE_SORTS.get(native, "text")
    if field.type == "country":
        chosen = bool(field.values) if names.is_custom(field.name) else field.name.endswith("Code")
        return "pick" if chosen else "text"
    return _SORTS.get(field.type, "text")


def spelled(field: Field, value: Scalar) -> Scalar:
    """A value of the field's list as Salesforce spells it; what is no key of the list stays."""
    by_key = {item.key: item.value for item in field.values.items} if field.values else {}
    return by_key.get(str(value), value)


def text(value: object) -> str:
    """A text literal."""
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def number(value: float | Decimal) -> str:
    """A number literal; whole numbers without a fraction, none with an exponent."""
    return str(int(value)) if float(value).is_integer() else format(Decimal(str(value)), "f")


def is_percent(field: Field) -> bool:
    """True where manifests speak in percent and formulas see the fraction: 80 there is 0.8 here."""
    native = field.hints.get("type")
    return native == "Percent" if isinstance(native, str) else field.type == "percent"


def fraction(value: float) -> Decimal:
    """A percentage as formulas see it."""
    return Decimal(str(value)) / 100  # records hold the percentage itself (fact: salesforce-percent-fraction)


def literal(field: Field, operand: Scalar) -> str:
    """A number or a date as the field is compared with it. Raises Inexpressible."""
    sort = sort_of(field)
    if sort == "number" and isinstance(operand, int | float):
        return number(fraction(operand) if is_percent(field) else operand)
    if sort in ("date", "datetime"):
        day = _day(operand)
        if sort == "date":
            return f"DATE({day.year}, {day.month}, {day.day})"
        return f'DATETIMEVALUE("{day.isoformat()} 00:00:00")'
    raise Inexpressible(f"formulas cannot compare {field.name} with '{operand}'")


class _Question:
    """One test of one field."""

    def __init__(self, asked: Test, field: Field, rule: bool) -> None:
        self._asked = asked
        self._field = field
        self._name = field.name
        self._rule = rule
        self._sort = sort_of(field)

    def formula(self) -> str:
        if self._sort == "long":
            raise Inexpressible(f"formulas cannot read the long text {self._name}")
        operator = self._asked.operator
        if operator in ("known", "unknown"):
            return self._blank() if operator == "unknown" else f"NOT({self._blank()})"
        if operator in ("is_not", "not_in"):
            return f"NOT({self._any(self._is)})"
        return self._any(self._is) if operator in ("is", "in") else self._searched()

    def _any(self, asked: Callable[[Scalar], str]) -> str:
        return _joined("OR", [asked(each) for each in self._asked.operands])

    def _searched(self) -> str:
        operator, operands = self._asked.operator, self._asked.operands
        if operator in ("contains", "has_word"):
            return self._any(lambda each: self._found(str(each), whole=operator == "has_word"))
        if operator in _COMPARED:
            return self._compared(_COMPARED[operator], operands[0])
        if operator == "between":
            return _joined("AND", [self._compared(">=", operands[0]), self._compared("<=", operands[1])])
        if operator == "within":
            return self._within(int(operands[0]))
        if self._rule and self._sort == "text":
            return self._any(lambda each: f"REGEX({self._name}, {text(each)})")
        raise Inexpressible(f"formula fields have no regular expressions for {self._name}")

    def _is(self, value: Scalar) -> str:
        wanted = spelled(self._field, value)
        match self._sort:
            case "pick":
                return f"ISPICKVAL({self._name}, {text(wanted)})"
            case "multi":
                return f"INCLUDES({self._name}, {text(wanted)})"
            case "bool":
                return self._name if wanted in (True, "true") else f"NOT({self._name})"
            case "number" | "date" | "datetime" | "time":
                return self._compared("=", wanted)
            case _:
                return f"{self._name} = {text(wanted)}"

    def _blank(self) -> str:
        if self._sort == "bool":
            raise Inexpressible(f"the checkbox {self._name} is never empty")
        return f'ISPICKVAL({self._name}, "")' if self._sort == "pick" else f"ISBLANK({self._name})"

    def _found(self, words: str, *, whole: bool) -> str:
        if self._sort not in ("text", "pick"):
            raise Inexpressible(f"formulas cannot search the words of {self._name}")
        source = f"LOWER({f'TEXT({self._name})' if self._sort == 'pick' else self._name})"
        wanted = words.lower()
        if not whole:
            # An empty text makes CONTAINS null, and so NOT of it; with a sign in front it is never empty. The sign is one that
            # the words do not begin with, so that they are found in the text only.
            front = "-" if wanted.startswith(" ") else " "
            return f"CONTAINS({text(front)} & {source}, {text(wanted)})"
        for separator in _SEPARATORS:
            source = f'SUBSTITUTE({source}, {text(separator)}, " ")'
            wanted = wanted.replace(separator, " ")
        return f'CONTAINS(" " & {source} & " ", {text(f" {wanted} ")})'

    def _compared(self, sign: str, operand: Scalar) -> str:
        return f"AND(NOT(ISBLANK({self._name})), {self._name} {sign} {literal(self._field, operand)})"

    def _within(self, days: int) -> str:
        if self._sort not in ("date", "datetime"):
            raise Inexpressible(f"{self._name} is no date")
        now = "TODAY()" if self._sort == "date" else "NOW()"
        name = self._name
        return f"AND(NOT(ISBLANK({name})), {name} >= {now} - {days}, {name} <= {now})"


def _day(operand: Scalar) -> date:
    try:
        return date.fromisoformat(str(operand)[:10])
    except ValueError:
        raise Inexpressible(f"'{operand}' is no date") from None


def _joined(function: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{function}({', '.join(parts)})"


def banded(source: str, bands: Iterable[tuple[str, float | Decimal]]) -> str:
    """The label of the band that a number falls into; `bands` are (label, lowest), highest first."""
    *upper, (last, _) = tuple(bands)
    formula = text(last)
    for label, lowest in reversed(upper):
        formula = f"IF({source} >= {number(lowest)}, {text(label)}, {formula})"
    return formula
