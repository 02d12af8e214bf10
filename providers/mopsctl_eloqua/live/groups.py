"""The shelf of e-mail groups: one per purpose; who is subscribed is never written."""

from __future__ import annotations

from typing import ClassVar

from mopsctl.address import Address
from mopsctl.errors import VendorError
from mopsctl.resource import Json, Observation, Write
from mopsctl_eloqua.answers import problems
from mopsctl_eloqua.live.shelf import Assets, text_of
from mopsctl_eloqua.rest import Doc

_PLAIN = ("displayName", "description", "subscriptionLandingPageId", "unsubscriptionLandingPageId")
_STATE_LISTS = (("subscribed", "subscriptionListId"), ("unsubscribed", "unSubscriptionListId"))
IN_USE_BY_EMAILS = "E-mails are in the group."


class EmailGroups(Assets):
    """E-mail groups, by name."""

    kind: ClassVar[str] = "email-group"
    plural: ClassVar[str] = "assets/email/groups"
    singular: ClassVar[str] = "assets/email/group"
    noun: ClassVar[str] = "e-mail group"

    def key(self, doc: Doc) -> str:
        """The name."""
        return text_of(doc, "name")

    def attributes(self, doc: Doc) -> dict[str, Json]:
        """Settings as text, and which of the two lists that hold people's states exist."""
        named: dict[str, Json] = {name: text_of(doc, name) for name in _PLAIN}
        named["stateLists"] = [word for word, name in _STATE_LISTS if text_of(doc, name)]
        return named

    def observed(self, address: Address, doc: Doc) -> Observation:
        """A group; one that e-mails are in is not removed, nor one whose name another group has."""
        alone, empty = not self.ambiguous(doc), not doc.get("emailIds")
        return Observation(
            address=address,
            attributes=self.attributes(doc),
            remote_id=str(doc["id"]),
            writable=None if alone else frozenset(),
            why_not="Another e-mail group has the same name." if not alone else "" if empty else IN_USE_BY_EMAILS,
            removable=alone and empty,
        )

    def born(self, write: Write) -> Doc:
        """The document to make."""
        return {"name": write.address.name} | self._changes(write, frozenset(write.target))

    def merged(self, doc: Doc, write: Write) -> Doc:
        """The live document with the touched properties put in."""
        return {**doc, **self._changes(write, write.touched())}

    def _changes(self, write: Write, touched: frozenset[str]) -> Doc:
        return {name: str(write.target.get(name) or "") for name in _PLAIN if name in touched}

    def advice(self, error: VendorError, write: Write) -> str:
        """Some accounts want both landing pages, which only the connection can know."""
        if any(each.property.lower().endswith("subscriptionlandingpageid") for each in problems(error.body)):
            return "set subscription_landing_page and unsubscription_landing_page in the connection, then plan again"
        return super().advice(error, write)
