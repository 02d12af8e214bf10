"""Names: those Eloqua generates, those it is born with, and how manifests spell what a name stands for."""

from __future__ import annotations

import re
from typing import Literal

from mopsctl.address import Address

CONTACT = "contact"
ACCOUNT = "account"
CUSTOM_OBJECT_PREFIX = "custom-object:"
EMAIL = "C_EmailAddress"
STATES = {
    "isSubscribed": "Globally subscribed",
    "isBounceback": "Hard bounceback",
}  # of an address; kept by Eloqua itself

LONGEST_NAME = 45  # of a database name, its number included
# Standard fields whose names end in a digit; every other name that ends in one belongs to a custom field.
_NUMBERED_STANDARD = frozenset({"C_Address1", "C_Address2", "C_Address3"})
# Standard fields that accounts are known to have; there are others, which CRM integrations bring along.
_KNOWN_STANDARD = _NUMBERED_STANDARD | {
    EMAIL,
    "C_BusPhone",
    "C_City",
    "C_Company",
    "C_Country",
    "C_DateCreated",
    "C_DateModified",
    "C_ElqPURLName",
    "C_EmailAddressDomain",
    "C_EmailDisplayName",
    "C_Fax",
    "C_FirstAndLastName",
    "C_FirstName",
    "C_LastModifiedByExtIntegrateSystem",
    "C_LastName",
    "C_MobilePhone",
    "C_SFDCAccountID",
    "C_SFDCContactID",
    "C_SFDCLastCampaignID",
    "C_SFDCLastCampaignStatus",
    "C_SFDCLeadID",
    "C_Salesperson",
    "C_Salutation",
    "C_State_Prov",
    "C_Territory",
    "C_Title",
    "C_Zip_Postal",
}
_CONTACT_NAME = re.compile(r"C_\w+", re.ASCII)
_ACCOUNT_NAME = re.compile(r"M_\w+", re.ASCII)
_PLAIN_LABEL = re.compile(r"[A-Za-z0-9 ]+")
_NUMBER = re.compile(r"\d+$")


def is_contact_field(name: str) -> bool:
    """Whether a name has the shape of a contact field's database name."""
    return _CONTACT_NAME.fullmatch(name) is not None


def is_account_field(name: str) -> bool:
    """Whether a name has the shape of an account field's database name."""
    return _ACCOUNT_NAME.fullmatch(name) is not None


def is_standard(name: str) -> bool:
    """Whether a contact field of that name can only be one that Eloqua brought along: custom names end in a number."""
    # Unless they are so long that their number is cut off (fact: eloqua-name-length).
    return name in _NUMBERED_STANDARD or (_NUMBER.search(name) is None and len(name) < LONGEST_NAME)


def is_known_standard(name: str) -> bool:
    """Whether a contact field of that name is one of the standard fields that accounts are known to have."""
    return name in _KNOWN_STANDARD


def generated(label: str) -> str | None:
    """The database name without its number that Eloqua makes of a display name.

    None where the display name has other characters than letters, digits and spaces: how Eloqua treats those is not
    documented.
    """
    return "C_" + label.replace(" ", "_") if _PLAIN_LABEL.fullmatch(label) else None


def birth_name(name: str, label: str) -> str:
    """The display name to make a field with, so that Eloqua generates this database name.

    The label itself where it leads there, else the name's own words: `C_Mql_Date1` is made of `Mql Date`, and renamed
    afterwards, which leaves the database name alone.
    """
    stem = generated(label)
    if stem is not None and (re.fullmatch(re.escape(stem) + r"\d+", name) or name == f"{stem}1"[:LONGEST_NAME]):
        return label
    words = name.partition("_")[2]
    # The number of a first field is 1, so that a last 1 is the number, and digits before it belong to the name.
    bare = words[:-1] if words.endswith("1") else _NUMBER.sub("", words)
    return bare.replace("_", " ").strip()


def custom_object(object_name: str) -> str | None:
    """The custom object's name behind the object of a field; None for contacts and accounts."""
    if object_name in (CONTACT, ACCOUNT):
        return None
    return object_name.removeprefix(CUSTOM_OBJECT_PREFIX)


def field_address(system: str, object_name: str, field_name: str) -> Address:
    """Where a field is observed."""
    holder = custom_object(object_name)
    if holder is not None:
        return Address(system, "custom-object", holder)
    if object_name == ACCOUNT:
        return Address(system, "account-field", field_name)
    if field_name in STATES:
        return Address(system, "contact-state", field_name)
    return Address(system, "field", f"{CONTACT}.{field_name}")


def field_of(address: Address) -> str:
    """The database name of a contact field's address."""
    return address.name.partition(".")[2]


Holder = Literal["email-group", "field"]


def bound_to(binding: str) -> tuple[Holder, str]:
    """What a consent binding points to: `email-group:News`, `field:C_News1`, a field's bare name, or a group's."""
    sort, colon, name = binding.partition(":")
    if colon and sort in ("email-group", "field"):
        return ("field", name.strip()) if sort == "field" else ("email-group", name.strip())
    return ("field", binding) if is_contact_field(binding) else ("email-group", binding)
