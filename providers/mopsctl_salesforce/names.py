"""Salesforce's own names: objects, value sets of standard fields, data types, and what mopsctl calls its own things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

API_VERSION = "66.0"  # asked for first; an older org answers with what it has
OLDEST_VERSION = 41.0  # older ones are retired or about to be

OBJECTS = ("Account", "Contact", "Lead", "Opportunity")
"""The objects that carry fields of manifests."""
CONSENT_OBJECTS: Mapping[str, str] = {
    "legal-basis": "DataUseLegalBasis",
    "purpose": "DataUsePurpose",
    "engagement-channel": "EngagementChannelType",
    "subscription": "CommSubscription",
    "subscription-channel": "CommSubscriptionChannelType",
}
"""Kind of a consent row to the object that holds it."""
FIELD_OBJECTS = (*OBJECTS, *CONSENT_OBJECTS.values())

KEY_FIELD = "Mopsctl_Key__c"
"""The external id on consent rows: what makes a row ours, and a second upsert harmless."""
MANAGED_SET = "mopsctl_managed_fields"
SYNC_SET = "mopsctl_sync_"
OWN = "mopsctl_"
"""How the names of mopsctl's own permission sets begin."""
BYPASS = "mopsctl_bypass_stage_rules"
SELF = "this user"
"""Stands for the user that mopsctl signs in as, whose name is known only once connected."""
CONVERSION = "LeadConvertSettings"

VALUE_SETS: Mapping[tuple[str, str], str] = {
    ("Account", "AccountSource"): "LeadSource",
    ("Account", "Industry"): "Industry",
    ("Account", "Rating"): "AccountRating",
    ("Account", "Type"): "AccountType",
    ("Contact", "LeadSource"): "LeadSource",
    ("Contact", "Salutation"): "Salutation",
    ("Lead", "Industry"): "Industry",
    ("Lead", "LeadSource"): "LeadSource",
    ("Lead", "Rating"): "AccountRating",
    ("Lead", "Salutation"): "Salutation",
    ("Lead", "Status"): "LeadStatus",
    ("Opportunity", "LeadSource"): "LeadSource",
    ("Opportunity", "StageName"): "OpportunityStage",
    ("Opportunity", "Type"): "OpportunityType",
}
"""Standard choice fields to the value set that holds their values; several fields may share one."""

INDIVIDUAL_FLAGS = ("HasOptedOutProcessing", "HasOptedOutSolicit", "ShouldForget")
"""What stops messages to a person in the consent data model."""

FAMILIES: Mapping[str, Sequence[str]] = {
    "text": ("Text", "TextArea", "LongTextArea", "Email", "Phone", "Url"),
    "number": ("Number", "Currency", "Percent"),
}
"""Data types between which Salesforce converts without losing values; every other type is a family of its own."""
_FAMILY = {name: family for family, names in FAMILIES.items() for name in names}
KEYED_TYPES = frozenset({"Text", "Number", "Email", "AutoNumber"})
"""Data types that may be an external id."""

_DEVELOPER_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
LONGEST_NAME = 40
_NAMESPACE = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9]){0,14}")


def family(data_type: str) -> str:
    """The family of a data type; formulas keep to themselves."""
    return _FAMILY.get(data_type, data_type)


def is_custom(name: str) -> bool:
    """True for a field that somebody made, rather than Salesforce."""
    return name.endswith("__c")


def developer_name(field: str) -> str:
    """The name of a custom field without its ending."""
    return field.removesuffix("__c")


def namespace(field: str) -> str:
    """The prefix of the installed package that the custom field belongs to, empty where it belongs to none."""
    bare = developer_name(field)
    prefix, marks, rest = bare.partition("__")
    fits = _NAMESPACE.fullmatch(prefix) is not None and _DEVELOPER_NAME.fullmatch(rest) is not None
    return prefix if marks and field.endswith("__c") and rest != "c" and fits else ""


def name_problem(field: str) -> str:
    """What is wrong with the name of a custom field, as half a sentence; nothing where it is fine."""
    bare = developer_name(field)
    if bare.endswith("__c"):
        return "it ends in __c twice; Salesforce adds the ending once"
    if "__" in bare:
        return "a double underscore marks the prefix of an installed package, which cannot be written"
    if len(bare) > LONGEST_NAME:
        return f"it has {len(bare)} characters before __c and Salesforce takes {LONGEST_NAME}"
    if _DEVELOPER_NAME.fullmatch(bare) is None:
        return "it must begin with a letter, hold only letters, digits and single underscores, and not end in one"
    return ""


def split(name: str) -> tuple[str, str]:
    """Object and field of an address's name, `Lead.Business_Unit__c`."""
    object_name, _, rest = name.partition(".")
    return object_name, rest


def api_name(text: str, longest: int = LONGEST_NAME) -> str:
    """A name Salesforce takes, made from any text: `Lifecycle/person moves` becomes `Lifecycle_person_moves`."""
    bare = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    bare = bare if bare[:1].isalpha() else f"M_{bare}"
    return bare[:longest].rstrip("_")


def quoted(text: str) -> str:
    """A text as SOQL and formulas write it in a query: single quotes, escaped."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def listed(texts: Sequence[str]) -> str:
    """A list for `IN`, sorted."""
    return "(" + ", ".join(quoted(text) for text in sorted(set(texts))) + ")"
