"""How a manifest's rows are declared: once, as typed attributes, each with what people are told about its key.

    @row("group", expects="a group such as {key: qualification}")
    @dataclass(frozen=True, slots=True, kw_only=True)
    class FieldGroup(Managed):
        key: Annotated[str, Key("What fields call it.", "qualification", shape="key")]

Two things are made from a declaration: the JSON Schema in `schemas/` (scripts/schemas.py), and the conversion of a checked
document into its types (mopsctl.manifest.structure). The type says most of both; `Key` adds what no type can say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from mopsctl.manifest.tree import Map

Json = Any  # a value as the schema let it through
Read = Callable[[Any, Map, str], Any]
"""Makes an attribute's value from (context, the row it stands in, its key); called also where the key is not written."""

C = TypeVar("C", bound=type)


ONLY: Mapping[str, str] = {
    "": "",
    "checks": "Read by mopsctl's checks only: no system is set up by it.",
    "people": "For readers only: no system is set up by it.",
}


class Key:
    """What a key of a row is for: one sentence, examples, and what its type does not say.

    `shape` is the schema of its values: the name of a shared definition (`text`, `key`, ...), a declared row, or a schema
    itself; without it the type decides. `yaml` is the key where it is not the attribute's name. `rows` is the key by which the
    rows of a list are told apart. `inherited` takes what the document or the stack says where the row says nothing. `read`
    makes the value where no general rule does; `needed` says whether the key must be written where the default does not tell.
    `expects` completes "has to be ...". `only` says who reads it where no system is set up by it. Every other argument is a keyword of JSON Schema (`minimum=1`).
    """

    __slots__ = ("about", "examples", "expects", "inherited", "more", "needed", "only", "read", "rows", "shape", "yaml")

    def __init__(
        self,
        about: str,
        *examples: Json,
        shape: str | type | Mapping[str, Json] | None = None,
        yaml: str = "",
        rows: str = "key",
        inherited: bool = False,
        needed: bool | None = None,
        read: Read | None = None,
        expects: str = "",
        only: Literal["", "checks", "people"] = "",
        **more: Json,
    ) -> None:
        self.about, self.examples, self.shape, self.yaml, self.rows = about, examples, shape, yaml, rows
        self.inherited, self.needed, self.read, self.expects, self.more = inherited, needed, read, expects, more
        self.only = only

    @property
    def told(self) -> str:
        """What people are told about it, and whether it ends before the systems."""
        return " ".join(each for each in (self.about, ONLY[self.only]) if each)


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is called and has to look like; `schema` are keywords of JSON Schema that no attribute can hold, `about` and
    `example` say what a whole document is for.
    """

    title: str
    name: str
    expects: str = ""
    schema: Mapping[str, Json] = field(default_factory=dict)
    about: str = ""
    example: Json = None


_ROWS: dict[type, Row] = {}


def row(
    title: str,
    *,
    expects: str = "",
    name: str = "",
    schema: Mapping[str, Json] | None = None,
    about: str = "",
    example: Json = None,
) -> Callable[[C], C]:
    """Declare a class as a row; `name` is that of its definition in the schema, where it is not the title."""

    def declared(cls: C) -> C:
        _ROWS[cls] = Row(title, name or title.replace(" ", "_"), expects, schema or {}, about, example)
        return cls

    return declared


def row_of(cls: type) -> Row | None:
    """What is declared of a class itself; None where it is no row."""
    return _ROWS.get(cls)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One declared attribute; `key` is None for what is not written in the row, such as its place."""

    name: str
    type: Any
    key: Key | None
    yaml: str
    needed: bool


@cache
def attributes(cls: type) -> tuple[Attribute, ...]:
    """The attributes of a declared class: its own first, then what it shares with others.

    Modules of declarations do without `from __future__ import annotations`: as texts, their annotations would have to be
    compiled in each run, which takes longer than loading the stack.
    """
    known = {each.name: each for each in fields(cls)}
    hints: dict[str, Any] = {}
    for base in cls.__mro__:
        hints = hints | {
            name: hint for name, hint in vars(base).get("__annotations__", {}).items() if name not in hints
        }
    return tuple(_attribute(name, hint, known[name]) for name, hint in hints.items() if name in known)


def _attribute(name: str, hint: Any, declared: Any) -> Attribute:
    key = next((each for each in get_args(hint)[1:] if isinstance(each, Key)), None) if _is_annotated(hint) else None
    inner = get_args(hint)[0] if _is_annotated(hint) else hint
    yaml = (key.yaml if key else "") or name.removesuffix("_")
    plain = declared.default is MISSING and declared.default_factory is MISSING
    needed = plain if key is None or key.needed is None else key.needed
    return Attribute(name, inner, key, yaml, needed)


def _is_annotated(hint: Any) -> bool:
    return get_origin(hint) is Annotated
