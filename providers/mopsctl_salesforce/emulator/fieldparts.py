"""Custom fields: what the server checks, formulas among it, and what it does when it takes or deletes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import describe, formula, seed
from mopsctl_salesforce.emulator.lists import Lists
from mopsctl_salesforce.emulator.refusals import NAME, ComponentError, Taken

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_TYPES = frozenset(describe.TYPES) - {"Id"}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "Text": ("length",),
    "LongTextArea": ("length", "visibleLines"),
    "Html": ("length", "visibleLines"),
    "Number": ("precision", "scale"),
    "Currency": ("precision", "scale"),
    "Percent": ("precision", "scale"),
    "Checkbox": ("defaultValue",),
    "Picklist": ("valueSet",),
    "MultiselectPicklist": ("valueSet", "visibleLines"),
    "AutoNumber": ("displayFormat",),
    "Lookup": ("referenceTo", "relationshipName"),
    "MasterDetail": ("referenceTo", "relationshipName"),
    "Summary": ("summaryOperation", "summaryForeignKey"),
}
_FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "Checkbox": ("required", "length", "precision", "scale"),
    "MasterDetail": ("required", "deleteConstraint", "lookupFilter"),
    "Summary": ("precision", "scale", "required", "length"),
    "Date": ("length", "precision"),
    "DateTime": ("length", "precision"),
    "Email": ("length",),
    "Phone": ("length",),
    "Url": ("length",),
    "Picklist": ("length",),
}
_LENGTHS: Mapping[str, int] = {"Text": 255, "LongTextArea": 131_072, "Html": 131_072, "EncryptedText": 175}
_FAMILIES = (
    frozenset({"Text", "TextArea", "LongTextArea", "Email", "Phone", "Url"}),
    frozenset({"Number", "Currency", "Percent"}),
)


class Fields:
    """Takes custom fields into an org."""

    def __init__(self, org: SalesforceEmulator) -> None:
        self._org = org
        self._store = org.store

    def take(self, name: str, metadata: Doc) -> Taken:
        """Create or replace a custom field."""
        object_name, _, bare = name.partition(".")
        known = self._org.field(name)
        if known is not None and known.get("namespace"):
            changed = sorted(key for key, value in metadata.items() if known["metadata"].get(key) != value)
            raise ComponentError(
                f"Cannot modify managed object: entity=CustomFieldDefinition, component={known['id']},"
                f" field={changed[0] if changed else 'MasterLabel'}, state=installed",
                "CANNOT_MODIFY_MANAGED_OBJECT",
            )
        if known is not None and not known["custom"]:
            raise ComponentError(f"Cannot modify managed or standard field: {name}", "CANNOT_MODIFY_MANAGED_OBJECT")
        if object_name not in seed.OBJECTS:
            raise ComponentError(
                f"Entity Enumeration Or ID: bad value for restricted picklist field: {object_name}",
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            )
        self._check_name(bare)
        metadata = {key: value for key, value in metadata.items() if value is not None}
        self._check_shape(name, metadata)
        self._check_change(name, known, metadata)
        if "valueSet" in metadata:
            metadata["valueSet"] = Lists(self._org).of_field(object_name, known, metadata["valueSet"])
        if metadata.get("formula"):
            self._check_formula(object_name, bare, metadata)
        if known is None and sum(each["custom"] for each in self._org.fields(object_name)) >= self._org.limit(
            "custom_fields"
        ):
            most = self._org.limit("custom_fields")
            raise ComponentError(
                f"You have reached the maximum number of {most} allowed custom fields.", "LIMIT_EXCEEDED"
            )
        self._check_unique(name, known, metadata)
        self._cut(name, known, metadata)
        field = known or {
            "id": seed.new_id(self._store, "CustomField"),
            "object": object_name,
            "name": bare,
            "custom": True,
            "permissionable": True,
            "namespace": None,
        }
        self._org.put_field({**field, "metadata": metadata})
        if metadata.get("required"):
            self._drop_rights(name)
        return Taken(field["id"], created=known is None, changed=known is None or known["metadata"] != metadata)

    @staticmethod
    def _check_name(bare: str) -> None:
        stem = bare.removesuffix("__c")
        if not bare.endswith("__c") or NAME.fullmatch(stem) is None:
            problem = (
                "The Field Name can only contain underscores and alphanumeric characters. It must begin with a letter and be unique,"
                " cannot include spaces, cannot end with an underscore, and cannot contain two consecutive underscores."
            )
            raise ComponentError(f"Field Name: {problem}", "INVALID_FIELD_NAME")
        if len(stem) > 40:
            raise ComponentError(f"Field Name: data value too large: {stem} (max length=40)", "STRING_TOO_LONG")

    def _check_shape(self, name: str, metadata: Doc) -> None:
        kind = str(metadata.get("type"))
        if kind not in _TYPES:
            raise ComponentError(f"'{kind}' is not a valid value for the enum 'FieldType'", "UNKNOWN_EXCEPTION")
        if not metadata.get("label"):
            raise ComponentError("Field Label: You must enter a value", "REQUIRED_FIELD_MISSING")
        if len(metadata["label"]) > 40 or len(metadata.get("description") or "") > 1000:
            raise ComponentError("data value too large", "STRING_TOO_LONG")
        for each in () if metadata.get("formula") else _NEEDED.get(kind, ()):
            if each not in metadata:
                raise ComponentError(f"Must specify '{each}' for a CustomField of type {kind}")
        for each in () if metadata.get("formula") else _FORBIDDEN.get(kind, ()):
            if each in metadata:
                raise ComponentError(f"Can not specify '{each}' for a CustomField of type {kind}")
        if not 0 < int(metadata.get("length", 1)) <= _LENGTHS.get(kind, 131_072):
            raise ComponentError(f"Length: must be between 1 and {_LENGTHS.get(kind)}", "NUMBER_OUTSIDE_VALID_RANGE")
        if int(metadata.get("precision", 1)) > 18 or int(metadata.get("scale", 0)) > int(metadata.get("precision", 18)):
            raise ComponentError("Length plus Decimal Places must be 18 or less", "NUMBER_OUTSIDE_VALID_RANGE")
        if metadata.get("unique") and kind not in ("Text", "Number", "Email"):
            raise ComponentError(f"Can not specify 'unique' for a CustomField of type {kind}")
        if metadata.get("externalId") and kind not in ("Text", "Number", "Email", "AutoNumber"):
            raise ComponentError(f"Can not specify 'externalId' for a CustomField of type {kind}")
        if metadata.get("referenceTo") and metadata["referenceTo"] not in (*seed.OBJECTS, "User"):
            raise ComponentError(
                f"referenceTo value of '{metadata['referenceTo']}' does not resolve to a valid sObject type"
            )

    def _check_change(self, name: str, known: Doc | None, metadata: Doc) -> None:
        if known is None:
            return
        before = known["metadata"]
        if bool(before.get("formula")) != bool(metadata.get("formula")):
            raise ComponentError("Cannot change a formula field into another type of field, or the reverse")
        if before["type"] != metadata["type"]:
            if name in self.converted_fields():
                problem = "Cannot change which type a field is while it is mapped for lead conversion"
                raise ComponentError(problem, "CANNOT_CHANGE_FIELD_TYPE_OF_REFERENCED_FIELD")
            if self._store.get("_apex", name) is not None:
                raise ComponentError("Cannot change field type of a custom field referenced in Apex")
            if metadata["type"] in ("Lookup", "MasterDetail"):
                raise ComponentError(
                    "Cannot update a field to a Lookup, MasterDetail, or Hierarchy from something else"
                )
            if not any({before["type"], metadata["type"]} <= family for family in _FAMILIES):
                raise ComponentError(
                    f"Cannot change type from {before['type']} to {metadata['type']}: values would be lost"
                )
        if before.get("referenceTo") != metadata.get("referenceTo"):
            raise ComponentError("Cannot change which object a relationship refers to")

    def _check_unique(self, name: str, known: Doc | None, metadata: Doc) -> None:
        """A field does not become unique while records share a value."""
        if known is None or not metadata.get("unique") or known["metadata"].get("unique"):
            return
        object_name, _, bare = name.partition(".")
        held = [str(row[bare]).lower() for row in self._store.list(f"rows:{object_name}") if row.get(bare)]
        if len(held) != len(set(held)):
            raise ComponentError(f"Field {bare} has duplicate values and cannot be made unique", "DUPLICATE_VALUE")

    def _cut(self, name: str, known: Doc | None, metadata: Doc) -> None:
        """What becomes of texts that are longer than the field's new length, as the org's switch says."""
        most = metadata.get("length")
        if known is None or most is None or int(most) >= int(known["metadata"].get("length") or most):
            return
        object_name, _, bare = name.partition(".")
        for row in self._store.list(f"rows:{object_name}"):
            if len(str(row.get(bare) or "")) > int(most):
                if self._org.switch("shorter_length") == "refused":
                    raise ComponentError(f"Length: records hold values of {bare} that are longer", "STRING_TOO_LONG")
                self._store.put(f"rows:{object_name}", row["Id"], {**row, bare: str(row[bare])[: int(most)]})

    def converted_fields(self) -> set[str]:
        """Every field that is mapped for lead conversion."""
        document = self._store.get("LeadConvertSettings", "LeadConvertSettings") or {}
        found = set()
        for mapping in document["objectMapping"]:
            for pair in mapping["mappingFields"]:
                found |= {f"Lead.{pair['inputField']}", f"{mapping['outputObject']}.{pair['outputField']}"}
        return found

    # -- formulas

    def formula_types(self, object_name: str) -> dict[str, str]:
        """What formulas take the fields of an object for."""
        return {field["name"]: describe.formula_type(field) for field in self._org.fields(object_name)}

    def _check_formula(self, object_name: str, bare: str, metadata: Doc) -> None:
        try:
            tree = formula.parse(metadata["formula"])
            result = formula.Checker(self.formula_types(object_name), rule=False).check(tree)
        except formula.FormulaError as error:
            raise ComponentError(f"Error: {error}") from error
        wanted = describe.formula_type({"metadata": metadata})
        if result not in ("Number" if wanted == "Percent" else wanted, "Null", "Any"):
            raise ComponentError(
                f"Error: Formula result is data type ({result}), incompatible with expected data type ({wanted})."
            )
        if bare in self._reads(object_name, tree, set()):
            raise ComponentError("Error: The formula contains a circular reference to its own field")
        size, most = self._size(object_name, tree), self._org.limit("formula_compiled")
        if size > most:
            raise ComponentError(
                f"Error: Compiled formula is too big to execute ({size} characters). Maximum size is {most} characters"
            )

    def _reads(self, object_name: str, tree: formula.Node, seen: set[str]) -> set[str]:
        """Every field a formula reads, through other formulas too."""
        for name in formula.names(tree) - seen:
            seen.add(name)
            field = self._org.field(f"{object_name}.{name}")
            if field is not None and field["metadata"].get("formula"):
                self._reads(object_name, formula.parse(field["metadata"]["formula"]), seen)
        return seen

    def _size(self, object_name: str, tree: formula.Node) -> int:
        def of_field(name: str) -> int:
            field = self._org.field(f"{object_name}.{name}")
            if field is not None and field["metadata"].get("formula"):
                return self._size(object_name, formula.parse(field["metadata"]["formula"]))
            return 18

        return formula.compiled_size(tree, of_field)

    # -- removal

    def destroy(self, name: str, warning: str) -> Taken:
        """Delete a field that nothing refers to; one that is not there is a warning."""
        field = self._org.field(name)
        if field is None:
            return Taken("", changed=False, warning=warning)
        if not field["custom"]:
            raise ComponentError(f"Standard fields cannot be deleted: {name}", "CANNOT_DELETE_MANAGED_OBJECT")
        users = self._referring(field)
        if name in self.converted_fields() or users:
            where = f" : {', '.join(users)}" if users else ""
            raise ComponentError(
                f"This custom field is referenced elsewhere in salesforce.com.{where}", "DEPENDENCY_EXISTS"
            )
        self._org.drop_field(name)
        self._store.put("bin", name, {**field, "name": field["name"].removesuffix("__c") + "_del__c"})
        self._drop_rights(name)
        return Taken(field["id"])

    def _referring(self, field: Doc) -> list[str]:
        """Formulas and rules that read the field, those of other objects over a relationship too."""
        sources = [
            (each["object"], f"{each['object']}.{each['name']}", each["metadata"].get("formula"))
            for each in self._org.all_fields()
        ]
        sources += [
            (each["EntityDefinitionId"], each["FullName"], each["Metadata"]["errorConditionFormula"])
            for each in self._store.list("ValidationRule")
        ]
        return [
            name
            for object_name, name, source in sources
            if source
            and any(
                read == field["name"] if object_name == field["object"] else read.endswith(f".{field['name']}")
                for read in formula.names(formula.parse(source))
            )
        ]

    def _drop_rights(self, name: str) -> None:
        for row in self._store.list("FieldPermissions"):
            if row["Field"] == name:
                self._store.delete("FieldPermissions", row["Id"])
