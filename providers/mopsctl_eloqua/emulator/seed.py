"""What a fresh emulated account has: standard fields, a few assets of other people, a scoring model, some contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mopsctl.emulator import Doc

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator

_STANDARD = (
    ("100001", "Email Address", "C_EmailAddress", "text"),
    ("100002", "First Name", "C_FirstName", "text"),
    ("100003", "Last Name", "C_LastName", "text"),
    ("100004", "Company", "C_Company", "text"),
    ("100005", "Email Display Name", "C_EmailDisplayName", "text"),
    ("100006", "Address 1", "C_Address1", "text"),
    ("100007", "Address 2", "C_Address2", "text"),
    ("100008", "Address 3", "C_Address3", "text"),
    ("100009", "City", "C_City", "text"),
    ("100010", "State or Province", "C_State_Prov", "text"),
    ("100011", "Zip or Postal Code", "C_Zip_Postal", "text"),
    ("100012", "Country", "C_Country", "text"),
    ("100013", "Business Phone", "C_BusPhone", "text"),
    ("100014", "Mobile Phone", "C_MobilePhone", "text"),
    ("100015", "Fax", "C_Fax", "text"),
    ("100017", "Title", "C_Title", "text"),
    ("100024", "Salutation", "C_Salutation", "text"),
    ("100025", "Salesperson", "C_Salesperson", "text"),
    ("100026", "SFDC Contact ID", "C_SFDCContactID", "text"),
    ("100027", "SFDC Lead ID", "C_SFDCLeadID", "text"),
    ("100032", "Date Created", "C_DateCreated", "date"),
    ("100033", "Date Modified", "C_DateModified", "date"),
    ("100034", "Eloqua Contact ID", "ContactIDExt", "text"),
    ("100035", "SFDC Account ID", "C_SFDCAccountID", "text"),
    ("100036", "Last Modified by CRM System", "C_LastModifiedByExtIntegrateSystem", "date"),
    ("100037", "Last SFDC Campaign ID", "C_SFDCLastCampaignID", "text"),
    ("100038", "Last SFDC Campaign Status", "C_SFDCLastCampaignStatus", "text"),
    ("100039", "Email Address Domain", "C_EmailAddressDomain", "text"),
    ("100040", "First and Last Name", "C_FirstAndLastName", "text"),
    ("100041", "Territory", "C_Territory", "text"),
    ("100042", "Purl Name", "C_ElqPURLName", "text"),
)
_READ_ONLY = ("C_DateCreated", "C_DateModified", "ContactIDExt", "C_EmailAddressDomain", "C_FirstAndLastName")
_ACCOUNT = (
    ("M_CompanyName", "Company Name", "string"),
    ("M_Country", "Country", "string"),
    ("M_Employees1", "Employees", "number"),
)
_AT = "2026-01-01T00:00:00.0000000Z"


def plant(emulator: EloquaEmulator) -> None:
    """Plant everything."""
    emulator.access.seed()
    _fields(emulator)
    store = emulator.store
    for key, name in (("11", "Subscribed"), ("12", "Unsubscribed")):
        store.put("landing_pages", key, {"type": "LandingPage", "id": key, "name": name})
    titles = emulator.option_lists.put(
        {
            "name": "Salutations",
            "elements": [{"type": "Option", "displayName": each, "value": each} for each in ("Ms", "Mr")],
        }
    )
    emulator.contact_fields.put(
        {"name": "Form of Address", "dataType": "text", "displayType": "singleSelect", "optionListId": titles["id"]}
    )
    emulator.email_groups.put({"name": "Service notices", "displayName": "Service notices", "emailIds": ["31"]})
    scoring_model(emulator, "Enterprise fit", "Active")
    scoring_model(emulator, "Partner fit (draft)", "Draft")
    contact(emulator, {"C_EmailAddress": "ada@example.com", "C_Country": "BE", "C_Title": "Director"})
    contact(emulator, {"C_EmailAddress": "sam@example.com", "C_Country": "DE"})


def _fields(emulator: EloquaEmulator) -> None:
    for key, name, internal, data_type in _STANDARD:
        doc: Doc = {
            "type": "ContactField",
            "id": key,
            "name": name,
            "internalName": internal,
            "dataType": data_type,
            "displayType": "text",
            "updateType": "always",
            "isReadOnly": "true" if internal in _READ_ONLY else "false",
            "isRequired": "false",
            "isStandard": "true",
            "createdAt": "1262304000",
            "updatedAt": "1262304000",
            "permissions": "fullControl",
        }
        emulator.store.put("contact_fields", key, doc)
    for number, (internal, name, data_type) in enumerate(_ACCOUNT, start=100_080):
        statement = f"{{{{Account.Field({internal})}}}}"
        flags = dict.fromkeys(("hasReadOnlyConstraint", "hasNotNullConstraint", "hasUniquenessConstraint"), False)
        doc = {"name": name, "internalName": internal, "dataType": data_type, "statement": statement, **flags}
        emulator.store.put("account_fields", str(number), {**doc, "uri": f"/accounts/fields/{number}"})


def scoring_model(emulator: EloquaEmulator, name: str, status: str) -> int:
    """A model as somebody made it on the screen; its id."""
    key = emulator.store.next_id("scoring_models", 3)
    parts = (("Rating", "string"), ("ProfileScore", "number"), ("EngagementScore", "number"))
    fields = [
        {"name": part, "statement": f"{{{{Contact.LeadScore.Model[{key}].{part}}}}}", "dataType": sort}
        for part, sort in parts
    ]
    who = {"createdBy": "A.User", "updatedBy": "A.User", "createdAt": _AT, "updatedAt": _AT}
    doc = {"name": name, "id": key, "status": status, "fields": fields, "uri": f"/contacts/scoring/models/{key}", **who}
    emulator.store.put("scoring_models", str(key), doc)
    return key


def contact(emulator: EloquaEmulator, values: Doc) -> str:
    """A contact; its id."""
    key = str(emulator.store.next_id("contacts"))
    states = {"isSubscribed": "true", "isBounceback": "false"}
    name = values.get("C_EmailAddress", f"contact{key}@example.com")
    doc = {"type": "Contact", "id": key, "name": name, "createdAt": "1767225600", **states, "values": values}
    emulator.store.put("contacts", key, doc)
    return key
