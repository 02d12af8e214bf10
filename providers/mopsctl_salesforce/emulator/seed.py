"""What a fresh emulated org has: its identity, people, standard fields, value sets and some records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mopsctl.emulator import Doc, Store

ORGANIZATIONS: Mapping[str, Doc] = {
    "sandbox": {"Id": "00DEM0000000001EAA", "Name": "Emulated Org", "IsSandbox": True, "InstanceName": "CS99"},
    "production": {"Id": "00DEM0000000002EAA", "Name": "Emulated Org", "IsSandbox": False, "InstanceName": "NA99"},
    "developer": {"Id": "00DEM0000000003EAA", "Name": "Emulated Org", "IsSandbox": False, "InstanceName": "NA99"},
}
EDITIONS: Mapping[str, str] = {
    "sandbox": "Enterprise Edition",
    "production": "Enterprise Edition",
    "developer": "Developer Edition",
}
CLIENT_ID = "3MVGemulatedConsumerKey"
CLIENT_SECRET = "emulated-consumer-secret"
REFRESH_TOKEN = "5AepEmulatedRefreshToken"
INTEGRATION_USER = "005EM0000000001AAA"
USERS: Sequence[Doc] = (
    {"Id": INTEGRATION_USER, "Username": "mopsctl@emulated.example", "ProfileId": "00eEM0000000001AAA"},
    {"Id": "005EM0000000002AAA", "Username": "sync@emulated.example", "ProfileId": "00eEM0000000001AAA"},
    {"Id": "005EM0000000003AAA", "Username": "admin@emulated.example", "ProfileId": "00eEM0000000002AAA"},
)
PROFILES: Sequence[Doc] = (
    {"Id": "00eEM0000000001AAA", "Name": "Integration"},
    {"Id": "00eEM0000000002AAA", "Name": "System Administrator"},
    {"Id": "00eEM0000000003AAA", "Name": "Sales User"},
)

_SHARED = "Id:Id OwnerId:Lookup CreatedDate:DateTime LastModifiedDate:DateTime IsDeleted:Checkbox"
_SHARED_MORE = (
    " CreatedById#:Lookup LastModifiedById#:Lookup SystemModstamp#:DateTime LastActivityDate#:Date LastViewedDate#:DateTime"
    " LastReferencedDate#:DateTime"
)
_STANDARD: Mapping[str, str] = {
    "Lead": "LastName!:Text:80 FirstName:Text:40 Name#:Text:121 Company!:Text:255 Title:Text:128 Email:Email Phone:Phone"
    " MobilePhone:Phone Fax:Phone Status#:Picklist LeadSource:Picklist Rating:Picklist Industry:Picklist Salutation#:Picklist"
    " AnnualRevenue:Currency NumberOfEmployees:Number Street:TextArea City:Text:40 State:Text:80 PostalCode:Text:20"
    " Country:Text:80 CountryCode:Picklist StateCode:Picklist Latitude:Number Longitude:Number GeocodeAccuracy:Picklist"
    " Website:Url Description:LongTextArea:32000 HasOptedOutOfEmail:Checkbox HasOptedOutOfFax:Checkbox DoNotCall:Checkbox"
    " EmailBouncedReason:Text:255 EmailBouncedDate:DateTime IsConverted#:Checkbox ConvertedDate#:Date"
    " ConvertedAccountId#:Lookup ConvertedContactId#:Lookup ConvertedOpportunityId#:Lookup IsUnreadByOwner#:Checkbox"
    " MasterRecordId#:Lookup PhotoUrl#:Url Jigsaw:Text:20 JigsawContactId#:Text:20 IndividualId:Lookup CleanStatus:Picklist"
    f" CompanyDunsNumber:Text:9{_SHARED_MORE}",
    "Contact": "LastName!:Text:80 FirstName:Text:40 Name#:Text:121 AccountId:Lookup Title:Text:128 Department:Text:80 Email:Email"
    " Phone:Phone MobilePhone:Phone HomePhone:Phone OtherPhone:Phone AssistantPhone:Phone AssistantName:Text:40 Fax:Phone"
    " LeadSource:Picklist Salutation#:Picklist Birthdate:Date ReportsToId:Lookup MailingStreet:TextArea MailingCity:Text:40"
    " MailingState:Text:80 MailingPostalCode:Text:20 MailingCountry:Text:80 MailingCountryCode:Picklist OtherStreet:TextArea"
    " OtherCity:Text:40 OtherState:Text:80 OtherPostalCode:Text:20 OtherCountry:Text:80 Description:LongTextArea:32000"
    " HasOptedOutOfEmail:Checkbox HasOptedOutOfFax:Checkbox DoNotCall:Checkbox EmailBouncedReason:Text:255"
    " EmailBouncedDate:DateTime IsEmailBounced#:Checkbox MasterRecordId#:Lookup PhotoUrl#:Url IndividualId:Lookup"
    f" CleanStatus:Picklist{_SHARED_MORE}",
    "Account": "Name!:Text:255 Type:Picklist ParentId:Lookup AccountNumber:Text:40 Site:Text:80 Industry:Picklist Rating:Picklist"
    " AccountSource:Picklist Ownership:Picklist TickerSymbol:Text:20 Sic:Text:20 SicDesc:Text:80 Phone:Phone Fax:Phone"
    " Website:Url AnnualRevenue:Currency NumberOfEmployees:Number BillingStreet:TextArea BillingCity:Text:40"
    " BillingState:Text:80 BillingPostalCode:Text:20 BillingCountry:Text:80 ShippingStreet:TextArea ShippingCity:Text:40"
    " ShippingState:Text:80 ShippingPostalCode:Text:20 ShippingCountry:Text:80 Description:LongTextArea:32000"
    f" MasterRecordId#:Lookup PhotoUrl#:Url CleanStatus:Picklist{_SHARED_MORE}",
    "Opportunity": "Name!:Text:120 AccountId:Lookup StageName#!:Picklist Type:Picklist LeadSource:Picklist Amount:Currency"
    " ExpectedRevenue#:Currency TotalOpportunityQuantity:Number Probability:Percent CloseDate!:Date NextStep:Text:255"
    " CampaignId:Lookup IsPrivate:Checkbox IsClosed#:Checkbox IsWon#:Checkbox ForecastCategory#:Picklist"
    " ForecastCategoryName:Picklist FiscalYear#:Number FiscalQuarter#:Number Fiscal#:Text:6 HasOpportunityLineItem#:Checkbox"
    f" Description:LongTextArea:32000{_SHARED_MORE}",
    "Individual": "LastName!:Text:80 FirstName:Text:40 HasOptedOutTracking:Checkbox HasOptedOutProfiling:Checkbox"
    " HasOptedOutProcessing:Checkbox HasOptedOutSolicit:Checkbox HasOptedOutGeoTracking:Checkbox ShouldForget:Checkbox",
    "Campaign": "Name!:Text:80 IsActive:Checkbox",
    "CampaignMemberStatus": "CampaignId!:Lookup Label!:Text:255 IsDefault#:Checkbox HasResponded#:Checkbox SortOrder#:Number",
    "DataUseLegalBasis": "Name!:Text:255 Source:Text:255 Description:LongTextArea:32000",
    "DataUsePurpose": "Name!:Text:255 LegalBasisId:Lookup PurposeId:Lookup CanDataSubjectOptOut:Checkbox"
    " Description:LongTextArea:32000",
    "EngagementChannelType": "Name!:Text:255 ContactPointType:Picklist UsageType:Picklist IsActive:Checkbox",
    "CommSubscription": "Name!:Text:255 DataUsePurposeId:Lookup IsDefault:Checkbox",
    "CommSubscriptionChannelType": "Name!:Text:255 CommunicationSubscriptionId!:Lookup EngagementChannelTypeId!:Lookup",
}
"""Object to `Name[#][!]:Type[:Length]`: `#` has no field-level security, `!` is required."""
OBJECTS = tuple(sorted(_STANDARD))
CONSENT_OBJECTS = (
    "CommSubscription",
    "CommSubscriptionChannelType",
    "DataUseLegalBasis",
    "DataUsePurpose",
    "EngagementChannelType",
    "Individual",
)
PREFIXES: Mapping[str, str] = {
    "Account": "001",
    "Contact": "003",
    "Opportunity": "006",
    "Lead": "00Q",
    "DataUseLegalBasis": "0Zf",
    "DataUsePurpose": "0ZW",
    "EngagementChannelType": "0eF",
    "CommSubscription": "0Xl",
    "CommSubscriptionChannelType": "0eB",
    "Individual": "0PK",
    "Campaign": "701",
    "CampaignMemberStatus": "01Y",
    "CustomField": "00N",
    "GlobalValueSet": "0Nt",
    "StandardValueSet": "0cV",
    "ValidationRule": "03d",
    "PermissionSet": "0PS",
    "FieldPermissions": "01k",
    "PermissionSetAssignment": "0Pa",
    "SetupEntityAccess": "0J0",
    "CustomPermission": "0CP",
    "RecordType": "012",
    "BusinessProcess": "019",
    "DeployRequest": "0Af",
    "RetrieveRequest": "09S",
}
_VALUES: Mapping[str, Sequence[str]] = {
    "ContactPointType": ("Email", "Phone", "MailingAddress", "Social", "Web"),
    "UsageType": ("Customer", "Employee"),
    "ForecastCategoryName": ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
    "ForecastCategory": ("Omitted", "Pipeline", "BestCase", "Forecast", "Closed"),
    "GeocodeAccuracy": ("Address", "Street", "Zip", "City", "State", "Unknown"),
    "CleanStatus": ("Matched", "Different", "NotFound", "Inactive", "Pending"),
    "Ownership": ("Public", "Private", "Subsidiary", "Other"),
    "StateCode": ("CA", "NY", "TX", "ON"),
    "CountryCode": ("CA", "DE", "FR", "GB", "IE", "NL", "US"),
    "MailingCountryCode": ("CA", "DE", "FR", "GB", "IE", "NL", "US"),
}
FIELD_VALUE_SETS: Mapping[str, str] = {
    "Account.AccountSource": "LeadSource",
    "Account.Industry": "Industry",
    "Account.Rating": "AccountRating",
    "Account.Type": "AccountType",
    "Contact.LeadSource": "LeadSource",
    "Contact.Salutation": "Salutation",
    "Lead.Industry": "Industry",
    "Lead.LeadSource": "LeadSource",
    "Lead.Rating": "AccountRating",
    "Lead.Salutation": "Salutation",
    "Lead.Status": "LeadStatus",
    "Opportunity.LeadSource": "LeadSource",
    "Opportunity.StageName": "OpportunityStage",
    "Opportunity.Type": "OpportunityType",
}
_SETS: Mapping[str, Sequence[str]] = {
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
    "Industry": ("Banking", "Education", "Healthcare", "Technology"),
    "AccountRating": ("Hot", "Warm", "Cold"),
    "AccountType": ("Prospect", "Customer - Direct", "Other"),
    "OpportunityType": ("Existing Business", "New Business"),
    "Salutation": ("Mr.", "Ms.", "Dr."),
}
_STAGES: Sequence[tuple[str, int, str, bool, bool]] = (
    ("Prospecting", 10, "Pipeline", False, False),
    ("Qualification", 20, "Pipeline", False, False),
    ("Proposal", 60, "BestCase", False, False),
    ("Closed Won", 100, "Closed", True, True),
    ("Closed Lost", 0, "Omitted", True, False),
)


def plant(store: Store, persona: str) -> None:
    """Plant a fresh org of that persona."""
    store.put(
        "Organization",
        "org",
        {
            **ORGANIZATIONS[persona],
            "OrganizationType": EDITIONS[persona],
            "TrialExpirationDate": None,
            "NamespacePrefix": None,
            "PreferencesConsentManagementEnabled": True,
        },
    )
    for user in USERS:
        store.put("User", user["Id"], {**user, "Name": user["Username"].partition("@")[0]})
    for profile in PROFILES:
        store.put("Profile", profile["Id"], dict(profile))
        shadow = "0PSEM" + profile["Id"][5:]
        store.put(
            "PermissionSet",
            shadow,
            {
                "Id": shadow,
                "Name": f"X{profile['Id']}",
                "Label": profile["Name"],
                "Description": None,
                "IsOwnedByProfile": True,
                "ProfileId": profile["Id"],
                "NamespacePrefix": None,
            },
        )
    for object_name in OBJECTS:
        for field in _fields(object_name):
            store.put(f"fields:{object_name}", f"{object_name}.{field['name']}", field)
    _plant_sets(store)
    _plant_rights(store)
    _plant_records(store)
    store.put(
        "LeadConvertSettings",
        "LeadConvertSettings",
        {"allowOwnerChange": True, "opportunityCreationOptions": "VisibleOptional", "objectMapping": []},
    )


def new_id(store: Store, kind: str) -> str:
    """An id of 18 characters with the prefix of its kind."""
    return f"{PREFIXES[kind]}EM{store.next_id(kind, 1001):010d}AAA"


def _fields(object_name: str) -> list[Doc]:
    return [_field(object_name, *text.split(":")) for text in f"{_SHARED} {_STANDARD[object_name]}".split()]


def _field(object_name: str, name: str, kind: str, length: str = "") -> Doc:
    bare = name.rstrip("!#")
    metadata: Doc = {"type": kind, "label": bare, "required": "!" in name}
    if length:
        metadata["length"] = int(length)
    if kind in ("Currency", "Number", "Percent"):
        metadata |= {"precision": 18, "scale": 0 if kind == "Number" else 2}
    if kind == "Picklist" and bare in _VALUES:
        listed = [{"valueName": value, "label": value, "default": False, "isActive": True} for value in _VALUES[bare]]
        metadata["valueSet"] = {"restricted": True, "valueSetDefinition": {"sorted": False, "value": listed}}
    secured = (
        "#" not in name
        and "!" not in name
        and bare not in ("Id", "OwnerId", "CreatedDate", "LastModifiedDate", "IsDeleted")
    )
    return {
        "id": None,
        "object": object_name,
        "name": bare,
        "custom": False,
        "permissionable": secured,
        "namespace": None,
        "metadata": metadata,
    }


def _plant_sets(store: Store) -> None:
    for name, listed in _SETS.items():
        _plant_set(store, name, [_value(value, place == 0) for place, value in enumerate(listed)])
    statuses = [
        _value("Open - Not Contacted", True),
        _value("Working - Contacted"),
        _value("Closed - Converted"),
        _value("Closed - Not Converted"),
    ]
    for status in statuses:
        status["converted"] = status["valueName"] == "Closed - Converted"
    _plant_set(store, "LeadStatus", statuses)
    stages = [
        _value(name, name == "Prospecting")
        | {"probability": probability, "forecastCategory": forecast, "closed": closed, "won": won}
        for name, probability, forecast, closed, won in _STAGES
    ]
    _plant_set(store, "OpportunityStage", stages)


def _value(name: str, default: bool = False) -> Doc:
    return {"valueName": name, "label": name, "default": default, "isActive": True, "description": None, "color": None}


def _plant_set(store: Store, name: str, listed: list[Doc]) -> None:
    metadata = {"sorted": False, "groupingStringEnum": None, "standardValue": listed}
    store.put(
        "StandardValueSet", name, {"Id": new_id(store, "StandardValueSet"), "MasterLabel": name, "Metadata": metadata}
    )


def _plant_rights(store: Store) -> None:
    shadows = [each["Id"] for each in store.list("PermissionSet") if each["IsOwnedByProfile"]]
    for field in (field for name in OBJECTS for field in store.list(f"fields:{name}")):
        if field["permissionable"]:
            for shadow in shadows:
                row_id = new_id(store, "FieldPermissions")
                name = f"{field['object']}.{field['name']}"
                store.put(
                    "FieldPermissions",
                    row_id,
                    {
                        "Id": row_id,
                        "ParentId": shadow,
                        "SobjectType": field["object"],
                        "Field": name,
                        "PermissionsRead": True,
                        "PermissionsEdit": True,
                    },
                )


def _plant_records(store: Store) -> None:
    titles = ("VP Sales", "Director of Marketing", "Marketing Manager", "Student", "")
    statuses = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted")
    for number in range(20):
        status = statuses[number % 3]
        _record(
            store,
            "Lead",
            LastName=f"Lead {number}",
            Company="Example",
            Title=titles[number % 5],
            Status=status,
            LeadSource="Web" if number % 2 else None,
            IsConverted=status == "Closed - Converted",
            CountryCode="US",
        )
    for number in range(10):
        _record(store, "Contact", LastName=f"Contact {number}", Title=titles[number % 5], LeadSource="Web")
    for number in range(4):
        _record(store, "Account", Name=f"Account {number}", Industry="Technology")
    for number in range(6):
        _record(store, "Opportunity", Name=f"Deal {number}", StageName=_STAGES[number % 5][0], CloseDate="2026-12-31")


def _record(store: Store, object_name: str, **values: Any) -> None:
    row_id = new_id(store, object_name)
    store.put(f"rows:{object_name}", row_id, {"Id": row_id, "IsDeleted": False, **values})
