"""HubSpot's own names: objects, the properties every account has, default groups, API versions."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider import convert

VERSIONS = ("2026-09", "2026-03", "v3")  # the first is the default
SCORING_VERSIONS = ("2026-09-beta", "2027-03-beta")
LIFECYCLE_PROPERTY = "lifecyclestage"
STAMP = "hs_v2_date_entered_"  # and the stage's internal value: when a record entered it
OPT_OUT_PROPERTY = "hs_email_optout"
LEGAL_BASIS_PROPERTY = "hs_legal_basis"

OBJECT_IDS: Mapping[str, str] = {"contact": "0-1", "company": "0-2", "deal": "0-3", "ticket": "0-5", "lead": "0-136"}
PLURALS: Mapping[str, str] = {"contact": "contacts", "company": "companies", "deal": "deals", "ticket": "tickets"}
DEFAULT_GROUPS: Mapping[str, str] = {
    "contact": "contactinformation",
    "company": "companyinformation",
    "deal": "dealinformation",
    "ticket": "ticketinformation",
}
LIFECYCLE_PIPELINES: Mapping[str, str] = {
    "contact": "contacts-lifecycle-pipeline",
    "company": "companies-lifecycle-pipeline",
}
DEFAULT_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)

_SHARED = "address city country createdate hubspot_owner_id lifecyclestage phone state website zip"
_CONTACT = f"""{_SHARED}
    annualrevenue associatedcompanyid closedate company date_of_birth degree email fax field_of_study
    first_deal_created_date firstname gender graduation_date hubspotscore industry job_function jobtitle
    lastmodifieddate lastname marital_status message military_status mobilephone notes_last_contacted
    notes_last_updated num_associated_deals num_contacted_notes num_notes numemployees recent_deal_amount
    relationship_status salutation school seniority start_date total_revenue twitterhandle work_email"""
_COMPANY = f"""{_SHARED}
    about_us address2 annualrevenue closedate days_to_close description domain facebook_company_page
    first_contact_createdate founded_year industry is_public linkedin_company_page linkedinbio name
    notes_last_contacted notes_last_updated num_associated_contacts num_associated_deals numberofemployees
    recent_deal_amount timezone total_money_raised total_revenue twitterhandle type web_technologies"""
_DEAL = "amount closedate createdate dealname dealstage dealtype description hubspot_owner_id pipeline"
_TICKET = "closed_date content createdate hubspot_owner_id source_type subject time_to_close"
STANDARD: Mapping[str, frozenset[str]] = {
    "contact": frozenset(_CONTACT.split()),
    "company": frozenset(_COMPANY.split()),
    "deal": frozenset(_DEAL.split()),
    "ticket": frozenset(_TICKET.split()),
}
"""Properties of every account that do not begin with `hs_`."""


def singular(name: str) -> str:
    """The object's name as addresses use it, from any spelling HubSpot takes in a path (`Contacts`, `0-1`, `contact`)."""
    lower = name.lower()
    for known, plural in PLURALS.items():
        if lower in (known, plural, OBJECT_IDS[known]):
            return known
    return "lead" if lower in ("lead", "leads", OBJECT_IDS["lead"]) else name


def plural(name: str) -> str:
    """The object's name as paths use it; custom objects and ids stay as they are."""
    return OBJECT_IDS["lead"] if name == "lead" else PLURALS.get(name, name)


def titled(label: str, object_name: str) -> str:
    """What people call a thing of one object: `Business unit (contacts)`."""
    return convert.titled(label, "leads" if object_name == "lead" else PLURALS.get(object_name, object_name))


def is_standard(object_name: str, name: str) -> bool:
    """True for a property that HubSpot itself defines: it is never created and its definition is never written."""
    return name.startswith("hs_") or name in STANDARD.get(object_name, frozenset())


def split(name: str) -> tuple[str, str]:
    """The object and the rest of an address's name, `contact.business_unit`."""
    object_name, _, rest = name.partition(".")
    return object_name, rest


def readable(name: str) -> str:
    """A label for a property that was given none: `business_unit` becomes `Business unit`."""
    return name.replace("_", " ").capitalize()
