"""The rights that the user of an Eloqua connection needs: they come from security groups, never from the app."""

from mopsctl.provider.capability import Right

RIGHTS = (
    Right("Advanced Users - Marketing", "finds the account's address after signing in"),
    Right(
        "Security group with view rights on contact fields, option lists, e-mail groups and custom objects",
        "reads what the manifests name",
        sure=False,
    ),
    Right(
        "Security group with create and edit rights on contact fields, option lists, e-mail groups and custom objects",
        "writes what the manifests name",
        "apply",
        sure=False,
    ),
)
"""What the user needs; Oracle documents no list of rights for each endpoint, so the last two are to be tried."""
