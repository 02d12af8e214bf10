"""Documents that fit their schema become the typed stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mopsctl.address import Address
from mopsctl.manifest import build_content, build_rules
from mopsctl.manifest.base import Document
from mopsctl.manifest.build_parts import Context, date, document, located, many, plain, whole
from mopsctl.manifest.documents import Documents, Raw
from mopsctl.manifest.model import Stack
from mopsctl.manifest.stack import (
    ApplyPolicy,
    Connection,
    Defaults,
    Environment,
    Forget,
    Freeze,
    Limit,
    Limits,
    Moved,
    Override,
    System,
    Variable,
)
from mopsctl.manifest.tree import Map, Seq

_MAKERS: Final[dict[str, tuple[str, Callable[[Context, Map], Document]]]] = {
    "FieldCatalog": ("catalogs", build_content.catalog),
    "Lifecycle": ("lifecycles", build_rules.lifecycle),
    "ScoringModel": ("scoring_models", build_rules.scoring),
    "FieldMapping": ("mappings", build_content.mapping),
    "ConsentPolicy": ("consent_policies", build_content.consent),
}


def build(documents: Documents, environment: str | None) -> Stack | None:
    """The typed stack of all documents that are sound so far; None where the stack's own is not."""
    raw = documents.stack()
    if raw is None or not raw.ok:
        return None
    spec = raw.spec
    defaults = _defaults(spec.get("defaults"))
    context = Context(defaults.manage, defaults.on_delete)
    chosen = next((each for each in documents.of("Environment") if each.ok and each.name == environment), None)
    made = Stack(
        **document(context, raw.root),
        include=many(spec.get("include")),
        systems={name: _system(name, each) for name, each in spec["systems"].items()},
        defaults=defaults,
        variables={name: _variable(name, each) for name, each in spec.get("variables", {}).items()},
        moved=tuple(_moved(each) for each in spec.get("moved", ())),
        forget=_forget(spec.get("forget")),
        environment=None if chosen is None else _environment(context, chosen.root),
        environments=tuple(sorted(each.name for each in documents.of("Environment"))),
        **_content(documents, context),
    )
    documents.note(raw, context.found)
    return made


def _content(documents: Documents, context: Context) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kind, (room, make) in _MAKERS.items():
        made[room] = {each.name: _typed(documents, each, make, context) for each in documents.of(kind) if each.ok}
    return made


def _typed(documents: Documents, raw: Raw, make: Callable[[Context, Map], Document], outer: Context) -> Document:
    context = Context(outer.manage, outer.on_delete)
    typed = make(context, raw.root)
    documents.note(raw, context.found)
    return typed


def _system(name: str, node: Map) -> System:
    texts = plain(node, "role", "system_of_record", "region", "description")
    return System(**located(node), name=name, provider=node.get("provider", name), **texts)


def _defaults(node: Map | None) -> Defaults:
    return Defaults() if node is None else Defaults(**located(node), **plain(node, "on_delete", "on_drift", "manage"))


def _variable(name: str, node: Map) -> Variable:
    return Variable(**located(node), name=name, **plain(node, "type", "default", "description"))


def _moved(node: Map) -> Moved:
    return Moved(**located(node), from_=Address.parse(node["from"]), to=Address.parse(node["to"]))


def _forget(nodes: Seq | None) -> tuple[Forget, ...]:
    if nodes is None:
        return ()
    return tuple(
        Forget(source=nodes.item_source(index), address=Address.parse(each)) for index, each in enumerate(nodes)
    )


def _environment(outer: Context, root: Map) -> Environment:
    spec: Map = root["spec"]
    context = Context(outer.manage, outer.on_delete, outer.found)
    protected = spec.get("protected", False)
    return Environment(
        **document(context, root),
        **plain(spec, "emulated"),
        protected=protected,
        tier=spec.get("tier", "production" if protected else "sandbox"),
        apply=_apply(context, spec.get("apply")),
        limits=_limits(spec.get("limits")),
        connections={name: _connection(name, each) for name, each in spec.get("connections", {}).items()},
        variables=dict(spec.get("variables", {})),
        overrides=tuple(_override(each) for each in spec.get("overrides", ())),
    )


def _apply(context: Context, node: Map | None) -> ApplyPolicy:
    if node is None:
        return ApplyPolicy()
    freeze = tuple(_freeze(context, each) for each in node.get("freeze", ()))
    return ApplyPolicy(**located(node), **plain(node, "only_saved_plan"), **whole(node, "approvals"), freeze=freeze)


def _freeze(context: Context, node: Map) -> Freeze:
    for key in ("from", "until"):
        date(context, node, key)
    times = plain(node, "after", "before", "until", "reason")
    return Freeze(**located(node), **times, from_=node.get("from", ""), weekdays=many(node.get("weekdays")))


def _limits(node: Map | None) -> Limits:
    if node is None:
        return Limits()
    remove, change = node.get("remove"), node.get("change")
    return Limits(**located(node), remove=_limit(remove), change=_limit(change))


def _limit(node: Map | None) -> Limit | None:
    return None if node is None else Limit(**located(node), **whole(node, "count"), **plain(node, "percent"))


def _connection(name: str, node: Map) -> Connection:
    settings = {key: _free(value) for key, value in node.items() if key != "experimental"}
    return Connection(**located(node), system=name, settings=settings, experimental=many(node.get("experimental")))


def _free(value: Any) -> Any:
    """Plain dicts and lists, for adapters that know nothing of places."""
    if isinstance(value, Map):
        return {key: _free(each) for key, each in value.items()}
    return [_free(each) for each in value] if isinstance(value, Seq) else value


def _override(node: Map) -> Override:
    return Override(**located(node), **plain(node, "target", "reason"), set=dict(node["set"]))
