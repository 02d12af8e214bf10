"""What Salesforce does with each row of the lowering table, in the words that plans and documentation print."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.capability import Cell

_BIN = "yes: delete it; Salesforce keeps it for 15 days"
_DEACTIVATE = "yes for labels and order; an added value can only be deactivated"

_FIELDS: Mapping[str, Cell] = {
    "field.new": Cell(
        ("write",), "Custom fields are made by one metadata deployment for all objects, all of it or nothing.", _BIN
    ),
    "field.standard": Cell(
        ("verify", "write"),
        "Salesforce defines its standard fields itself; only the values of some of them are written, through their value set.",
        "no",
    ),
    "field.text": Cell(("write",), "Label, description and help text of custom fields are written.", "yes"),
    "field.type": Cell(
        ("write", "none"),
        "Within text and within numbers Salesforce converts without loss; every other change of type is refused, and so is"
        " any change of a field that is mapped for lead conversion.",
        "yes, within the same family",
    ),
    "field.constraint": Cell(
        ("write",), "Required and unique are written; a required field has no field-level security.", "yes"
    ),
    "field.values": Cell(
        ("write",),
        "Values are written to the field's own list, a global value set or the value set of a standard field; one that"
        " leaves the manifest is deactivated, never deleted.",
        _DEACTIVATE,
    ),
    "field.group": Cell(("none",), "Salesforce has no field groups, and page layouts are left alone."),
    "field.default": Cell(("write",), "The default value of a custom field is written.", "yes"),
    "field.pii": Cell(
        ("write",), "The class becomes the field's data sensitivity level and compliance categorization.", "yes"
    ),
    "field.reason": Cell(
        ("write",), "Owner and reason are written into the description where the catalogue asks for it.", "yes"
    ),
    "field.visibility": Cell(
        ("write",),
        "A permission set that mopsctl owns makes new fields visible in the same deployment, and is assigned to the user that"
        " mopsctl signs in as.",
        "yes",
    ),
    "field.company": Cell(("write",), "Fields of companies are written to Account.", _BIN),
}

_LIFECYCLE: Mapping[str, Cell] = {
    "lifecycle.stages": Cell(
        ("write",),
        "Stages are the values of a restricted custom picklist, or of the value set behind lead status or opportunity stage.",
        _DEACTIVATE,
    ),
    "lifecycle.labels": Cell(("write",), "Labels and order of stages are written with the whole list.", "yes"),
    "lifecycle.removed": Cell(("verify",), "Records that still hold the stage are counted by a query."),
    "lifecycle.outcome": Cell(
        ("write", "none"),
        "Converted is written on lead statuses, closed, won, probability and forecast on opportunity stages; values of a"
        " custom picklist carry no outcome.",
        "yes",
    ),
    "lifecycle.transitions": Cell(
        ("write", "manual"),
        "Where the lifecycle asks for it, a validation rule refuses other moves, with a custom permission to pass it.",
        "yes",
    ),
    "lifecycle.criteria": Cell(
        ("manual",), "Entry criteria are a flow, which a person builds from the generated condition."
    ),
    "lifecycle.stamps": Cell(
        ("write", "manual"), "Each stage's date field is written; a flow fills it, which a person builds.", _BIN
    ),
    "lifecycle.reasons": Cell(("write",), "Reasons are a picklist.", _DEACTIVATE),
    "lifecycle.sla": Cell(
        ("manual",), "Time limits and what happens when they run out are a flow, which a person builds."
    ),
    "lifecycle.lead_status": Cell(
        ("write",), "The values of lead status are written with their converted flag.", _DEACTIVATE
    ),
    "lifecycle.pipelines": Cell(
        ("write", "verify"),
        "Opportunity stages are written; that every record type offers them is checked, for a deployment does not add them there.",
        _DEACTIVATE,
    ),
}

_SCORING: Mapping[str, Cell] = {
    "scoring.field": Cell(
        ("write",),
        "The score is a number field that another system fills, or the formula itself where Salesforce decides.",
        _BIN,
    ),
    "scoring.fit": Cell(
        ("write", "manual"),
        "Fit rules, and sums of other scores, become a formula field; what a formula cannot express, or what is too long for one, is named and left to a"
        " person.",
        "yes: the formula before is in the plan",
    ),
    "scoring.engagement": Cell(
        ("verify", "manual"),
        "A formula cannot count activities: the score is a number field fed from the system that sees them.",
    ),
    "scoring.bands": Cell(("write",), "Bands and grades become a formula field that gives text.", "yes"),
    "scoring.points": Cell(
        ("write",),
        "The formula is compiled again; it counts for all records at once, and nothing is stored that would have to be filled.",
        "yes: the formula before is in the plan",
    ),
    "scoring.exclusions": Cell(("write",), "The exclusion stands at the beginning of the formula.", "yes"),
    "scoring.disabled": Cell(("write",), "A disabled rule is left out of the formula.", "yes"),
}

_MAPPING: Mapping[str, Cell] = {
    "mapping.fields": Cell(("verify",), "The fields of every row are read and compared."),
    "mapping.direction": Cell(
        ("write", "manual"),
        "A permission set of the connector's user says what the connector may edit; the rule itself is set in the connector.",
        "yes",
    ),
    "mapping.guard": Cell(
        ("write", "manual"),
        "Edit access is taken from every profile and permission set but the connector's own; where profiles cannot be read, a"
        " person does it.",
        "yes: who could edit is in the plan",
    ),
    "mapping.values": Cell(("write",), "The field's list holds every spelling the row names.", _DEACTIVATE),
    "mapping.scope": Cell(
        ("write", "none"), "The field that the filter reads is written; the filter is set in the connector."
    ),
    "mapping.conversion": Cell(
        ("write",), "Custom fields that lead and contact share are mapped for lead conversion; other pairs stay.", "yes"
    ),
    "mapping.opt_out": Cell(("verify",), "The opt-out fields are checked to be there and visible."),
    "mapping.resync": Cell(("none",), "Moving existing values is the connector's work; its own system says how many."),
}

_CONSENT: Mapping[str, Cell] = {
    "consent.purpose": Cell(
        ("write",),
        "A purpose is a custom field where it is bound to one, else a data use purpose with its subscription, under mopsctl's"
        " own external id.",
        "yes: delete the rows while no consent refers to them",
    ),
    "consent.bases": Cell(
        ("write", "none"),
        "Bases become data use legal bases where purposes are rows; where purposes are fields there is no place.",
        "yes",
    ),
    "consent.proof": Cell(("write",), "Proof is kept in custom fields.", _BIN),
    "consent.stop": Cell(
        ("verify",),
        "The opt-out and bounce fields, and the flags of Individual, are checked to be there; mopsctl never writes them.",
    ),
    "consent.channel": Cell(("write",), "Channels become engagement channel types.", "yes"),
    "consent.settings": Cell(("manual",), "Double opt-in and the preference page are built by a person."),
    "consent.rules": Cell(("none",), "Rules by country live on no system; mopsctl checks them."),
    "consent.removed": Cell(
        ("none",),
        "The rows stay, because consents refer to them; consent is never carried over to another purpose.",
        "no",
    ),
}

CELLS: Mapping[str, Cell] = {**_FIELDS, **_LIFECYCLE, **_SCORING, **_MAPPING, **_CONSENT}
