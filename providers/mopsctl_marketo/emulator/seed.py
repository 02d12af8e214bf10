"""What a fresh emulated account has: standard fields, the CRM sync, channels, tags, folders, a partition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mopsctl.emulator import Store
from mopsctl_marketo.emulator.envelope import asset_time
from mopsctl_marketo.emulator.fields import CUSTOM, STANDARD, field_doc
from mopsctl_marketo.names import STANDARD as STANDARD_TYPES
from mopsctl_marketo.names import STANDARD_OF_UNKNOWN_TYPE

MUNCHKIN = {"sandbox": "123-ABC-456", "production": "987-XYZ-654"}
PERMISSIONS = (
    CUSTOM,
    STANDARD,
    "Read-Only Lead",
    "Read-Write Lead",
    "Read-Only Assets",
    "Read-Write Assets",
    "Approve Assets",
    "Activate Campaign",
    "Deactivate Campaign",
    "Execute Campaign",
    "Read-Only Custom Object Type",
    "Read-Write Custom Object Type",
    "Read-Only Activity Metadata",
    "Read-Write Activity Metadata",
)
_CRM_MANAGED = (
    "email firstName lastName title company phone mobilePhone leadSource leadStatus rating unsubscribed country city"
)
_READ_ONLY = "id mktoName personTimeZone createdAt updatedAt originalSourceType originalReferrer inferredCompany ecids"
_LABELS = {
    "email": "Email Address",
    "title": "Job Title",
    "blackListed": "Blocklisted",
    "mobilePhone": "Mobile Phone Number",
    "phone": "Phone Number",
    "leadStatus": "Person Status",
    "leadSource": "Person Source",
    "leadScore": "Person Score",
    "company": "Company Name",
}
_TYPES_OF_THE_REST = {
    "id": "integer",
    "originalReferrer": "url",
    "relativeScore": "integer",
}
_LENGTHS = {"unsubscribedReason": 2000}
_COMPANY = {"company": "string", "industry": "string", "numberOfEmployees": "integer", "annualRevenue": "currency"}
_CHANNELS = (
    ("Operational", "program", ("Member",)),
    ("Content", "program", ("Member", "Engaged")),
    ("Webinar", "event", ("Invited", "Registered", "Attended")),
    ("Nurture", "nurture", ("Member", "Engaged")),
    ("Email Send", "email_batch", ("Member", "Sent")),
)


def credentials(persona: str) -> dict[str, str]:
    """The connection of one persona."""
    number = sorted(MUNCHKIN).index(persona) + 1
    client = f"{number:08d}-aaaa-4bbb-8ccc-ddddeeeeffff"
    return {"account": MUNCHKIN[persona], "client_id": client, "client_secret": f"emulated-{persona}-secret-value"}


def plant(store: Store, persona: str, now: datetime) -> None:
    """Fill a new store."""
    given = credentials(persona)
    user = f"mopsctl-{persona}@example.com"
    store.put("services", given["client_id"], {"secret": given["client_secret"], "user": user})
    store.put("roles", user, {"permissions": list(PERMISSIONS)})
    _fields(store)
    _tree(store, asset_time(now))
    _shown(store, asset_time(now))


def _fields(store: Store) -> None:
    rest = {name: _TYPES_OF_THE_REST.get(name, "string") for name in STANDARD_OF_UNKNOWN_TYPE}
    types = {**STANDARD_TYPES, **rest, "leadScore": "score"}
    for name in sorted(types):
        more: dict[str, Any] = {"_crm": name in _CRM_MANAGED.split(), "_updateable": name not in _READ_ONLY.split()}
        more |= {"length": _LENGTHS[name]} if name in _LENGTHS else {}
        store.put("fields", f"person.{name}", field_doc(name, _LABELS.get(name, _label(name)), types[name], **more))
    for name, data_type in sorted(_COMPANY.items()):
        store.put("fields", f"company.{name}", field_doc(name, _label(name), data_type))
    for object_name, name in (("opportunity", "externalOpportunityId"), ("named_account", "domainName")):
        store.put("fields", f"{object_name}.{name}", field_doc(name, _label(name), "string"))
    for name in ("statusName", "membershipDate", "reachedSuccess"):
        store.put("fields", f"program_member.{name}", field_doc(name, _label(name), "string"))


def _label(name: str) -> str:
    words = "".join(f" {char}" if char.isupper() else char for char in name)
    return " ".join(words.split()).title()


def _tree(store: Store, stamp: str) -> None:
    store.put("workspaces", "Default", {"id": 1, "name": "Default"})
    roots = ("Lead Database", "Design Studio", "Marketing Activities")
    for number, name in enumerate(roots, start=1):
        _folder(store, stamp, number, name, f"/{name}", None, "Root")
        parent = {"id": number, "type": "Folder"}
        _folder(store, stamp, 10 + number, "Default", f"/{name}/Default", parent, "Zone")


def _folder(store: Store, stamp: str, number: int, name: str, path: str, parent: Any, sort: str) -> None:
    doc: dict[str, Any] = {
        "name": name,
        "description": "",
        "createdAt": stamp,
        "updatedAt": stamp,
        "url": None,
        "folderType": sort,
    }
    doc |= {"folderId": {"id": number, "type": "Folder"}, "parent": parent, "path": path, "isArchive": False}
    store.put(
        "folders", str(number), {**doc, "isSystem": True, "accessZoneId": 1, "workspace": "Default", "id": number}
    )


def _shown(store: Store, stamp: str) -> None:
    for number, (name, sort, statuses) in enumerate(_CHANNELS, start=1):
        steps = [
            {"name": each, "description": "", "hidden": False, "step": step, "success": step == len(statuses)}
            for step, each in enumerate(("Not in Program", *statuses))
        ]
        doc = {
            "id": store.next_id("channels"),
            "name": name,
            "applicableProgramType": sort,
            "progressionStatuses": steps,
        }
        store.put("channels", str(number), {**doc, "createdAt": stamp, "updatedAt": stamp})
    doc = {"name": "Region", "applicableProgramTypes": "[program, event]", "required": False}
    store.put("tagtypes", "Region", {**doc, "allowableValues": "[EMEA, AMER, APAC]"})
    number = store.next_id("partitions")
    store.put(
        "partitions", str(number), {"id": number, "name": "Default", "description": "Initial system lead partition"}
    )
