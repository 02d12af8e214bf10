"""A query engine for the SOQL that clients of configuration send; what it does not know it refuses in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mopsctl_salesforce.emulator.answers import Problem
from mopsctl_salesforce.emulator.tablerows import Row, Table, Tables, Test, listed, reader, signed

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.+Z-]+)?)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
_WORDS = frozenset(
    {
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "BY",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "ASC",
        "DESC",
    }
    | {"NULLS", "FIRST", "LAST", "INCLUDES", "EXCLUDES", "TRUE", "FALSE", "NULL"}
)
_AGGREGATES = frozenset({"COUNT", "MIN", "MAX", "SUM", "AVG", "COUNT_DISTINCT"})


@dataclass
class Query:
    """A parsed query."""

    text: str
    table: Table
    paths: list[str] = field(default_factory=list)
    counts: list[tuple[str, str]] = field(default_factory=list)  # (path, alias)
    distinct: set[str] = field(default_factory=set)  # the aliases that count different values only
    count_only: bool = False
    test: Test = lambda _: True
    group: list[str] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


class Parser:
    """Reads one query; relationships are followed through `tables`."""

    def __init__(self, text: str, tables: Tables) -> None:
        self._text = text
        self._tables = tables
        self._tokens = list(self._split())
        self._at = 0

    def _split(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while self._text[at:].strip():
            found = _TOKEN.match(self._text, at)
            if found is None:
                raise self._bad(f"unexpected token: '{self._text[at:].strip()[:1]}'", at)
            kind = str(found.lastgroup)
            yield kind, found.group(kind), found.start(kind)
            at = found.end()

    def _bad(self, message: str, at: int, code: str = "MALFORMED_QUERY") -> Problem:
        """The vendor's way to show a place: the query, a caret below it, row and column."""
        shown = f"\n{self._text[:120]}\n{' ' * min(at, 119)}^\nERROR at Row:1:Column:{at + 1}\n{message}"
        return Problem(400, code, shown)

    # -- tokens

    def _word(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place][1].upper() if place < len(self._tokens) else ""

    def _take(self, *words: str) -> bool:
        if self._word() in words:
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _unexpected(self) -> Problem:
        if self._at >= len(self._tokens):
            return self._bad("unexpected token: '<EOF>'", len(self._text))
        return self._bad(f"unexpected token: '{self._tokens[self._at][1]}'", self._tokens[self._at][2])

    def _name(self) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != "name" or self._word() in _WORDS:
            raise self._unexpected()
        self._at += 1
        return self._tokens[self._at - 1][1]

    # -- the query

    def parse(self) -> Query:
        """The query. Raises Problem with MALFORMED_QUERY, INVALID_TYPE or INVALID_FIELD."""
        self._need("SELECT")
        start = self._at
        while self._at < len(self._tokens) and self._word() != "FROM":
            self._at += 1
        self._need("FROM")
        at = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
        name = self._name()
        table = self._tables(name)
        if table is None:
            raise self._bad(f"sObject type '{name}' is not supported.", at, "INVALID_TYPE")
        rest, self._at = self._at, start
        query = Query(self._text, table)
        self._selected(query)
        self._at = rest
        self._clauses(query)
        self._restrict(query)
        return query

    def _selected(self, query: Query) -> None:
        while True:
            if self._word() in _AGGREGATES and self._word(1) == "(":
                self._aggregate(query)
            else:
                query.paths.append(self._path(query.table))
            if not self._take(","):
                break
        self._need("FROM")

    def _aggregate(self, query: Query) -> None:
        function = self._word()
        if function not in ("COUNT", "COUNT_DISTINCT"):
            raise self._bad(f"this emulator only counts; {function} is not part of it", self._tokens[self._at][2])
        self._at += 2
        if self._take(")"):
            query.count_only = True
            return
        path = self._path(query.table)
        self._need(")")
        named = self._word() not in (",", "FROM")
        alias = self._name() if named else f"expr{len(query.counts)}"
        query.counts.append((path, alias))
        if function == "COUNT_DISTINCT":
            query.distinct.add(alias)

    def _path(self, table: Table) -> str:
        at = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
        return self._checked(self._name(), table, at)

    def _checked(self, path: str, table: Table, at: int) -> str:
        """The path in the table's own spelling; INVALID_FIELD where it leads nowhere."""
        head, dot, rest = path.partition(".")
        if not dot:
            column = next((each for each in table.columns if each.lower() == head.lower()), None)
            if column is None:
                message = (
                    f"No such column '{head}' on entity '{table.name}'. If you are attempting to use a custom field, be sure to"
                    " append the '__c' after the custom field name."
                )
                raise self._bad(message, at, "INVALID_FIELD")
            return column
        name = next((each for each in table.relations if each.lower() == head.lower()), None)
        target = self._tables(table.relations[name][1]) if name else None
        if name is None or target is None:
            raise self._bad(f"Didn't understand relationship '{head}' in field path.", at, "INVALID_FIELD")
        return f"{name}.{self._checked(rest, target, at)}"

    def _clauses(self, query: Query) -> None:
        if self._take("WHERE"):
            query.test = self._either(query)
        if self._take("GROUP"):
            self._need("BY")
            query.group = self._paths(query)
        if self._take("ORDER"):
            self._need("BY")
            self._ordered(query)
        if self._take("LIMIT"):
            query.limit = self._whole()
        if self._take("OFFSET"):
            query.offset = self._whole()
        if self._at < len(self._tokens):
            raise self._unexpected()

    def _paths(self, query: Query) -> list[str]:
        paths = [self._path(query.table)]
        while self._take(","):
            paths.append(self._path(query.table))
        return paths

    def _ordered(self, query: Query) -> None:
        while True:
            path = self._path(query.table)
            down = self._take("DESC")
            self._take("ASC")
            if self._take("NULLS"):
                self._at += 1
            query.order.append((path, down))
            if not self._take(","):
                return

    def _whole(self) -> int:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != "number":
            raise self._unexpected()
        self._at += 1
        return int(self._tokens[self._at - 1][1])

    # -- conditions

    def _either(self, query: Query) -> Test:
        parts = [self._both(query)]
        while self._word() == "OR":
            if query.table.plain:
                raise Problem(400, "MALFORMED_QUERY", "Disjunctions not supported")
            self._at += 1
            parts.append(self._both(query))
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self, query: Query) -> Test:
        parts = [self._single(query)]
        while self._take("AND"):
            parts.append(self._single(query))
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _single(self, query: Query) -> Test:
        if self._take("NOT"):
            part = self._single(query)
            return lambda row: not part(row)
        if self._take("("):
            part = self._either(query)
            self._need(")")
            return part
        return self._comparison(query)

    def _comparison(self, query: Query) -> Test:
        path = self._path(query.table)
        reach = reader(path, query.table, self._tables)
        negated = self._take("NOT")
        if self._take("IN", "INCLUDES", "EXCLUDES"):
            word = self._tokens[self._at - 1][1].upper()
            if query.table.plain and word != "IN":
                raise Problem(400, "MALFORMED_QUERY", "Unsupported filter type")
            return listed(word, reach, self._list(), negated=negated or word == "EXCLUDES")
        if self._take("LIKE"):
            pattern = re.escape(str(self._value())).replace("%", ".*").replace("_", ".")
            return lambda row: re.fullmatch(pattern, str(reach(row) or ""), re.IGNORECASE) is not None
        sign = self._word()
        if sign not in ("=", "!=", "<>", "<", ">", "<=", ">="):
            raise self._unexpected()
        if query.table.plain and sign != "=":
            raise Problem(400, "MALFORMED_QUERY", "Only equals comparisons permitted")
        self._at += 1
        return signed(sign, reach, self._value())

    def _list(self) -> list[Any]:
        self._need("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._need(")")
        return values

    def _value(self) -> Any:
        if self._at >= len(self._tokens):
            raise self._unexpected()
        kind, text, at = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return float(text)
        if kind == "date":
            return text
        known: Mapping[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}
        if text.upper() not in known:
            raise self._bad(f"unexpected token: '{text}'", at)
        return known[text.upper()]

    def _restrict(self, query: Query) -> None:
        if query.table.plain and (query.count_only or query.counts or query.group):
            message = (
                "The requested operation is not yet supported by this SObject storage type, contact salesforce.com support for"
                " more information."
            )
            raise Problem(400, "EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION", message)
        if query.table.plain:
            query.limit, query.offset = None, 0


def _by(reach: Callable[[Row], Any]) -> Callable[[Row], tuple[bool, str]]:
    return lambda row: (reach(row) is not None, str(reach(row)))


def run(query: Query, tables: Tables) -> list[dict[str, Any]]:
    """The records of a query in order, without `attributes`; a bare count gives its rows, to be counted."""
    rows = [row for row in query.table.rows() if query.test(row)]
    for path, down in reversed(query.order):
        rows = sorted(rows, key=_by(reader(path, query.table, tables)), reverse=down)
    if query.group or query.counts:
        return _grouped(query, rows, tables)
    rows = rows[query.offset :] if query.limit is None else rows[query.offset : query.offset + query.limit]
    if len(rows) > 1 and (asked := [path for path in query.paths if path in query.table.one_row]):
        message = (
            "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row"
            f" for retrieval. Result size: {len(rows)}"
        )
        raise Problem(400, "MALFORMED_QUERY", message, asked)
    readers = [(path, reader(path, query.table, tables)) for path in query.paths]
    return [_record(row, readers, query.table) for row in rows]


def _record(row: Row, readers: Sequence[tuple[str, Callable[[Row], Any]]], table: Table) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for path, reach in readers:
        *heads, last = path.split(".")
        place = record
        for head in heads:
            place = place.setdefault(head, {"attributes": {"type": table.relations.get(head, ("", head))[1]}})
        place[last] = reach(row)
    for path, _ in readers:
        _forget_empty(record, path.split(".")[:-1])
    return record


def _forget_empty(record: dict[str, Any], heads: Sequence[str]) -> None:
    """A relationship that leads to nothing is null as a whole."""
    place = record
    for depth, head in enumerate(heads):
        inner = place.get(head)
        if inner is None:
            return
        if depth == len(heads) - 1 and all(value is None for key, value in inner.items() if key != "attributes"):
            place[head] = None
        else:
            place = inner


def _grouped(query: Query, rows: Sequence[Row], tables: Tables) -> list[dict[str, Any]]:
    readers = {path: reader(path, query.table, tables) for path in [*query.group, *(path for path, _ in query.counts)]}
    groups: dict[tuple[Any, ...], list[Row]] = {} if query.group else {(): list(rows)}
    for row in rows if query.group else ():
        groups.setdefault(tuple(readers[path](row) for path in query.group), []).append(row)
    found = []
    for key, members in sorted(groups.items(), key=lambda each: [str(part) for part in each[0]]):
        record = dict(zip([path.rpartition(".")[2] for path in query.group], key, strict=True))
        for path, alias in query.counts:
            held = [readers[path](row) for row in members if readers[path](row) not in (None, "")]
            record[alias] = len({str(each).lower() for each in held}) if alias in query.distinct else len(held)
        found.append(record)
    return found
