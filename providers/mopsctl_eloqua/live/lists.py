"""The shelf of option lists, which are written whole."""

from __future__ import annotations

from typing import ClassVar

from mopsctl.address import Address
from mopsctl.resource import Json, Observation, Result, Write
from mopsctl_eloqua.live.fields import ContactFields
from mopsctl_eloqua.live.shelf import Assets, Seen, text_of
from mopsctl_eloqua.live.site import Site
from mopsctl_eloqua.rest import Doc

SAME_NAME = "Another option list has the same name, so which of them is meant cannot be told."


def keyed(doc: Doc) -> dict[str, Doc]:
    """The options by value, in order; a value that comes again is numbered, so that none is lost."""
    found: dict[str, Doc] = {}
    for option in doc.get("elements") or []:
        value = key = text_of(option, "value")
        number = 1
        while key in found:
            number += 1
            key = f"{value} (no. {number})"
        found[key] = option
    return found


def _labelled(option: Doc, label: str) -> Doc:
    """The option with this label; untouched where it has it already."""
    return option if text_of(option, "displayName") == label else {**option, "displayName": label}


class OptionLists(Assets):
    """Option lists, by name."""

    kind: ClassVar[str] = "option-list"
    plural: ClassVar[str] = "assets/optionLists"
    singular: ClassVar[str] = "assets/optionList"
    noun: ClassVar[str] = "option list"

    def __init__(self, site: Site, fields: ContactFields) -> None:
        super().__init__(site)
        self._fields = fields

    def key(self, doc: Doc) -> str:
        """The name."""
        return text_of(doc, "name")

    def attributes(self, doc: Doc) -> dict[str, Json]:
        """Labels by value, and the order of the values."""
        options = keyed(doc)
        labels = {value: {"label": text_of(option, "displayName")} for value, option in options.items()}
        return {"options": labels, "order": list(options)}

    def observed(self, address: Address, doc: Doc) -> Observation:
        """A list; of two with one name neither is written."""
        alone = not self.ambiguous(doc)
        return Observation(
            address=address,
            attributes=self.attributes(doc),
            remote_id=str(doc["id"]),
            writable=None if alone else frozenset(),
            why_not="" if alone else SAME_NAME,
            removable=alone,
        )

    def read(self) -> Seen:
        """Everything; names and values are noted for the fields that use the lists."""
        found = super().read()
        self.site.list_names = {str(doc["id"]): self.key(doc) for doc in self.docs.values()}
        self._fields.values = {
            str(doc["id"]): tuple(text_of(option, "value") for option in doc.get("elements") or [])
            for doc in self.docs.values()
        }
        return found

    def born(self, write: Write) -> Doc:
        """The document to make."""
        return {"name": write.address.name, "elements": self._elements(write, {})}

    def merged(self, doc: Doc, write: Write) -> Doc:
        """The live list with the wanted options in the wanted order; options of others stay as they are."""
        return {**doc, "elements": self._elements(write, keyed(doc))}

    def settled(self, write: Write, doc: Doc) -> tuple[Doc, str]:
        """Let fields that come next find the new list."""
        self.site.list_names[str(doc.get("id"))] = write.address.name
        return doc, ""

    def _elements(self, write: Write, live: dict[str, Doc]) -> list[Doc]:
        wanted: dict[str, dict[str, Json]] = dict(write.target.get("options") or {})
        order = [value for value in write.target.get("order") or [] if value in wanted]
        order += [value for value in wanted if value not in order]
        return [
            _labelled(live.get(value, {"type": "Option", "value": value}), str(wanted[value].get("label", value)))
            for value in order
        ]

    def expected(self, write: Write, name: str) -> Json:
        """The order without the options that go."""
        value = super().expected(write, name)
        offered = write.target.get("options") or {}
        return [each for each in value or [] if each in offered] if name == "order" else value

    def users(self, key: str) -> list[Doc]:
        """The contact fields that use a list, by display name; known after the fields were read."""
        found = [doc for doc in list(self._fields.docs.values()) if text_of(doc, "optionListId") == key]
        return sorted(found, key=lambda doc: text_of(doc, "name"))

    def shared(self, key: str) -> str:
        """A sentence where several fields use a list; empty where one or none does."""
        names = [f"'{text_of(doc, 'name')}'" for doc in self.users(key)]
        return f"It is offered by {len(names)} contact fields: {', '.join(names)}." if len(names) > 1 else ""

    def note(self, write: Write) -> str:
        """Which fields share a changed list."""
        if write.observed is None or write.observed.remote_id is None:
            return ""
        if not self._fields.docs:
            self._fields.read()
        return self.shared(write.observed.remote_id)

    def _remove(self, write: Write) -> Result:
        result = super()._remove(write)
        if result.outcome == "done" and result.remote_id:
            self.site.list_names.pop(result.remote_id, None)
        return result
