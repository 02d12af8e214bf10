"""The permissions, all of the group Access API, that the role of a Marketo API-only user needs."""

from mopsctl.provider.capability import Right

RIGHTS = (
    Right("Read-Write Schema Custom Field", "reads and writes custom fields; no permission is for reading alone"),
    Right("Read-Write Schema Standard Field", "reads the vendor's own fields, and writes what may be changed of them"),
    Right("Read-Only Lead", "describes fields and counts people; some screens call it Person"),
    Right("Read-Only Assets", "reads programs, folders and tokens"),
    Right("Read-Only Custom Object Type", "reads custom objects", when="no manifest names one"),
    Right("Read-Only Activity Metadata", "reads custom activity types", when="no manifest names one"),
    Right("Read-Write Assets", "writes programs, folders and tokens", "apply"),
    Right("Read-Write Custom Object Type", "writes custom objects", "apply", "no manifest names one"),
)
"""What the role needs, the permissions of reading first."""
