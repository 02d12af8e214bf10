"""The shelf of contact fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.errors import SystemError_, VendorError
from mopsctl.provider.contract import Step
from mopsctl.resource import Json, Observation, Write
from mopsctl_eloqua import fieldtypes
from mopsctl_eloqua.answers import EXISTS, INVALID, problems
from mopsctl_eloqua.kinds import STANDARD
from mopsctl_eloqua.live.helpers import sweep
from mopsctl_eloqua.live.shelf import Assets, Refusal, Seen, is_true, text_of
from mopsctl_eloqua.live.site import Site
from mopsctl_eloqua.names import CONTACT, birth_name, field_of
from mopsctl_eloqua.rejects import MOST_CUSTOM_FIELDS
from mopsctl_eloqua.rest import Doc

_PLAIN = (
    "internalName",
    "name",
    "dataType",
    "displayType",
    "defaultValue",
    "description",
    "updateType",
    "checkedValue",
    "uncheckedValue",
    "outputFormatId",
)


class ContactFields(Assets):
    """Contact fields, by their database names."""

    kind: ClassVar[str] = "field"
    plural: ClassVar[str] = "assets/contact/fields"
    singular: ClassVar[str] = "assets/contact/field"
    noun: ClassVar[str] = "contact field"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.values: dict[str, tuple[str, ...]] = {}

    def key(self, doc: Doc) -> str:
        """`contact.C_Business_Unit1`."""
        return f"{CONTACT}.{text_of(doc, 'internalName')}"

    def attributes(self, doc: Doc) -> dict[str, Json]:
        """All attributes as text; the option list by name, the default without needless zeros."""
        named: dict[str, Json] = {name: text_of(doc, name) for name in _PLAIN}
        if named["dataType"] in ("numeric", "number"):
            named["defaultValue"] = fieldtypes.plain_number(named["defaultValue"])
        key = text_of(doc, "optionListId")
        named["optionList"] = self.site.list_names.get(key, f"(id {key})" if key else "")
        named["isRequired"] = is_true(doc, "isRequired")
        return named

    def observed(self, address: Address, doc: Doc) -> Observation:
        """A field with its facts; a standard one can be neither written nor removed."""
        standard = is_true(doc, "isStandard")
        fixed = standard or is_true(doc, "isReadOnly")
        return Observation(
            address=address,
            attributes=self.attributes(doc),
            remote_id=str(doc["id"]),
            writable=frozenset() if fixed else None,
            why_not=STANDARD if standard else "Eloqua shows it as read-only." if fixed else "",
            removable=not fixed,
            facts=fieldtypes.facts(doc, self.values.get(text_of(doc, "optionListId"))),
            builtin=standard,
        )

    def read(self) -> Seen:
        """Everything; a wanted field that goes by another database name is shown under the wanted one."""
        found = super().read()
        names = {text_of(doc, "name"): address for address, doc in sorted(self.docs.items(), reverse=True)}
        for address, resource in self.site.wanted.items():
            twin = names.get(resource.attributes.get("name", ""))
            if address.kind == self.kind and address not in found and twin in found and twin not in self.site.wanted:
                found[address] = self.observed(address, self.docs[twin])
                del found[twin]
        return found

    def reread(self, addresses: Sequence[Address]) -> Seen:
        """With the names of option lists read anew, since fields only hold their ids."""
        self.site.refresh_list_names()
        return super().reread(addresses)

    def custom(self) -> int:
        """How many custom fields the account has."""
        docs = list(self.docs.values()) or self.look_ahead()
        return sum(not is_true(doc, "isStandard") for doc in docs)

    def foresee(self, write: Write) -> None:
        """Also a display name that is taken, from which the declared database name would be generated."""
        super().foresee(write)
        name = self._birth_name(write)
        names = {text_of(doc, "name").casefold() for doc in list(self.docs.values())}
        if write.action == "add" and name.casefold() in names:
            raise Refusal(
                f"Another contact field is called '{name}', from which Eloqua would generate {field_of(write.address)}.",
                "declare the database name that the other field has, or rename it",
                EXISTS,
            )

    def _birth_name(self, write: Write) -> str:
        return birth_name(field_of(write.address), str(write.target.get("name", "")))

    def born(self, write: Write) -> Doc:
        """The document to make, under a name from which Eloqua generates the declared database name."""
        body = {"updateType": "always"} | self._changes(write, write.target.keys())
        if body.get("displayType") == "checkbox":
            body = {"checkedValue": fieldtypes.CHECKED, "uncheckedValue": fieldtypes.UNCHECKED} | body
        return {**body, "name": self._birth_name(write)}

    def amended(self, body: Doc, error: VendorError) -> Doc | None:
        """With `isProtected`, where Eloqua asks for it."""
        # Most accounts do not, so it is not sent beforehand (fact: eloqua-protected).
        asked = any(each.property == "isProtected" for each in problems(error.body))
        return {**body, "isProtected": "false"} if asked and "isProtected" not in body else None

    def begins(self, write: Write) -> None:
        """The field has its birth name as its display name until it is given another."""
        self.site.on_step(Step(write.address, {**write.target, "name": self._birth_name(write)}))

    def settled(self, write: Write, doc: Doc) -> tuple[Doc, str]:
        """See which database name Eloqua made, and give the field its display name."""
        made, wanted = text_of(doc, "internalName"), field_of(write.address)
        if made != wanted:
            raise self._misnamed(doc, made, wanted)
        label = write.target.get("name")
        if label in (None, doc.get("name")):
            return doc, ""
        self.site.on_step(Step(write.address, write.target))
        return self.site.rest.replace(self.version, self.singular, {**doc, "name": label}), ""

    def _misnamed(self, doc: Doc, made: str, wanted: str) -> Refusal:
        """The field is of this moment and empty, so that it can be taken back; where it cannot, people are told."""
        said = f"Eloqua made the field, and called it {made} instead of {wanted}"
        try:
            self.site.rest.delete(self.version, self.singular, str(doc["id"]))
        except SystemError_:
            return Refusal(
                f"{said}.", f"write {made} into the manifest and plan again: the field is then found by its name"
            )
        return Refusal(
            f"{said}; it was taken away again.",
            f"write {made} into the manifest, or rename the field on the account that has the name {wanted} now",
        )

    def merged(self, doc: Doc, write: Write) -> Doc:
        """The live document with the touched properties put in."""
        return {**doc, **self._changes(write, write.touched())}

    def _changes(self, write: Write, names: Iterable[str]) -> Doc:
        touched = set(names)
        body = {
            name: str(write.target.get(name) or "") for name in _PLAIN if name in touched and name != "internalName"
        }
        if "optionList" in touched:
            body["optionListId"] = self._list_id(str(write.target.get("optionList") or ""))
        return body

    def _list_id(self, name: str) -> str:
        if not name:
            return ""
        found = self.site.list_ids(name)
        if not found:
            raise Refusal(f"There is no option list '{name}'.", "plan again, so that it is made first")
        if len(found) > 1:
            raise Refusal(
                f"{len(found)} option lists are called '{name}' (ids {', '.join(found)}).",
                "rename all but one of them under Settings > Database Setup > Picklists",
            )
        return found[0]

    # A definition that is left behind holds its fields (fact: eloqua-bulk-holds-fields).
    def unlocked(self, error: VendorError) -> bool:
        """Old Bulk definitions hold fields; those that an interrupted run of mopsctl left are taken away."""
        return sweep(self.site.bulk) > 0

    def advice(self, error: VendorError, write: Write) -> str:
        """A generic refusal of a new field is most likely the limit on their number."""
        custom = self.custom()
        if error.code == INVALID and write.action == "add" and custom >= MOST_CUSTOM_FIELDS:
            return f"the account has {custom} custom contact fields of {MOST_CUSTOM_FIELDS}: let one go first"
        return super().advice(error, write)
