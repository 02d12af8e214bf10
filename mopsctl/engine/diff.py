"""Describes in which attributes two pictures of one thing differ.

DeepDiff describes pairs that are already known to differ; it never looks for differences, which would cost some hundred
times as much, and it never sees lists whose items have a natural key.
"""

from __future__ import annotations

from typing import Any

from mopsctl.engine.compare import Attributes, attribute
from mopsctl.provider.contract import Kind
from mopsctl.resource import FieldChange, Json


def changes(
    kind: Kind, before: Attributes, after: Attributes, names: frozenset[str] | None = None
) -> tuple[FieldChange, ...]:
    """What moves from `before` to `after`, sorted by path; `names` limits it to these attributes.

    Attributes and items of keyed attributes are named one by one; the order of a keyed attribute moves as a whole.
    """
    found: list[FieldChange] = []
    for name in sorted(names if names is not None else after):
        have, want = before.get(name), after.get(name)
        if have != want:
            found += _described(kind, name, have, want)
    return tuple(sorted(found, key=lambda change: change.path))


def _described(kind: Kind, name: str, before: Json, after: Json) -> list[FieldChange]:
    rule = attribute(kind, name)
    if rule.keyed and isinstance(before or {}, dict) and isinstance(after, dict):
        return [
            change
            for key in sorted(set(before or {}) | set(after))
            for change in _pair((name, key), (before or {}).get(key), after.get(key))
        ]
    if rule.order_of:
        return [FieldChange((name,), before, after)]
    return _pair((name,), before, after)


def _pair(path: tuple[str, ...], before: Json, after: Json) -> list[FieldChange]:
    if before == after:
        return []
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [FieldChange(path, before, after)]
    deep = [FieldChange(path + tail, old, new) for tail, old, new in _deep(before, after)]
    return deep or [FieldChange(path, before, after)]  # what is known to differ is never left out


def _deep(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[tuple[str, ...], Json, Json]]:
    from deepdiff import DeepDiff
    from deepdiff.helper import NotPresent

    # by default it leaves out every key that begins with two underscores
    tree = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    leaves: dict[tuple[str, ...], tuple[Json, Json]] = {}
    for category in tree.values():
        for leaf in category:
            keys = _stable(leaf.path(output_format="list"))
            old, new = _at(before, keys), _at(after, keys)
            leaves[keys] = (None if old is NotPresent else old, None if new is NotPresent else new)
    return [(keys, old, new) for keys, (old, new) in sorted(leaves.items())]


def _stable(path: list[Any]) -> tuple[str, ...]:
    """The path up to the first list: a position in a list is no name, so a list moves as a whole."""
    keys: list[str] = []
    for part in path:
        if not isinstance(part, str):
            break
        keys.append(part)
    return tuple(keys)


def _at(value: Any, keys: tuple[str, ...]) -> Json:
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value
