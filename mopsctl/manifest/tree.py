"""Plain mappings and lists that remember where in which file they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from mopsctl.diagnostics import Source

_COLUMN_BITS = 20  # a place is one integer, line and column counted from 0: integers cost the garbage collector nothing
_COLUMN_MASK = (1 << _COLUMN_BITS) - 1

Path = tuple[str | int, ...]


def pack(line: int, column: int) -> int:
    """A place as one integer; columns beyond a million are shown as the millionth."""
    return line << _COLUMN_BITS | min(column, _COLUMN_MASK)


def unpack(file: str, spot: int) -> Source:
    """The place that `pack` made, counted from 1."""
    return Source(file, (spot >> _COLUMN_BITS) + 1, (spot & _COLUMN_MASK) + 1)


class Map(dict[str, Any]):
    """A mapping as it was read: keys are text, `spots` holds the places of key and value by turns, in the order written."""

    __slots__ = ("file", "named", "replaced", "spots", "start")

    def __init__(self, file: str = "", start: int = 0) -> None:
        super().__init__()
        self.file = file
        self.start = start
        self.spots: list[int] = []
        self.replaced: dict[str, Source] | None = None
        self.named: dict[str, Source] | None = None

    @property
    def source(self) -> Source:
        """The place of the first key, or of the opening brace where there is none."""
        return unpack(self.file, self.spots[0] if self.spots else self.start)

    def key_source(self, key: str) -> Source:
        """The place of a key; of the whole mapping where it has no such key."""
        if self.named and key in self.named:
            return self.named[key]
        return self._at(key, 0)

    def value_source(self, key: str) -> Source:
        """The place of a key's value; where an overlay replaced it, the place in the overlay."""
        if self.replaced and key in self.replaced:
            return self.replaced[key]
        return self._at(key, 1)

    def replace(self, key: str, value: object, source: Source) -> None:
        """Put another value under a known key, with the place that the new value comes from."""
        self[key] = value
        self.replaced = {**(self.replaced or {}), key: source}

    def put(self, key: str, value: object, key_source: Source, source: Source) -> None:
        """Add a key to a mapping that was not read but made, with the places that key and value come from."""
        self[key] = value
        self.spots += [self.start, self.start]
        self.named = {**(self.named or {}), key: key_source}
        self.replaced = {**(self.replaced or {}), key: source}

    def _at(self, key: str, side: Literal[0, 1]) -> Source:
        found = next((index for index, each in enumerate(self) if each == key), len(self))
        spot = 2 * found + side
        return unpack(self.file, self.spots[spot]) if spot < len(self.spots) else self.source


class Seq(list[Any]):
    """A list as it was read; `spots` holds the places of its items."""

    __slots__ = ("file", "spots", "start")

    def __init__(self, file: str = "", start: int = 0) -> None:
        super().__init__()
        self.file = file
        self.start = start
        self.spots: list[int] = []

    @property
    def source(self) -> Source:
        """The place of the list itself."""
        return unpack(self.file, self.start)

    def item_source(self, index: int) -> Source:
        """The place of an item; of the list where it has no such item."""
        if not 0 <= index < len(self.spots):
            return self.source
        item = self[index]
        return item.source if isinstance(item, Map) else unpack(self.file, self.spots[index])


def place(root: Map, path: Sequence[str | int], *, key: bool = False) -> Source:
    """The place of what lies at a path; with `key`, of the last key itself. As near as the path can be followed."""
    node: object = root
    found = root.source
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        if isinstance(node, Map) and part in node:
            found = node.key_source(str(part)) if last and key else _value_place(node, str(part))
            node = node[str(part)]
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            found = node.item_source(part)
            node = node[part]
        else:
            break
    return found


def _value_place(node: Map, key: str) -> Source:
    """Of a whole mapping or list its key says best where it is."""
    return node.key_source(key) if isinstance(node[key], Map | Seq) else node.value_source(key)


class Places(Mapping[str, Source]):
    """The places of what a mapping holds, by key or by dotted path (`in.hubspot`, `require.0`), worked out when asked for."""

    __slots__ = ("_node",)

    def __init__(self, node: Map) -> None:
        self._node = node

    def __getitem__(self, path: str) -> Source:
        if path in self._node:
            return place(self._node, (path,))
        steps = _steps(self._node, path)
        if steps is None:
            raise KeyError(path)
        return place(self._node, steps)

    def __iter__(self) -> Iterator[str]:
        return iter(self._node)

    def __len__(self) -> int:
        return len(self._node)


def _steps(node: object, path: str) -> Path | None:
    """The steps of a dotted path that leads somewhere; a key may hold dots itself, the longest one wins."""
    if not path:
        return ()
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        step, rest = ".".join(parts[:count]), ".".join(parts[count:])
        inner = _child(node, step)
        tail = None if inner is None else _steps(inner[1], rest)
        if inner is not None and tail is not None:
            return (inner[0], *tail)
    return None


def _child(node: object, step: str) -> tuple[str | int, object] | None:
    if isinstance(node, Map) and step in node:
        return step, node[step]
    if isinstance(node, Seq) and step.isdecimal() and int(step) < len(node):
        return int(step), node[int(step)]
    return None
