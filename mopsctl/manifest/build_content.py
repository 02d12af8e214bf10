"""Catalogues, lifecycles, mappings and consent policies, from checked mappings to their types."""

from __future__ import annotations

from functools import partial

from mopsctl.manifest.build_parts import (
    Context,
    Json,
    condition,
    date,
    document,
    label,
    lists,
    located,
    managed,
    many,
    plain,
    rows,
    span,
    whole,
)
from mopsctl.manifest.catalog import Binding, Field, FieldCatalog, FieldGroup, Value, ValueSet
from mopsctl.manifest.consent import (
    Basis,
    Channel,
    ConsentPolicy,
    ConsentRule,
    Jurisdiction,
    PreferencePage,
    Proof,
    Purpose,
    Recipients,
    Sender,
)
from mopsctl.manifest.mapping import FieldMapping, Row, RowDefaults
from mopsctl.manifest.tree import Map, Seq


def catalog(outer: Context, root: Map) -> FieldCatalog:
    """A field catalogue."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    bind = lists(spec["bind"])
    return FieldCatalog(
        **document(context, root),
        **plain(spec, "object", "describe"),
        bind=bind,
        groups=rows(context, spec.get("groups"), partial(_group, context)),
        value_sets={name: _value_set(context, name, nodes) for name, nodes in spec.get("value_sets", {}).items()},
        fields=rows(context, spec["fields"], partial(_field, context, bind)),
    )


def _group(context: Context, node: Map) -> FieldGroup:
    return FieldGroup(**managed(context, node), key=node["key"], label=label(node), in_=dict(node.get("in", {})))


def _value_set(context: Context, name: str, nodes: Seq) -> ValueSet:
    """A value that is a plain text stands for a row with that key."""
    values = [each if isinstance(each, Map) else _as_row(nodes, index) for index, each in enumerate(nodes)]
    return ValueSet(source=nodes.source, name=name, values=rows(context, _seq(nodes, values), _value))


def _as_row(nodes: Seq, index: int) -> Map:
    row = Map(nodes.file, nodes.spots[index])
    row["key"] = nodes[index]
    row.spots = [nodes.spots[index], nodes.spots[index]]
    return row


def _seq(nodes: Seq, values: list[Map]) -> Seq:
    made = Seq(nodes.file, nodes.start)
    made.extend(values)
    return made


def _value(node: Map) -> Value:
    return Value(
        **located(node),
        **plain(node, "key", "description", "hidden"),
        label=label(node),
        in_=dict(node.get("in", {})),
    )


def _field(context: Context, bind: dict[str, tuple[str, ...]], node: Map) -> Field:
    texts = plain(
        node, "key", "type", "description", "values", "required", "unique", "default", "pii", "owner", "write"
    )
    return Field(
        **managed(context, node),
        **texts,
        **plain(node, "group", "accept_loss"),
        **whole(node, "max", "precision", "scale"),
        label=label(node),
        in_={system: _binding(system, each, bind.get(system, ()), node["in"]) for system, each in node["in"].items()},
    )


def _binding(system: str, value: Json, objects: tuple[str, ...], names: Map) -> Binding:
    if not isinstance(value, Map):
        return Binding(source=names.value_source(system), system=system, names=tuple((each, value) for each in objects))
    if "name" not in value:
        return Binding(**located(value), system=system, names=tuple(value.items()))
    name = value["name"]
    pairs = tuple(name.items()) if isinstance(name, Map) else tuple((each, name) for each in objects)
    hints = {key: each for key, each in value.items() if key != "name"}
    return Binding(**located(value), system=system, names=pairs, hints=hints)


def mapping(outer: Context, root: Map) -> FieldMapping:
    """A field mapping; every row knows what the defaults say."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    node = spec.get("defaults")
    words = plain(node, "sync", "unknown_value", "on_blank") if node is not None else {}
    defaults = RowDefaults(**(located(node) if node is not None else {}), **words)
    first, second = spec["between"]
    return FieldMapping(
        **document(context, root),
        **plain(spec, "catalog", "connector"),
        between=(first, second),
        scope=condition(context, spec.get("scope")),
        defaults=defaults,
        rows=rows(context, spec["rows"], partial(_row, context, words), "field"),
    )


def _row(context: Context, defaults: dict[str, str], node: Map) -> Row:
    words = plain(node, "field", "sync", "guard", "on_blank", "unknown_value", "accept_loss", "locked_by")
    values = {system: dict(each) for system, each in node.get("values", {}).items()}
    return Row(**managed(context, node), **{"sync": "", **defaults, **words}, **whole(node, "max"), values=values)


def consent(outer: Context, root: Map) -> ConsentPolicy:
    """A consent policy."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    date(context, spec, "defaults_dated")
    return ConsentPolicy(
        **document(context, root),
        **plain(spec, "catalog", "notice", "sample", "defaults_dated"),
        purposes=rows(context, spec["purposes"], partial(_purpose, context)),
        channels={
            key: Channel(**located(each), key=key, address=each["address"]) for key, each in spec["channels"].items()
        },
        jurisdiction=_jurisdiction(spec["jurisdiction"]),
        stop_first=many(spec.get("stop_first")),
        bases={key: _basis(key, each) for key, each in spec["bases"].items()},
        rules=rows(context, spec["rules"], _consent_rule),
        bind={key: dict(each) for key, each in spec.get("bind", {}).items()},
        proof_fields={system: dict(each) for system, each in spec.get("proof_fields", {}).items()},
        **_consent_parts(spec),
    )


def _consent_parts(spec: Map) -> dict[str, Json]:
    """The parts that a policy may leave out."""
    made: dict[str, Json] = {}
    if (node := spec.get("recipients")) is not None:
        made["recipients"] = Recipients(**located(node), from_=node["from"], **plain(node, "if_unknown"))
    if (node := spec.get("proof")) is not None:
        required, recommended = many(node.get("required")), many(node.get("recommended"))
        made["proof"] = Proof(**located(node), required=required, recommended=recommended)
    if (node := spec.get("preference_page")) is not None:
        made["preference_page"] = PreferencePage(**located(node), **plain(node, "url"), topics=many(node["topics"]))
    if (node := spec.get("sender")) is not None:
        days = whole(node, "unsubscribe_works_days")
        made["sender"] = Sender(**located(node), **plain(node, "postal_address"), **days)
    return made


def _purpose(context: Context, node: Map) -> Purpose:
    return Purpose(
        **managed(context, node),
        **plain(node, "key", "description"),
        class_=node["class"],
        label=label(node),
        signals=lists(node.get("signals")),
    )


def _jurisdiction(node: Map) -> Jurisdiction:
    groups = lists(node.get("groups"))
    return Jurisdiction(**located(node), from_=node["from"], **plain(node, "if_unknown"), groups=groups)


def _basis(key: str, node: Map) -> Basis:
    valid, needs = span(node.get("valid")), many(node.get("needs"))
    return Basis(**located(node), key=key, from_=node.get("from", ""), valid=valid, needs=needs)


def _consent_rule(node: Map) -> ConsentRule:
    wide = ("purposes", "countries", "groups", "channels", "recipients", "accept")
    applies: dict[str, Json] = {key: many(node.get(key)) for key in wide}
    return ConsentRule(**located(node), **plain(node, "key", "reason"), **applies)
