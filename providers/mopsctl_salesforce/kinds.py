"""Salesforce's kinds: what there is, which attributes it has, what may be done to it, and how much one call covers."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.contract import Attribute, Grain, Kind
from mopsctl_salesforce.cells import CELLS

__all__ = ["CELLS", "DEPLOYED", "KINDS", "ROWS_PER_CALL"]

ROWS_PER_CALL = 200
DEPLOY = Grain("deploy", size=10_000, deploy=True)
_ANOTHER_FIELD = "declare a field under another name, move the values, and retire this one"
_PUT_BACK = "yes: what stood there before is in the plan"

_DECIDING: Mapping[str, tuple[bool, ...]] = {"converted": (), "closed": (), "won": ()}
FIELD_ATTRIBUTES: Mapping[str, Attribute] = {
    "family": Attribute(
        mode="create-only",
        why="Salesforce would lose values, or refuses the conversion",
        instead=_ANOTHER_FIELD,
        title="kind of data",
    ),
    "type": Attribute(title="data type"),
    "label": Attribute(),
    "description": Attribute(),
    "help": Attribute(title="help text"),
    # Nobody knows which of the two an org does (fact: salesforce-shorter-length).
    "length": Attribute(
        narrows="what records hold beyond the new length is cut off, or Salesforce refuses it while they do"
    ),
    "precision": Attribute(title="number of digits", narrows="Salesforce refuses or rounds numbers with more digits"),
    "scale": Attribute(title="decimal places", narrows="Salesforce rounds numbers with more decimal places"),
    "visible_lines": Attribute(),
    "required": Attribute(),
    "unique": Attribute(),
    "case_sensitive": Attribute(),
    "external_id": Attribute(),
    "default": Attribute(title="default value", decides={"": ()}),
    "values": Attribute(
        keyed=True, retire={"active": False}, noun="picklist value", title="picklist values", decides=_DECIDING
    ),
    "order": Attribute(order_of="values", title="order of picklist values"),
    "restricted": Attribute(title="restriction to the defined values"),
    "value_set": Attribute(
        mode="create-only",
        why="no API turns a list of its own into a global value set, or back",
        instead=_ANOTHER_FIELD,
        title="global value set",
    ),
    "formula": Attribute(),
    "blanks": Attribute(title="treatment of blank fields"),
    "sensitivity": Attribute(title="data sensitivity level"),
    "compliance": Attribute(title="compliance categorization"),
    "usage": Attribute(title="field usage"),
    "reference_to": Attribute(
        mode="create-only", why="a relationship keeps the object it points to", instead=_ANOTHER_FIELD
    ),
    "relationship": Attribute(
        mode="create-only", why="the name of a relationship is taken for good", instead=_ANOTHER_FIELD
    ),
    "delete_constraint": Attribute(),
    "display_format": Attribute(),
    "summary_operation": Attribute(),
    "summarized_field": Attribute(),
    "summary_foreign_key": Attribute(),
    "controlled_by": Attribute(
        mode="verify",
        why="which values are offered beside which is the design of the form",
        title="dependency on another picklist",
    ),
    "holds": Attribute(
        mode="verify", why="Salesforce defines its standard fields itself", title="kind of data of the standard field"
    ),
}

_FIELD = Kind(
    name="field",
    noun="field",
    attributes=FIELD_ATTRIBUTES,
    grain=DEPLOY,
    removal="delete",
    undo_add="yes: delete it; Salesforce keeps it in its bin for 15 days, as NAME_del",
    undo_change=_PUT_BACK,
    undo_remove="yes: undelete it in Setup within 15 days; it comes back as NAME_del",
)

_VALUES = {
    "values": Attribute(
        keyed=True, retire={"active": False}, noun="picklist value", title="picklist values", decides=_DECIDING
    ),
    "order": Attribute(order_of="values", title="order of picklist values"),
}

_GLOBAL_SET = Kind(
    name="global-value-set",
    noun="global value set",
    attributes={"label": Attribute(), "description": Attribute(), **_VALUES},
    grain=DEPLOY,
    removal="delete",
    undo_add="yes: delete it while no field uses it; values can only be deactivated",
    undo_change="yes for labels and order; an added value can only be deactivated",
)

_STANDARD_SET = Kind(
    name="standard-value-set",
    noun="standard value set",
    attributes=_VALUES,
    grain=DEPLOY,
    creatable=False,
    undo_change="yes for labels and order; an added value can only be deactivated",
)

_PERMISSION_SET = Kind(
    name="permission-set",
    noun="permission set",
    attributes={
        "label": Attribute(),
        "description": Attribute(),
        "fields": Attribute(
            keyed=True, noun="field permission", title="field permissions", needs=lambda key, _item: (("field", key),)
        ),
        "custom_permissions": Attribute(keyed=True, noun="custom permission", title="custom permissions"),
    },
    grain=DEPLOY,
    removal="delete",
)

_CUSTOM_PERMISSION = Kind(
    name="custom-permission",
    noun="custom permission",
    attributes={"label": Attribute(), "description": Attribute()},
    grain=DEPLOY,
    removal="delete",
)

_VALIDATION_RULE = Kind(
    name="validation-rule",
    noun="validation rule",
    attributes={
        "formula": Attribute(title="error condition formula"),
        "message": Attribute(title="error message"),
        "display_field": Attribute(title="error location"),
        "active": Attribute(),
        "description": Attribute(),
    },
    grain=DEPLOY,
    removal="delete",
    undo_change=_PUT_BACK,
)

_CONVERSION = Kind(
    name="lead-conversion",
    noun="lead conversion mapping",
    attributes={
        "pairs": Attribute(
            keyed=True,
            noun="field pair",
            title="mapped fields",
            needs=lambda key, item: (("field", key), ("field", f"Lead.{item['from']}")),
        )
    },
    grain=DEPLOY,
    creatable=False,
    undo_change="yes: take the pair out again",
)

_ASSIGNMENT = Kind(
    name="permission-assignment",
    noun="permission set assignment",
    attributes={
        "users": Attribute(keyed=True, noun="user"),
        "assigned": Attribute(mode="verify", why="mopsctl does not know which user the connector signs in as"),
    },
    grain=Grain("permission-assignment", size=ROWS_PER_CALL),
    removal="delete",
    undo_remove="yes: who had the permission set is in the plan",
)

_ACCESS = Kind(
    name="field-access",
    noun="edit access to the field",
    attributes={"editors": Attribute(title="profiles and other permission sets that may edit")},
    grain=Grain("field-access", size=ROWS_PER_CALL),
    undo_change="yes: the profiles and permission sets that could edit are in the plan",
)

_OFFER = Kind(
    name="record-type-values",
    noun="values offered by record types",
    attributes={
        "values": Attribute(
            mode="verify",
            keyed=True,
            why="what a record type offers is the design of its sales process",
            title="values that every active record type offers",
        )
    },
    grain=Grain("record-type-values"),
    creatable=False,
)


def _row(name: str, noun: str, attributes: Mapping[str, Attribute]) -> Kind:
    own = {"key": Attribute(title="mopsctl key"), "name": Attribute(), **attributes}
    return Kind(name=name, noun=noun, attributes=own, grain=Grain(name, size=ROWS_PER_CALL), removal="delete")


_ALL = (
    _FIELD,
    _GLOBAL_SET,
    _STANDARD_SET,
    _PERMISSION_SET,
    _CUSTOM_PERMISSION,
    _VALIDATION_RULE,
    _CONVERSION,
    _ASSIGNMENT,
    _ACCESS,
    _OFFER,
    _row("legal-basis", "legal basis", {"description": Attribute()}),
    _row(
        "purpose", "data use purpose", {"description": Attribute(), "can_opt_out": Attribute(title="opt-out allowed")}
    ),
    _row("engagement-channel", "engagement channel type", {"contact_point": Attribute(title="contact point type")}),
    _row("subscription", "communication subscription", {"purpose": Attribute()}),
    _row(
        "subscription-channel",
        "communication subscription channel",
        {"subscription": Attribute(), "channel": Attribute()},
    ),
    Kind.on_screens(
        "automation",
        "flow",
        "a flow that is deployed to production arrives inactive and needs tests, so a person builds it",
    ),
    Kind.on_screens("setting", "setting", "no API of Salesforce reaches it"),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
DEPLOYED = frozenset(kind.name for kind in _ALL if kind.grain is DEPLOY)
"""Kinds whose writes go together in one metadata deployment."""
