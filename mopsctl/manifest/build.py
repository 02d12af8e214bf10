"""Documents that fit their schema become the typed stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mopsctl.manifest.documents import Documents, Raw
from mopsctl.manifest.model import (
    ConsentPolicy,
    Content,
    Environment,
    FieldCatalog,
    FieldMapping,
    Lifecycle,
    ScoringModel,
    Stack,
)
from mopsctl.manifest.structure import Context, document

_CONTENT: Final[Mapping[str, type[Content]]] = {
    "catalogs": FieldCatalog,
    "lifecycles": Lifecycle,
    "scoring_models": ScoringModel,
    "mappings": FieldMapping,
    "consent_policies": ConsentPolicy,
}


def build(documents: Documents, environment: str | None) -> Stack | None:
    """The typed stack of all documents that are sound so far; None where the stack's own is not."""
    raw = documents.stack()
    if raw is None or not raw.ok:
        return None
    context = Context()
    outer = context.inner(raw.spec)
    environments = documents.of("Environment")
    chosen = next((each for each in environments if each.ok and each.name == environment), None)
    made = document(
        Stack,
        context,
        raw.root,
        environment=None if chosen is None else document(Environment, outer, chosen.root),
        environments=tuple(sorted(each.name for each in environments)),
        **{attribute: _all(documents, cls, outer) for attribute, cls in _CONTENT.items()},
    )
    documents.note(raw, context.found)
    return made


def _all(documents: Documents, cls: type[Content], outer: Context) -> dict[str, Any]:
    return {each.name: _typed(documents, each, cls, outer) for each in documents.of(cls.kind) if each.ok}


def _typed(documents: Documents, raw: Raw, cls: type[Content], outer: Context) -> Content:
    context = Context(outer.inherited)
    typed = document(cls, context, raw.root)
    documents.note(raw, context.found)
    return typed
