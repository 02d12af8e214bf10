"""Consent policies become checked opt-out fields, and fields or consent rows, as each purpose is bound.

`bind: {newsletter: {salesforce: Consent_Newsletter__c}}` holds a purpose in a field; `salesforce: "purpose:Product news"` in a
row of the consent data model, with bases, channels and subscriptions around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.element import Consent, Field, FieldType, Origin, Purpose, Role
from mopsctl.resource import Json
from mopsctl_salesforce import names
from mopsctl_salesforce.convert import fields
from mopsctl_salesforce.convert.work import Work

ROW = "purpose:"
CONTACT_POINTS: Mapping[str, str] = {
    "email": "Email",
    "sms": "Phone",
    "phone": "Phone",
    "whatsapp": "Phone",
    "post": "MailingAddress",
    "social": "Social",
    "push": "Web",
}
PEOPLE = ("Contact", "Lead")


def add(work: Work, consent: Consent) -> None:
    """Take in one policy: the fields first, so that permissions cover them, then the rows."""
    objects = [name for name in consent.objects if name in PEOPLE] or list(PEOPLE)
    _stops(work, consent, objects)
    for purpose in consent.purposes:
        if purpose.binding and not purpose.binding.startswith(ROW):
            _held_in_field(work, purpose, objects)
    rows = [purpose for purpose in consent.purposes if (purpose.binding or "").startswith(ROW)]
    if rows:
        _Rows(work, consent, rows).add()
    elif consent.bases and any(purpose.binding for purpose in consent.purposes):
        work.say(
            "SF050",
            "note",
            f"The purposes of {consent.title} are fields on Salesforce, so its legal bases have no place there.",
            consent.origin.source,
            hint=f'bind a purpose to "{ROW}LABEL" to keep it in a data use purpose instead',
        )
    if any(purpose.binding for purpose in consent.purposes):
        _screens(work, consent)


def _stops(work: Work, consent: Consent, objects: list[str]) -> None:
    wanted: dict[str, FieldType] = {"EmailBouncedReason": "text", "EmailBouncedDate": "datetime"}
    if consent.opt_out_all:
        wanted = {consent.opt_out_all: "boolean", **wanted}
    for object_name in objects:
        for name, kind in wanted.items():
            if f"{object_name}.{name}" not in work.drafts:
                label = "Opted out of everything" if name == consent.opt_out_all else name
                fields.add(work, _field(consent.origin, (object_name, name), kind, label, role="opt_out"))
                work.drafts[f"{object_name}.{name}"].capability = "consent.stop"


def _held_in_field(work: Work, purpose: Purpose, objects: list[str]) -> None:
    for object_name in objects:
        name = purpose.binding or ""
        if f"{object_name}.{name}" not in work.drafts:
            label = f"Consent: {purpose.label}"
            field = _field(purpose.origin, (object_name, name), "boolean", label, role="purpose")
            described = purpose.description or f"Whether the person agreed to: {purpose.label}."
            fields.add(work, replace(field, default=False, pii="preference", description=described))


def _field(origin: Origin, place: tuple[str, str], kind: FieldType, label: str, *, role: Role = "field") -> Field:
    return Field(origin, "person", *place, "", kind, label, role=role)


def _screens(work: Work, consent: Consent) -> None:
    if consent.double_opt_in:
        step = (
            "Setup > Flows > New Flow: build the confirmation, a message with a link and a flow that writes the consent only once"
            " the link was opened, and activate the flow."
        )
        title = f"double opt-in of {consent.title}"
        work.manual(
            "setting", f"{consent.name}.double-opt-in", "consent.settings", consent.origin, title=title, steps=(step,)
        )
    if consent.preference_topics:
        labels = {purpose.key: purpose.label for purpose in consent.purposes}
        topics = ", ".join(labels.get(topic, topic) for topic in consent.preference_topics)
        step = f"Setup > Preference Manager: build the preference page with exactly: {topics}."
        title = f"preference page of {consent.title}"
        work.manual(
            "setting", f"{consent.name}.preferences", "consent.settings", consent.origin, title=title, steps=(step,)
        )


class _Rows:
    """The rows of one policy and the key fields that make them ours."""

    def __init__(self, work: Work, consent: Consent, purposes: list[Purpose]) -> None:
        self._work = work
        self._consent = consent
        self._purposes = purposes

    def add(self) -> None:
        for object_name in names.CONSENT_OBJECTS.values():
            fields.add(self._work, self._key_field(object_name))
        for name in names.INDIVIDUAL_FLAGS:
            flag = _field(self._consent.origin, ("Individual", name), "boolean", name, role="opt_out")
            fields.add(self._work, flag)
            self._work.drafts[f"Individual.{name}"].capability = "consent.stop"
        for basis in self._consent.bases:
            self._row("legal-basis", basis, {"name": _title(basis)}, "consent.bases")
        for channel in self._consent.channels:
            point = CONTACT_POINTS.get(channel, "Web")
            self._row(
                "engagement-channel", channel, {"name": _title(channel), "contact_point": point}, "consent.channel"
            )
        for purpose in self._purposes:
            self._of_purpose(purpose)

    def _key_field(self, object_name: str) -> Field:
        field = _field(self._consent.origin, (object_name, names.KEY_FIELD), "text", "mopsctl key")
        return replace(
            field,
            max=100,
            unique=True,
            description="What mopsctl knows this row by. Written by mopsctl.",
            hints={"external_id": True},
        )

    def _of_purpose(self, purpose: Purpose) -> None:
        name = (purpose.binding or "").removeprefix(ROW).strip() or purpose.label
        attributes: dict[str, Json] = {"name": name, "can_opt_out": not purpose.service}
        if purpose.description:
            attributes["description"] = purpose.description
        origin = purpose.origin
        own = self._row("purpose", purpose.key, attributes, "consent.purpose", origin=origin)
        if purpose.service:
            return
        attributes = {"name": name, "purpose": own.name}
        subscription = self._row("subscription", purpose.key, attributes, "consent.purpose", own, origin=origin)
        for channel in self._consent.channels:
            by = self._work.address("engagement-channel", f"{self._consent.name}.{channel}")
            attributes = {"name": f"{name} by {channel}", "subscription": subscription.name, "channel": by.name}
            key = f"{purpose.key}.{channel}"
            self._row("subscription-channel", key, attributes, "consent.channel", subscription, by, origin=origin)

    def _row(
        self, kind: str, key: str, attributes: dict[str, Json], row: str, *needs: Address, origin: Origin | None = None
    ) -> Address:
        name = f"{self._consent.name}.{key}"
        field = self._work.field_address(f"{names.CONSENT_OBJECTS[kind]}.{names.KEY_FIELD}")
        seen = self._work.address("permission-assignment", names.MANAGED_SET)
        made = self._work.made(
            origin or self._consent.origin,
            kind,
            name,
            str(attributes["name"]),
            {"key": name, **attributes},
            cell=row,
            needs=(field, seen, *needs),
        )
        self._work.add(made)
        return made.address


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()
