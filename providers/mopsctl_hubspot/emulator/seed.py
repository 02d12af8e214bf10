"""Plants a fresh account: definitions, lifecycle and pipelines, subscription types, and a few records to count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mopsctl.emulator import Doc, Store
from mopsctl_hubspot.emulator import standard
from mopsctl_hubspot.emulator.objects import COMPANY, CONTACT, DEAL, LEAD, OBJECT_TYPES, TICKET, ObjectType
from mopsctl_hubspot.emulator.standard import Standard
from mopsctl_hubspot.emulator.tokens import seed_tokens
from mopsctl_hubspot.emulator.wire import EPOCH


@dataclass(frozen=True)
class Portal:
    """The account of a persona; `first_id` is where the numbers that it gives out start, as ids differ per account."""

    id: int
    account_type: str
    name: str
    first_id: int
    people: int


PORTALS = {
    "sandbox": Portal(48100001, "SANDBOX", "Northwind sandbox", 2444598513, 24),
    "production": Portal(2200002, "STANDARD", "Northwind", 1188201047, 120),
    "developer_test": Portal(14600003, "DEVELOPER_TEST", "Northwind test", 3071155920, 12),
}

_SPREAD = (
    "subscriber",
    "lead",
    "lead",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
)
_COUNTRIES = ("DE", "US", "FR", "GB", "")


def plant(store: Store, portal: Portal, persona: str) -> None:
    """Fill a new store."""
    seed_tokens(store, persona)
    for kind in OBJECT_TYPES:
        _definitions(store, kind)
    _pipelines(store)
    for name, description, purpose, internal in standard.SUBSCRIPTIONS:
        add_subscription(store, portal, name, description, purpose, internal=internal, default=not internal)
    _records(store, portal)


def number(store: Store, portal: Portal, sequence: str) -> str:
    """The next id of an account, as the numeric text that HubSpot uses."""
    return str(store.next_id(sequence, portal.first_id))


# -- definitions


def _definitions(store: Store, kind: ObjectType) -> None:
    for place, (name, label) in enumerate(standard.GROUPS[kind.id]):
        group = {"name": name, "label": label, "displayOrder": place, "archived": False}
        store.put(f"groups:{kind.id}", name, group)
    for entry in standard.PROPERTIES[kind.id]:
        put_standard(store, kind, entry)
    if kind.lifecycle_pipeline:
        for stage, label in standard.LIFECYCLE_STAGES:
            put_stamps(store, kind, stage, label)
            put_standard(store, kind, standard.old_stamp(stage, label), standard.STAMP_GROUPS[kind.id])


def put_stamps(store: Store, kind: ObjectType, stage: str, label: str) -> None:
    """Plant the date properties of a lifecycle stage."""
    for entry in standard.stamps(stage, label):
        put_standard(store, kind, entry, standard.STAMP_GROUPS[kind.id])


def drop_stamps(store: Store, kind: ObjectType, stage: str) -> None:
    """Take the date properties of a lifecycle stage away."""
    for entry in standard.stamps(stage, ""):
        store.delete(f"properties:{kind.id}", entry.name)


def put_standard(store: Store, kind: ObjectType, entry: Standard, group: str = "") -> None:
    """Plant one property of HubSpot's own."""
    metadata: Doc = {
        "archivable": True,
        "readOnlyDefinition": not entry.own_definition,
        "readOnlyValue": entry.read_only,
    }
    if entry.options_change:
        metadata["readOnlyOptions"] = False
    doc: Doc = {
        "updatedAt": EPOCH,
        "createdAt": EPOCH,
        "name": entry.name,
        "label": entry.label,
        "type": entry.type,
        "fieldType": entry.field_type,
        "description": "",
        "groupName": group or entry.group or kind.main_group,
        "options": _options(entry),
        "displayOrder": -1,
        "calculated": entry.field_type.startswith("calculation"),
        "externalOptions": entry.external,
        "archived": False,
        "hasUniqueValue": entry.unique,
        "hidden": entry.hidden,
        "hubspotDefined": True,
        "modificationMetadata": metadata,
        "formField": not entry.read_only,
        "dataSensitivity": "non_sensitive",
    }
    store.put(f"properties:{kind.id}", entry.name, doc)


def _options(entry: Standard) -> list[Doc]:
    orders: Sequence[int] = range(len(entry.options))
    if entry.name == "hs_lead_status":
        orders = standard.LEAD_STATUS_ORDER
    return [
        {"label": label, "value": value, "displayOrder": order, "hidden": False}
        for (value, label), order in zip(entry.options, orders, strict=True)
    ]


# -- pipelines


def _pipelines(store: Store) -> None:
    lifecycle = [
        _stage(stage, label, {"isClosed": "false", "state": "OPEN"}) for stage, label in standard.LIFECYCLE_STAGES
    ]
    for kind in (CONTACT, COMPANY):
        _pipeline(store, kind, kind.lifecycle_pipeline, "Lifecycle Stage Pipeline", lifecycle)
    deals = [
        _stage(stage, label, {"isClosed": str(float(odds) in {0, 1}).lower(), "probability": odds})
        for stage, label, odds in standard.DEAL_STAGES
    ]
    _pipeline(store, DEAL, "default", "Sales Pipeline", deals)
    tickets = [_stage(stage, label, _state("ticketState", state)) for stage, label, state in standard.TICKET_STAGES]
    _pipeline(store, TICKET, "0", "Support Pipeline", tickets)
    leads = [_stage(stage, label, _state("state", state)) for stage, label, state in standard.LEAD_STAGES]
    _pipeline(store, LEAD, "lead-pipeline-id", "Lead pipeline", leads)


def _state(name: str, state: str) -> dict[str, str]:
    return {"isClosed": str(state == "CLOSED").lower(), name: state}


def _stage(stage: str, label: str, metadata: dict[str, str]) -> Doc:
    return {
        "id": stage,
        "label": label,
        "metadata": metadata,
        "createdAt": EPOCH,
        "updatedAt": EPOCH,
        "archived": False,
    }


def _pipeline(store: Store, kind: ObjectType, pipeline: str, label: str, stages: Iterable[Doc]) -> None:
    placed = [stage | {"displayOrder": place} for place, stage in enumerate(stages)]
    doc = {"id": pipeline, "label": label, "displayOrder": 0, "stages": placed, "createdAt": EPOCH, "updatedAt": EPOCH}
    store.put(f"pipelines:{kind.id}", pipeline, doc | {"archived": False})


# -- consent and records


def add_subscription(
    store: Store,
    portal: Portal,
    name: str,
    description: str,
    purpose: str,
    *,
    internal: bool = False,
    default: bool = False,
    active: bool = True,
    at: str = EPOCH,
) -> Doc:
    """Add a subscription type and the contact property that goes with it."""
    definition: Doc = {
        "id": number(store, portal, "subscriptions"),
        "name": name,
        "description": description,
        "purpose": purpose,
        "communicationMethod": "Email",
        "isActive": active,
        "isDefault": default,
        "isInternal": internal,
        "createdAt": at,
        "updatedAt": at,
    }
    store.put("subscriptions", definition["id"], definition)
    label = f"Opted out of email: {name}"
    opt_out = Standard(f"hs_email_optout_{definition['id']}", label, "bool", "booleancheckbox", read_only=True)
    put_standard(store, CONTACT, opt_out, "emailinformation")
    return definition


def put_record(store: Store, portal: Portal, kind: ObjectType, values: dict[str, str], at: str = EPOCH) -> Doc:
    """Add a record; numbers, dates and the lifecycle pipeline are filled in as HubSpot does."""
    record_id = number(store, portal, f"records:{kind.id}")
    filled = {"hs_object_id": record_id, "createdate": at, "hs_lastmodifieddate": at}
    if kind.lifecycle_pipeline:
        filled |= {"lifecyclestage": "lead", "hs_pipeline": kind.lifecycle_pipeline}
    doc = {"id": record_id, "properties": filled | values, "createdAt": at, "updatedAt": at, "archived": False}
    store.put(f"records:{kind.id}", record_id, doc)
    return doc


def _records(store: Store, portal: Portal) -> None:
    for place in range(portal.people):
        values = {
            "email": f"person{place:03d}@example.com",
            "lifecyclestage": _SPREAD[place % len(_SPREAD)],
            "hs_email_optout": "true" if place % 12 == 5 else "false",
        }
        country = _COUNTRIES[place % len(_COUNTRIES)]
        put_record(store, portal, CONTACT, values | ({"country": country} if country else {}))
    for place in range(portal.people // 4):
        values = {"name": f"Company {place:02d}", "domain": f"company{place:02d}.example.com"}
        put_record(store, portal, COMPANY, values | {"lifecyclestage": _SPREAD[(place * 3) % len(_SPREAD)]})
    for place, (stage, _, _) in enumerate(standard.DEAL_STAGES[:3]):
        put_record(store, portal, DEAL, {"dealname": f"Deal {place}", "dealstage": stage, "pipeline": "default"})
    for stage in ("1", "4"):
        put_record(store, portal, TICKET, {"subject": "Question", "hs_pipeline_stage": stage, "hs_pipeline": "0"})
