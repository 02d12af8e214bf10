"""Documents as YAML that people like to read and that every reader reads alike.

What mopsctl's loader (YAML 1.2) and older readers (YAML 1.1) would take for something else is put in quotes: `"NO"`, `"on"`,
`"0012"`, `"2026-12-31"`, `"12:30"`. What is written is read back equal.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from mopsctl.manifest.load import scalar

_ROW: Final = 110  # a row longer than this is easier to read in several lines
_TEXT: Final = "tag:yaml.org,2002:str"
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ""})
_NUMBER_LIKE: Final = re.compile(r"[-+.]?[0-9][0-9a-fA-FoOxX_:.,TtZz +-]*|[-+]?\.(inf|nan)", re.IGNORECASE)
_FIRST: Final = ("apiVersion", "kind", "metadata", "spec")


def to_yaml(document: Mapping[str, object], *, comment: str = "") -> str:
    """The document as YAML, its envelope first, with a comment above it.

    Values are texts, numbers, true, false, None, lists and mappings of these. ValueError for what YAML 1.2's core schema
    cannot hold: numbers that are not finite and whole numbers of more than 18 digits.
    """
    ordered = {key: document[key] for key in _FIRST if key in document} | dict(document)
    node = _node(ordered, 0)
    text = str(yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=sys.maxsize))
    return "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines()) + text


class _Dumper(yaml.emitter.Emitter, yaml.serializer.Serializer, yaml.resolver.BaseResolver):
    """Writes nodes as they are styled; the items of a list are indented below their key."""

    def __init__(self, stream: Any, allow_unicode: bool, width: int, **_: object) -> None:
        yaml.emitter.Emitter.__init__(self, stream, allow_unicode=allow_unicode, width=width)
        yaml.serializer.Serializer.__init__(self)
        yaml.resolver.BaseResolver.__init__(self)

    def choose_scalar_style(self) -> str:
        """One sort of quotes only."""
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent every list, also below a key."""
        del indentless
        super().increase_indent(flow, False)


def _node(value: object, depth: int, *, flow: bool = False) -> yaml.Node:
    if isinstance(value, Mapping):
        flow = flow or _fits_a_row(value, depth)
        pairs = [(_text(str(key)), _node(each, depth + 1, flow=flow)) for key, each in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        flow = flow or _fits_a_row(value, depth)
        items = [_node(each, depth + 1, flow=flow) for each in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=flow)
    return _text(value) if isinstance(value, str) else yaml.ScalarNode(_TEXT, _plain(value))


def _fits_a_row(value: Mapping[str, object] | Sequence[object], depth: int) -> bool:
    """True for what reads well in one line; never for a document, its content, or a list of rows near the top."""
    if not value or depth == 0:
        return not value
    parts = list(value.values()) if isinstance(value, Mapping) else value
    rows = any(isinstance(each, Mapping) for each in parts)
    if depth == 1 or (rows and depth < 4 and not isinstance(value, Mapping)):
        return depth == 1 and all(isinstance(each, str | int | float) for each in parts) and _length(value) <= _ROW
    return _length(value) + 2 * depth <= _ROW


def _length(value: object) -> int:
    """About how many characters a value takes in one line."""
    if isinstance(value, Mapping):
        return sum(len(str(key)) + 4 + _length(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return sum(2 + _length(each) for each in value)
    return len(str(value)) + 2


def _text(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(_TEXT, text, style='"' if _misread(text) else None)


def _misread(text: str) -> bool:
    """True for a text that some reader would take for something else, or that needs escapes."""
    if text.lower() in _WORDS or _NUMBER_LIKE.fullmatch(text) or not text.isprintable():
        return True
    return not isinstance(scalar(text), str)


def _plain(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return _decimal(value)
    raise ValueError(f"a manifest cannot hold {value!r}")


def _decimal(value: float) -> str:
    """With a point in any case, because older readers take `1e3` for a text."""
    mantissa, mark, exponent = repr(value).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{mark}{exponent}"
