"""The part of a document that is wrong, so that the slow validator need not read the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from mopsctl.manifest.tree import Path

Where = Callable[[Iterable[str | int]], Path]


def prune(document: object, wrong: Collection[Path]) -> tuple[object, Where]:
    """A copy that holds only the given paths with all that lies below them, and the way from its paths back to real ones."""
    on_the_way = {path[:length] for path in wrong for length in range(len(path) + 1)}
    kept: dict[Path, list[int]] = {}
    small = _copy(document, (), on_the_way, frozenset(wrong), kept)
    return small, lambda path: _real(path, kept)


def _copy(
    node: object, path: Path, on_the_way: set[Path], wrong: frozenset[Path], kept: dict[Path, list[int]]
) -> object:
    if path in wrong or not isinstance(node, dict | list):
        return node
    if isinstance(node, dict):
        return {
            key: _copy(value, (*path, key), on_the_way, wrong, kept)
            for key, value in node.items()
            if _stays(value, (*path, key), on_the_way)
        }
    kept[path] = [index for index in range(len(node)) if (*path, index) in on_the_way]
    return [_copy(node[index], (*path, index), on_the_way, wrong, kept) for index in kept[path]]


def _stays(value: object, path: Path, on_the_way: set[Path]) -> bool:
    """Single values stay, because conditions of the schema look at them; whole branches go."""
    return path in on_the_way or not isinstance(value, dict | list)


def _real(path: Iterable[str | int], kept: dict[Path, list[int]]) -> Path:
    real: Path = ()
    for part in path:
        indices = kept.get(real)
        known = indices is not None and isinstance(part, int) and part < len(indices)
        real = (*real, indices[part] if known and indices is not None and isinstance(part, int) else part)
    return real
