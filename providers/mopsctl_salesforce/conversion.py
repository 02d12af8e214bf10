"""Which lead fields Salesforce converts into which others, by the attributes of both."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.resource import Json

_TEXTS = frozenset({"Text", "TextArea", "Email", "Phone", "Url", "Picklist", "AutoNumber"})
_LONG = frozenset({"LongTextArea", "Html"})
_NUMBERS = frozenset({"Number", "Currency", "Percent"})
_LENGTHS: Mapping[str, int] = {"Email": 80, "Phone": 40, "Url": 255, "TextArea": 255, "Picklist": 255, "AutoNumber": 30}

Attributes = Mapping[str, Json]


def fits(before: Attributes, after: Attributes) -> bool:
    """Whether nothing of a value could be lost on the way; what is not known counts as fitting."""
    # Text may grow, and nothing may shrink (fact: salesforce-conversion-pairs).
    one, other = before.get("type"), after.get("type")
    if one is None or other is None:
        return True
    if other in _LONG:
        return one in _TEXTS | _LONG and _length(before) <= _length(after)
    if other == "Text" and one in _TEXTS:
        return _length(before) <= _length(after)
    if one == other and one in _NUMBERS:
        return _whole(before) <= _whole(after) and _scale(before) <= _scale(after)
    return bool(one == other)


def words(attributes: Attributes) -> str:
    """The type of a field with its size, as Setup shows it."""
    kind = str(attributes.get("type"))
    if kind in _NUMBERS:
        return f"{kind}({_whole(attributes)}, {_scale(attributes)})"
    return f"{kind}({_length(attributes)})" if kind in _TEXTS | _LONG else kind


def _length(attributes: Attributes) -> int:
    kind = str(attributes.get("type"))
    return int(attributes.get("length") or _LENGTHS.get(kind, 32_768 if kind in _LONG else 255))


def _scale(attributes: Attributes) -> int:
    return int(attributes.get("scale") or 0)


def _whole(attributes: Attributes) -> int:
    return int(attributes.get("precision") or 18) - _scale(attributes)
