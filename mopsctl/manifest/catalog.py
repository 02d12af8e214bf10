"""The typed field catalogue: what an object's fields are, and what each system calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from mopsctl.condition import Scalar
from mopsctl.element import FieldType, Pii
from mopsctl.manifest.base import Document, Located, Managed

Concept = Literal["person", "company"]
LIFECYCLE_VALUES = "Lifecycle/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Located):
    """One value of a value set; `in_` spells it per system where a system does not use the key itself."""

    key: str
    label: str
    description: str = ""
    in_: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False

    def on(self, system: str) -> str:
        """The value as that system spells it."""
        return self.in_.get(system, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet(Located):
    """A named, ordered list of values, by key."""

    name: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup(Managed):
    """A section of the field screens; `in_` names it per system where the name is not the key."""

    key: str
    label: str
    in_: Mapping[str, str] = field(default_factory=dict)

    def on(self, system: str) -> str:
        """The group's name on that system."""
        return self.in_.get(system, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Located):
    """What a field is called on one system: (object, name) for every object that carries it, and native hints."""

    system: str
    names: tuple[tuple[str, str], ...]
    hints: Mapping[str, Scalar] = field(default_factory=dict)

    def name_on(self, object_: str) -> str | None:
        """The field's name on one of the system's objects."""
        return dict(self.names).get(object_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Managed):
    """One field of the catalogue.

    `values` is the name of a value set, or `Lifecycle/NAME`. `max` counts characters; `precision` all digits and `scale`
    those after the point. `owner` is the system whose value counts, or `shared`. `write` is `once` or empty.
    """

    key: str
    type: FieldType
    label: str
    description: str = ""
    max: int | None = None
    precision: int | None = None
    scale: int | None = None
    values: str = ""
    required: bool = False
    unique: bool = False
    default: Scalar | None = None
    pii: Pii = "none"
    owner: str = ""
    write: str = ""
    group: str = ""
    accept_loss: str = ""
    in_: Mapping[str, Binding] = field(default_factory=dict)

    @property
    def lifecycle(self) -> str:
        """The name of the lifecycle whose stages are this field's values, or nothing."""
        return self.values.removeprefix(LIFECYCLE_VALUES) if self.values.startswith(LIFECYCLE_VALUES) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCatalog(Document):
    """The fields of one object; `bind` names the objects that carry it on each system, `describe` writes owner and reason
    into the descriptions on the systems.
    """

    kind: ClassVar[str] = "FieldCatalog"

    object: Concept
    bind: Mapping[str, tuple[str, ...]]
    describe: bool = False
    groups: Mapping[str, FieldGroup] = field(default_factory=dict)
    value_sets: Mapping[str, ValueSet] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
