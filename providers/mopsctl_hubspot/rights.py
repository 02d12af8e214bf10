"""The scopes that a private app or service key of HubSpot needs. Facts: HubSpot's scope table for each endpoint."""

from mopsctl.provider.capability import Right

OBJECTS = {"contacts": "contacts", "companies": "companies", "deals": "deal pipelines"}
LEFT_OUT = "no manifest names the object"

RIGHTS = (
    Right("oauth", "reads which account it is; a service key always holds it"),
    *(
        Right(f"crm.objects.{name}.read", f"reads the properties of {what} and counts records", when=LEFT_OUT)
        for name, what in OBJECTS.items()
    ),
    Right("tickets", "reads and writes ticket pipelines; HubSpot has one scope for both", when=LEFT_OUT),
    Right("communication_preferences.read", "reads subscription types", when="no purpose is bound to one"),
    Right("mh-lead-scoring-view", "reads lead scores", when="the switch for lead scores is off", sure=False),
    *(
        Right(f"crm.schemas.{name}.write", f"writes the properties of {what}", "apply", LEFT_OUT)
        for name, what in OBJECTS.items()
    ),
    *(
        Right(
            f"crm.objects.{name}.sensitive.write",
            f"writes properties of {what} that are marked as sensitive",
            "apply",
            "no property is",
        )
        for name in ("contacts", "companies")
        for what in (OBJECTS[name],)
    ),
    Right(
        "mh-lead-scoring-edit", "writes drafts of lead scores", "apply", "the switch for lead scores is off", sure=False
    ),
)
"""What the app needs, the rights of reading first."""
