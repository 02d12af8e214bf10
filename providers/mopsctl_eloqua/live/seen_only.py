"""Shelves that are only looked at: account fields, scoring models, built-in subscription states."""

from __future__ import annotations

from typing import ClassVar

from mopsctl.resource import FieldFacts, Observation
from mopsctl_eloqua import fieldtypes
from mopsctl_eloqua.kinds import NO_ACCOUNT_API, NO_SCORING_API, STATE_NEVER_WRITTEN
from mopsctl_eloqua.live.shelf import Seen, Shelf, text_of
from mopsctl_eloqua.names import STATES, is_standard
from mopsctl_eloqua.rest import Doc


class AccountFields(Shelf):
    """Account fields as the Bulk API shows them: database name and one of five coarse types."""

    kind: ClassVar[str] = "account-field"

    def read(self) -> Seen:
        """Every account field."""
        found = (self._observed(doc) for doc in self.site.bulk.all("accounts/fields"))
        return {each.address: each for each in sorted(found, key=lambda each: each.address)}

    def _observed(self, doc: Doc) -> Observation:
        name = text_of(doc, "internalName")
        return Observation(
            address=self.site.address(self.kind, name),
            attributes={"dataType": text_of(doc, "dataType")},
            remote_id=text_of(doc, "uri").rpartition("/")[2] or None,
            writable=frozenset(),
            why_not=NO_ACCOUNT_API,
            removable=False,
            facts=fieldtypes.bulk_facts(doc),
            builtin=is_standard(name),
        )


class ScoringModels(Shelf):
    """Scoring models: name, status, and the fields that exports can have."""

    kind: ClassVar[str] = "scoring-model"

    def read(self) -> Seen:
        """Every model; of several with one name an active one counts."""
        models = self.site.bulk.all("contacts/scoring/models")
        ordered = sorted(models, key=lambda doc: (text_of(doc, "status").lower() == "active", text_of(doc, "uri")))
        found = (self._observed(doc) for doc in ordered)
        return {each.address: each for each in found}

    def _observed(self, doc: Doc) -> Observation:
        fields = sorted(text_of(each, "name") for each in doc.get("fields") or [])
        return Observation(
            address=self.site.address(self.kind, text_of(doc, "name")),
            attributes={"status": text_of(doc, "status").lower(), "fields": fields},
            remote_id=text_of(doc, "id") or None,
            writable=frozenset(),
            why_not=NO_SCORING_API,
            removable=False,
        )


class ContactStates(Shelf):
    """The states that Eloqua itself keeps of every address; one contact is looked at, and nothing of it is kept."""

    kind: ClassVar[str] = "contact-state"

    def read(self) -> Seen:
        """The states that a contact shows; an account without contacts shows none."""
        contact = self.site.rest.first("1.0", "data/contacts") or {}
        return {
            self.site.address(self.kind, name): Observation(
                address=self.site.address(self.kind, name),
                attributes={"kept": True},
                writable=frozenset(),
                why_not=STATE_NEVER_WRITTEN,
                removable=False,
                facts=FieldFacts(type="boolean", read_only=True, visible=True),
                builtin=True,
            )
            for name in sorted(STATES)
            if name in contact
        }
