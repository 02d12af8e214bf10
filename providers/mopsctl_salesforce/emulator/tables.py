"""What can be queried, as the user who asks sees it: records, people and permissions, and the Tooling API's objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import describe, evaluate, formula, seed
from mopsctl_salesforce.emulator.access import is_secured, visible_fields
from mopsctl_salesforce.emulator.tablerows import Row, Table

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_PLAIN: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "Organization": (
        "Id Name IsSandbox OrganizationType TrialExpirationDate InstanceName NamespacePrefix PreferencesConsentManagementEnabled",
        {},
    ),
    "User": ("Id Username Name ProfileId", {"Profile": ("ProfileId", "Profile")}),
    "Profile": ("Id Name", {}),
    "PermissionSet": (
        "Id Name Label Description IsOwnedByProfile ProfileId NamespacePrefix",
        {"Profile": ("ProfileId", "Profile")},
    ),
    "FieldPermissions": (
        "Id ParentId SobjectType Field PermissionsRead PermissionsEdit",
        {"Parent": ("ParentId", "PermissionSet")},
    ),
    "PermissionSetAssignment": (
        "Id AssigneeId PermissionSetId",
        {"Assignee": ("AssigneeId", "User"), "PermissionSet": ("PermissionSetId", "PermissionSet")},
    ),
    "SetupEntityAccess": ("Id ParentId SetupEntityId SetupEntityType", {"Parent": ("ParentId", "PermissionSet")}),
    "CustomPermission": ("Id DeveloperName MasterLabel Description NamespacePrefix", {}),
    "RecordType": ("Id Name DeveloperName SobjectType IsActive BusinessProcessId", {}),
}
"""Objects whose rows are stored as they are queried: columns, and where relationships lead."""


def data(org: SalesforceEmulator, user: str) -> Callable[[str], Table | None]:
    """The tables of the REST interface for one user."""
    special: Mapping[str, Callable[[], Table]] = {
        "LeadStatus": lambda: _statuses(org),
        "OpportunityStage": lambda: _stages(org),
    }

    def find(name: str) -> Table | None:
        known = next((each for each in [*_PLAIN, *special, *seed.OBJECTS] if each.lower() == name.lower()), None)
        if known is None or (known in seed.CONSENT_OBJECTS and org.switch("consent") == "off"):
            return None
        if known in special:
            return special[known]()
        return _stored(org, known) if known in _PLAIN else _records(org, user, known)

    return find


def _stored(org: SalesforceEmulator, name: str) -> Table:
    columns, relations = _PLAIN[name]

    def rows() -> Sequence[Row]:
        if name == "Profile" and org.switch("profiles") == "hidden":
            return []
        return org.store.list(name)

    return Table(name, frozenset(columns.split()), rows, relations)


def _records(org: SalesforceEmulator, user: str, name: str) -> Table:
    fields = visible_fields(org, user, name)
    relations = {
        field["name"].removesuffix("Id"): (field["name"], _target(field))
        for field in fields
        if field["name"].endswith("Id")
    }
    return Table(name, frozenset(field["name"] for field in fields), lambda: records(org, name), relations)


def _target(field: Doc) -> str:
    return {"AccountId": "Account", "OwnerId": "User"}.get(field["name"], "User")


def records(org: SalesforceEmulator, name: str) -> list[Doc]:
    """Every record with the values of its formulas."""
    fields = org.fields(name)
    computed = [field for field in fields if field["metadata"].get("formula")]
    rows = org.store.list(f"rows:{name}")
    if not computed:
        return rows
    kinds = {field["name"]: describe.formula_type(field) for field in fields}
    trees = {field["name"]: (formula.parse(field["metadata"]["formula"]), field) for field in computed}
    return [row | _computed(row, kinds, trees) for row in rows]


def _computed(row: Doc, kinds: Mapping[str, str], trees: Mapping[str, tuple[formula.Node, Doc]]) -> Doc:
    def value(name: str) -> Any:
        tree, field = trees[name]
        zero = field["metadata"].get("formulaTreatBlanksAs") != "BlankAsBlank"
        others = {each: (lambda each=each: value(each)) for each in trees if each != name}
        today = datetime.now(UTC).date()
        return evaluate.evaluate(tree, evaluate.Record(row, kinds, today, zero=zero, formulas=others))

    return {name: _shown(value(name), field) for name, (_, field) in trees.items()}


def _shown(value: Any, field: Doc) -> Any:
    """A result as queries give it: percent fields are fractions to formulas only."""
    percent = field["metadata"]["type"] == "Percent" and value is not None
    return float(Decimal(str(value)) * 100) if percent else value


def _statuses(org: SalesforceEmulator) -> Table:
    listed = (org.store.get("StandardValueSet", "LeadStatus") or {})["Metadata"]["standardValue"]
    rows = [
        {
            "Id": f"01J{place:015d}",
            "ApiName": each["valueName"],
            "MasterLabel": each["label"],
            "SortOrder": place + 1,
            "IsDefault": each["default"],
            "IsConverted": bool(each.get("converted")),
        }
        for place, each in enumerate(listed)
        if each.get("isActive") is not False
    ]
    return Table(
        "LeadStatus", frozenset({"Id", "ApiName", "MasterLabel", "SortOrder", "IsDefault", "IsConverted"}), lambda: rows
    )


_FORECAST_NAMES = {"BestCase": "Best Case", "MostLikely": "Most Likely", "Forecast": "Commit"}


def _stages(org: SalesforceEmulator) -> Table:
    listed = (org.store.get("StandardValueSet", "OpportunityStage") or {})["Metadata"]["standardValue"]
    rows = [
        {
            "Id": f"01J{place:015d}",
            "ApiName": each["valueName"],
            "MasterLabel": each["label"],
            "SortOrder": place + 1,
            "IsActive": each.get("isActive") is not False,
            "IsClosed": each["closed"],
            "IsWon": each["won"],
            "ForecastCategory": each["forecastCategory"],
            "ForecastCategoryName": _FORECAST_NAMES.get(each["forecastCategory"], each["forecastCategory"]),
            "DefaultProbability": each["probability"],
        }
        for place, each in enumerate(listed)
    ]
    columns = {
        "Id",
        "ApiName",
        "MasterLabel",
        "SortOrder",
        "IsActive",
        "IsClosed",
        "IsWon",
        "ForecastCategory",
        "DefaultProbability",
        "ForecastCategoryName",
    }
    return Table("OpportunityStage", frozenset(columns), lambda: rows)


# -- the Tooling API


def tooling(org: SalesforceEmulator) -> Callable[[str], Table | None]:
    """The tables of the Tooling interface; field-level security plays no part there."""
    known: Mapping[str, Callable[[], Table]] = {
        "CustomField": lambda: _custom_fields(org),
        "FieldDefinition": lambda: _definitions(org),
        "EntityDefinition": _entities,
        "GlobalValueSet": lambda: _with_metadata(
            org, "GlobalValueSet", {"Id", "DeveloperName", "MasterLabel", "Description", "NamespacePrefix"}
        ),
        "StandardValueSet": lambda: _with_metadata(org, "StandardValueSet", {"Id", "MasterLabel"}),
        "ValidationRule": lambda: _rules(org),
        "RecordType": lambda: _with_metadata(org, "RecordType", {"Id", "Name", "SobjectType", "IsActive", "FullName"}),
        "BusinessProcess": lambda: _with_metadata(org, "BusinessProcess", {"Id", "Name", "FullName"}),
        "EntityLimit": lambda: _entity_limits(org),
        "DeployRequest": lambda: _deployments(org),
        "User": lambda: _stored(org, "User"),
    }

    def find(name: str) -> Table | None:
        found = next((each for each in known if each.lower() == name.lower()), None)
        return known[found]() if found else None

    return find


_ONE_ROW = frozenset({"Metadata", "FullName"})
_ENTITY: Mapping[str, tuple[str, str]] = {"EntityDefinition": ("EntityDefinitionId", "EntityDefinition")}


def _entities() -> Table:
    rows = [{"Id": name, "DurableId": name, "QualifiedApiName": name, "Label": name} for name in seed.OBJECTS]
    return Table(
        "EntityDefinition", frozenset({"Id", "DurableId", "QualifiedApiName", "Label"}), lambda: rows, plain=True
    )


def custom_field(org: SalesforceEmulator, field: Doc) -> Doc:
    """One row of `CustomField`."""
    return {
        "Id": field["id"],
        "DeveloperName": field["name"].removesuffix("__c").removeprefix(f"{field['namespace']}__"),
        "NamespacePrefix": field["namespace"],
        "TableEnumOrId": field["object"],
        "EntityDefinitionId": field["object"],
        "FullName": f"{field['object']}.{field['name']}",
        "Metadata": metadata_of(org, field["metadata"]),
    }


def metadata_of(org: SalesforceEmulator, metadata: Mapping[str, Any]) -> Doc:
    """Metadata as the Tooling API gives it: deactivated values and their key as the org's switches say."""
    shown = dict(metadata)
    for place in ("valueSet", "customValue", "standardValue"):
        if shown.get(place):
            hidden = describe.hides_inactive(org, metadata)
            shown[place] = _shown_values(org, shown[place], hidden=hidden)
    return shown


def _shown_values(org: SalesforceEmulator, value: Any, *, hidden: bool) -> Any:
    if isinstance(value, dict):
        return {
            key: each if key == "valueSettings" else _shown_values(org, each, hidden=hidden)
            for key, each in value.items()
        }
    if not isinstance(value, list):
        return value
    key = org.switch("value_key")
    kept = [each for each in value if not (hidden and isinstance(each, dict) and each.get("isActive") is False)]
    return [
        {key if name == "valueName" else name: each[name] for name in each} if isinstance(each, dict) else each
        for each in kept
    ]


def _custom_fields(org: SalesforceEmulator) -> Table:
    columns = {"Id", "DeveloperName", "NamespacePrefix", "TableEnumOrId", "EntityDefinitionId", "FullName", "Metadata"}

    def rows() -> list[Row]:
        return [custom_field(org, field) for field in org.all_fields() if field["custom"]]

    return Table("CustomField", frozenset(columns), rows, _ENTITY, one_row=_ONE_ROW)


def _definitions(org: SalesforceEmulator) -> Table:
    columns = {
        "DurableId",
        "QualifiedApiName",
        "DeveloperName",
        "Label",
        "DataType",
        "Description",
        "SecurityClassification",
        "ComplianceGroup",
        "BusinessStatus",
        "IsNillable",
        "IsFlsEnabled",
        "EntityDefinitionId",
        "Metadata",
    }

    def rows() -> list[Row]:
        return [
            {
                "DurableId": f"{field['object']}.{field['id'] or field['name']}",
                "QualifiedApiName": field["name"],
                "DeveloperName": field["name"].removesuffix("__c"),
                "Label": field["metadata"]["label"],
                "DataType": describe.data_type(field),
                "Description": field["metadata"].get("description"),
                "SecurityClassification": field["metadata"].get("securityClassification"),
                "ComplianceGroup": field["metadata"].get("complianceGroup"),
                "BusinessStatus": field["metadata"].get("businessStatus"),
                "IsNillable": not field["metadata"].get("required"),
                "IsFlsEnabled": is_secured(field),
                "EntityDefinitionId": field["object"],
                "Metadata": field["metadata"],
            }
            for field in org.all_fields()
        ]

    return Table("FieldDefinition", frozenset(columns), rows, _ENTITY, plain=True, one_row=frozenset({"Metadata"}))


def _with_metadata(org: SalesforceEmulator, name: str, columns: set[str]) -> Table:
    return Table(name, frozenset({*columns, "Metadata"}), lambda: org.store.list(name), one_row=_ONE_ROW)


def _rules(org: SalesforceEmulator) -> Table:
    columns = {
        "Id",
        "ValidationName",
        "EntityDefinitionId",
        "Active",
        "ErrorMessage",
        "ErrorDisplayField",
        "Description",
        "FullName",
        "Metadata",
    }
    return Table(
        "ValidationRule", frozenset(columns), lambda: org.store.list("ValidationRule"), _ENTITY, one_row=_ONE_ROW
    )


def _entity_limits(org: SalesforceEmulator) -> Table:
    most = org.limit("custom_fields")

    def rows() -> list[Row]:
        counts = {name: sum(field["custom"] for field in org.fields(name)) for name in seed.OBJECTS}
        return [
            {
                "DurableId": f"{name}.CustomFields",
                "EntityDefinitionId": name,
                "Type": "CustomFields",
                "Max": most,
                "Remaining": most - count,
            }
            for name, count in counts.items()
        ]

    return Table(
        "EntityLimit",
        frozenset({"DurableId", "EntityDefinitionId", "Type", "Max", "Remaining"}),
        rows,
        _ENTITY,
        plain=True,
    )


def _deployments(org: SalesforceEmulator) -> Table:
    columns = {"Id", "Status", "CheckOnly", "CreatedById", "CreatedDate"}
    return Table("DeployRequest", frozenset(columns), lambda: org.store.list("_deployments"))
