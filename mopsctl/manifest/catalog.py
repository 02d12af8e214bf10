"""The typed field catalogue: what an object's fields are, and what each system calls them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from mopsctl.condition import Scalar
from mopsctl.element import FieldType, Mode, Pii
from mopsctl.manifest.base import Content, Label, Located, Managed
from mopsctl.manifest.conditions import many
from mopsctl.manifest.declare import Json, Key, row
from mopsctl.manifest.shapes import listed, mapping, one_of, ref, said, written
from mopsctl.manifest.structure import Context, keyed
from mopsctl.manifest.tree import Map, Places, Seq

Concept = Literal["person", "company"]
LIFECYCLE_VALUES = "Lifecycle/"
NOWHERE_THERE = "none"  # the name of a field on an object that does not carry it
_OWN: Final = ("manage", "leave")  # words of a row that a system may have for itself


@row(
    "value",
    expects="a text, or a row such as {key: web, label: Website}",
    schema={"minLength": 1, "type": ["string", "object"]},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Located):
    """One value of a value set; `in_` spells it per system where a system does not use the key itself."""

    key: Annotated[str, Key("The value itself, as rules and mappings call it.", "web")]
    label: Label
    description: Annotated[str, Key("When it is chosen.", "Any form on our own pages.")] = ""
    in_: Annotated[
        Mapping[str, str],
        Key(
            "How a system spells it, where that is not the key. ${env:NAME} is allowed.",
            {"salesforce": "Partner Referral"},
        ),
    ] = field(default_factory=dict)
    hidden: Annotated[bool, Key("True where it stays on old records and is no longer offered.", True)] = False

    def on(self, system: str) -> str:
        """The value as that system spells it."""
        return self.in_.get(system, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet(Located):
    """A named, ordered list of values, by key."""

    name: str
    values: Mapping[str, Value]


@row("group", expects="a group such as {key: qualification}")
@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup(Managed):
    """A section of the field screens; `in_` names it per system where the name is not the key."""

    key: Annotated[str, Key("What fields call it.", "qualification", shape="key")]
    label: Label
    in_: Annotated[
        Mapping[str, str], Key("Its name on each system, where that is not the key.", {"hubspot": "qualification_info"})
    ] = field(default_factory=dict)

    def on(self, system: str) -> str:
        """The group's name on that system."""
        return self.in_.get(system, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Located):
    """What a field is called on one system: (object, name) for every object that carries it, and native hints.

    `absent` are the objects that do not carry it, by their author's word. `manage` and `leave` are those of this system, where
    they differ from the row's.
    """

    system: str
    names: tuple[tuple[str, str], ...]
    hints: Mapping[str, Scalar] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    manage: Mode | None = None
    leave: tuple[str, ...] | None = None

    def name_on(self, object_: str) -> str | None:
        """The field's name on one of the system's objects."""
        return dict(self.names).get(object_)


def read_bindings(context: Context, node: Map, key: str) -> dict[str, Binding]:
    """What each system calls a field; a single name holds for every object that the catalogue binds there."""
    bind: Mapping[str, Json] = context.spec["bind"]
    names: Map = node[key]
    return {system: _binding(system, value, many(bind.get(system, Seq())), names) for system, value in names.items()}


def _binding(system: str, value: Json, objects: tuple[str, ...], names: Map) -> Binding:
    if not isinstance(value, Map):
        return Binding(source=names.value_source(system), system=system, names=tuple((each, value) for each in objects))
    place: dict[str, Json] = {"source": value.source, "marks": Places(value), "system": system}
    if "name" not in value:
        there, absent = _named(value, objects)
        return Binding(**place, names=there, absent=absent)
    own: dict[str, Json] = {key: value[key] for key in _OWN if key in value}
    own = {**own, "leave": tuple(own["leave"])} if "leave" in own else own
    hints = {key: each for key, each in value.items() if key not in ("name", *_OWN)}
    there, absent = _named(value["name"], objects)
    return Binding(**place, names=there, absent=absent, hints=hints, **own)


def _named(name: Json, objects: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Names by object, and the objects that have none."""
    pairs = tuple(name.items()) if isinstance(name, Map) else tuple((each, name) for each in objects)
    absent = tuple(each for each, native in pairs if native == NOWHERE_THERE)
    return tuple(pair for pair in pairs if pair[1] != NOWHERE_THERE), absent


def read_value_sets(context: Context, node: Map, key: str) -> dict[str, ValueSet]:
    """The value sets; a value that is a plain text stands for a row with that key."""
    return {name: _value_set(context, name, nodes) for name, nodes in node.get(key, {}).items()}


def _value_set(context: Context, name: str, nodes: Seq) -> ValueSet:
    rows = Seq(nodes.file, nodes.start)
    rows.extend(each if isinstance(each, Map) else _as_row(nodes, index) for index, each in enumerate(nodes))
    return ValueSet(source=nodes.source, name=name, values=keyed(Value, context, rows))


def _as_row(nodes: Seq, index: int) -> Map:
    row = Map(nodes.file, nodes.spots[index])
    row["key"] = nodes[index]
    row.spots = [nodes.spots[index], nodes.spots[index]]
    return row


_NAMES: Final = {
    "type": ["string", "object"],
    "minLength": 1,
    "minProperties": 1,
    "additionalProperties": ref("text"),
    "x-expects": "a name, or a name per object",
}
_BINDING: Final = {
    "type": ["string", "object"],
    "minLength": 1,
    "minProperties": 1,
    "x-expects": "a name, a name per object, or a name with hints such as {name: unit, field_type: radio}",
    "if": {"type": "object", "required": ["name"]},
    "then": {
        "properties": {
            "name": said(
                _NAMES, "The name, or a name per object; hints for the adapter stand beside it.", "business_unit"
            ),
            "manage": said(
                ref("manage"), "How far mopsctl goes on this system, where that differs from the row's.", "verify"
            ),
            "leave": said(ref("attributes"), "Attributes left alone on this system, in place of the row's.", ["label"]),
        },
        "additionalProperties": ref("scalar"),
    },
    "else": {"additionalProperties": ref("text")},
}
_OBJECTS: Final = {
    "anyOf": [ref("text"), listed("text", least=1, once=True)],
    "x-expects": "the name of an object, or a list of names",
}


@row("field", expects="a field such as {key: email, type: email, in: {hubspot: email}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Managed):
    """One field of the catalogue.

    `values` is the name of a value set, or `Lifecycle/NAME`. `max` counts characters; `precision` all digits and `scale`
    those after the point. `owner` is the system whose value counts, or `shared`. `write` is `once` or empty.
    """

    key: Annotated[str, Key("What every other document calls it.", "job_title", shape="key")]
    type: Annotated[FieldType, Key("What its values are. Every system gets its own nearest type.", "choice")]
    label: Label
    description: Annotated[
        str, Key("What it holds and who fills it; shown as help on the systems.", "As the person wrote it.")
    ] = ""
    max: Annotated[int | None, Key("The most characters it may hold.", 128, minimum=1)] = None
    precision: Annotated[int | None, Key("All digits of a number.", 12, minimum=1, maximum=18)] = None
    scale: Annotated[int | None, Key("The digits after the point.", 2, minimum=0, maximum=17)] = None
    values: Annotated[
        str,
        Key(
            "The value set it chooses from, or the lifecycle whose stages it holds.",
            "business_unit",
            "Lifecycle/person",
            shape=written(
                "^([a-z][a-z0-9_]*|Lifecycle/[a-z][a-z0-9-]*)$", "the key of a value set, or 'Lifecycle/NAME'"
            ),
        ),
    ] = ""
    required: Annotated[bool, Key("True where no record may be without it.", True, shape="boolean")] = False
    unique: Annotated[bool, Key("True where no two records may share a value.", True, shape="boolean")] = False
    default: Annotated[Scalar | None, Key("What new records start with.", 0)] = None
    pii: Annotated[
        Pii,
        Key(
            "How sensitive it is: not at all, about a person, identifies a person, what a person chose, or of a special category.",
            "personal",
        ),
    ] = "none"
    owner: Annotated[
        str, Key("The system whose value counts, or 'shared'.", "salesforce", "shared", shape="system")
    ] = ""
    write: Annotated[str, Key("'once' where the first value is never overwritten.", "once", shape=one_of("once"))] = ""
    group: Annotated[str, Key("The group it is shown in.", "qualification", shape="key")] = ""
    accept_loss: Annotated[
        str,
        Key(
            "Why it is right that a system holds less than the type says.", "Old values are short codes.", only="checks"
        ),
    ] = ""
    in_: Annotated[
        Mapping[str, Binding],
        Key(
            "What each system calls it: one name, a name per object (none where an object has no such field), or a name with hints"
            " and with manage and leave of that system. ${env:NAME} is allowed.",
            {"hubspot": "jobtitle", "salesforce": {"Lead": "Title", "Contact": "Title"}},
            shape=mapping("list by system", "system", _BINDING, least=1),
            needed=True,
            read=read_bindings,
        ),
    ] = field(default_factory=dict)

    @property
    def lifecycle(self) -> str:
        """The name of the lifecycle whose stages are this field's values, or nothing."""
        return self.values.removeprefix(LIFECYCLE_VALUES) if self.values.startswith(LIFECYCLE_VALUES) else ""


@row(
    "catalogue",
    name="spec",
    about="The fields of one object, said once: type, values, owner, sensitivity, and the name on every system.",
    example={
        "object": "person",
        "bind": {"hubspot": "contact"},
        "fields": [{"key": "email", "type": "email", "in": {"hubspot": "email"}}],
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCatalog(Content):
    """The fields of one object; `bind` names the objects that carry it on each system, `describe` writes owner and reason
    into the descriptions on the systems.
    """

    kind: ClassVar[str] = "FieldCatalog"

    object: Annotated[Concept, Key("What the fields describe.", "person")]
    bind: Annotated[
        Mapping[str, tuple[str, ...]],
        Key(
            "The object, or objects, that carry these fields on each system.",
            {"hubspot": "contact", "salesforce": ["Lead", "Contact"]},
            shape=mapping("list by system", "system", _OBJECTS, least=1),
        ),
    ]
    describe: Annotated[
        bool, Key("True where owner and reason are written into the descriptions on the systems.", True)
    ] = False
    groups: Annotated[
        Mapping[str, FieldGroup],
        Key(
            "Sections of the field screens.",
            [{"key": "qualification", "label": "Qualification"}],
            expects="a list of groups",
        ),
    ] = field(default_factory=dict)
    value_sets: Annotated[
        Mapping[str, ValueSet],
        Key(
            "Named lists of values, in the order people see them. One list serves every field that names it.",
            {"business_unit": ["core", "emea"]},
            shape=mapping("list of value sets", "key", listed(Value, least=1, expects="a list of values")),
            read=read_value_sets,
        ),
    ] = field(default_factory=dict)
    fields: Annotated[
        Mapping[str, Field],
        Key(
            "The fields.",
            [{"key": "email", "type": "email", "in": {"hubspot": "email"}}],
            expects="a list of fields",
            needed=True,
        ),
    ] = field(default_factory=dict)
