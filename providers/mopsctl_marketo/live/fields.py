"""Fields of every object, and the CRM sync's view of person fields."""

from __future__ import annotations

from typing import Any

from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Observation, Result, Write
from mopsctl_marketo.api import MarketoApi, first
from mopsctl_marketo.convert.native import field_attributes, field_body, field_facts
from mopsctl_marketo.live.collection import Collection, Found, done, failed, refused
from mopsctl_marketo.names import SHELVES, Shelf, split
from mopsctl_marketo.settings import Settings

_BY_KIND = {shelf.kind: shelf for shelf in SHELVES.values()}
_BUILTIN_ATTRIBUTES = frozenset({"description", "sensitive", "html_encoded"})
_OWN_ATTRIBUTES = _BUILTIN_ATTRIBUTES | {"label"}
_HINTS = {
    "limit": "Marketo makes 100 person fields and 20 program-member fields through its API; make more on the screen Admin >"
    " Field Management, or reuse a hidden one",
    "maximum": "Marketo makes 100 person fields and 20 program-member fields through its API; make more on the screen Admin >"
    " Field Management, or reuse a hidden one",
    "in use": "Admin > Field Management > Used By shows what uses the field; take it out there first",
    "special character": "use letters, digits, spaces, hyphens and underscores in the label",
}


class Describe:
    """The description of persons, fetched once for a read: which fields the CRM sync manages, which can be searched by."""

    def __init__(self, api: MarketoApi) -> None:
        self._api = api
        self._found: dict[str, Any] | None = None

    def forget(self) -> None:
        """The next question is asked anew."""
        self._found = None

    def fields(self) -> dict[str, dict[str, Any]]:
        """Every field by name. PermissionError_ where the role may not read people."""
        return {str(each["name"]): each for each in self._answer().get("fields") or []}

    def searchable(self) -> frozenset[str]:
        """The fields that people can be searched by, alone."""
        return frozenset(names[0] for names in self._answer().get("searchableFields") or [] if len(names) == 1)

    def _answer(self) -> dict[str, Any]:
        if self._found is None:
            self._found = first(self._api.get("/rest/v1/leads/describe2.json")) or {}
        return self._found


class Fields(Collection):
    """The fields of one object or another; all of one object are read in pages of 300."""

    kinds = tuple(_BY_KIND)

    def __init__(self, api: MarketoApi, settings: Settings, describe: Describe) -> None:
        super().__init__(api, settings)
        self._describe = describe

    def start_over(self) -> None:
        """Forget the description of persons."""
        self._describe.forget()

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """All fields of the object."""
        shelf = _BY_KIND[kind]
        docs = self.api.lead_pages(f"{shelf.path}.json")
        scores_shown = not any(doc.get("name") == "leadScore" and doc.get("dataType") == "integer" for doc in docs)
        described = self._described(shelf)
        return {
            f"{shelf.object}.{doc['name']}": self._observation(shelf, doc, described, scores_shown=scores_shown)
            for doc in sorted(docs, key=lambda each: str(each["name"]))
        }

    def _described(self, shelf: Shelf) -> dict[str, dict[str, Any]]:
        """What describe adds; a role that may not read people just knows less about its fields."""
        if shelf.object != "person":
            return {}
        try:
            return self._describe.fields()
        except PermissionError_:
            return {}

    def _observation(
        self, shelf: Shelf, doc: dict[str, Any], described: dict[str, dict[str, Any]], *, scores_shown: bool
    ) -> Observation:
        more = described.get(str(doc["name"]), {})
        synced = more.get("crmManaged") is True
        writable, why = _writable(doc, synced=synced) if shelf.writable else (frozenset[str](), "")
        attributes = field_attributes(doc, scores_shown=scores_shown)
        name = str(doc["name"])
        return Observation(
            self.address(shelf.kind, f"{shelf.object}.{name}"),
            attributes if shelf.writable else {"type": attributes["type"]},
            remote_id=name,
            writable=writable,
            why_not=why,
            removable=writable is None,
            facts=field_facts(doc, read_only=more.get("updateable") is False),
            builtin=not doc.get("isCustom", False) or not shelf.writable,
            retired=attributes.get("hidden") is True,
        )

    def write(self, write: Write) -> Result:
        """Create, update or hide one field."""
        object_name, name = split(write.address.name)
        shelf = SHELVES[object_name]
        if not shelf.writable:
            return super().write(write)
        try:
            if write.action == "add":
                return self._create(shelf, name, write)
            body = {"isHidden": True} if write.action == "remove" else field_body(write.target, write.touched())
            self.api.post(f"{shelf.path}/{name}.json", {"input": [body]})
        except VendorError as error:
            return refused(write, error, _HINTS)
        note = "Marketo never deletes a field: it is hidden now." if write.action == "remove" else ""
        return done(write, name, note)

    def _create(self, shelf: Shelf, name: str, write: Write) -> Result:
        body = {"name": name, **field_body(write.target, write.target.keys())}
        if "displayName" not in body or "dataType" not in body:
            return failed(
                write, f"Marketo has no field '{name}' of its own, and the manifest does not say enough to make it."
            )
        self.api.post(f"{shelf.path}.json", {"input": [body]})
        return done(write, name)


def _writable(doc: dict[str, Any], *, synced: bool) -> tuple[frozenset[str] | None, str]:
    """What the API may write on a live field (None: everything), and why not the rest."""
    if not doc.get("isCustom", False):
        return _BUILTIN_ATTRIBUTES, "Marketo lets nobody change the name of a field of its own through the API."
    if synced:
        return (
            _BUILTIN_ATTRIBUTES,
            "The CRM sync manages this field: change it in the CRM, or on Admin > Field Management.",
        )
    # What people made on the screen stays shown (fact: marketo-fields-are-hidden).
    if not doc.get("isApiCreated", False):
        return _OWN_ATTRIBUTES, "Marketo's API hides and shows only fields that were made through the API."
    return None, ""


class CrmFields(Collection):
    """Which person fields the native CRM sync manages."""

    kinds = ("crm-field",)

    def __init__(self, api: MarketoApi, settings: Settings, describe: Describe) -> None:
        super().__init__(api, settings)
        self._describe = describe

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """Every person field as describe shows it; scores and integers are one type there."""
        return {f"person.{name}": self._observation(name, doc) for name, doc in sorted(self._describe.fields().items())}

    def _observation(self, name: str, doc: dict[str, Any]) -> Observation:
        data_type = str(doc.get("dataType", ""))
        return Observation(
            self.address("crm-field", f"person.{name}"),
            {"synced": doc.get("crmManaged") is True, "type": "integer" if data_type == "score" else data_type},
            remote_id=name,
            writable=frozenset(),
            removable=False,
            facts=field_facts(doc, read_only=doc.get("updateable") is False),
            builtin=True,
        )
