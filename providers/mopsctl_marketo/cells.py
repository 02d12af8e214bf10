"""What Marketo does with each row of the lowering table, in the words that plans and documentation print."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.capability import Cell

HIDE = "no: a Marketo field can be hidden, never deleted"
_CAMPAIGNS = "Marketo's API neither shows nor changes the flow of a smart campaign"

_FIELDS: Mapping[str, Cell] = {
    "field.new": Cell(
        ("write", "manual"),
        "Marketo makes person and program-member fields through its API, up to 100 and 20; text areas and formulas only on"
        " its screens.",
        HIDE,
    ),
    "field.standard": Cell(
        ("verify", "write"),
        "Marketo's own fields and those of the CRM sync are checked; only description and sensitivity are written.",
        "yes",
    ),
    "field.text": Cell(
        ("write",),
        "Display name (without special characters) and description of an own field are written; its API name never changes.",
        "yes",
    ),
    "field.type": Cell(
        ("none",),
        "Marketo's API never changes the type or length of a field: a new field under another name is the only way.",
        "no",
    ),
    "field.constraint": Cell(
        ("manual",),
        "Marketo asks for required values only on its forms, and tells people apart by e-mail address only.",
    ),
    "field.values": Cell(
        ("manual",), "Marketo's API has no value lists; the list is checked here, and a person enters it."
    ),
    "field.group": Cell(("manual",), "The field organizer has no API."),
    "field.default": Cell(("manual",), "Marketo's fields have no default; a smart campaign fills it in."),
    "field.pii": Cell(
        ("write",),
        "Fields of the class special are marked sensitive, which also keeps forms from being filled in with them; the"
        " setting sensitive_classes names other classes. The mark is never taken away.",
        "yes",
    ),
    "field.reason": Cell(
        ("write",), "Owner and reason are written into the description where the catalogue asks for it.", "yes"
    ),
    "field.visibility": Cell(
        ("verify",), "What the API user's role does not allow is reported with the permission it needs."
    ),
    "field.company": Cell(
        ("verify",), "Marketo's API only shows company fields; Marketo Support or the CRM sync makes new ones."
    ),
}

_LIFECYCLE: Mapping[str, Cell] = {
    "lifecycle.stages": Cell(
        ("write", "manual"),
        "The stage field is written as text; Marketo's API cannot hold its values, which are counted where it can count.",
        HIDE,
    ),
    "lifecycle.labels": Cell(
        ("manual",), "Marketo keeps values only; labels and order are entered in its picklist screen."
    ),
    "lifecycle.removed": Cell(("verify",), "People who hold the value are counted, up to 1,000 or more."),
    "lifecycle.outcome": Cell(("none",), "Marketo keeps no outcome of a stage."),
    "lifecycle.transitions": Cell(("manual",), f"Moves are smart campaigns. {_CAMPAIGNS}."),
    "lifecycle.criteria": Cell(("manual",), f"Entry criteria are smart campaigns. {_CAMPAIGNS}."),
    "lifecycle.stamps": Cell(
        ("write", "manual"), "One date and time field per stage is written; smart campaigns fill it.", HIDE
    ),
    "lifecycle.reasons": Cell(
        ("write", "manual"), "A text field is written; its list of reasons is entered by a person.", HIDE
    ),
    "lifecycle.sla": Cell(("manual",), "Marketo has no clock on a field; a smart campaign waits and moves."),
    "lifecycle.lead_status": Cell(
        ("write", "verify", "manual"), "The field is written or checked; its list is entered by a person.", HIDE
    ),
    "lifecycle.pipelines": Cell(("none",), "Marketo has no deals and no tickets."),
}

_SCORING: Mapping[str, Cell] = {
    "scoring.field": Cell(("write",), "A field of the type score is written.", HIDE),
    "scoring.fit": Cell(
        ("write", "verify", "manual"),
        "Points are written as score tokens, campaigns are cloned from the template program where one is named. "
        f"{_CAMPAIGNS}.",
        "yes",
    ),
    "scoring.engagement": Cell(
        ("write", "verify", "manual"),
        "Points and decay are written as score tokens, campaigns are cloned from the template program where one is named. "
        f"{_CAMPAIGNS}; Marketo has no caps of groups.",
        "yes",
    ),
    "scoring.bands": Cell(("write", "manual"), "The band is a text field; a smart campaign fills it.", HIDE),
    "scoring.points": Cell(
        ("write",), "The token is written; it counts for future events only, points that people have stay.", "yes"
    ),
    "scoring.exclusions": Cell(("manual",), f"Exclusions are filters of smart lists. {_CAMPAIGNS}."),
    "scoring.disabled": Cell(
        ("write", "manual"), "The token is set to 0; the campaign of the rule is switched off by a person.", "yes"
    ),
}

_MAPPING: Mapping[str, Cell] = {
    "mapping.fields": Cell(
        ("verify",), "Whether the CRM sync manages the field, its name and its type are read and compared."
    ),
    "mapping.direction": Cell(
        ("manual",),
        "Marketo has no API for its CRM sync: what Salesforce shows and allows the sync user decides the direction.",
    ),
    "mapping.guard": Cell(("manual",), "Blocking field updates per source is done on Marketo's screen only."),
    "mapping.values": Cell(
        ("manual",), "Values go through the sync unchanged: both lists have the same spelling, Marketo's by hand."
    ),
    "mapping.scope": Cell(("manual",), "Which records are synced is decided in Salesforce, or by Marketo Support."),
    "mapping.conversion": Cell(("none",), "Lead conversion belongs to the CRM."),
    "mapping.opt_out": Cell(
        ("verify",), "The pair with Email Opt Out is fixed by the sync; it is checked that it is there."
    ),
    "mapping.resync": Cell(
        ("manual",), "A field that newly joins the sync moves no existing values until records change in the CRM."
    ),
}

_CONSENT: Mapping[str, Cell] = {
    "consent.purpose": Cell(("write",), "A purpose is a boolean or text field of the person.", HIDE),
    "consent.bases": Cell(
        ("write", "manual"), "The legal basis is a text field; its list is entered by a person.", HIDE
    ),
    "consent.proof": Cell(("write",), "Proof is kept in fields of the person.", HIDE),
    "consent.stop": Cell(
        ("verify",),
        "Unsubscribed, Marketing Suspended, Blocklisted and Email Invalid are checked and never written: an unsubscribe"
        " in Marketo holds for the e-mail address and spreads to every record with it.",
    ),
    "consent.channel": Cell(
        ("manual",), "Marketo itself only enforces e-mail; other channels are filters of campaigns."
    ),
    "consent.settings": Cell(
        ("manual",), "Double opt-in and the preference page are forms, pages and smart campaigns."
    ),
    "consent.rules": Cell(("manual",), "Rules by country are filters of smart lists, or a segmentation."),
    "consent.removed": Cell(
        ("none",), "The field stays, because Marketo never deletes one; old consents stay as they are."
    ),
}

CELLS: Mapping[str, Cell] = {**_FIELDS, **_LIFECYCLE, **_SCORING, **_MAPPING, **_CONSENT}
