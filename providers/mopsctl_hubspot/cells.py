"""What HubSpot does with each row of the lowering table, in the words that plans and documentation print."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.capability import Cell

_ARCHIVE = "yes: archive it; HubSpot deletes archived properties after 90 days"
_SCORING_SWITCH = "With the switch lead-scoring-beta mopsctl saves a draft and never publishes it; without it"

_FIELDS: Mapping[str, Cell] = {
    "field.new": Cell(("write",), "HubSpot makes properties through its API, up to 100 in one call.", _ARCHIVE),
    "field.standard": Cell(
        ("verify", "write"),
        "HubSpot defines its standard properties itself; only the options of some of them may be written.",
        "no",
    ),
    "field.text": Cell(
        ("write",), "Label and description of a property are written; HubSpot has no help text beside them.", "yes"
    ),
    "field.type": Cell(
        ("none", "write"),
        "HubSpot's API refuses a new type; only text to several lines, text to phone number and dropdown to radio are"
        " written. HubSpot keeps no length.",
        "no",
    ),
    "field.constraint": Cell(
        ("write", "verify", "manual"),
        "Unique values are decided when a property is made and checked afterwards; HubSpot asks for required values only on"
        " its forms and record screens.",
        "no",
    ),
    "field.values": Cell(
        ("write",),
        "Options are written by their internal value; one that leaves the manifest is hidden, never removed.",
        "yes",
    ),
    "field.group": Cell(("write",), "Property groups are written.", "yes"),
    "field.default": Cell(
        ("none",), "HubSpot properties have no default: a property is empty until something writes it."
    ),
    "field.pii": Cell(
        ("write", "verify"),
        "The special class becomes a sensitive property when the property is made, where the connection allows it; HubSpot"
        " knows no other class.",
        "no",
    ),
    "field.reason": Cell(
        ("write",), "Owner and reason are written into the description where the catalogue asks for it.", "yes"
    ),
    "field.visibility": Cell(("verify",), "What the token cannot see is reported with the scopes HubSpot names."),
    "field.company": Cell(("write",), "Company properties are written like contact properties.", _ARCHIVE),
}

_LIFECYCLE: Mapping[str, Cell] = {
    "lifecycle.stages": Cell(
        ("verify", "experimental", "manual"),
        "HubSpot shows lifecycle stages and does not document how to write them; the switch lifecycle-stage-writes tries it"
        " and reads back.",
        "no",
    ),
    "lifecycle.labels": Cell(
        ("experimental", "manual"),
        "HubSpot does not document how stage labels and order are written; without the switch lifecycle-stage-writes a"
        " person sets them.",
        "no",
    ),
    "lifecycle.removed": Cell(("verify",), "Records that still hold the stage are counted by a search."),
    "lifecycle.outcome": Cell(
        ("verify",), "A stage that means won or lost is checked to be there; HubSpot keeps no outcome."
    ),
    "lifecycle.transitions": Cell(
        ("manual",),
        "HubSpot's API cannot restrict lifecycle moves; a move backwards only counts after the stage was cleared.",
    ),
    "lifecycle.criteria": Cell(("manual",), "Entry criteria are workflows, which a person builds from the checklist."),
    "lifecycle.stamps": Cell(
        ("verify", "manual"),
        "HubSpot stamps lifecycle stages by itself; date properties of your own are filled by workflows.",
    ),
    "lifecycle.reasons": Cell(("write",), "Reasons are ordinary properties with options.", _ARCHIVE),
    "lifecycle.sla": Cell(("manual",), "HubSpot has no clock on lifecycle stages; a workflow reminds and moves."),
    "lifecycle.lead_status": Cell(("write",), "The options of the lead status are written.", "yes"),
    "lifecycle.pipelines": Cell(
        ("write",),
        "Pipelines and stages are written, always with HubSpot's own check that no record is left behind.",
        "yes; a deleted pipeline can only be made again",
    ),
}

_SCORING: Mapping[str, Cell] = {
    "scoring.field": Cell(
        ("write",), "The score is a number property; it is empty, not zero, until something writes it.", _ARCHIVE
    ),
    "scoring.fit": Cell(("experimental", "manual"), f"{_SCORING_SWITCH} a person builds the rules.", "yes"),
    "scoring.engagement": Cell(
        ("experimental", "manual"),
        f"{_SCORING_SWITCH} a person builds the rules. Events need their HubSpot event type ids.",
        "yes",
    ),
    "scoring.bands": Cell(
        ("write", "manual"),
        "The band or grade is a choice property; what fills it (thresholds of the score, or a workflow) is set by a person.",
        _ARCHIVE,
    ),
    "scoring.points": Cell(("experimental", "manual"), f"{_SCORING_SWITCH} a person changes the points.", "yes"),
    "scoring.exclusions": Cell(
        ("experimental", "manual"),
        "Segments named by id are excluded in the draft; a condition is set by a person.",
        "yes",
    ),
    "scoring.disabled": Cell(("experimental", "manual"), f"{_SCORING_SWITCH} a person turns the rule off.", "yes"),
}

_CONNECTOR = "HubSpot's connector settings cannot be read or written by API"

_MAPPING: Mapping[str, Cell] = {
    "mapping.fields": Cell(("verify",), "HubSpot's side of every row is read and compared."),
    "mapping.direction": Cell(("manual",), f"{_CONNECTOR}; a person sets one of its four rules."),
    "mapping.guard": Cell(
        ("manual",),
        "The connector has no rule that lets HubSpot always win: the row is two-way, and the field is locked on the other side.",
    ),
    "mapping.values": Cell(
        ("write", "manual"), "The options are written; the connector's own value map is set by a person."
    ),
    "mapping.scope": Cell(("manual",), f"{_CONNECTOR}; a person sets the inclusion list."),
    "mapping.conversion": Cell(("none",), "Lead conversion belongs to the CRM."),
    "mapping.opt_out": Cell(("verify",), "The connector maps the opt-out by itself and lets nobody change it."),
    "mapping.resync": Cell(("manual",), "A new mapping moves no existing values until somebody starts a resync."),
}

_CONSENT: Mapping[str, Cell] = {
    "consent.purpose": Cell(
        ("verify", "manual"),
        "HubSpot's API reads subscription types and writes none; they are not copied to sandboxes.",
    ),
    "consent.bases": Cell(("verify",), "The options of the legal basis property are compared."),
    "consent.proof": Cell(("write",), "Proof is kept in ordinary properties.", _ARCHIVE),
    "consent.stop": Cell(
        ("verify",), "HubSpot sets its opt-out properties itself; mopsctl checks that they are there."
    ),
    "consent.channel": Cell(
        ("verify", "manual"), "HubSpot's API knows e-mail only; every other channel is set by a person."
    ),
    "consent.settings": Cell(("manual",), "Double opt-in, data privacy and the preference page are account settings."),
    "consent.rules": Cell(
        ("none", "manual"), "Rules by country live on no system; mopsctl checks them, segments apply them."
    ),
    "consent.removed": Cell(
        ("none",), "A subscription type stays where it is; consent is never carried over to another."
    ),
}

CELLS: Mapping[str, Cell] = {**_FIELDS, **_LIFECYCLE, **_SCORING, **_MAPPING, **_CONSENT}
