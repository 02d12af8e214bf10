"""Small damages to texts and documents, the same for the same seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**40, 1.5, -0.0, 1e300, "", " ", "x", "\n", "\x00", "::error::x", "\u202e", "é",
    "null", "~", "yes", "${var.x}", "${env:HOME}", "a" * 3_000, "hubspot:nosuch/x", "hubspot:property/x", ":/", "..", "1:1:1",
    [], {}, [[]], [None], {"": None}, {"x": {}},
)  # fmt: skip
BITS = (
    "{", "}", "[", "]", ":", ",", '"', "'", "\\", "\n", "\t", "- ", "  ", "#", "&a ", "*a", "!!x ", "|", ">", "%", "@", "`", "\x00",
    "\ufeff", "NaN", "Infinity", "-", "1e999", "9" * 5_000, "\\ud800", '"a":1,"a":2', "? ", "---\n", "...\n", "<<: ", "${", "é",
)  # fmt: skip


def damaged_text(text: str, chance: random.Random) -> str:
    """The text with one to three small damages."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice(_TEXT)(text, chance)
    return text


def damaged_document(document: Any, chance: random.Random) -> str:
    """The JSON document with one to three values, keys or lists damaged."""
    whole = [copy.deepcopy(document)]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        node, key = chance.choice(list(_places(whole)) or [(whole, 0)])
        if not node:
            break
        chance.choice(_VALUES)(node, key, chance)
    return json.dumps(whole[0] if whole else None, ensure_ascii=chance.random() < 0.5)


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _without(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start + chance.choice((1, 1, 2, 9, 60)) :]


def _with(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(BITS) + text[at:]


def _again(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    piece = text[start : start + chance.choice((1, 5, 40, 200))]
    at = chance.randrange(len(text) + 1)
    return text[:at] + piece + text[at:]


def _lines(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    change = chance.choice(("swap", "drop", "twice", "indent", "value"))
    if change == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    elif change == "drop":
        del lines[one]
    elif change == "twice":
        lines.insert(other, lines[one])
    elif change == "indent":
        lines[one] = "  " + lines[one] if chance.random() < 0.5 else lines[one].lstrip()
    else:
        head, colon, _ = lines[one].partition(":")
        lines[one] = f"{head}{colon} {json.dumps(chance.choice(ODD))}\n"
    return "".join(lines)


def _odd(node: Any, key: Any, chance: random.Random) -> None:
    node[key] = copy.deepcopy(chance.choice(ODD))


def _gone(node: Any, key: Any, _chance: random.Random) -> None:
    del node[key]


def _beside(node: Any, key: Any, chance: random.Random) -> None:
    if isinstance(node, dict):
        node[str(chance.choice(ODD))[:50]] = copy.deepcopy(node[key])
    else:
        node.insert(chance.randrange(len(node) + 1), copy.deepcopy(node[key]))


def _wrapped(node: Any, key: Any, chance: random.Random) -> None:
    node[key] = [node[key]] if chance.random() < 0.5 else {"x": node[key]}


def _deep(node: Any, key: Any, chance: random.Random) -> None:
    for _ in range(chance.choice((5, 70, 300))):
        node[key] = [node[key]]


def _swapped(node: Any, key: Any, chance: random.Random) -> None:
    other = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
    node[key], node[other] = node[other], node[key]


_TEXT: tuple[Callable[[str, random.Random], str], ...] = (_cut, _without, _with, _with, _again, _lines, _lines)
_VALUES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _odd,
    _odd,
    _odd,
    _gone,
    _beside,
    _wrapped,
    _deep,
    _swapped,
)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], dict | list) and len(str(node[key])) < 200_000:
            yield from _places(node[key])
