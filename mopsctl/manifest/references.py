"""Names that one document uses for what another one declares: whether it is there, and whether both agree.

What a document says about its own parts (a move to an unknown stage, a rule on an unknown basis, a condition on an unknown
field) is left to the checks, which explain it in the words of their topic.

Rules: RF001 a document, field, value set or group that is not declared, RF002 an unknown system, RF005 names in a circle,
RF008 a system that the catalogue does not bind, RF009 two documents that disagree, RF010 a file that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.documents import Documents, Raw
from mopsctl.manifest.model import (
    ConsentPolicy,
    Document,
    Field,
    FieldCatalog,
    FieldMapping,
    Lifecycle,
    Located,
    Row,
    ScoringModel,
    Stack,
)
from mopsctl.manifest.tree import Map

_STOPS = ("opt_out_all",)


@dataclass(frozen=True, slots=True)
class Known:
    """What can be referred to. `broken` names documents that are there and not sound: nothing is said about those.

    `unread` is true where a file could not be read: nobody knows which document it would have been.
    """

    stack: Stack
    broken: frozenset[str]
    unread: bool
    folder: Path

    def document(self, user: Located, attribute: str, kind: str, there: Mapping[str, Document]) -> Iterator[Diagnostic]:
        """A finding where an attribute names a document that nobody declares."""
        name = str(getattr(user, attribute))
        if name not in there and self.sure(f"{kind}/{name}"):
            message = f"There is no {kind} '{name}'."
            yield Diagnostic("RF001", "error", message, user.at(attribute), did_you_mean(name, there))

    def sure(self, document: str) -> bool:
        """True where a document that is not among the typed ones is really not there."""
        return not self.unread and document not in self.broken

    def systems(self, user: Located, room: str, names: Iterable[str]) -> Iterator[Diagnostic]:
        """Findings for systems that the stack does not have."""
        for name in names:
            if name not in self.stack.systems:
                where = user.at(f"{room}.{name}") if room else user.source
                yield _no_system(name, self.stack.systems, where)

    def field(self, catalog: str, key: str, where: Source) -> Iterator[Diagnostic]:
        """A finding where a catalogue has no such field."""
        there = self.stack.catalogs.get(catalog)
        if there is not None and key not in there.fields:
            message = f"The catalogue '{catalog}' has no field '{key}'."
            yield Diagnostic("RF001", "error", message, where, did_you_mean(key, there.fields))

    def value_set(self, catalog: str, name: str, where: Source) -> Iterator[Diagnostic]:
        """A finding where a catalogue has no such value set."""
        there = self.stack.catalogs.get(catalog)
        if there is not None and name not in there.value_sets:
            message = f"The catalogue '{catalog}' has no value set '{name}'."
            yield Diagnostic("RF001", "error", message, where, did_you_mean(name, there.value_sets))


def check(stack: Stack, documents: Documents, folder: Path) -> list[Diagnostic]:
    """Every reference of the stack that leads nowhere, or to something that disagrees."""
    broken = frozenset(each.id for each in documents.all if not each.ok)
    known = Known(stack, broken, documents.unread, folder)
    found: list[Diagnostic] = []
    for document in stack.documents():
        found.extend(_OF_KIND[document.kind](document, known))
    for raw in documents.of("Environment"):
        found.extend(_connections(raw, known))
    found.extend(_circles(stack))
    return found


def _connections(environment: Raw, known: Known) -> Iterator[Diagnostic]:
    """Of every environment, whichever was asked for."""
    connections = environment.spec.get("connections")
    if not isinstance(connections, Map) or not environment.ok:
        return
    for name in connections:
        if name not in known.stack.systems:
            yield _no_system(name, known.stack.systems, connections.key_source(name))


def _catalog(catalog: FieldCatalog, known: Known) -> Iterator[Diagnostic]:
    yield from known.systems(catalog, "bind", catalog.bind)
    for group in catalog.groups.values():
        yield from known.systems(group, "in", group.in_)
    for values in catalog.value_sets.values():
        for value in values.values.values():
            yield from known.systems(value, "in", value.in_)
    for field in catalog.fields.values():
        yield from _field(field, catalog, known)


def _field(field: Field, catalog: FieldCatalog, known: Known) -> Iterator[Diagnostic]:
    if field.owner and field.owner != "shared" and field.owner not in known.stack.systems:
        hint = did_you_mean(field.owner, [*known.stack.systems, "shared"]) or "name a system of the stack, or 'shared'"
        yield Diagnostic("RF002", "error", f"There is no system '{field.owner}'.", field.at("owner"), hint)
    if field.group and field.group not in catalog.groups:
        hint = did_you_mean(field.group, catalog.groups) or "declare it under 'groups'"
        yield Diagnostic("RF001", "error", f"There is no group '{field.group}'.", field.at("group"), hint)
    if field.lifecycle:
        yield from _lifecycle_of(field, catalog, known)
    elif field.values:
        yield from known.value_set(catalog.name, field.values, field.at("values"))
    for system, binding in field.in_.items():
        yield from _binding(system, field, binding.names, catalog, known)


def _binding(
    system: str, field: Field, names: Iterable[tuple[str, str]], catalog: FieldCatalog, known: Known
) -> Iterator[Diagnostic]:
    where = field.at(f"in.{system}")
    if system not in known.stack.systems:
        yield _no_system(system, known.stack.systems, where)
    elif system not in catalog.bind:
        message = f"The catalogue '{catalog.name}' says nothing about {system}."
        yield Diagnostic("RF008", "error", message, where, f"add {system} and its object under 'bind'")
    else:
        for object_, _ in names:
            if object_ not in catalog.bind[system]:
                message = f"The catalogue '{catalog.name}' does not bind '{object_}' of {system}."
                hint = did_you_mean(object_, catalog.bind[system]) or "add it under 'bind'"
                yield Diagnostic("RF008", "error", message, where, hint)


def _lifecycle_of(field: Field, catalog: FieldCatalog, known: Known) -> Iterator[Diagnostic]:
    lifecycle = known.stack.lifecycles.get(field.lifecycle)
    if lifecycle is None:
        if known.sure(field.values):
            hint = did_you_mean(field.lifecycle, known.stack.lifecycles)
            message = f"There is no Lifecycle '{field.lifecycle}'."
            yield Diagnostic("RF001", "error", message, field.at("values"), hint)
    elif (lifecycle.catalog, lifecycle.field) != (catalog.name, field.key):
        message = f"{lifecycle.id} lives on the field '{lifecycle.field}' of the catalogue '{lifecycle.catalog}'."
        yield Diagnostic("RF009", "error", message, field.at("values"), f"correct one of them: {lifecycle.at('field')}")


def _lifecycle(lifecycle: Lifecycle, known: Known) -> Iterator[Diagnostic]:
    name = lifecycle.catalog
    yield from known.document(lifecycle, "catalog", "FieldCatalog", known.stack.catalogs)
    yield from known.field(name, lifecycle.field, lifecycle.at("field"))
    yield from _stage_field(lifecycle, known)
    for stage in lifecycle.stages.values():
        yield from known.systems(stage, "values", stage.values)
        yield from known.systems(stage, "enforce", stage.enforce)
        for index, key in enumerate(stage.require):
            yield from known.field(name, key, stage.at(f"require.{index}"))
        if stage.reasons:
            yield from known.value_set(name, stage.reasons, stage.at("reasons"))
    for move in lifecycle.transitions:
        for index, key in enumerate(move.require):
            if not key.endswith(".reason"):
                yield from known.field(name, key, move.at(f"require.{index}"))
    yield from _axes(lifecycle, known)


def _stage_field(lifecycle: Lifecycle, known: Known) -> Iterator[Diagnostic]:
    catalog = known.stack.catalogs.get(lifecycle.catalog)
    field = catalog.fields.get(lifecycle.field) if catalog else None
    if field is not None and not field.lifecycle:
        message = f"The field '{field.key}' does not hold the stages of {lifecycle.id}."
        yield Diagnostic(
            "RF009", "error", message, lifecycle.at("field"), f"say 'values: {lifecycle.id}' in {field.source}"
        )


def _axes(lifecycle: Lifecycle, known: Known) -> Iterator[Diagnostic]:
    yield from known.systems(lifecycle, "enforce", lifecycle.enforce)
    if lifecycle.stamps:
        yield from known.systems(lifecycle.stamps, "in", lifecycle.stamps.in_)
    status = lifecycle.lead_status
    if status:
        yield from known.field(lifecycle.catalog, status.field, status.at("field"))
        yield from known.value_set(lifecycle.catalog, status.values, status.at("values"))
        yield from known.systems(status, "in", status.in_)
    for pipeline in lifecycle.pipelines.values():
        yield from known.systems(pipeline, "in", pipeline.in_)
        for stage in pipeline.stages.values():
            yield from known.systems(stage, "values", stage.values)


def _scoring(model: ScoringModel, known: Known) -> Iterator[Diagnostic]:
    yield from known.document(model, "catalog", "FieldCatalog", known.stack.catalogs)
    yield from known.field(model.catalog, model.writes, model.at("writes"))
    yield from known.systems(model, "in", model.in_)
    if model.grade:
        yield from known.field(model.catalog, model.grade, model.at("grade"))
    for name in model.combine:
        if name not in known.stack.scoring_models:
            hint = did_you_mean(name, known.stack.scoring_models) or "name a ScoringModel of this stack"
            yield Diagnostic(
                "RF001", "error", f"There is no scoring model '{name}'.", model.at(f"combine.{name}"), hint
            )
    if model.roll_up and model.roll_up.score not in known.stack.scoring_models:
        hint = did_you_mean(model.roll_up.score, known.stack.scoring_models) or "name a ScoringModel of this stack"
        what = f"There is no scoring model '{model.roll_up.score}'."
        yield Diagnostic("RF001", "error", what, model.roll_up.at("score"), hint)
    if model.grade_with:
        yield from known.document(model, "grade_with", "ScoringModel", known.stack.scoring_models)


def _mapping(mapping: FieldMapping, known: Known) -> Iterator[Diagnostic]:
    yield from known.document(mapping, "catalog", "FieldCatalog", known.stack.catalogs)
    for index, name in enumerate(mapping.between):
        if name not in known.stack.systems:
            yield _no_system(name, known.stack.systems, mapping.at(f"between.{index}"))
    for row in mapping.rows.values():
        yield from known.field(mapping.catalog, row.field, row.at("field"))
        yield from _row(row, mapping)


def _row(row: Row, mapping: FieldMapping) -> Iterator[Diagnostic]:
    where = row.at("sync") if row.says("sync") else mapping.defaults.at("sync")
    if not row.sync:
        hint = "add 'sync', or give the mapping a default"
        yield Diagnostic("MS002", "error", f"Row '{row.field}' needs 'sync'.", row.source, hint)
    elif row.winner and row.winner not in mapping.between:
        message = f"'{row.winner}' is not one of the two systems of this mapping."
        yield Diagnostic("RF002", "error", message, where, did_you_mean(row.winner, mapping.between))
    for system in row.values:
        if system not in mapping.between:
            message = f"'{system}' is not one of the two systems of this mapping."
            yield Diagnostic(
                "RF002", "error", message, row.at(f"values.{system}"), did_you_mean(system, mapping.between)
            )


def _consent(policy: ConsentPolicy, known: Known) -> Iterator[Diagnostic]:
    yield from known.document(policy, "catalog", "FieldCatalog", known.stack.catalogs)
    for channel in policy.channels.values():
        yield from known.field(policy.catalog, channel.address, channel.at("address"))
    yield from known.field(policy.catalog, policy.jurisdiction.from_, policy.jurisdiction.at("from"))
    if policy.jurisdiction.region:
        yield from known.field(policy.catalog, policy.jurisdiction.region, policy.jurisdiction.at("region"))
    if policy.recipients:
        yield from known.field(policy.catalog, policy.recipients.from_, policy.recipients.at("from"))
    yield from known.systems(policy, "proof_fields", policy.proof_fields)
    for key, names in policy.bind.items():
        if key not in (*policy.purposes, *_STOPS):
            message = f"There is no purpose '{key}'."
            hint = did_you_mean(key, [*policy.purposes, *_STOPS])
            yield Diagnostic("RF001", "error", message, policy.at(f"bind.{key}"), hint)
        yield from known.systems(policy, f"bind.{key}", names)
    yield from _notice(policy, known)


def _notice(policy: ConsentPolicy, known: Known) -> Iterator[Diagnostic]:
    if not policy.notice or "${" in policy.notice:
        return
    inside = policy.notice.replace("\\", "/").split("/") == [policy.notice]
    if not inside or not (known.folder / "notices" / f"{policy.notice}.md").is_file():
        message = f"There is no wording 'notices/{policy.notice}.md'."
        yield Diagnostic("RF010", "error", message, policy.at("notice"), "add the file, or name one that is there")


def _circles(stack: Stack) -> Iterator[Diagnostic]:
    grades = {name: model.grade_with for name, model in stack.scoring_models.items() if model.grade_with}
    for names in _cycles(grades):
        message = f"Scoring models take their grade from each other in a circle: {' -> '.join(names)}."
        hint = "only the engagement model names the fit model"
        yield Diagnostic("RF005", "error", message, stack.scoring_models[names[0]].at("grade_with"), hint)
    places = {str(move.from_): move.at("from") for move in stack.moved}
    for names in _cycles({str(move.from_): str(move.to) for move in stack.moved}):
        message = f"These moves lead in a circle: {' -> '.join(names)}."
        yield Diagnostic("RF005", "error", message, places[names[0]], "keep the last move only")


def _cycles(links: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle once, from its alphabetically first name round to the same name."""
    for start in sorted(links):
        names = [start]
        while (following := links.get(names[-1])) is not None and following not in names:
            names.append(following)
        if following == start and start == min(names):
            yield [*names, start]


def _no_system(name: str, systems: Iterable[str], where: Source) -> Diagnostic:
    hint = did_you_mean(name, systems) or "declare it under 'systems' in mopsctl.yaml"
    return Diagnostic("RF002", "error", f"There is no system '{name}'.", where, hint)


_OF_KIND: Mapping[str, Callable[..., Iterator[Diagnostic]]] = {
    "FieldCatalog": _catalog,
    "Lifecycle": _lifecycle,
    "ScoringModel": _scoring,
    "FieldMapping": _mapping,
    "ConsentPolicy": _consent,
}
