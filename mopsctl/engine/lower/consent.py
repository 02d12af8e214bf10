"""Lowers consent policies: purposes and what surrounds them, and the fields that hold the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mopsctl import element
from mopsctl.element import FieldType
from mopsctl.engine.lower.common import origin
from mopsctl.manifest.model import ConsentPolicy, Purpose, Stack, humanise

OPT_OUT_ALL = "opt_out_all"
DOUBLE_OPT_IN = "express_confirmed"
_PROOF_TYPES: dict[str, FieldType] = {
    "captured_at": "datetime",
    "confirmed_at": "datetime",
    "offered_opt_out": "boolean",
}


def consents(stack: Stack, system: str) -> Iterator[element.Consent]:
    """Each policy on each system that one of its purposes, or its stop-all, is bound to."""
    for name in sorted(stack.consent_policies):
        policy = stack.consent_policies[name]
        catalog = stack.catalogs.get(policy.catalog)
        if any(system in binding for binding in policy.bind.values()):
            yield element.Consent(
                origin=origin(policy),
                name=policy.name,
                title=policy.metadata.title or policy.name,
                purposes=tuple(_purpose(policy, each, system) for each in policy.purposes.values()),
                objects=catalog.bind.get(system, ()) if catalog else (),
                bases=tuple(policy.bases),
                channels=tuple(policy.channels),
                opt_out_all=policy.bind.get(OPT_OUT_ALL, {}).get(system),
                double_opt_in=any(DOUBLE_OPT_IN in rule.accept for rule in policy.rules.values()),
                preference_topics=policy.preference_page.topics if policy.preference_page else (),
            )


def proof_fields(stack: Stack, system: str) -> Iterator[element.Field]:
    """The fields that hold when, where and to what somebody agreed, on each object that carries people."""
    for name in sorted(stack.consent_policies):
        policy = stack.consent_policies[name]
        catalog = stack.catalogs.get(policy.catalog)
        for key, field_name in policy.proof_fields.get(system, {}).items():
            for object_name in catalog.bind.get(system, ()) if catalog else ():
                yield _proof(policy, catalog.object if catalog else "person", object_name, key, field_name)


def _purpose(policy: ConsentPolicy, purpose: Purpose, system: str) -> element.Purpose:
    return element.Purpose(
        origin=origin(policy, purpose),
        policy=policy.name,
        key=purpose.key,
        label=purpose.label,
        service=purpose.class_ == "service",
        binding=policy.bind.get(purpose.key, {}).get(system),
        description=purpose.description,
    )


def _proof(policy: ConsentPolicy, concept: str, object_name: str, key: str, field_name: str) -> element.Field:
    place = policy.proof.source if policy.proof else policy.source
    return element.Field(
        origin=replace(origin(policy), source=place),
        concept=concept,
        object=object_name,
        name=field_name,
        key=f"consent_{key}",
        type=_PROOF_TYPES.get(key, "text"),
        label=f"Consent: {humanise(key).lower()}",
        description=f"Proof of consent: {humanise(key).lower()}. Written when consent is given, never changed by hand.",
        label_is_made=True,
        role="proof",
        pii="personal",
    )
