"""The collections that the adapter writes: contact fields, option lists, e-mail groups, custom objects."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_eloqua.emulator import bulk, search, wire
from mopsctl_eloqua.emulator.collection import Collection
from mopsctl_eloqua.names import LONGEST_NAME

FITTING = {
    "text": ("text", "textArea", "singleSelect", "multiSelect", "checkbox", "radio", "hidden"),
    "largeText": ("text", "textArea", "hidden"),
    "numeric": ("text", "checkbox", "hidden"),
    "number": ("text", "checkbox", "hidden"),
    "date": ("text", "checkbox", "hidden"),
}
SELECTS = ("singleSelect", "multiSelect", "radio")


def internal_name(prefix: str, name: str, rule: str, taken: set[str]) -> str:
    """The database name of a new field: spaces become underscores, other signs by the rule, and a number at the end."""
    # Each sign becomes a line of its own; a second field of one name ends in 11 (fact: eloqua-names).
    spelled = re.sub(r"[^A-Za-z0-9_ ]", "_" if rule == "underscore" else "", name).replace(" ", "_")
    first = f"{prefix}{spelled}1"[:LONGEST_NAME]  # the number goes first (fact: eloqua-name-length)
    others = (str(number) for number in range(1, len(taken) + 2))
    numbered = (first, *(f"{first[: LONGEST_NAME - len(number)]}{number}" for number in others))
    return next(each for each in numbered if each.lower() not in taken)


class ContactFields(Collection):
    """`/assets/contact/field(s)`."""

    name: ClassVar[str] = "contact_fields"
    object_type: ClassVar[str] = "ContactField"
    plural: ClassVar[str] = "assets/contact/fields"
    singular: ClassVar[str] = "assets/contact/field"
    first_id: ClassVar[int] = 100_195
    properties: ClassVar[tuple[str, ...]] = (
        "name",
        "dataType",
        "displayType",
        "updateType",
        "optionListId",
        "checkedValue",
        "uncheckedValue",
        "defaultValue",
        "description",
        "outputFormatId",
        "isReadOnly",
        "isRequired",
        "isProtected",
        "showTrustedVisitorsOnly",
        "isPopulatedInOutlookPlugin",
    )
    fixed: ClassVar[tuple[str, ...]] = ("internalName", "isStandard")

    def complete(self, doc: Doc) -> Doc:
        """Generate the database name, once."""
        taken = {each["internalName"].lower() for each in self.store.list(self.name)}
        made = internal_name("C_", doc["name"], self.emulator.switch("punctuation"), taken)
        flags = dict.fromkeys(("isReadOnly", "isRequired", "isStandard"), "false")
        return {**flags, **doc, "internalName": made}

    def check(self, doc: Doc, old: Doc | None) -> Doc:
        """Types, their pairs, option lists, the strict flag, and the limit."""
        if old is not None and old.get("isStandard") == "true":
            raise Refusal(self.refusal("isStandard", "ImmutabilityRequirement", "true"))
        if self.emulator.switch("field_names_unique"):
            self.require_unique(doc, old)
        self._types(doc, old)
        if old is None and self.emulator.switch("fields_need_protected") and "isProtected" not in doc:
            raise Refusal(self.refusal("isProtected", "NotNullRequirement"))
        custom = sum(each.get("isStandard") != "true" for each in self.store.list(self.name))
        if old is None and custom >= self.emulator.limit("custom_contact_fields"):
            raise Refusal(PlainTextResponse(wire.GENERIC, 400))
        return doc

    def _types(self, doc: Doc, old: Doc | None) -> None:
        if old is not None and doc.get("dataType") != old["dataType"]:
            if self.emulator.switch("data_type_change") == "refuse":
                raise Refusal(self.refusal("dataType", "ImmutabilityRequirement", doc.get("dataType")))
            doc["dataType"] = old["dataType"]
        if doc.get("dataType") not in FITTING:
            raise Refusal(self.refusal("dataType", "EnumRequirement", doc.get("dataType")))
        if doc.get("displayType") not in FITTING[doc["dataType"]]:
            raise Refusal(self.refusal("displayType", "RelationshipRequirement", doc.get("displayType")))
        listed = self.store.get("option_lists", str(doc.get("optionListId", "")))
        if (doc["displayType"] in SELECTS or doc.get("optionListId")) and listed is None:
            raise Refusal(self.refusal("optionListId", "IdRequirement", doc.get("optionListId")))

    def users(self, doc: Doc) -> list[Doc]:
        """Assets, and Bulk definitions that name the field."""
        return [*super().users(doc), *bulk.definitions_with(self.store, doc["internalName"])]

    def delete(self, call: Call) -> Response:
        """Standard fields stay; 204, or 200 by a switch."""
        if self.found(call).get("isStandard") == "true":
            raise Refusal(self.refusal("isStandard", "ImmutabilityRequirement", "true"))
        answer = super().delete(call)
        # 200, where one page says 204 (fact: eloqua-field-delete).
        return (
            Response(status_code=self.emulator.switch("field_delete_status")) if answer.status_code == 200 else answer
        )


class AccountFields(Collection):
    """`/assets/account/field(s)`, which this stand-in only shows."""

    name: ClassVar[str] = "account_fields"
    object_type: ClassVar[str] = "AccountField"
    plural: ClassVar[str] = "assets/account/fields"
    singular: ClassVar[str] = "assets/account/field"
    properties: ClassVar[tuple[str, ...]] = ("name", "internalName", "dataType", "displayType")

    def routes(self) -> list[Route]:
        """Reading only."""
        return [route for route in super().routes() if "GET" in (route.methods or ())]

    def many(self, call: Call) -> Response:
        """A page of them, in the words of the Application API."""
        docs = [_as_asset(doc) for doc in self.store.list(self.name)]
        return wire.page(call, search.found(call, docs, lambda doc, name: doc.get(name), {"id", *self.properties}))

    def one(self, call: Call) -> Response:
        """One of them."""
        return JSONResponse(_as_asset(self.found(call)))


def _as_asset(doc: Doc) -> Doc:
    key = doc["uri"].rpartition("/")[2]
    sort = {"number": "numeric", "date": "date"}.get(doc["dataType"], "text")
    shown = {"type": "AccountField", "id": key, "name": doc["name"], "internalName": doc["internalName"]}
    return {**shown, "dataType": sort, "displayType": "text", "isStandard": "true", "permissions": "fullControl"}


class OptionLists(Collection):
    """`/assets/optionList(s)`; the options are `elements` inside the document."""

    name: ClassVar[str] = "option_lists"
    object_type: ClassVar[str] = "OptionList"
    plural: ClassVar[str] = "assets/optionLists"
    singular: ClassVar[str] = "assets/optionList"
    first_id: ClassVar[int] = 810
    properties: ClassVar[tuple[str, ...]] = ("name", "elements")

    def check(self, doc: Doc, old: Doc | None) -> Doc:
        """Options are rebuilt from name and value; a PUT has all of them."""
        if self.emulator.switch("option_list_names_unique"):
            self.require_unique(doc, old)
        options = doc.get("elements") or []
        if not isinstance(options, list) or not all(isinstance(each, dict) for each in options):
            raise Refusal(self.refusal("elements", "SyntaxRequirement", options))
        return {**doc, "elements": [self._option(each) for each in options]}

    def _option(self, option: Doc) -> Doc:
        if not str(option.get("displayName", "")).strip():
            raise Refusal(self.refusal("displayName", "NotNullRequirement"))
        kept = {name: option[name] for name in ("displayName", "value") if option.get(name) not in (None, "")}
        return {"type": "Option", **kept}

    def users(self, doc: Doc) -> list[Doc]:
        """The contact fields that offer the list, unless the switch says that nobody asks."""
        if self.emulator.switch("delete_used_option_list") == "allow":
            return []
        fields = [each for each in self.store.list("contact_fields") if each.get("optionListId") == doc["id"]]
        users = [{"type": "ContactField", "id": each["id"], "name": each["name"]} for each in fields]
        return [*super().users(doc), *users]


class EmailGroups(Collection):
    """`/assets/email/group(s)`."""

    name: ClassVar[str] = "email_groups"
    object_type: ClassVar[str] = "EmailGroup"
    plural: ClassVar[str] = "assets/email/groups"
    singular: ClassVar[str] = "assets/email/group"
    versions: ClassVar[str] = "1.0"
    properties: ClassVar[tuple[str, ...]] = (
        "name",
        "displayName",
        "description",
        "emailHeaderId",
        "emailFooterId",
        "subscriptionLandingPageId",
        "unsubscriptionLandingPageId",
        "isVisibleInPublicSubscriptionList",
        "isVisibleInOutlookPlugin",
        "emailIds",
    )
    fixed: ClassVar[tuple[str, ...]] = (
        "subscriptionListId",
        "unSubscriptionListId",
        "subscriptionListDataLookupId",
        "unSubscriptionListDataLookupId",
    )

    def complete(self, doc: Doc) -> Doc:
        """Make the two lists that hold who is in and who is out."""
        lists = {name: str(self.store.next_id("state_lists", 500)) for name in self.fixed}
        flags = {"isVisibleInPublicSubscriptionList": "true", "isVisibleInOutlookPlugin": "false"}
        return {**flags, **doc, **lists}

    def check(self, doc: Doc, old: Doc | None) -> Doc:
        """Unique names; both landing pages, where the account is strict; only pages that exist."""
        self.require_unique(doc, old)
        for name in ("subscriptionLandingPageId", "unsubscriptionLandingPageId"):
            page = str(doc.get(name) or "")
            if not page and self.emulator.switch("groups_need_landing_pages"):
                raise Refusal(self.refusal(name, "NotNullRequirement"))
            if page and self.store.get("landing_pages", page) is None:
                raise Refusal(self.refusal(name, "IdRequirement", page))
        return doc

    def users(self, doc: Doc) -> list[Doc]:
        """The e-mails in the group."""
        return [*super().users(doc), *({"type": "Email", "id": key} for key in doc.get("emailIds") or [])]


class CustomObjects(Collection):
    """`/assets/customObject(s)`, whose fields are inside the document."""

    name: ClassVar[str] = "custom_objects"
    object_type: ClassVar[str] = "CustomObject"
    plural: ClassVar[str] = "assets/customObjects"
    singular: ClassVar[str] = "assets/customObject"
    versions: ClassVar[str] = "2.0"
    parts: ClassVar[tuple[str, ...]] = ("emailAddressFieldId", "uniqueCodeFieldId", "displayNameFieldId")
    properties: ClassVar[tuple[str, ...]] = ("name", "description", "deleteLinkedCustomObjectData", "fields", *parts)

    def check(self, doc: Doc, old: Doc | None) -> Doc:
        """Fields get ids and database names; negative ids in the three parts come to mean the new fields."""
        self.require_unique(doc, old)
        if old is not None and "fields" not in doc:
            doc = {**doc, "fields": old.get("fields", [])}
        before = {each["id"]: each for each in (old or {}).get("fields", [])}
        fields: list[Doc] = []
        ids: dict[str, str] = {}
        for each in doc.get("fields") or []:
            stored = self._field(each, before.pop(str(each.get("id", "")), None), fields)
            ids[str(each.get("id", ""))] = stored["id"]
            fields.append(stored)
        if self.emulator.switch("custom_object_put_drops_fields") is False:
            fields += before.values()
        doc = {**doc, "fields": fields}
        for part in self.parts:
            doc[part] = self._part(part, str(doc.get(part) or ""), ids, fields)
        if old is not None and self.emulator.switch("custom_object_unchanged_put") == "refuse" and _same(doc, old):
            raise Refusal(self.refusal("customObject", "NoDuplicatesRequirement", doc["name"]))
        return doc

    def _field(self, each: Doc, old: Doc | None, others: list[Doc]) -> Doc:
        if not str(each.get("name", "")).strip():
            raise Refusal(self.refusal("fields.name", "NotNullRequirement"))
        if any(other["name"].lower() == str(each["name"]).lower() for other in others):
            raise Refusal(self.refusal("fields.name", "UniquenessRequirement", each["name"]))
        if each.get("dataType") not in FITTING or each.get("displayType") not in FITTING[each["dataType"]]:
            raise Refusal(self.refusal("fields.dataType", "EnumRequirement", each.get("dataType")))
        kept = {name: each[name] for name in ("name", "dataType", "displayType", "defaultValue") if each.get(name)}
        if old is not None:
            if kept["dataType"] != old["dataType"]:
                raise Refusal(self.refusal("fields.dataType", "ImmutabilityRequirement", kept["dataType"]))
            return {**old, **kept}
        taken = {str(other["internalName"]).lower() for other in others}
        made = internal_name("", kept["name"], self.emulator.switch("punctuation"), taken)
        key = str(self.store.next_id("custom_object_fields", 300))
        return {"type": "CustomObjectField", "id": key, **kept, "internalName": made}

    def _part(self, name: str, value: str, ids: dict[str, str], fields: list[Doc]) -> Any:
        found = ids.get(value, value)
        if found and all(each["id"] != found for each in fields):
            raise Refusal(self.refusal(name, "IdRequirement", value))
        return found


def _same(doc: Doc, old: Doc) -> bool:
    names = CustomObjects.properties
    return all((doc.get(name) or "") == (old.get(name) or "") for name in names)
