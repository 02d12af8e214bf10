"""Lowers catalogues: every field on every object of one system, once, with the part it plays in other documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from mopsctl import element
from mopsctl.element import Mode, Role
from mopsctl.engine.lower.common import ValueLists, origin, subject
from mopsctl.manifest.model import Binding, Field, FieldCatalog, Stack, humanise

_NARROWER: tuple[Mode, ...] = get_args(Mode)  # in that order


class Fields:
    """The fields of one system, each (object, name) once; what is said twice is merged, the later part filling gaps."""

    def __init__(self, stack: Stack, system: str, lists: ValueLists) -> None:
        self.lists = lists
        self._stack = stack
        self._system = system
        self._fields: dict[tuple[str, str], element.Field] = {}
        for name in sorted(stack.catalogs):
            self.add(*self._of_catalog(stack.catalogs[name]))

    def add(self, *fields: element.Field) -> None:
        """Take in fields; one that is there already keeps its catalogue's words and takes on the new role and list."""
        for field in fields:
            known = self._fields.get((field.object, field.name))
            self._fields[field.object, field.name] = field if known is None else _merged(known, field)

    def all(self) -> tuple[element.Field, ...]:
        """Every field, by object and name."""
        return tuple(self._fields[key] for key in sorted(self._fields))

    def by_key(self, concept: str, object_name: str) -> dict[str, element.Field]:
        """Catalogue key to field, on one object."""
        return {
            field.key: field
            for field in self.all()
            if field.concept == concept and field.object == object_name and field.key
        }

    def groups(self) -> tuple[element.Group, ...]:
        """Every group, by object and name."""
        found: dict[tuple[str, str], element.Group] = {}
        for name in sorted(self._stack.catalogs):
            catalog = self._stack.catalogs[name]
            for group in catalog.groups.values():
                for object_name in catalog.bind.get(self._system, ()):
                    key = (object_name, group.on(self._system))
                    found.setdefault(key, element.Group(origin(catalog, group), *key, group.label))
        return tuple(found[key] for key in sorted(found))

    def _of_catalog(self, catalog: FieldCatalog) -> Iterator[element.Field]:
        for field in catalog.fields.values():
            binding = field.in_.get(self._system)
            if binding is not None:
                for object_name, name in binding.names:
                    lowered = self.lowered(catalog, field, object_name, name)
                    yield replace(lowered, hints=dict(binding.hints), origin=_here(lowered.origin, binding))

    def lowered(self, catalog: FieldCatalog, field: Field, object_name: str, name: str) -> element.Field:
        """A field of a catalogue under a name on one object."""
        group = catalog.groups.get(field.group)
        return element.Field(
            origin=self._origin(catalog, field),
            concept=catalog.object,
            object=object_name,
            name=name,
            key=field.key,
            type=field.type,
            label=field.label,
            label_is_made=field.label == humanise(field.key),
            description=field.description,
            role=self._role(catalog, field),
            max=field.max,
            precision=field.precision,
            scale=field.scale,
            values=self.lists.of_field(catalog, field, self._system),
            required=field.required,
            unique=field.unique,
            default=field.default,
            pii=field.pii,
            owner=field.owner,
            write_once=field.write == "once",
            group=group.on(self._system) if group else None,
            describe=catalog.describe,
        )

    def _origin(self, catalog: FieldCatalog, field: Field) -> element.Origin:
        """Where the field stands; the list of stages is what people know as the lifecycle, whichever catalogue holds it."""
        at = origin(catalog, field)
        lifecycle = self._stack.lifecycles.get(field.lifecycle)
        return at if lifecycle is None else replace(at, subject=subject(lifecycle))

    def _role(self, catalog: FieldCatalog, field: Field) -> Role:
        lifecycles = [each for each in self._stack.lifecycles.values() if each.catalog == catalog.name]
        models = [each for each in self._stack.scoring_models.values() if each.catalog == catalog.name]
        reasons = {stage.reasons for each in lifecycles for stage in each.stages.values()}
        opt_out = field.pii == "preference" and field.type == "boolean"
        parts: tuple[tuple[Role, bool], ...] = (
            ("stage", any(field.key == each.field for each in lifecycles)),
            ("score", any(field.key == each.writes for each in models)),
            ("grade", any(field.key == each.grade for each in models)),
            ("reason", bool(field.values) and field.values in reasons),
            ("opt_out", opt_out),
        )
        return next((role for role, plays in parts if plays), "field")


def _here(at: element.Origin, binding: Binding) -> element.Origin:
    """What the row's author decided, with what holds for this system alone."""
    leave = at.leave if binding.leave is None else binding.leave
    return replace(at, manage=binding.manage or at.manage, leave=leave)


def _merged(known: element.Field, new: element.Field) -> element.Field:
    """Both in one: the first one's words, the narrower of what their authors allow, and what the first one leaves open."""
    origin_ = replace(
        known.origin,
        manage=max(known.origin.manage, new.origin.manage, key=_NARROWER.index),
        protect=known.origin.protect or new.origin.protect,
        leave=tuple(dict.fromkeys((*known.origin.leave, *new.origin.leave))),
    )
    return replace(
        known,
        origin=origin_,
        role=new.role if known.role == "field" else known.role,
        values=known.values or new.values,
        default=new.default if known.default is None else known.default,
    )
