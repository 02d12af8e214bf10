"""What a fresh account has: HubSpot's own properties, groups, stages and subscription types.

Names, types and permissions are as recorded from real accounts; the list is the part that marketing stacks touch.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Standard:
    """One property of HubSpot's own.

    `options` are pairs of value and label; `read_only` is about values on records; `options_change` allows PATCH of the
    options although the definition is read-only; `external` options come from elsewhere; `own_definition` lets people change the
    definition itself, as some of HubSpot's properties do.
    """

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    options_change: bool = False
    external: bool = False
    hidden: bool = False
    unique: bool = False
    own_definition: bool = False


def _words(*labels: str) -> tuple[tuple[str, str], ...]:
    return tuple((label.upper().replace(" ", "_"), label) for label in labels)


BOOLEAN = (("true", "Yes"), ("false", "No"))
LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUSES = _words(
    "New", "Open", "In progress", "Open deal", "Unqualified", "Attempted to contact", "Connected", "Bad timing"
)
LEAD_STATUS_ORDER = (0, 1, 2, 2, 3, 4, 5, 6)
"""Recorded display orders: the repetition is real."""
# The first two values hold an en dash, the third a hyphen: recorded so, and the reason not to type them from a label.
LEGAL_BASES = (
    ("Legitimate interest \u2013 prospect/lead", "Legitimate interest - prospect/lead"),
    ("Legitimate interest \u2013 existing customer", "Legitimate interest - existing customer"),
    ("Legitimate interest - other", "Legitimate interest - other"),
    ("Performance of a contract", "Performance of a contract"),
    ("Freely given consent from contact", "Freely given consent from contact"),
    ("Not applicable", "Not applicable"),
)
INDUSTRIES = _words("Accounting", "Computer software", "Financial services", "Internet", "Marketing and advertising")
COMPANY_TYPES = _words("Prospect", "Partner", "Reseller", "Vendor", "Other")

ENUMERATION, SELECT, RADIO = "enumeration", "select", "radio"
_STAGE = Standard("lifecyclestage", "Lifecycle Stage", ENUMERATION, RADIO)
_LEAD_STATUS = Standard(
    "hs_lead_status", "Lead Status", ENUMERATION, RADIO, "sales_properties", LEAD_STATUSES, options_change=True
)
_COMMON = (
    Standard("hs_object_id", "Record ID", "number", "number", read_only=True),
    Standard("createdate", "Create Date", "datetime", "date", read_only=True),
    Standard("hs_lastmodifieddate", "Last Modified Date", "datetime", "date", read_only=True),
    Standard("hs_pipeline", "Pipeline", ENUMERATION, SELECT, external=True, hidden=True),
    Standard("hubspot_owner_id", "Owner", ENUMERATION, SELECT, external=True),
)
_PLACE = (
    Standard("phone", "Phone Number", "string", "phonenumber"),
    Standard("address", "Street Address"),
    Standard("city", "City"),
    # People may change the definitions of some of HubSpot's own (fact: hubspot-own-definitions).
    Standard("state", "State/Region", own_definition=True),
    Standard("zip", "Postal Code"),
    Standard("country", "Country/Region", own_definition=True),
    Standard("numberofemployees", "Number of Employees", "number", "number"),
)
SOURCES = _words(
    "Organic search", "Paid search", "Email marketing", "Organic social", "Referrals", "Other campaigns", "Direct traffic",
    "Offline sources", "Paid social", "AI referrals",
)  # fmt: skip
_SOURCE_VALUES = [
    "ORGANIC_SEARCH",
    "PAID_SEARCH",
    "EMAIL_MARKETING",
    "SOCIAL_MEDIA",
    "REFERRALS",
    "OTHER_CAMPAIGNS",
    "DIRECT_TRAFFIC",
    "OFFLINE",
    "PAID_SOCIAL",
    "AI_REFERRALS",
]
SOURCES = tuple((value, label) for value, (_, label) in zip(_SOURCE_VALUES, SOURCES, strict=True))


def _read_only(group: str, type_: str, field_type: str, names: str) -> tuple[Standard, ...]:
    """Properties that HubSpot fills itself, by their names."""
    return tuple(
        Standard(
            name, name.removeprefix("hs_").replace("_", " ").capitalize(), type_, field_type, group, read_only=True
        )
        for name in names.split()
    )


_ANALYTICS = (
    Standard("hs_analytics_source", "Original Traffic Source", ENUMERATION, SELECT, "analyticsinformation", SOURCES, read_only=True),
    Standard("hs_latest_source", "Latest Traffic Source", ENUMERATION, SELECT, "analyticsinformation", SOURCES, read_only=True),
    *_read_only(
        "analyticsinformation", "string", "text",
        "hs_analytics_source_data_1 hs_analytics_source_data_2 hs_latest_source_data_1 hs_latest_source_data_2"
        " hs_analytics_first_url hs_analytics_last_url hs_analytics_first_referrer hs_analytics_last_referrer",
    ),
    *_read_only(
        "analyticsinformation", "number", "number",
        "hs_analytics_num_page_views hs_analytics_num_visits hs_analytics_num_event_completions hs_analytics_average_page_views"
        " hs_analytics_revenue",
    ),
    *_read_only(
        "analyticsinformation", "datetime", "date",
        "hs_analytics_first_timestamp hs_analytics_last_timestamp hs_analytics_first_visit_timestamp"
        " hs_analytics_last_visit_timestamp hs_latest_source_timestamp",
    ),
)  # fmt: skip
_CONVERSIONS = (
    *_read_only("conversioninformation", "string", "text", "recent_conversion_event_name first_conversion_event_name"),
    *_read_only("conversioninformation", "datetime", "date", "recent_conversion_date first_conversion_date"),
    *_read_only("conversioninformation", "number", "number", "num_conversion_events num_unique_conversion_events"),
)
_EMAILS = (
    *_read_only("emailinformation", "number", "number", "hs_email_open hs_email_click hs_email_delivered"),
    *_read_only(
        "emailinformation",
        "datetime",
        "date",
        "hs_email_last_open_date hs_email_last_click_date hs_email_last_send_date",
    ),
    *_read_only("contactinformation", "string", "text", "hs_email_domain"),
)
_SALES = (
    *_read_only(
        "sales_properties", "datetime", "date", "notes_last_contacted notes_last_updated notes_next_activity_date"
    ),
    *_read_only("sales_properties", "number", "number", "num_notes num_contacted_notes num_associated_deals"),
)

CONTACT_PROPERTIES = (
    Standard("email", "Email", unique=True),
    Standard("firstname", "First Name"),
    Standard("lastname", "Last Name"),
    Standard("jobtitle", "Job Title"),
    Standard("company", "Company Name"),
    Standard("website", "Website URL"),
    Standard("mobilephone", "Mobile Phone Number", "string", "phonenumber"),
    Standard("industry", "Industry", own_definition=True),
    Standard("annualrevenue", "Annual Revenue", own_definition=True),
    Standard("fax", "Fax Number"),
    Standard("salutation", "Salutation"),
    Standard("hs_persona", "Persona", ENUMERATION, SELECT),
    Standard("hs_timezone", "Time Zone", ENUMERATION, SELECT, external=True),
    Standard("hs_country_region_code", "Country/Region Code"),
    Standard("hs_state_code", "State/Region Code"),
    Standard("hs_predictivecontactscore_v2", "Likelihood to close", "number", "number", read_only=True),
    Standard("hs_language", "Preferred language", ENUMERATION, SELECT, options=(("de", "German"), ("en", "English"))),
    Standard("associatedcompanyid", "Primary Associated Company ID", "number", "number"),
    *_PLACE,
    *_COMMON,
    _STAGE,
    _LEAD_STATUS,
    Standard(
        "hs_legal_basis",
        "Legal basis for processing contact's data",
        ENUMERATION,
        "checkbox",
        options=LEGAL_BASES,
        options_change=True,
    ),
    Standard(
        "hs_email_optout",
        "Unsubscribed from all email",
        "bool",
        "booleancheckbox",
        "emailinformation",
        BOOLEAN,
        read_only=True,
    ),
    Standard(
        "hs_marketable_status",
        "Marketing contact status",
        ENUMERATION,
        "booleancheckbox",
        options=(("true", "Marketing contact"), ("false", "Non-marketing contact")),
        read_only=True,
    ),
    Standard(
        "hs_marketable_until_renewal",
        "Marketing contact until next update",
        ENUMERATION,
        "booleancheckbox",
        options=BOOLEAN,
        read_only=True,
    ),
    Standard("hs_email_bounce", "Marketing emails bounced", "number", "number", "emailinformation", read_only=True),
    Standard(
        "hs_email_hard_bounce_reason_enum",
        "Email hard bounce reason",
        ENUMERATION,
        SELECT,
        "emailinformation",
        _words("Bounced", "Content", "Mailbox full", "Spam", "Unknown user"),
        read_only=True,
    ),
    Standard("hubspotscore", "HubSpot Score", "number", "calculation_score", read_only=True),
    *_ANALYTICS,
    *_CONVERSIONS,
    *_EMAILS,
    *_SALES,
)
COMPANY_PROPERTIES = (
    Standard("name", "Company name"),
    Standard("domain", "Company Domain Name"),
    Standard("website", "Website URL"),
    Standard("description", "Description", "string", "textarea"),
    Standard("industry", "Industry", ENUMERATION, SELECT, options=INDUSTRIES, options_change=True),
    Standard("type", "Type", ENUMERATION, SELECT, options=COMPANY_TYPES, options_change=True),
    Standard("annualrevenue", "Annual Revenue", "number", "number", own_definition=True),
    Standard("founded_year", "Year Founded"),
    Standard("linkedin_company_page", "LinkedIn Company Page"),
    *_PLACE,
    *_ANALYTICS,
    *_SALES,
    *_COMMON,
    _STAGE,
    _LEAD_STATUS,
    Standard("hs_num_open_deals", "Number of open deals", "number", "calculation_rollup", read_only=True),
)
DEAL_PROPERTIES = (
    Standard("dealname", "Deal Name"),
    Standard("amount", "Amount", "number", "number"),
    Standard("closedate", "Close Date", "datetime", "date"),
    Standard("dealstage", "Deal Stage", ENUMERATION, RADIO, external=True),
    Standard("pipeline", "Pipeline", ENUMERATION, SELECT, external=True),
    Standard("dealtype", "Deal Type", ENUMERATION, RADIO, options=_words("Newbusiness", "Existingbusiness")),
    *_COMMON[:3],
    _COMMON[4],
)
TICKET_PROPERTIES = (
    Standard("subject", "Ticket name"),
    Standard("content", "Ticket description", "string", "textarea"),
    Standard("hs_ticket_priority", "Priority", ENUMERATION, SELECT, options=_words("Low", "Medium", "High")),
    Standard("hs_pipeline_stage", "Ticket status", ENUMERATION, SELECT, external=True),
    *_COMMON,
)
LEAD_PROPERTIES = (
    Standard("hs_lead_name", "Lead Name"),
    Standard("hs_pipeline_stage", "Lead Stage", ENUMERATION, SELECT, external=True),
    *_COMMON,
)
PROPERTIES: dict[str, tuple[Standard, ...]] = {
    "0-1": CONTACT_PROPERTIES,
    "0-2": COMPANY_PROPERTIES,
    "0-3": DEAL_PROPERTIES,
    "0-5": TICKET_PROPERTIES,
    "0-136": LEAD_PROPERTIES,
}

GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "0-1": (
        ("contactinformation", "Contact information"),
        ("emailinformation", "Email information"),
        ("sales_properties", "Sales properties"),
        ("analyticsinformation", "Web analytics history"),
        ("conversioninformation", "Conversion information"),
        ("contactlcs", "Contact lifecycle stage"),
        ("socialmediainformation", "Social media information"),
    ),
    "0-2": (
        ("companyinformation", "Company information"),
        ("analyticsinformation", "Web analytics history"),
        ("sales_properties", "Sales properties"),
        ("companylcs", "Company lifecycle stage"),
    ),
    "0-3": (("dealinformation", "Deal information"), ("deal_activity", "Deal activity")),
    "0-5": (("ticketinformation", "Ticket information"),),
    "0-136": (("leadinformation", "Lead information"),),
}
STAMP_GROUPS = {"0-1": "contactlcs", "0-2": "companylcs"}
"""Where the dates of the lifecycle stages lie."""


def stamped(stage: str) -> str:
    """A stage id as it stands in the names of its date properties: other signs are cleaned, and a number makes it unique."""
    if re.fullmatch(r"[a-z0-9_]+", stage):
        return stage
    return f"{re.sub('[^a-z0-9_]', '_', stage.lower())}_{zlib.crc32(stage.encode())}"  # (fact: hubspot-dashed-stages).


def stamps(stage: str, label: str) -> tuple[Standard, ...]:
    """The properties that HubSpot keeps for one lifecycle stage."""
    stage = stamped(stage)
    return (
        Standard(f"hs_v2_date_entered_{stage}", f'Date entered "{label}"', "datetime", "date", read_only=True),
        Standard(f"hs_v2_date_exited_{stage}", f'Date exited "{label}"', "datetime", "date", read_only=True),
        Standard(
            f"hs_v2_cumulative_time_in_{stage}", f'Cumulative time in "{label}"', "number", "number", read_only=True
        ),
        Standard(f"hs_v2_latest_time_in_{stage}", f'Latest time in "{label}"', "number", "number", read_only=True),
    )


def old_stamp(stage: str, label: str) -> Standard:
    """The date property of former years; only the stages that every account starts with have one."""
    return Standard(f"hs_lifecyclestage_{stage}_date", f"Became a {label} Date", "datetime", "date", read_only=True)


DEAL_STAGES: Sequence[tuple[str, str, str]] = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
TICKET_STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)
LEAD_STAGES = (
    ("new-stage-id", "New", "OPEN"),
    ("attempting-stage-id", "Attempting", "OPEN"),
    ("connected-stage-id", "Connected", "OPEN"),
    ("qualified-stage-id", "Qualified", "CLOSED"),
    ("unqualified-stage-id", "Unqualified", "CLOSED"),
)
SUBSCRIPTIONS = (
    ("Marketing Information", "Marketing offers and updates.", "Marketing", False),
    (
        "Customer Service Communication",
        "Feedback requests and customer service information.",
        "Customer service",
        False,
    ),
    ("One to One", "One to one emails", "Sales", True),
)
"""Name, description, purpose, internal."""
