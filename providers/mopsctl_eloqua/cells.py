"""What Eloqua does with each row of the lowering table."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.capability import Cell
from mopsctl_eloqua.kinds import (
    NO_ACCOUNT_API,
    NO_CRITERIA_API,
    NO_CRM_API,
    NO_PROGRAM_API,
    NO_SCORING_API,
    NO_SETTING_API,
    STANDARD,
    STATE_NEVER_WRITTEN,
)

_DELETE = "yes: delete it, while nothing uses it"
_BACK = "yes: written back as it was"

CELLS: Mapping[str, Cell] = {
    "field.new": Cell(
        ("write",), "A contact field is made through the Application API; 250 custom ones at most.", _DELETE
    ),
    "field.standard": Cell(("verify",), STANDARD),
    "field.text": Cell(
        ("write",),
        "Display name and description can change; the database name that Eloqua generated never does.",
        _BACK,
    ),
    "field.type": Cell(
        ("verify",), "The data type is fixed when the field is made; a difference is refused in the plan."
    ),
    "field.constraint": Cell(
        ("verify",), "Required is decided per form, and nothing but the e-mail address is unique."
    ),
    "field.values": Cell(
        ("write",),
        "Values are an option list, which is written whole; a list that other fields share changes for them too.",
        _BACK,
    ),
    "field.group": Cell(("none",), "Contact fields have no folder or section; a group stays in the manifests."),
    "field.default": Cell(("write",), "The default value is part of the contact field.", _BACK),
    "field.pii": Cell(("none",), "Eloqua knows no class of personal data; it stays in the manifests."),
    "field.reason": Cell(
        ("write",), "Owner and reason go into the description, where the catalogue asks for it.", _BACK
    ),
    "field.visibility": Cell(
        ("verify",), "What the integration user may not see is missing from the read, and is said."
    ),
    "field.company": Cell(("verify",), NO_ACCOUNT_API),
    "lifecycle.stages": Cell(("write",), "The stages are an option list on the stage field.", _BACK),
    "lifecycle.labels": Cell(("write",), "Label and order of a stage are those of its option.", _BACK),
    "lifecycle.removed": Cell(
        ("verify",), "Contacts that hold the stage are counted; they keep the text when the option goes."
    ),
    "lifecycle.outcome": Cell(("none",), "Eloqua knows no won, lost or converted."),
    "lifecycle.transitions": Cell(("manual",), NO_PROGRAM_API),
    "lifecycle.criteria": Cell(("manual",), NO_PROGRAM_API),
    "lifecycle.stamps": Cell(
        ("write", "manual"), "The date fields are written; a program that fills them is built on the screen.", _DELETE
    ),
    "lifecycle.reasons": Cell(("write",), "A reason is a contact field with an option list.", _DELETE),
    "lifecycle.sla": Cell(("manual",), NO_PROGRAM_API),
    "lifecycle.lead_status": Cell(("write",), "The lead status is a contact field with an option list.", _DELETE),
    "lifecycle.pipelines": Cell(("none",), "Eloqua holds no deals and no tickets."),
    "scoring.field": Cell(("write",), "The score is a numeric contact field with a default value.", _DELETE),
    "scoring.fit": Cell(("verify", "manual"), NO_CRITERIA_API),
    "scoring.engagement": Cell(
        ("manual",), "Criteria are set on the screen, with time frames in place of decay, which Eloqua has not."
    ),
    "scoring.bands": Cell(("verify", "manual"), NO_SCORING_API),
    "scoring.points": Cell(("manual",), NO_CRITERIA_API),
    "scoring.exclusions": Cell(("manual",), NO_CRITERIA_API),
    "scoring.disabled": Cell(("manual",), NO_CRITERIA_API),
    "mapping.fields": Cell(("verify",), "Both fields are read and compared: type, length and values."),
    "mapping.direction": Cell(("manual", "verify"), NO_CRM_API),
    "mapping.guard": Cell(("manual",), NO_CRM_API),
    "mapping.values": Cell(
        ("write", "manual"), "The option list is written; a translation is set in the CRM app.", _BACK
    ),
    "mapping.scope": Cell(("manual",), NO_CRM_API),
    "mapping.conversion": Cell(("none",), "Leads are converted in the CRM."),
    "mapping.opt_out": Cell(("manual",), NO_CRM_API),
    "mapping.resync": Cell(("manual",), NO_CRM_API),
    "consent.purpose": Cell(("write",), "A purpose is an e-mail group.", "yes: delete it, while no e-mail uses it"),
    "consent.bases": Cell(("write",), "The legal basis is a contact field with an option list.", _DELETE),
    "consent.proof": Cell(
        ("write",),
        "Proof is kept in contact fields, or in the fields of a custom object, which stays once it is there.",
    ),
    "consent.stop": Cell(("verify",), STATE_NEVER_WRITTEN),
    "consent.channel": Cell(("manual",), "E-mail is built in; mopsctl knows no documented API for the other channels."),
    "consent.settings": Cell(("manual",), NO_SETTING_API),
    "consent.rules": Cell(("none",), "Rules by country are checked by mopsctl; Eloqua has no place for them."),
    "consent.removed": Cell(("write",), "An e-mail group stays, or is deleted where no e-mail uses it.", "no"),
}
