"""The whole table of a mapping in words, for a connector that no adapter knows: one step for one person."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl.element import Mapping_, MappingRow, Side
from mopsctl.provider.convert import quoted


def steps(mapping: Mapping_) -> Iterator[str]:
    """Every row with its fields, who wins, what becomes of values and of blanks; and which records flow."""
    yield (
        f"In '{mapping.connector}', set up the mapping '{mapping.title}' between {mapping.here} and {mapping.there}: no adapter"
        " knows this connector, so nothing of it is written or read."
    )
    if mapping.scope:
        yield f"It moves only records where {mapping.scope}."
    for row in mapping.rows:
        yield f"{row.label or row.key}: {'; '.join(_parts(row))}."


def _parts(row: MappingRow) -> Iterator[str]:
    yield f"{_names(row.here)} with {_names(row.there)}"
    yield _direction(row)
    spelled = dict(row.there.values)
    apart = [(mine, spelled[key]) for key, mine in row.here.values if spelled.get(key, mine) != mine]
    if apart and row.sync != "none":
        yield "values are translated: " + ", ".join(f"'{mine}' is '{theirs}' there" for mine, theirs in apart)
    if row.sync != "none":
        yield "an empty value clears the other side" if row.on_blank == "clear" else "an empty value changes nothing"
    if row.sync != "none" and (row.here.values or row.there.values):
        yield _unknown(row)
    if row.guard:
        yield f"nobody else edits it ({row.guard})"
    if row.locked_by:
        yield f"set by the {row.locked_by}, and not to be changed"


def _direction(row: MappingRow) -> str:
    if row.sync == "two-way":
        return "both ways"
    if row.sync == "none":
        return "not moved"
    for ending, words in (("-wins", "always wins"), ("-unless-blank", "wins unless it is blank")):
        if row.sync.endswith(ending):
            return f"{row.sync.removesuffix(ending)} {words}"
    return row.sync


def _unknown(row: MappingRow) -> str:
    if row.unknown_value.startswith("other:"):
        key = row.unknown_value.removeprefix("other:")
        return f"a value the other side does not know becomes '{dict(row.there.values).get(key, key)}'"
    return {"block": "a record with a value that the other side does not know is held back"}.get(
        row.unknown_value, f"a value that the other side does not know: {row.unknown_value}"
    )


def _names(side: Side) -> str:
    return f"{side.system} {quoted(f'{on}.{name}' for on, name in side.names) or 'no field'}"
