"""The kinds of things on Eloqua: their attributes, what may be done to them, and what cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.contract import Attribute, Grain, Kind

MOST_AT_ONCE = 20  # writes after one look at a collection; each is still one call, and looks at its own document again

STANDARD = "It is a standard field, which Eloqua brings along and mopsctl only compares."
NO_ACCOUNT_API = "No documented API writes account fields."
NO_SCORING_API = "The API shows name, status and export fields of a scoring model, and writes none of it."
NO_CRITERIA_API = "No API reads or writes the criteria, weights and thresholds of a scoring model."
NO_PROGRAM_API = "Programs are raw graphs of undocumented steps, so they are built on the screen."
NO_CRM_API = "No API reads or writes the field mappings of a CRM integration."
NO_SETTING_API = "No API shows or changes this setting."
STATE_NEVER_WRITTEN = "Subscription states belong to people; mopsctl reads that they are kept and never writes them."
EVIDENCE_STAYS = "A custom object may hold evidence of consent, so mopsctl never deletes one."

_GENERATED = "Eloqua generates the database name when the field is made, and it stays"
_FIXED_TYPE = "Eloqua fixes the data type of a field when it is made"
_NEW_FIELD = (
    "declare a new field under another name, move the values, and let the old one go; mopsctl never destroys a field"
    " to make it again"
)
_REQUIRED = "Whether a field is required is decided per form in Eloqua."


def _contact_field() -> Mapping[str, Attribute]:
    return {
        "internalName": Attribute(
            mode="fixed",
            title="database name",
            why=_GENERATED,
            instead="write the name that Eloqua shows into the manifest",
        ),
        "name": Attribute(title="display name"),
        "dataType": Attribute(mode="create-only", title="data type", why=_FIXED_TYPE, instead=_NEW_FIELD),
        "displayType": Attribute(title="field type"),
        "optionList": Attribute(title="option list"),
        "defaultValue": Attribute(title="default value"),
        "description": Attribute(),
        "updateType": Attribute(title="default update logic"),
        "checkedValue": Attribute(title="value for checked"),
        "uncheckedValue": Attribute(title="value for unchecked"),
        "outputFormatId": Attribute(title="output format"),
        "isRequired": Attribute(mode="verify", title="required mark", why=_REQUIRED),
    }


_ALL = (
    Kind(
        name="option-list",
        noun="option list",
        attributes={
            "options": Attribute(keyed=True, noun="option"),
            "order": Attribute(order_of="options", title="order of the options"),
        },
        grain=Grain("option-list", MOST_AT_ONCE),
        removal="delete",
        undo_add="yes: delete it, while no field uses it",
        undo_change="yes: the list is written back as it was; contacts keep the text they hold",
    ),
    Kind(
        name="field",
        noun="contact field",
        attributes=_contact_field(),
        grain=Grain("field", MOST_AT_ONCE),
        removal="delete",
        undo_add="yes: delete it, while nothing uses it",
        undo_change="yes: the settings are written back as they were",
    ),
    Kind(
        name="custom-object",
        noun="custom object",
        attributes={
            "description": Attribute(),
            "fields": Attribute(keyed=True, noun="field", retire={}),
            "emailAddressField": Attribute(title="field that links to the contact"),
            "uniqueCodeField": Attribute(title="field that makes a record unique"),
            "displayNameField": Attribute(title="field that names a record"),
        },
        grain=Grain("custom-object", MOST_AT_ONCE),
        undo_add="no: mopsctl never deletes a custom object",
        undo_change="yes, except that a field stays once it is there",
        why=EVIDENCE_STAYS,
    ),
    Kind(
        name="email-group",
        noun="e-mail group",
        attributes={
            "displayName": Attribute(title="display name"),
            "description": Attribute(),
            "subscriptionLandingPageId": Attribute(title="page after subscribing"),
            "unsubscriptionLandingPageId": Attribute(title="page after leaving"),
            "stateLists": Attribute(mode="verify", title="lists of subscribers", why=STATE_NEVER_WRITTEN),
        },
        grain=Grain("email-group", MOST_AT_ONCE),
        removal="delete",
        undo_add="yes: delete it, while no e-mail uses it",
        undo_change="yes: the settings are written back as they were",
    ),
    Kind.shown("account-field", "account field", {"dataType": Attribute(why=NO_ACCOUNT_API)}, NO_ACCOUNT_API),
    Kind.shown(
        "scoring-model",
        "scoring model",
        {"status": Attribute(why=NO_SCORING_API), "fields": Attribute(why=NO_SCORING_API)},
        NO_SCORING_API,
    ),
    Kind.shown(
        "contact-state", "subscription state", {"kept": Attribute(why=STATE_NEVER_WRITTEN)}, STATE_NEVER_WRITTEN
    ),
    Kind.on_screens("scoring-criteria", "scoring criteria", NO_CRITERIA_API),
    Kind.on_screens("program", "program", NO_PROGRAM_API),
    Kind.on_screens("crm-mapping", "CRM field mapping", NO_CRM_API),
    Kind.on_screens("consent-setting", "consent setting", NO_SETTING_API),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
