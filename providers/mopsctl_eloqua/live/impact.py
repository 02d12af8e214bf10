"""How many records a change touches: one small search per question, and no more questions than people can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mopsctl.errors import OutcomeUnknown, PermissionError_, RateLimited, VendorError
from mopsctl.resource import Impact, Write
from mopsctl_eloqua.live import helpers
from mopsctl_eloqua.live.fields import ContactFields
from mopsctl_eloqua.live.lists import OptionLists
from mopsctl_eloqua.live.shelf import text_of
from mopsctl_eloqua.live.site import Site
from mopsctl_eloqua.names import field_of
from mopsctl_eloqua.rest import Doc, exact

MOST_QUESTIONS = 40
_CONTACTS = "data/contacts"
_WILD = (
    "Eloqua's search takes '*' for a wildcard and has no way to quote \"'\"; the switch bulk-counts counts such values."
)


@dataclass(slots=True)
class Counter:
    """Counts records for the writes of one plan."""

    site: Site
    fields: ContactFields
    lists: OptionLists
    bulk_counts: bool = False
    left: int = MOST_QUESTIONS

    def of(self, write: Write) -> Impact | None:
        """The impact of one write; None where it touches no records."""
        try:
            if write.address.kind == "field" and write.action == "remove":
                return self._field(field_of(write.address))
            if write.address.kind == "option-list":
                return self._list(write)
            return self._other(write)
        except (VendorError, PermissionError_, RateLimited, OutcomeUnknown) as error:
            return Impact(None, f"It could not be counted: {error.message}")

    def _field(self, name: str) -> Impact:
        """Contacts that hold any value."""
        return self._searched([f"{name}!=''"])

    def _list(self, write: Write) -> Impact | None:
        gone, users = _gone(write), self._users(write)
        said = self.lists.shared(str(write.observed.remote_id)) if write.observed else ""
        if not gone or not users:
            return Impact(0, said) if said or gone else None
        total, reasons = 0, [said] if said else []
        for doc in users:
            for value in gone:
                found = self._value(doc, value)
                if found.records is None:
                    return found
                total += found.records
                reasons += [found.reason] if found.reason and found.reason not in reasons else []
        return Impact(total, " ".join(reasons))

    def _users(self, write: Write) -> list[Doc]:
        if not self.fields.docs:
            self.fields.read()
        return self.lists.users(str(write.observed.remote_id)) if write.observed else []

    def _value(self, doc: Doc, value: str) -> Impact:
        name, several = text_of(doc, "internalName"), text_of(doc, "displayType") == "multiSelect"
        quoted = exact(value)
        if quoted is None:
            return self._in_bulk(name, value) if self.bulk_counts and not several else Impact(None, _WILD)
        if several:
            found = self._searched([f"{name}='*{value}*'"])
            return Impact(
                found.records, found.reason or "Contacts with several values count where one contains the text."
            )
        return self._searched([f"{name}={quoted}"])

    def _in_bulk(self, name: str, value: str) -> Impact:
        if "'" in value:
            return Impact(None, _WILD)
        found = helpers.count(self.site.bulk, name, value)
        return Impact(found, "" if found is not None else "The Bulk export that counts it did not end well.")

    def _other(self, write: Write) -> Impact | None:
        if write.address.kind == "email-group" and write.action == "remove":
            return Impact(None, "Eloqua shows no total of the people in an e-mail group.")
        return None

    def _searched(self, searches: Iterable[str]) -> Impact:
        total = 0
        for search in searches:
            if self.left <= 0:
                return Impact(None, f"Only the first {MOST_QUESTIONS} questions of a plan are counted.")
            self.left -= 1
            total += self.site.rest.total("1.0", _CONTACTS, search)
        return Impact(total)


def _gone(write: Write) -> Sequence[str]:
    """The values that leave an option list."""
    before = (write.observed.attributes.get("options") or {}) if write.observed else {}
    after = {} if write.action == "remove" else write.target.get("options", before)
    return sorted(set(before) - set(after or {}))
