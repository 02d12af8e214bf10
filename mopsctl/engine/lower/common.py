"""What lowering shares: origins, value lists, durations."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.element import Item, Origin, ValueList
from mopsctl.manifest.model import (
    NOT_CARRIED,
    ConsentPolicy,
    Content,
    Duration,
    Field,
    FieldCatalog,
    FieldGroup,
    FieldMapping,
    Lifecycle,
    Managed,
    Pipeline,
    ScoringModel,
    Stack,
    Stage,
    ValueSet,
)
from mopsctl.subject import Subject, SubjectKind

_KINDS: Mapping[type, SubjectKind] = {
    Field: "field",
    FieldGroup: "field group",
    Pipeline: "pipeline",
    FieldCatalog: "field catalog",
    Lifecycle: "lifecycle",
    ScoringModel: "scoring model",
    FieldMapping: "field mapping",
    ConsentPolicy: "consent policy",
}
_DAYS = {"hours": 1 / 24, "days": 1, "weeks": 7, "months": 30, "years": 365}


def origin(document: Content, element: Managed | None = None) -> Origin:
    """Where an element was declared; a document speaks for elements that have no word of their own."""
    if element is None:
        return Origin(
            document=document.id,
            source=document.source,
            owner=document.metadata.owner,
            manage=document.manage,
            on_delete=document.on_delete,
            subject=subject(document),
        )
    return Origin(
        document=document.id,
        source=element.source,
        owner=document.metadata.owner,
        reason=element.reason,
        manage=element.manage,
        on_delete=element.on_delete,
        protect=element.protect,
        leave=element.leave,
        subject=subject(document, element),
    )


def subject(document: Content, element: Managed | None = None) -> Subject:
    """What people mean when they speak of the element: a row that stands for itself, or else the whole document."""
    if isinstance(element, Field | FieldGroup | Pipeline):
        return Subject(document.id, _KINDS[type(element)], element.key, element.label)
    return Subject(document.id, _KINDS[type(document)], "", document.metadata.title or document.name)


def days(duration: Duration | None) -> int | None:
    """A duration in whole days, months and years by their usual length; None stays None."""
    return None if duration is None else max(1, round(duration.amount * _DAYS[duration.unit]))


def names_on(objects: tuple[str, ...], name: str) -> tuple[tuple[str, str], ...]:
    """Object and field: `Lead.Status` is on one object, a name alone on every object."""
    object_name, _, field_name = name.partition(".")
    if field_name and object_name in objects:
        return ((object_name, field_name),)
    return tuple((each, name) for each in objects)


class ValueLists:
    """The value lists of a stack as each system spells them, every one made once, however many fields and rows name it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._made: dict[tuple[str, str, str, str], ValueList | None] = {}
        self._rows = _row_spellings(stack)

    def of(self, catalog: FieldCatalog, name: str, system: str, field_key: str = "") -> ValueList | None:
        """A value set as one system spells it; a mapping row's own spelling of that field's values goes before the set's."""
        own = (
            field_key if (catalog.name, field_key, system) in self._rows else ""
        )  # fields without such a row share a list
        asked = (catalog.name, name, system, own)
        if asked not in self._made:
            self._made[asked] = self._spelled(catalog, name, system, self._rows.get((catalog.name, own, system), {}))
        return self._made[asked]

    def of_field(self, catalog: FieldCatalog, field: Field, system: str) -> ValueList | None:
        """The values of a field as one system spells them: its value set, or the stages of its lifecycle."""
        if field.lifecycle:
            return stage_list(self._stack.lifecycles[field.lifecycle], system)
        return self.of(catalog, field.values, system, field.key) if field.values else None

    def _spelled(self, catalog: FieldCatalog, name: str, system: str, spelled: Mapping[str, str]) -> ValueList | None:
        found = catalog.value_sets.get(name) or self._elsewhere(name)
        if found is None:
            return None
        items = tuple(
            Item(value.key, spelled.get(value.key, value.on(system)), value.label, value.description, value.hidden)
            for value in found.values.values()
        )
        return ValueList(found.name, items)

    def _elsewhere(self, name: str) -> ValueSet | None:
        catalogs = self._stack.catalogs.values()
        return next((catalog.value_sets[name] for catalog in catalogs if name in catalog.value_sets), None)


def _row_spellings(stack: Stack) -> dict[tuple[str, str, str], dict[str, str]]:
    """What mapping rows say about spelling, by catalogue, field and system."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        for row in mapping.rows.values():
            for system, spelled in row.values.items():
                found.setdefault((mapping.catalog, row.field, system), {}).update(spelled)
    return found


def carried(lifecycle: Lifecycle, system: str) -> tuple[Stage, ...]:
    """The stages that a system carries, in order: all but those whose value there is `none`."""
    return tuple(stage for stage in lifecycle.stages.values() if stage.values.get(system) != NOT_CARRIED)


def stage_list(lifecycle: Lifecycle, system: str) -> ValueList:
    """A lifecycle's stages as a value list of one system."""
    stages = carried(lifecycle, system)
    items = (Item(stage.key, stage.values.get(system, stage.key), stage.label, stage.description) for stage in stages)
    return ValueList(lifecycle.id, tuple(items))
