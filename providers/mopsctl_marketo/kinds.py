"""Marketo's kinds: what there is, which attributes it has, what may be done to it, and how much one unit covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mopsctl.provider.contract import Attribute, Grain, Kind
from mopsctl_marketo.cells import CELLS, HIDE

__all__ = ["CELLS", "KINDS"]

_BEFORE = "yes: what stood there before is in the plan"
_ANOTHER_FIELD = "declare a field under another name, move the values, and hide this one"
_RULES_SHOWN = "Marketo's API shows the rules of a smart list and cannot write them"
_NO_MOVE = "Marketo's API moves nothing from one folder to another"

_FIELD = Kind(
    name="field",
    noun="person field",
    attributes={
        "label": Attribute(title="display name"),
        "description": Attribute(),
        "type": Attribute(
            mode="create-only", why="Marketo's API never changes the type of a field", instead=_ANOTHER_FIELD
        ),
        "score": Attribute(
            mode="create-only",
            why="Marketo's API never changes the type of a field, and campaigns add points only to score fields",
            instead=_ANOTHER_FIELD,
            title="use as a score",
        ),
        "hidden": Attribute(),
        "sensitive": Attribute(title="sensitivity"),
        "html_encoded": Attribute(title="HTML encoding in e-mail"),
    },
    grain=Grain("field", size=10),
    removal="archive",
    undo_add=HIDE,
    undo_change=_BEFORE,
    undo_remove="yes: show it again; Marketo hides fields and never deletes them",
    irreversible=True,
)


_VALUE_LIST = Kind(
    name="value-list",
    noun="picklist",
    attributes={"values": Attribute(keyed=True), "order": Attribute(order_of="values")},
    grain=Grain("value-list"),
    creatable=False,
    readable=False,
    why=CELLS["field.values"].why,
)

_FOLDER = Kind(
    name="folder",
    noun="folder",
    attributes={},
    grain=Grain("folder"),
    removal="delete",
    undo_add="yes: delete it while it is empty",
)

_PROGRAM = Kind(
    name="program",
    noun="program",
    attributes={
        "folder": Attribute(why=_NO_MOVE),
        "channel": Attribute(why="Marketo's API never changes the channel of a program"),
        "type": Attribute(
            mode="create-only",
            why="Marketo never changes the type of a program",
            instead="declare a program under another name",
            title="program type",
        ),
        "description": Attribute(),
        "tags": Attribute(keyed=True, noun="tag"),
    },
    grain=Grain("program"),
    removal="delete",
    undo_add="yes: delete it while nothing in it is used elsewhere",
    undo_change=_BEFORE,
)

_TOKEN = Kind(
    name="token",
    noun="My Token",
    attributes={"type": Attribute(title="token type"), "value": Attribute()},
    grain=Grain("token", size=25),
    removal="delete",
    undo_add="yes: delete it",
    undo_change=f"{_BEFORE}; points that people got meanwhile stay",
)

_CAMPAIGN = Kind(
    name="campaign",
    noun="smart campaign",
    attributes={
        "description": Attribute(),
        "template": Attribute(),
        "active": Attribute(title="activation"),
    },
    grain=Grain("campaign", size=10),
    removal="delete",
    undo_add="yes: delete it; what it did to people stays",
    undo_change=f"{_BEFORE}; what the campaign did to people meanwhile stays",
)

_CAMPAIGN_RULES = Kind.shown(
    "campaign-rules", "smart list of the smart campaign", {"triggers": Attribute(why=_RULES_SHOWN)}, _RULES_SHOWN
)

_CAMPAIGN_LOGIC = Kind.on_screens(
    "campaign-logic", "smart campaign logic", "Marketo's API neither shows nor changes the flow of a smart campaign"
)

_SETTING = Kind.on_screens("setting", "setting", "Marketo has no API for this screen")

_CUSTOM_OBJECT = Kind(
    name="custom-object",
    noun="custom object",
    attributes={
        "label": Attribute(
            mode="create-only",
            why="Marketo fixes the display name when the object is approved for the first time",
            instead="declare a custom object under another name",
            title="display name",
        ),
        "plural": Attribute(title="plural name"),
        "description": Attribute(),
        "approved": Attribute(title="approval"),
        "fields": Attribute(keyed=True, noun="field"),
    },
    grain=Grain("custom-object"),
    removal="delete",
    undo_add="yes: delete it while it is not used; its records go with it",
    undo_change="in part: a field that was taken out comes back empty",
    irreversible=True,
)

_CRM_WHY = CELLS["mapping.direction"].why
_CRM_FIELD = Kind.shown(
    "crm-field",
    "field in the CRM sync",
    {"synced": Attribute(why=_CRM_WHY), "type": Attribute(why=_CRM_WHY)},
    _CRM_WHY,
)


def _declared_on_screens(name: str, noun: str, attributes: Mapping[str, Attribute]) -> Kind:
    why = f"Marketo's API shows {noun}s and cannot write them"
    return Kind.shown(name, noun, {key: replace(each, why=why) for key, each in attributes.items()}, why)


_COMPANY_WHY = CELLS["field.company"].why
_ALL = (
    _FIELD,
    replace(_FIELD, name="member-field", noun="program-member field", grain=Grain("member-field", size=10)),
    Kind.shown("company-field", "company field", {"type": Attribute(why=_COMPANY_WHY)}, _COMPANY_WHY),
    Kind.shown(
        "opportunity-field",
        "opportunity field",
        {"type": Attribute(why="Marketo's API only shows opportunity fields")},
        "Marketo's API only shows opportunity fields",
    ),
    Kind.shown(
        "named-account-field",
        "named-account field",
        {"type": Attribute(why="Marketo's API only shows named-account fields")},
        "Marketo's API only shows named-account fields",
    ),
    _VALUE_LIST,
    _FOLDER,
    _PROGRAM,
    _TOKEN,
    _CAMPAIGN,
    _CAMPAIGN_RULES,
    _CAMPAIGN_LOGIC,
    _SETTING,
    _CUSTOM_OBJECT,
    _CRM_FIELD,
    _declared_on_screens(
        "channel", "channel", {"program_type": Attribute(), "statuses": Attribute(keyed=True, noun="status")}
    ),
    _declared_on_screens(
        "tag",
        "tag",
        {"values": Attribute(keyed=True), "program_types": Attribute(keyed=True), "required": Attribute()},
    ),
    _declared_on_screens("segmentation", "segmentation", {"segments": Attribute(), "status": Attribute()}),
    _declared_on_screens("partition", "person partition", {}),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
