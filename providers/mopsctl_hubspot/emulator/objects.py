"""The object types that the emulator knows, and how paths may spell them."""

from __future__ import annotations

from dataclasses import dataclass

from mopsctl_hubspot.emulator.wire import Problem


@dataclass(frozen=True)
class ObjectType:
    """One object type.

    `stage_property` holds a record's stage, `pipeline_property` its pipeline; `scope` is the word in scope names.
    """

    id: str
    singular: str
    plural: str
    scope: str
    main_group: str
    stage_property: str
    pipeline_property: str
    lifecycle_pipeline: str = ""


CONTACT = ObjectType(
    "0-1",
    "contact",
    "contacts",
    "contacts",
    "contactinformation",
    "lifecyclestage",
    "hs_pipeline",
    "contacts-lifecycle-pipeline",
)
COMPANY = ObjectType(
    "0-2",
    "company",
    "companies",
    "companies",
    "companyinformation",
    "lifecyclestage",
    "hs_pipeline",
    "companies-lifecycle-pipeline",
)
DEAL = ObjectType("0-3", "deal", "deals", "deals", "dealinformation", "dealstage", "pipeline")
TICKET = ObjectType("0-5", "ticket", "tickets", "tickets", "ticketinformation", "hs_pipeline_stage", "hs_pipeline")
LEAD = ObjectType("0-136", "lead", "leads", "leads", "leadinformation", "hs_pipeline_stage", "hs_pipeline")

OBJECT_TYPES = (CONTACT, COMPANY, DEAL, TICKET, LEAD)
_BY_SPELLING = {spelling: kind for kind in OBJECT_TYPES for spelling in (kind.id, kind.singular, kind.plural)}


def object_type(spelling: str) -> ObjectType:
    """The object type of a path or body: name in any letter case, singular or plural, or id; 400 otherwise."""
    kind = _BY_SPELLING.get(spelling.lower())
    if kind is None:
        # 400, and no category (fact: hubspot-unknown-object).
        raise Problem(400, f"Unable to infer object type from: {spelling}", category=None)
    return kind
