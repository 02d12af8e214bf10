"""Where things are on Eloqua's screens, as the vendor words it."""

from __future__ import annotations

FIELDS = "Settings > Database Setup > Fields & Views, tab Fields"
PICKLISTS = "Settings > Database Setup > Picklists"
SCORING = "Orchestration > Lead Scoring"
PROGRAMS = "Orchestration > Programs"
EMAIL_GROUPS = "Assets > Email Setup > Email Groups"
CUSTOM_OBJECTS = "Audience > Custom Objects"
CONTACTS = "Audience > Contacts"
FORMS = "Assets > Forms"
APPS = "Settings > Platform Extensions > Apps"

DATA_TYPES = {"text": "Text", "largeText": "Large Text", "numeric": "Numeric", "date": "Date", "number": "Number"}
FIELD_TYPES = {
    "text": "Text Box",
    "textArea": "Text Area",
    "singleSelect": "Picklist",
    "multiSelect": "Multi-Select Picklist",
    "checkbox": "Check Box",
    "radio": "Radio Buttons",
    "hidden": "Hidden",
}
