"""The shelf of custom objects, whose fields are inside the document."""

from __future__ import annotations

from typing import ClassVar

from mopsctl.address import Address
from mopsctl.resource import Json, Observation, Write
from mopsctl_eloqua.kinds import EVIDENCE_STAYS
from mopsctl_eloqua.live.shelf import Assets, Refusal, text_of
from mopsctl_eloqua.rest import Doc

_PARTS = {
    "emailAddressField": "emailAddressFieldId",
    "uniqueCodeField": "uniqueCodeFieldId",
    "displayNameField": "displayNameFieldId",
}


class CustomObjects(Assets):
    """Custom objects, by name; their fields by display name."""

    kind: ClassVar[str] = "custom-object"
    version: ClassVar[str] = "2.0"
    plural: ClassVar[str] = "assets/customObjects"
    singular: ClassVar[str] = "assets/customObject"
    noun: ClassVar[str] = "custom object"

    def key(self, doc: Doc) -> str:
        """The name."""
        return text_of(doc, "name")

    def attributes(self, doc: Doc) -> dict[str, Json]:
        """Fields by name, and the names behind the three ids that give fields a part to play."""
        fields = {
            text_of(each, "name"): {"dataType": text_of(each, "dataType"), "displayType": text_of(each, "displayType")}
            for each in doc.get("fields") or []
        }
        names = {text_of(each, "id"): text_of(each, "name") for each in doc.get("fields") or []}
        parts = {part: names.get(text_of(doc, native), "") for part, native in _PARTS.items()}
        return {"description": text_of(doc, "description"), "fields": fields, **parts}

    def observed(self, address: Address, doc: Doc) -> Observation:
        """An object; it is never removed."""
        alone = not self.ambiguous(doc)
        return Observation(
            address=address,
            attributes=self.attributes(doc),
            remote_id=str(doc["id"]),
            writable=None if alone else frozenset(),
            why_not=EVIDENCE_STAYS if alone else "Another custom object has the same name.",
            removable=False,
        )

    def born(self, write: Write) -> Doc:
        """The document to make; new fields have negative ids, which the three parts refer to."""
        return self._with({"name": write.address.name, "fields": []}, write, frozenset(write.target))

    def merged(self, doc: Doc, write: Write) -> Doc:
        """The live document with the touched parts put in; no field is ever left out, which might delete it."""
        return self._with(doc, write, write.touched())

    def foresee(self, write: Write) -> None:
        """Also a field that would have to change its type."""
        super().foresee(write)
        if write.action == "change" and write.address in self.docs:
            self.merged(self.docs[write.address], write)

    def _with(self, doc: Doc, write: Write, touched: frozenset[str]) -> Doc:
        body = {**doc, "fields": [dict(each) for each in doc.get("fields") or []]}
        if "description" in touched:
            body["description"] = str(write.target.get("description") or "")
        if "fields" in touched:
            body["fields"] = self._fields(body["fields"], write)
        ids = {text_of(each, "name"): text_of(each, "id") for each in body["fields"]}
        for part in sorted(touched & _PARTS.keys()):
            body[_PARTS[part]] = self._id_of(ids, str(write.target.get(part) or ""))
        return body

    def _fields(self, live: list[Doc], write: Write) -> list[Doc]:
        wanted: dict[str, dict[str, str]] = dict(write.target.get("fields") or {})
        kept = []
        for each in live:
            item = wanted.pop(text_of(each, "name"), {})
            if item.get("dataType", text_of(each, "dataType")) != text_of(each, "dataType"):
                raise Refusal(
                    f"The field '{each['name']}' is {text_of(each, 'dataType')} and cannot become {item['dataType']}.",
                    "declare a new field under another name; mopsctl never destroys a field to make it again",
                )
            kept.append(each | item)
        fresh = ({"type": "CustomObjectField", "name": name, **item} for name, item in wanted.items())
        return kept + [{"id": str(-place), **each} for place, each in enumerate(fresh, start=1)]

    def _id_of(self, ids: dict[str, str], name: str) -> str:
        if name and name not in ids:
            raise Refusal(f"The custom object has no field '{name}'.", "declare it as a field of the object")
        return ids.get(name, "")
