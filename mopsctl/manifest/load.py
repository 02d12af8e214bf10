"""YAML text becomes plain mappings and lists with places; whatever cannot be read becomes a finding.

The scalars are those of YAML 1.2's core schema, so `NO`, `on`, `14:00` and `2026-12-31` stay text. Beyond that, what is most
likely an id stays text as well: a number with leading zeros (`0012`) and one of more than 18 digits. Keys are always text.
Anchors, aliases, tags, tabs, duplicate keys and a second document are refused: a reviewer would read them wrongly.

Rules: YM005 encoding, YM006 syntax, YM007 tab, YM008 duplicate key, YM009 anchor or alias, YM010 tag, YM011 second document,
YM012 empty file, YM013 too deep, YM014 a key that is no text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.manifest.tree import Map, Seq, pack, unpack

DEPTH: Final = 30  # levels of nesting; people write 8, and deep nesting can crash the parser underneath

LOOK_AHEAD: Final = 1_100  # characters; what the parser reads beyond the last event it told of

_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_BASED: Final = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]{1,30}|(0|[1-9][0-9]{0,17})(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?")
_NUMERIC: Final = frozenset("0123456789+-.")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def _parser() -> Any:
    """The parser in C; the one in Python, some nine times slower, where PyYAML was built without it."""
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Stop(Exception):
    """Nothing more can be read from this file."""


def parse(text: str, file: str) -> tuple[Map | None, list[Diagnostic]]:
    """The document in a manifest's text, and everything that is wrong with its YAML.

    Of a document that is wrong in a way that hides nothing, such as a key that stands twice, the rest is handed on, so that
    one run finds all its errors; None where a value is lost.
    """
    text = text.removeprefix("\ufeff")
    found = _tabs(text, file) or _unprintable(text, file)
    if found:
        return None, found
    reader = _Reader(text, file)
    root = reader.document()
    return (root if isinstance(root, Map) and not reader.lost else None), reader.found


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMERIC else text


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


class _Reader:
    """Builds one document from the parser's events, and notes what is refused on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.found: list[Diagnostic] = []
        self.lost = False
        self._file = file
        self._text = text
        self._next: Callable[[], Any] = _parser()(text).get_event
        self._depth = 0

    def document(self) -> object:
        """The one document of the file; None where there is none, or where reading had to stop."""
        try:
            return self._document()
        except _Stop:
            return None
        except yaml.MarkedYAMLError as error:
            self.found.append(_too_deep(error, self._text, self._file) or _syntax(error, self._text, self._file))
            return None
        except yaml.YAMLError as error:
            self._refuse("YM006", 0, f"This is not readable as YAML: {error}.", "check the whole file")
            return None

    def _document(self) -> object:
        self._next()  # the stream starts
        first = self._next()
        if type(first) is yaml.StreamEndEvent:
            self._refuse("YM012", 0, "This file is empty.", "delete it, or start with 'apiVersion: mopsctl/v1'")
            return None
        root = self._value(self._next())
        self._next()  # the document ends
        after = self._next()
        if type(after) is not yaml.StreamEndEvent:
            message = "A second document starts here, and a file holds only one."
            self._refuse("YM011", _spot(after), message, "move it to a file of its own")
        if not isinstance(root, Map) and not self.found:
            self._not_a_map(root)
        return root

    def _not_a_map(self, root: object) -> None:
        if root is None:
            self._refuse("YM012", 0, "This file is empty.", "delete it, or start with 'apiVersion: mopsctl/v1'")
        else:
            self._refuse(
                "YM006", 0, "A manifest is a list of 'key: value' lines.", "start with 'apiVersion: mopsctl/v1'"
            )

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is yaml.AliasEvent:
            self.lost = True
            self._refuse(
                "YM009", _spot(event), f"'*{event.anchor}' points elsewhere, and links are not used here.", _ALIAS_HINT
            )
            return None
        if event.anchor is not None:
            self._refuse(
                "YM009", _spot(event), f"'&{event.anchor}' marks an anchor, and links are not used here.", _ALIAS_HINT
            )
        if event.tag is not None:
            self._refuse(
                "YM010",
                _spot(event),
                "A tag ('!') stands here, and tags are not used.",
                "put text that starts with '!' in quotes",
            )
        if kind is yaml.ScalarEvent:
            return event.value if event.style else scalar(event.value)
        return self._collection(kind, event)

    def _collection(self, kind: type, event: Any) -> Map | Seq:
        self._depth += 1
        if self._depth > DEPTH:
            self.found.append(_nested(unpack(self._file, _spot(event))))
            raise _Stop
        made = self._map(_spot(event)) if kind is yaml.MappingStartEvent else self._seq(_spot(event))
        self._depth -= 1
        return made

    def _map(self, start: int) -> Map:
        made = Map(self._file, start)
        spots = made.spots
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = self._key(event)
            value_event = self._next()
            value = self._value(value_event)
            if key in made:
                self._twice(made, key, event)
                continue
            made[key] = value
            mark, value_mark = event.start_mark, value_event.start_mark
            spots.append(pack(mark.line, mark.column))
            spots.append(pack(value_mark.line, value_mark.column))
        return made

    def _seq(self, start: int) -> Seq:
        made = Seq(self._file, start)
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            made.append(self._value(event))
            made.spots.append(_spot(event))
        return made

    def _key(self, event: Any) -> str:
        if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:
            return str(event.value)
        value = self._value(event)
        if isinstance(value, Map | Seq):
            self.lost = True
            self._refuse("YM014", _spot(event), "A key has to be a word.", _BRACES_HINT)
        return str(value)

    def _twice(self, made: Map, key: str, event: Any) -> None:
        first = made.key_source(key).line
        self._refuse(
            "YM008", _spot(event), f"'{key}' stands here twice; the first is in line {first}.", "keep one of them"
        )

    def _refuse(self, rule: str, spot: int, message: str, hint: str) -> None:
        self.found.append(Diagnostic(rule, "error", message, unpack(self._file, spot), hint))


_ALIAS_HINT: Final = "write the value out, or put text that starts with '&' or '*' in quotes"
_BRACES_HINT: Final = "put text that starts with '{' or '[' in quotes"


def _spot(event: Any) -> int:
    mark = event.start_mark
    return pack(mark.line, mark.column)


def _tabs(text: str, file: str) -> list[Diagnostic]:
    """One finding per line with a tab: YAML reads tabs in some places and not in others."""
    if "\t" not in text:
        return []
    return [
        Diagnostic("YM007", "error", "A tab stands here.", Source(file, number, line.index("\t") + 1), "use spaces")
        for number, line in enumerate(text.split("\n"), start=1)
        if "\t" in line
    ][:20]


def _unprintable(text: str, file: str) -> list[Diagnostic]:
    bad = _UNPRINTABLE.search(text)
    if bad is None:
        return []
    before = text[: bad.start()]
    where = Source(file, before.count("\n") + 1, bad.start() - before.rfind("\n"))
    message = f"A character stands here that no text should hold (U+{ord(bad.group()):04X})."
    return [Diagnostic("YM005", "error", message, where, "delete it, or save the file as UTF-8 text again")]


_PROBLEMS: Final = (
    ("mapping values are not allowed", "A ':' stands where none can be.", "put text that holds ': ' in quotes, or check how far the line is indented"),
    ("did not find expected key", "This line does not fit the lines above it.", "check how far it is indented, and quotes or brackets above it"),
    ("did not find expected '-'", "This line does not fit the list above it.", "start every item with '- ', all indented alike"),
    ("could not find expected ':'", "A ':' is missing here.", "write 'key: value', with a space after the ':'"),
    ("expected ',' or ']'", "A list in [ ] is not closed here, or a comma is missing.", "check the brackets, and put text with ':', '[' or '{' in quotes"),
    ("expected ',' or '}'", "A row in { } is not closed here, or a comma is missing.", "check the braces, and put text with ',', ':' or '{' in quotes"),
    ("found unexpected end of stream", "A quotation mark is opened here and never closed.", "close it"),
    ("found unknown escape", "A backslash stands before a letter that it does not go with.", "use single quotes around the text"),
    ("entries are not allowed", "A list item or a key stands where none can be.", "start it on a line of its own"),
    ("alphabetic or numeric", "A '&' or '*' stands before a text.", "put the text in quotes"),
    ("did not find expected node content", "A bracket is opened and never closed, or a value is missing.", "check brackets and braces"),
)  # fmt: skip


def _nested(where: Source) -> Diagnostic:
    return Diagnostic("YM013", "error", f"This is nested more than {DEPTH} levels deep.", where, "flatten it")


def _too_deep(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic | None:
    """The finding for brackets inside brackets that the parser gave up on before it told of them.

    It looks ahead for a ':' by up to 1,024 characters, and newer versions stop at a depth of their own there; ours counts.
    """
    mark = error.problem_mark
    if mark is None:
        return None
    start, open_ = max(0, mark.index - LOOK_AHEAD), 0
    for index in range(start, min(mark.index + 1, len(text))):
        open_ += (text[index] in "[{") - (text[index] in "]}")
        if open_ > DEPTH:
            line, column = text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1
            return _nested(Source(file, line + 1, column + 1))
    return None


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    problem = str(error.problem or "")
    known = next(((message, hint) for sign, message, hint in _PROBLEMS if sign in problem), None)
    mark = error.context_mark if "end of stream" in problem and error.context_mark else error.problem_mark
    where = Source(file, mark.line + 1, mark.column + 1) if mark else Source(file, 1, 1)
    if "cannot start any token" in problem:
        known = _odd_start(text, where)
    message, hint = known or (f"This is not readable as YAML: {problem}.", "check quotes and indentation around it")
    return Diagnostic("YM006", "error", message, where, hint)


def _odd_start(text: str, where: Source) -> tuple[str, str]:
    lines = text.split("\n")
    line = lines[where.line - 1] if where.line <= len(lines) else ""
    char = line[where.column - 1 : where.column]
    return f"A text cannot start with '{char}' unless it is in quotes.", "put the text in quotes"
