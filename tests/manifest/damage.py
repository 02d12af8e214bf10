"""Documents that were right once, of which some things were replaced, added or taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from mopsctl.manifest.load import parse
from mopsctl.manifest.tree import Map, Path, Seq
from mopsctl.manifest.writer import to_yaml
from tests.manifest import cases

WHOLE = [parse(path.read_text("utf-8-sig"), path.name)[0] for path in cases.GOOD.values() if path.is_file()]
WHOLE += [parse(path.read_text("utf-8"), path.name)[0] for path in sorted(cases.BASE.rglob("*.yaml"))]
DOCUMENTS = [root for root in WHOLE if root is not None]
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**15), st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["", "x", "X y", "2026-02-30", "${var.a}", "${env:A}", "a\n", "ä", "Lifecycle/x", "two-way", "native", "{stage}"]),
    st.lists(st.sampled_from([1, "a", None, True, 1.0]), max_size=3), st.dictionaries(st.sampled_from(["key", "days", "min", "field", "zzz"]), st.integers(0, 3), max_size=2),
)  # fmt: skip


def paths(node: object, path: Path = ()) -> Iterator[Path]:
    """The path of everything in a document."""
    yield path
    for key, value in node.items() if isinstance(node, Map) else enumerate(node) if isinstance(node, Seq) else ():
        yield from paths(value, (*path, key))


@st.composite
def broken(draw: st.DrawFn) -> Map:
    """A good document of which one to three things were replaced, added or taken out."""
    original = draw(st.sampled_from(DOCUMENTS))
    root, _ = parse(to_yaml(original), "f.yaml")
    assert root is not None
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(paths(root["spec"]), key=repr)))
        _break(root["spec"], path, draw)
    return root


def _break(node: Any, path: Path, draw: st.DrawFn) -> None:
    for part in path[:-1]:
        node = node[part]
    if not path:
        node["unheard_of"] = draw(ODD)
    elif draw(st.booleans()) or isinstance(node, Seq):
        node[path[-1]] = draw(ODD)
    else:
        del node[path[-1]]
