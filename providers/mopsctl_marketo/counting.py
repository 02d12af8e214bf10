"""How many people a change touches. Marketo has no totals: it lists matches of up to 1,000, and says when there are more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Impact, Write
from mopsctl_marketo.api import MarketoApi, said
from mopsctl_marketo.live.fields import Describe
from mopsctl_marketo.names import COUNTABLE_TYPES, split

MOST = 1_000
LEADS = "/rest/v1/leads.json"
_TOO_MANY = "too many results"


def is_question(write: Write) -> bool:
    """Whether records can hold what this write takes away."""
    if write.address.kind == "value-list":
        return bool(gone_values(write))
    return write.address.kind in ("field", "member-field", "custom-object") and write.action == "remove"


def gone_values(write: Write) -> tuple[str, ...]:
    """The values that a write takes out of a list."""
    if write.action == "remove":
        return tuple(sorted(change.path[1] for change in write.fields if len(change.path) == 2))
    return tuple(
        sorted(
            change.path[1]
            for change in write.fields
            if len(change.path) == 2 and change.path[0] == "values" and change.after is None
        )
    )


class PeopleCounter:
    """Counts people by the value of a field, with the fewest calls."""

    def __init__(self, api: MarketoApi, describe: Describe) -> None:
        self._api = api
        self._describe = describe

    def of_write(self, write: Write) -> Impact:
        """The people that hold what this write takes away."""
        if write.address.kind != "value-list":
            return Impact(None, "Marketo's API cannot count filled fields; its smart list 'is not empty' can")
        object_name, name = split(write.address.name)
        why_not = self._why_not(object_name, name, gone_values(write))
        if why_not:
            return Impact(None, why_not)
        return self.of_values(name, gone_values(write))

    def _why_not(self, object_name: str, name: str, values: Iterable[str]) -> str:
        if object_name != "person":
            return "Marketo counts people only"
        if any("," in value for value in values):
            return "Marketo cannot search for a value with a comma"
        try:
            if name not in self._describe.searchable():  # made after the last look, perhaps
                self._describe.forget()
            fields, searchable = self._describe.fields(), self._describe.searchable()
        except PermissionError_ as error:
            return error.message
        if name not in searchable:
            return f"Marketo cannot search people by '{name}'"
        if str(fields.get(name, {}).get("dataType", "string")) not in COUNTABLE_TYPES:
            return f"Marketo cannot search people by a field of the type of '{name}'"
        return ""

    def of_values(self, field: str, values: Sequence[str]) -> Impact:
        """The people whose field holds one of these values; exact up to 1,000 for each value."""
        counted = self._counted(field, values)
        if counted is not None:
            return Impact(sum(counted.values()))
        if len(values) == 1:
            return Impact(MOST, at_least=True)
        each = [self.of_values(field, [value]) for value in values]
        return Impact(sum(impact.records or 0 for impact in each), at_least=any(impact.at_least for impact in each))

    def _counted(self, field: str, values: Sequence[str]) -> Counter[str] | None:
        """Matches by value, or None where there are too many to be listed."""
        params = {"filterType": field, "filterValues": ",".join(values), "fields": f"id,{field}"}
        try:
            return Counter(str(person.get(field)) for person in self._api.lead_pages(LEADS, **params))
        except VendorError as error:
            if error.code == "1003" and _TOO_MANY in said(error):
                return None
            raise
