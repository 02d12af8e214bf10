"""What moves inside one change, in the words of its system: attributes, and values of lists one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mopsctl.engine.plan import Change, DriftField
from mopsctl.render.values import Style, pair, shown
from mopsctl.render.words import number, plural, singular, spelled
from mopsctl.resource import FieldChange, Json

Sign = Literal["+", "~", "-", "="]

# What a switch on a list's value means to the people who see the list: (name, after) -> what becomes of the value.
_SWITCHES: Mapping[tuple[str, bool], str] = {
    ("hidden", True): "hidden from now on; records keep it",
    ("hidden", False): "shown again",
    ("active", True): "active again",
    ("active", False): "inactive from now on; records keep it",
    ("archived", True): "archived",
    ("archived", False): "back from the archive",
}
_WEIGHTS = {"label": -1, "description": 1}  # the name first, the long text last
_SILENT: tuple[Json, ...] = (None, "", False, [], {})


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that moves: its sign, its name, and either `said` or what it was and becomes.

    A value of a list carries the `noun` of such values (`option`); an attribute has none.
    """

    sign: Sign
    name: str
    before: str = ""
    after: str = ""
    said: str = ""
    noun: str = ""

    @property
    def what(self) -> str:
        """The name with its noun: `option emea`."""
        return f"{self.noun} {self.name}".lstrip()

    def sentence(self) -> str:
        """The move in one line, without its sign."""
        if self.said or not (self.before or self.after):
            return f"{self.what} {self.said}".rstrip()
        if self.sign == "~":
            return f"{self.what}: {self.before} → {self.after}"
        return f"{self.what}: {self.after or self.before}"


def of(change: Change, style: Style) -> tuple[Move, ...]:
    """Everything that moves in a change, in the order of its attributes; an order is told only where it matters. Of items that
    stay, those that stay.
    """
    if change.of_items:
        return tuple(_staying(each, style) for each in change.fields)
    orders = {_list_of(each): each for each in change.fields if _is_order(each)}
    plain = sorted((each for each in change.fields if not _is_order(each)), key=lambda each: _place(each, orders))
    moved = [move for each in plain for move in _moves(each, _sequence(orders, each.path[0]), style)]
    moved += [_order(each, style) for each in orders.values() if _reordered(each.before, each.after)]
    return tuple(moved or [_order(each, style) for each in orders.values()])


def _staying(each: FieldChange, style: Style) -> Move:
    name, key = each.path
    return Move("=", shown(key), said=_of_item(key, each.before, style), noun=singular(spelled(name)))


def summed_up(change: Change, style: Style) -> tuple[tuple[str, str], ...]:
    """A thing that comes or goes: all its attributes in one line, and each of its value lists in one, with what leads it."""
    values: dict[str, list[str]] = {}
    plain = []
    for move in sorted(of(change, style), key=lambda move: _WEIGHTS.get(move.what, 0)):
        if move.noun:
            values.setdefault(move.noun, []).append(f"{move.name} {move.said}".rstrip())
        else:
            plain.append(f"{move.what} {move.after or move.before}")
    lead = "was " if change.action == "remove" else ""
    lines = [(lead, "; ".join(plain))] if plain else []
    lines += [(f"{lead}{plural(noun)}: ", _compact(items, style)) for noun, items in values.items()]
    return tuple(lines)


def lines(change: Change, style: Style) -> tuple[str, ...]:
    """What moves in a change, one line each, with its sign where it has one."""
    if change.action in ("add", "remove"):
        return tuple(lead + said for lead, said in summed_up(change, style))
    return tuple(f"{move.sign} {move.sentence()}" for move in of(change, style))


def drifted(field: DriftField, style: Style) -> tuple[str, str, str, str]:
    """What a drifted attribute is called, and in words what it was, what it is, and what the manifests want."""
    name, *rest = _parts(field.path)
    what = spelled(name)
    if rest:
        inner = " ".join(spelled(part) for part in rest[1:])
        what = f"{singular(what)} {shown(rest[0])} {inner}".rstrip()
    was = "not there" if field.last is None else _told(field.last, style)
    now = "gone" if field.now is None else _told(field.now, style)
    return what, was, now, "not named" if field.wanted is None else _told(field.wanted, style)


def _parts(path: str) -> list[str]:
    """A dotted path taken apart: a backslash keeps the character after it."""
    return [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:[^.\\]|\\.)+", path)]


def _told(value: Json, style: Style) -> str:
    return (_of_item("", value, style) if isinstance(value, Mapping) else "") or shown(value, style)


def _moves(each: FieldChange, order: Sequence[str], style: Style) -> list[Move]:
    name, *rest = each.path
    if not rest and (_is_keyed(each.before) or _is_keyed(each.after)):
        return _whole_list(name, each.before or {}, each.after or {}, order, style)
    if not rest:
        return _attribute(spelled(name), each.before, each.after, style)
    return _item(singular(spelled(name)), rest, each.before, each.after, style)


def _attribute(what: str, before: Json, after: Json, style: Style) -> list[Move]:
    if _is_list(before) and _is_list(after):
        return _members(what, before, after, style)
    if before is None or after is None:
        return [_set_or_cleared(what, before, after, style)]
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            move
            for key in sorted(set(before) | set(after))
            if before.get(key) != after.get(key)
            for move in _attribute(f"{what} {spelled(str(key))}", before.get(key), after.get(key), style)
        ]
    return [Move("~", what, *pair(before, after, style))]


def _set_or_cleared(what: str, before: Json, after: Json, style: Style) -> Move:
    if before is None:
        return Move("+", what, after=shown(after, style))
    return Move("-", what, before=shown(before, style))


def _members(what: str, before: Sequence[Json], after: Sequence[Json], style: Style) -> list[Move]:
    gone = [each for each in before if each not in after]
    new = [each for each in after if each not in before]
    noun = singular(what) if what.endswith("s") else what
    moved = [Move("+", shown(each, style), noun=noun) for each in new]
    moved += [Move("-", shown(each, style), noun=noun) for each in gone]
    return moved or [Move("~", f"order of {what}", *pair(list(before), list(after), style))]


def _whole_list(
    name: str, before: Mapping[str, Json], after: Mapping[str, Json], order: Sequence[str], style: Style
) -> list[Move]:
    keys = sorted(set(before) | set(after), key=lambda key: (_rank(key, order), key))
    noun = singular(spelled(name))
    return [
        move
        for key in keys
        if before.get(key) != after.get(key)
        for move in _item(noun, [key], before.get(key), after.get(key), style)
    ]


def _item(noun: str, path: Sequence[str], before: Json, after: Json, style: Style) -> list[Move]:
    name, rest = shown(path[0]), path[1:]
    if rest:
        return [_inside((noun, name), rest, before, after, style)]
    if before is None or after is None:
        sign: Sign = "+" if before is None else "-"
        return [Move(sign, name, said=_of_item(path[0], after if before is None else before, style), noun=noun)]
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        parts = sorted(part for part in set(before) | set(after) if before.get(part) != after.get(part))
        return [_inside((noun, name), [part], before.get(part), after.get(part), style) for part in parts]
    was, becomes = pair(before, after, style)
    return [Move("~", name, was, becomes, noun=noun)]


def _inside(item: tuple[str, str], path: Sequence[str], before: Json, after: Json, style: Style) -> Move:
    noun, name = item
    switched = _SWITCHES.get((path[0], after)) if len(path) == 1 and isinstance(after, bool) else None
    if switched and bool(before) is not after:
        sign: Sign = "+" if after is (path[0] == "active") else "-"
        return Move(sign, name, said=switched, noun=noun)
    was, becomes = pair(before, after, style)
    return Move("~", f"{name} {' '.join(spelled(part) for part in path)}", was, becomes, noun=noun)


def _of_item(key: str, value: Json, style: Style) -> str:
    """The label of a value, where it says more than its key, and what else is set."""
    if not isinstance(value, Mapping):
        return "" if value in (None, key) else shown(value, style)
    label = value.get("label")
    rest = {name: each for name, each in value.items() if name not in ("label", "value") and _speaks(name, each)}
    parts = [shown(label, style)] if label not in (None, "", key) else []
    return " ".join([*parts, f"({shown(rest, style)})"] if rest else parts)


def _speaks(name: str, value: Json) -> bool:
    """True for what a reader would not take for granted: a value of a list is active unless it says otherwise."""
    return value is False if name == "active" else value not in _SILENT


def _order(each: FieldChange, style: Style) -> Move:
    before, after = [shown(part) for part in each.before or []], [shown(part) for part in each.after or []]
    what = f"order of {spelled(_list_of(each))}" if _list_of(each) else "order"
    if not before:
        return Move("+", what, after=_compact(after, style))
    return Move("~", what, _compact(before, style), _compact(after, style))


def _compact(parts: Sequence[str], style: Style) -> str:
    if style.items and len(parts) > style.items:
        more = f" ({style.more})" if style.more else ""
        return ", ".join([*parts[: style.items], f"and {number(len(parts) - style.items)} more{more}"])
    return ", ".join(parts) or "none"


def _reordered(before: Json, after: Json) -> bool:
    """True where more happened than values leaving and values joining at the end."""
    if not before or not after:
        return False
    stayed = [key for key in before if key in after]
    return bool(list(after) != stayed + [key for key in after if key not in before])


def _is_order(each: FieldChange) -> bool:
    named = each.path[0].lower().endswith("order")
    return named and len(each.path) == 1 and (_is_list(each.before) or _is_list(each.after))


def _list_of(each: FieldChange) -> str:
    """The attribute whose order this is: `options` for `options_order` and `optionsOrder`, empty for `order`."""
    return each.path[0][: -len("order")].rstrip("_-.")


def _sequence(orders: Mapping[str, FieldChange], name: str) -> Sequence[str]:
    each = orders.get(name) or orders.get("")
    return (each.after or each.before or []) if each else []


def _place(each: FieldChange, orders: Mapping[str, FieldChange]) -> tuple[str, int, tuple[str, ...]]:
    name, *rest = each.path
    return (name, _rank(rest[0], _sequence(orders, name)) if rest else 0, each.path)


def _rank(key: str, order: Sequence[str]) -> int:
    return order.index(key) if key in order else len(order)


def _is_list(value: Json) -> bool:
    return isinstance(value, list | tuple)


def _is_keyed(value: Json) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(isinstance(item, Mapping) for item in value.values())
