"""The permissions that the user of a Salesforce connection needs, from a permission set or a profile."""

from mopsctl.provider.capability import Right

RIGHTS = (
    Right("API Enabled", "lets the user call at all", sure=False),
    Right("View Setup and Configuration", "reads fields, value sets and field permissions"),
    Right(
        "Read on Lead, Contact, Account, Opportunity",
        "reads what the manifests name and counts records",
        when="no manifest names the object",
    ),
    Right(
        "View All Records on these objects",
        "counts the records of everybody, not only the user's own",
        when="counts are left out with --no-counts",
        sure=False,
    ),
    Right(
        "Modify Metadata Through Metadata API Functions",
        "deploys fields, value sets, permission sets and flows",
        "apply",
    ),
    Right("Customize Application", "changes fields and picklists", "apply", sure=False),
    Right(
        "Manage Profiles and Permission Sets", "writes the permission set that shows the fields", "apply", sure=False
    ),
    Right("Assign Permission Sets", "assigns that permission set to the user", "apply", sure=False),
)
"""What the user needs, the permissions of reading first."""
