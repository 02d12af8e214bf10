"""Lists of values: global and standard value sets, and the lists of single fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import describe, seed
from mopsctl_salesforce.emulator.refusals import NAME, ComponentError, Taken

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_SET_FLAGS: Mapping[str, tuple[str, ...]] = {
    "LeadStatus": ("converted",),
    "OpportunityStage": ("closed", "won", "probability", "forecastCategory"),
}
_FORECASTS = frozenset({"Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed"})
MOST_VALUES = 1000


class Lists:
    """Takes lists of values into an org."""

    def __init__(self, org: SalesforceEmulator) -> None:
        self._org = org
        self._store = org.store

    def of_field(self, owner: str, known: Doc | None, value_set: Doc) -> Doc:
        """The value set of a field of the object `owner` as it is stored."""
        before = (known or {"metadata": {}})["metadata"].get("valueSet") or {}
        own, name = value_set.get("valueSetDefinition") or {}, value_set.get("valueSetName")
        if bool(own) == bool(name):
            raise ComponentError("Specify either a valueSetDefinition or a valueSetName")
        if name:
            if str(name).endswith("__gvs") or self._store.get("GlobalValueSet", name) is None:
                raise ComponentError(
                    f"In field: valueSet - no GlobalValueSet named {name} found", "INVALID_CROSS_REFERENCE_KEY"
                )
            if before.get("valueSetDefinition"):
                raise ComponentError("A picklist with its own values cannot be changed to use a global value set")
            return {"restricted": True, "valueSetName": name, **self._dependency(owner, value_set)}
        if before.get("valueSetName"):
            raise ComponentError("A picklist that uses a global value set cannot be changed to have its own values")
        listed = self._listed(own.get("value") or [], (before.get("valueSetDefinition") or {}).get("value") or [])
        return {
            "restricted": bool(value_set.get("restricted")),
            "valueSetDefinition": {"sorted": bool(own.get("sorted")), "value": listed},
            **self._dependency(owner, value_set, {each["valueName"] for each in listed}),
        }

    def _dependency(self, owner: str, value_set: Doc, own: set[str] | None = None) -> Doc:
        """Which values are offered beside which of another field, checked; whole, so that what is left out is gone."""
        controller, settings = value_set.get("controllingField"), value_set.get("valueSettings") or []
        if not controller:
            if settings:
                raise ComponentError("Must specify 'controllingField' for valueSettings")
            return {}
        field = self._org.field(f"{owner}.{controller}")
        if field is None:
            raise ComponentError(f"Controlling field {controller} does not exist", "INVALID_CROSS_REFERENCE_KEY")
        known = {each["valueName"] for each in describe.stored_values(self._org, field)} or {"checked", "unchecked"}
        for each in settings:
            for value, there in ((each["valueName"], own), *((one, known) for one in each["controllingFieldValue"])):
                if there is not None and value not in there:
                    raise ComponentError(f"Picklist value: {value} in picklist: {controller} not found")
        return {"controllingField": controller, "valueSettings": settings}

    def _listed(self, new: Sequence[Doc], before: Sequence[Doc], *, keep: bool = False) -> list[Doc]:
        """The stored list: what is left out stays, deactivated (or untouched, with `keep`)."""
        self._check_values(new)
        spelled = {each["valueName"].casefold(): each["valueName"] for each in before}
        for each in new:
            there = spelled.get(each["valueName"].casefold())
            if there is not None and there != each["valueName"]:
                raise ComponentError(
                    f"Duplicate value: {each['valueName']} is already in the list as {there}", "DUPLICATE_VALUE"
                )
        names = {each["valueName"] for each in new}
        left = [
            each if keep else {**each, "isActive": False, "default": False}
            for each in before
            if each["valueName"] not in names
        ]
        listed = [{"isActive": True, "default": False, **each} for each in new] + left
        if len(listed) > MOST_VALUES:
            raise ComponentError(f"Too many values: {len(listed)}, the maximum is {MOST_VALUES}", "TOO_MANY_ENUM_VALUE")
        return listed

    @staticmethod
    def _check_values(values: Sequence[Doc]) -> None:
        seen: set[str] = set()
        for each in values:
            name = each.get("valueName")
            if not name or not each.get("label"):
                raise ComponentError("Required field is missing: value name and label", "REQUIRED_FIELD_MISSING")
            if name.casefold() in seen:
                raise ComponentError(f"Duplicate value: {name}", "DUPLICATE_VALUE")
            if len(name) > 255:
                raise ComponentError(f"data value too large: {name[:20]} (max length=255)", "STRING_TOO_LONG")
            seen.add(name.casefold())
        if sum(each.get("default") is True for each in values) > 1:
            raise ComponentError("Only one value can be the default", "INVALID_FIELD")

    def global_set(self, name: str, content: Doc) -> Taken:
        """Create or replace a global value set."""
        known = self._store.get("GlobalValueSet", name)
        if name.endswith("__gvs") or NAME.fullmatch(name) is None:
            raise ComponentError(f"Developer Name: invalid name {name}", "INVALID_FIELD_NAME")
        values = content.get("customValue") or []
        if not content.get("masterLabel") or not values:
            raise ComponentError(
                "Required field is missing: masterLabel and at least one customValue", "REQUIRED_FIELD_MISSING"
            )
        listed = self._listed(values, known["Metadata"]["customValue"] if known else [])
        row_id = known["Id"] if known else seed.new_id(self._store, "GlobalValueSet")
        metadata = {**content, "customValue": listed, "sorted": bool(content.get("sorted"))}
        row = {
            "Id": row_id,
            "DeveloperName": name,
            "MasterLabel": content["masterLabel"],
            "Description": content.get("description"),
            "NamespacePrefix": None,
            "Metadata": metadata,
        }
        self._store.put("GlobalValueSet", name, row)
        return Taken(row_id, created=known is None, changed=known != row)

    def standard_set(self, name: str, content: Doc) -> Taken:
        """Change a standard value set, in the way the org's switch says."""
        known = self._store.get("StandardValueSet", name)
        if known is None:
            raise ComponentError(f"Not a standard value set: {name}", "INVALID_TYPE")
        if self._store.get("_features_off", name) is not None:
            raise ComponentError("Field: null is not a picklist")
        values, before = content.get("standardValue") or [], known["Metadata"]["standardValue"]
        if not values:
            raise ComponentError("Required field is missing: standardValue", "REQUIRED_FIELD_MISSING")
        self._check_flags(name, values)
        skill = self._org.switch("standard_value_set_mode") == "skill"
        new = {each["valueName"] for each in values} - {each["valueName"] for each in before}
        if skill and new:
            raise ComponentError(
                f"Values cannot be added to {name}: {', '.join(sorted(new))}", "INVALID_TYPE_ON_FIELD_IN_RECORD"
            )
        # What a deployment leaves out stays active; only `isActive` false takes it away (fact: salesforce-standard-values).
        listed = self._listed(values, before, keep=True)
        self._check_set(name, listed)
        row = {
            **known,
            "Metadata": {**known["Metadata"], "sorted": bool(content.get("sorted")), "standardValue": listed},
        }
        self._store.put("StandardValueSet", name, row)
        return Taken(known["Id"], changed=known != row)

    @staticmethod
    def _check_flags(name: str, values: Iterable[Doc]) -> None:
        for each in values:
            for flag in (*_SET_FLAGS.get(name, ()), "default", "label"):
                if each.get(flag) is None:
                    raise ComponentError(
                        f"Required field is missing: {flag} of {each.get('valueName')}", "REQUIRED_FIELD_MISSING"
                    )
            if name == "OpportunityStage":
                _check_stage(each)

    @staticmethod
    def _check_set(name: str, listed: Sequence[Doc]) -> None:
        active = [each for each in listed if each["isActive"] is not False]
        if name in ("LeadStatus", "OpportunityStage") and sum(each["default"] is True for each in active) > 1:
            raise ComponentError("Exactly one value must be the default", "INVALID_FIELD")
        if name == "LeadStatus" and not any(each.get("converted") for each in active):
            raise ComponentError("At least one lead status must be converted", "INVALID_FIELD")


def _check_stage(value: Mapping[str, Any]) -> None:
    if value["forecastCategory"] not in _FORECASTS:
        raise ComponentError(
            f"'{value['forecastCategory']}' is not a valid value for the enum 'ForecastCategories'", "UNKNOWN_EXCEPTION"
        )
    if value["won"] and not value["closed"]:
        raise ComponentError(f"{value['valueName']}: a won stage must be closed", "INVALID_FIELD")
    if not 0 <= int(value["probability"]) <= 100:
        raise ComponentError(
            f"{value['valueName']}: probability must be between 0 and 100", "NUMBER_OUTSIDE_VALID_RANGE"
        )
