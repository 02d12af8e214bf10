"""Metadata components: every type that a deployment may hold, taken one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import conversion, formula, seed
from mopsctl_salesforce.emulator.fieldparts import Fields
from mopsctl_salesforce.emulator.lists import Lists
from mopsctl_salesforce.emulator.refusals import NAME, ComponentError, Taken
from mopsctl_salesforce.emulator.rights import Rights

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator


class Components:
    """Takes components into an org."""

    def __init__(self, org: SalesforceEmulator) -> None:
        self._org = org
        self._store = org.store
        self.fields = Fields(org)
        lists, rights = Lists(org), Rights(org)
        self._takers: Mapping[str, Callable[[str, Doc], Taken]] = {
            "CustomField": self.fields.take,
            "GlobalValueSet": lists.global_set,
            "StandardValueSet": lists.standard_set,
            "CustomPermission": rights.custom_permission,
            "ValidationRule": self.rule,
            "PermissionSet": rights.permission_set,
            "LeadConvertSettings": self.conversion,
        }
        self._rights = rights

    def take(self, kind: str, name: str, content: Doc) -> Taken:
        """Take one component. Raises ComponentError."""
        return self._takers[kind](name, content)

    def rule(self, name: str, content: Doc) -> Taken:
        """Create or replace a validation rule."""
        object_name, _, bare = name.partition(".")
        if len(bare) > 40 or NAME.fullmatch(bare) is None:
            raise ComponentError(f"Rule Name: invalid name {bare}", "INVALID_FIELD_NAME")
        message = content.get("errorMessage") or ""
        if not message or len(message) > 255:
            raise ComponentError("Error Message: a text of 1 to 255 characters is required", "STRING_TOO_LONG")
        display = content.get("errorDisplayField")
        if display and self._org.field(f"{object_name}.{display}") is None:
            raise ComponentError(f"Field {display} does not exist. Check spelling.")
        try:
            tree = formula.parse(str(content.get("errorConditionFormula") or ""))
            permissions = frozenset(each["DeveloperName"] for each in self._store.list("CustomPermission"))
            result = formula.Checker(self.fields.formula_types(object_name), rule=True, permissions=permissions).check(
                tree
            )
        except formula.FormulaError as error:
            raise ComponentError(f"Error: {error}") from error
        if result != "Boolean":
            raise ComponentError(
                f"Error: Formula result is data type ({result}), incompatible with expected data type (Boolean)."
            )
        known = self._store.get("ValidationRule", name)
        row_id = known["Id"] if known else seed.new_id(self._store, "ValidationRule")
        row = {
            "Id": row_id,
            "ValidationName": bare,
            "EntityDefinitionId": object_name,
            "FullName": name,
            "Active": content.get("active") is True,
            "ErrorMessage": message,
            "ErrorDisplayField": display,
            "Description": content.get("description"),
            "Metadata": content,
        }
        self._store.put("ValidationRule", name, row)
        return Taken(row_id, created=known is None, changed=known != row)

    def conversion(self, name: str, content: Doc) -> Taken:
        """Replace the lead conversion settings, as a whole or pair by pair as the org's switch says."""
        mappings = content.get("objectMapping") or []
        known = self._store.get("LeadConvertSettings", "LeadConvertSettings") or {}
        if self._org.switch("conversion_mode") == "merge":
            mappings = _merged_mappings(known["objectMapping"], mappings)
        conversion.check(self._org, mappings)
        after = {
            **known,
            **{key: value for key, value in content.items() if key != "objectMapping"},
            "objectMapping": mappings,
        }
        self._store.put("LeadConvertSettings", "LeadConvertSettings", after)
        return Taken(name, changed=known != after)

    def destroy(self, kind: str, name: str) -> Taken:
        """Delete a component; one that is not there is a warning."""
        warning = f"No {kind} named: {name} found"
        if kind == "CustomField":
            return self.fields.destroy(name, warning)
        if kind == "GlobalValueSet" and any(_uses(field, name) for field in self._org.all_fields()):
            raise ComponentError(f"The global value set {name} is in use", "DEPENDENCY_EXISTS")
        if kind in ("GlobalValueSet", "ValidationRule", "CustomPermission"):
            return Taken(name) if self._store.delete(kind, name) else Taken("", changed=False, warning=warning)
        if kind == "PermissionSet":
            return self._rights.destroy(name, warning)
        raise ComponentError(f"Components of the type {kind} cannot be deleted", "CANNOT_DELETE_MANAGED_OBJECT")


def _merged_mappings(before: Sequence[Doc], new: Sequence[Doc]) -> list[Doc]:
    pairs = {
        (each["outputObject"], pair["outputField"]): pair
        for part in (before, new)
        for each in part
        for pair in each["mappingFields"]
    }
    objects = sorted({target for target, _ in pairs})
    return [
        {
            "inputObject": "Lead",
            "outputObject": target,
            "mappingFields": [pairs[key] for key in sorted(pairs) if key[0] == target],
        }
        for target in objects
    ]


def _uses(field: Doc, value_set: str) -> bool:
    return bool((field["metadata"].get("valueSet") or {}).get("valueSetName") == value_set)
