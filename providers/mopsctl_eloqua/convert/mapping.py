"""Field mappings with a CRM: both fields are compared elsewhere, the mapping itself is set in the integration app."""

from __future__ import annotations

from collections.abc import Sequence

from mopsctl.element import Mapping_, MappingRow, Side
from mopsctl.provider import table
from mopsctl.resource import Json
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.screens import APPS

ALWAYS, NOT_BLANK, IF_BLANK = "Always", "If the new value is not blank", "If the existing value is blank"


def convert(draft: Draft, mappings: Sequence[Mapping_]) -> None:
    """Add, for each mapping, what is set on the app's pages: imports, actions, and which records."""
    for mapping in sorted(mappings, key=lambda each: each.name):
        if mapping.connector_of not in (mapping.here, None):
            _foreign(draft, mapping)
            continue
        _rows(draft, mapping, "import", [row for row in mapping.rows if _comes_in(mapping, row)])
        _rows(draft, mapping, "action", [row for row in mapping.rows if _goes_out(mapping, row)])
        _scope(draft, mapping)


def _foreign(draft: Draft, mapping: Mapping_) -> None:
    """The whole table in one step, where no adapter knows the product that moves the data."""
    if mapping.connector_of == "" and mapping.first:
        facts: dict[str, Json] = {"rows": sorted(row.key for row in mapping.rows)}
        _add(draft, mapping, "table", facts, tuple(table.steps(mapping)))


def _app(mapping: Mapping_) -> str:
    return f"{APPS}, the app of the connector '{mapping.connector}'"


def _wins(row: MappingRow) -> str:
    for ending in ("-wins", "-unless-blank"):
        if row.sync.endswith(ending):
            return row.sync.removesuffix(ending)
    return ""


def _comes_in(mapping: Mapping_, row: MappingRow) -> bool:
    return row.sync != "none" and (row.sync.endswith("-unless-blank") or _wins(row) in ("", mapping.there))


def _goes_out(mapping: Mapping_, row: MappingRow) -> bool:
    return row.sync != "none" and (row.sync.endswith("-unless-blank") or _wins(row) in ("", mapping.here))


def _rule(mapping: Mapping_, row: MappingRow, part: str) -> str:
    """The update rule of the receiving side."""
    receiver = mapping.here if part == "import" else mapping.there
    if row.sync.endswith("-unless-blank") and _wins(row) == receiver:
        return IF_BLANK
    return ALWAYS if row.on_blank == "clear" else NOT_BLANK


def _names(side: Side) -> str:
    return " and ".join(f"{holder}.{name}" for holder, name in side.names) or "no field"


def _end(side: Side) -> str:
    return f"{side.system} {_names(side)}"


def _rows(draft: Draft, mapping: Mapping_, part: str, rows: Sequence[MappingRow]) -> None:
    if not rows:
        return
    facts: dict[str, Json] = {row.key: _facts(mapping, row, part) for row in rows}
    page = "Imports" if part == "import" else "Actions"
    steps = [f"In {_app(mapping)}, page {page}, open the {part} of '{mapping.title}' and its field mapping."]
    steps += [step for row in rows for step in _row_steps(mapping, row, part)]
    if part == "import":
        steps.append(f"Run the import once for all records of {mapping.there}: no data moves until then.")
    _add(draft, mapping, part, facts, steps)


def _facts(mapping: Mapping_, row: MappingRow, part: str) -> dict[str, Json]:
    return {
        "here": [list(pair) for pair in row.here.names],
        "there": [list(pair) for pair in row.there.names],
        "rule": _rule(mapping, row, part),
        "values": [[value, dict(row.there.values).get(key, "")] for key, value in row.here.values],
        "guard": row.guard or "",
    }


def _row_steps(mapping: Mapping_, row: MappingRow, part: str) -> list[str]:
    if row.locked_by:
        return [f"Leave {row.label} as the {row.locked_by} sets it: it is shown here so that nobody maps it twice."]
    source, target = (row.there, row.here) if part == "import" else (row.here, row.there)
    rule = _rule(mapping, row, part)
    steps = [f"Map {_end(source)} to {_end(target)}, update '{rule}' ({row.label})."]
    pairs = [(value, dict(target.values).get(key)) for key, value in source.values]
    translated = [f"'{value}' to '{other}'" for value, other in pairs if other is not None and other != value]
    if translated:
        steps.append(f"Translate the values of {row.label}: {', '.join(translated)}.")
    if row.guard and _wins(row) == mapping.here:
        steps.append(f"Keep people on {mapping.there} from editing {_names(row.there)}: guard '{row.guard}'.")
    return steps


def _scope(draft: Draft, mapping: Mapping_) -> None:
    if not mapping.scope:
        return
    coming = (
        f"In {_app(mapping)}, page Imports, set the filter of '{mapping.title}' so that only records come in where"
        f" {mapping.scope}."
    )
    going = (
        f"In the program or campaign that holds the action of '{mapping.title}', let only contacts pass where"
        f" {mapping.scope} (Decision step in front of the action)."
    )
    steps = [coming, going]
    fields = [list(pair) for pair in mapping.scope_field]
    _add(draft, mapping, "scope", {"scope": mapping.scope, "fields": fields}, steps)


def _add(draft: Draft, mapping: Mapping_, part: str, facts: dict[str, Json], steps: Sequence[str]) -> None:
    draft.add(
        draft.made(
            mapping.origin,
            "crm-mapping",
            f"{mapping.name}/{part}",
            f"{mapping.title}: {part}",
            facts,
            mode="manual",
            cell="mapping.scope" if part == "scope" else "mapping.direction",
            steps=tuple(steps),
        )
    )
