"""Which types of field fit into which, and what is lost on the way: the matrix behind the mapping rules.

Codes: `ok` nothing is lost, `len` if the length fits, `map` needs a translation of values, `fmt` the target checks a format,
`loss` information is lost, `zone` a day may shift, `scale` decimals are cut, `-` it cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from mopsctl.element import FieldType

Fit = Literal["ok", "len", "map", "fmt", "loss", "zone", "scale", "-"]

_COLUMNS = (
    "text",
    "long_text",
    "email",
    "phone",
    "integer",
    "decimal",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi",
)
_ROWS = """
text      len  ok   fmt  fmt  -    -     -    -     -    map  -
long_text loss len  -    -    -    -     -    -     -    -    -
email     len  ok   len  -    -    -     -    -     -    -    -
phone     len  ok   -    fmt  -    -     -    -     -    -    -
integer   ok   ok   -    -    ok   ok    -    -     -    -    -
decimal   ok   ok   -    -    loss scale -    -     -    -    -
boolean   map  map  -    -    map  map   ok   -     -    map  -
date      ok   ok   -    -    -    -     -    ok    zone -    -
datetime  ok   ok   -    -    -    -     -    loss  ok   -    -
choice    len  ok   -    -    -    -     map  -     -    map  map
multi     loss loss -    -    -    -     -    -     -    -    map
"""
_FAMILY: Mapping[FieldType, str] = MappingProxyType(
    {
        "url": "text",
        "currency": "decimal",
        "percent": "decimal",
        "country": "choice",
        "multi_choice": "multi",
        "reference": "text",
        "computed": "text",
    }
)
_MATRIX: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (row.split()[0], column): fit
        for row in _ROWS.strip().splitlines()
        for column, fit in zip(_COLUMNS, row.split()[1:], strict=True)
    }
)


def fit(source: FieldType, target: FieldType) -> Fit:
    """How a value of one type fits into a field of another. What a computed field gives is not known, so it fits."""
    if source == "computed":
        return "ok"
    if {source, target} == {"country", "text"}:
        return "map"
    return _MATRIX[_FAMILY.get(source, source), _FAMILY.get(target, target)]  # type: ignore[return-value]
