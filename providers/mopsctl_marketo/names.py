"""Marketo's own names: objects, the fields every subscription has, and what the neutral field types are called there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mopsctl.element import FieldType

API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LONGEST_NAME = 255  # of API names, labels, programs and folders, in characters
LONGEST_TOKEN = 50
STRING_LENGTH = 255
TEXT_BYTES = 30_000
MOST_CUSTOM_FIELDS = 50  # of one custom object
MOST_API_FIELDS = {"person": 100, "program_member": 20}
LONGEST_DESCRIPTION = 2000
PROGRAM_TYPES = {"Default": "program", "Event": "event", "Engagement": "nurture", "Email": "email_batch"}
"""The types of programs, and what channels and tags that fit them call them."""
SCORE_RANGE = (-(2**31), 2**31 - 1)  # a score token is a signed 32-bit integer
CUSTOM_PREFIX = "custom:"
ACTIVITIES_ROOT = "Marketing Activities"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One collection of fields: its object, the kind its fields are, its path, and whether the API may write there."""

    object: str
    kind: str
    path: str
    writable: bool = False


SHELVES: Mapping[str, Shelf] = {
    "person": Shelf("person", "field", "/rest/v1/leads/schema/fields", writable=True),
    "program_member": Shelf("program_member", "member-field", "/rest/v1/programs/members/schema/fields", writable=True),
    "company": Shelf("company", "company-field", "/rest/v1/companies/schema/fields"),
    "opportunity": Shelf("opportunity", "opportunity-field", "/rest/v1/opportunities/schema/fields"),
    "named_account": Shelf("named_account", "named-account-field", "/rest/v1/namedaccounts/schema/fields"),
}
OBJECTS = (*SHELVES, f"{CUSTOM_PREFIX}NAME")

TYPES: Mapping[FieldType, str] = {
    "text": "string",
    "long_text": "text",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "integer": "integer",
    "decimal": "float",
    "currency": "currency",
    "percent": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "choice": "string",
    "multi_choice": "string",
    "country": "string",
    "reference": "reference",
    "computed": "formula",
}
CREATABLE_TYPES = frozenset(
    [
        "boolean",
        "currency",
        "date",
        "datetime",
        "email",
        "float",
        "integer",
        "percent",
        "phone",
        "score",
        "string",
        "url",
    ]
)
CUSTOM_OBJECT_TYPES = frozenset(
    ["string", "boolean", "integer", "float", "link", "email", "currency", "date", "datetime", "phone", "text"]
)
NEUTRAL: Mapping[str, FieldType] = {
    "string": "text",
    "text": "long_text",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "link": "url",
    "integer": "integer",
    "score": "integer",
    "float": "decimal",
    "currency": "currency",
    "percent": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "formula": "computed",
    "reference": "reference",
}
COUNTABLE_TYPES = frozenset({"string", "email", "integer"})  # custom fields of other types are no filter for counting

BUILTIN_FLAGS: Mapping[str, str] = {
    "unsubscribed": "Unsubscribed",
    "marketingSuspended": "Marketing Suspended",
    "blackListed": "Blocklisted",
    "emailInvalid": "Email Invalid",
}
OWNED_BY_THE_SYSTEM = frozenset({*BUILTIN_FLAGS, "emailSuspended", "emailSuspendedAt", "doNotCall"})


def _typed(data_type: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), data_type)


# Types as a live describe showed them; a score reads as integer there, so `leadScore` is left to the schema endpoint.
STANDARD: Mapping[str, str] = {
    **_typed(
        "string",
        "company site mainPhone unsubscribedReason billingCity billingState billingCountry billingPostalCode industry",
    ),
    **_typed(
        "string", "sicCode externalCompanyId personType salutation firstName middleName lastName title city state"
    ),
    **_typed("string", "country postalCode emailInvalidCause doNotCallReason marketingSuspendedCause blackListedCause"),
    **_typed("string", "department leadRole leadSource leadStatus rating inferredCompany inferredCountry inferredCity"),
    **_typed("string", "externalSalesPersonId"),
    **_typed("phone", "phone mobilePhone fax"),
    **_typed("boolean", "unsubscribed doNotCall marketingSuspended blackListed emailInvalid emailSuspended"),
    **_typed("boolean", "mktoIsPartner isLead mktoIsCustomer isAnonymous"),
    **_typed("datetime", "emailSuspendedAt createdAt updatedAt"),
    **_typed("integer", "numberOfEmployees priority leadScore relativeUrgency"),
    **_typed("date", "dateOfBirth"),
    **_typed("email", "email"),
    **_typed("url", "website"),
    **_typed("text", "address billingStreet"),
    **_typed("currency", "annualRevenue"),
    **_typed("float", "urgency"),
}
# Of these the type is not settled by any source: it is read, never compared.
STANDARD_OF_UNKNOWN_TYPE = frozenset(
    [
        "id",
        "mktoName",
        "personTimeZone",
        "originalSourceType",
        "originalSourceInfo",
        "registrationSourceType",
        "registrationSourceInfo",
        "originalSearchEngine",
        "originalSearchPhrase",
        "originalReferrer",
        "mktoDoNotCallCause",
        "emailSuspendedCause",
        "cookies",
        "relativeScore",
        "leadPartitionId",
        "leadRevenueCycleModelId",
        "leadRevenueStageId",
        "acquisitionProgramId",
        "mktoAcquisitionDate",
        "ecids",
        "inferredMetropolitanArea",
        "inferredPhoneAreaCode",
        "inferredPostalCode",
        "inferredStateRegion",
    ]
)


def is_standard(object_name: str, name: str) -> bool:
    """True for a person field that every Marketo subscription has from the start."""
    return object_name == "person" and (name in STANDARD or name in STANDARD_OF_UNKNOWN_TYPE)


def split(name: str) -> tuple[str, str]:
    """The object and the field of an address's name, `person.businessUnit`."""
    object_name, _, rest = name.partition(".")
    return object_name, rest


def inside(name: str) -> tuple[str, str]:
    """The program and the thing in it, of an address's name such as `Scoring/Score-demo`."""
    program, _, rest = name.partition("/")
    return program, rest


def custom_object(object_name: str) -> str:
    """The API name of a custom object, of `custom:carLease`; empty for any other object."""
    return object_name.removeprefix(CUSTOM_PREFIX) if object_name.startswith(CUSTOM_PREFIX) else ""
