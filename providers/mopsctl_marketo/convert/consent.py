"""Converts consent policies: purposes are fields, Marketo's own flags are checked and never written, the rest is by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mopsctl.element import Consent, Field, Item, Purpose, ValueList
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import ACTIVITIES, Context, titled
from mopsctl_marketo.convert.fields import of_field, setting, value_list
from mopsctl_marketo.names import BUILTIN_FLAGS, is_standard

_ENFORCED = "email"
_BASIS_KEYS = ("consent_basis", "consent_legal_basis")


def of_consent(context: Context, consent: Consent) -> Iterator[Resource]:
    """A policy on Marketo. Fields that the stack describes elsewhere win."""
    for purpose in consent.purposes:
        for object_name in consent.objects or ("person",):
            if purpose.binding and (object_name, purpose.binding) not in context.fields:
                yield from of_field(context, purpose_field(purpose, object_name))
    yield from _flags(context, consent)
    yield from _manual(context, consent)
    if consent.bases:
        yield from _bases(context, consent)


def purpose_field(purpose: Purpose, object_name: str) -> Field:
    """The boolean field that holds a purpose where no catalogue describes it."""
    return Field(
        origin=purpose.origin,
        concept="person",
        object=object_name,
        name=purpose.binding or "",
        key="",
        type="boolean",
        label=f"Consent {purpose.label}",
        description=purpose.description or f"Agreed to: {purpose.label}. Written with its proof, never by a sync.",
        role="purpose",
    )


def _flags(context: Context, consent: Consent) -> Iterator[Resource]:
    """Marketo's own flags, and what stops everything, where the policy binds it to a field."""
    for name in sorted({*BUILTIN_FLAGS, *([consent.opt_out_all] if consent.opt_out_all else [])}):
        title = BUILTIN_FLAGS.get(name, name)
        yield context.made(
            consent.origin,
            "field",
            f"person.{name}",
            titled(title, "person"),
            {} if is_standard("person", name) else {"type": "boolean"},
            cell="consent.stop",
            mode="verify",
            steps=(
                (
                    f"In Admin > Field Management, search for the field with the API name '{name}': the policy stops everything by"
                    " it. Marketo's own flags cannot be made; where one is missing, ask Marketo Support."
                ),
            ),
        )


def _manual(context: Context, consent: Consent) -> Iterator[Resource]:
    for channel in consent.channels:
        if channel != _ENFORCED:
            yield _one(
                context,
                consent,
                f"channel-{channel}",
                f"Consent for the channel {channel}",
                "consent.channel",
                f"In {ACTIVITIES}, add to the smart list of every campaign that uses the channel '{channel}' the filter that"
                f" the person agreed to it: Marketo itself stops e-mail only.",
            )
    fields = quoted(purpose.binding for purpose in consent.purposes if purpose.binding)
    if fields:
        yield _one(
            context,
            consent,
            "rules",
            "Rules by country",
            "consent.rules",
            f"In {ACTIVITIES}, add to the smart list of every mailing the filters for its purpose ({fields}) and for the"
            " countries in which the policy lets it be sent; a segmentation by country saves repeating them.",
        )
    if consent.double_opt_in:
        yield _double_opt_in(context, consent)
    if consent.preference_topics:
        yield _preference_page(context, consent)


def _double_opt_in(context: Context, consent: Consent) -> Resource:
    return _one(
        context,
        consent,
        "double-opt-in",
        "Double opt-in",
        "consent.settings",
        f"In {ACTIVITIES}, make an operational e-mail with a link to a confirmation page, and a smart campaign with the trigger"
        " Clicks Link in Email for that link, whose flow sets the purpose field and the fields of proof.",
    )


def _preference_page(context: Context, consent: Consent) -> Resource:
    labels = {purpose.key: purpose.label for purpose in consent.purposes}
    topics = quoted(labels.get(topic, topic) for topic in consent.preference_topics)
    return _one(
        context,
        consent,
        "preference-page",
        "Preference page",
        "consent.settings",
        f"In Design Studio, make a form with one checkbox for each of {topics} and one for 'Unsubscribe from everything', put"
        " it on a landing page that needs no log-in, and link it in every e-mail.",
    )


def _bases(context: Context, consent: Consent) -> Iterator[Resource]:
    """The list of legal bases, by hand, on the field of proof that holds the basis where the policy names one."""
    items = tuple(Item(key, key, humanised(key)) for key in consent.bases)
    holders = [field for field in context.fields.values() if field.role == "proof" and field.key in _BASIS_KEYS]
    for field in holders:
        yield value_list(context, replace(field, values=ValueList("legal bases", items)), cell="consent.bases")
    if not holders:
        yield _one(
            context,
            consent,
            "bases",
            "Legal bases",
            "consent.bases",
            "In Admin > Field Management, choose New Custom Field with the object 'Person', the type 'String' and the name"
            f" 'Consent legal basis', then Field Actions > Manage Picklist with the values {quoted(consent.bases)}; or name"
            " its field under proof_fields of the policy, as basis.",
        )


def humanised(key: str) -> str:
    """A label for a key: `existing_customer` becomes `Existing customer`."""
    return key.replace("_", " ").capitalize()


def _one(context: Context, consent: Consent, name: str, title: str, cell: str, step: str) -> Resource:
    return setting(context, consent.origin, f"consent.{consent.name}.{name}", title, cell=cell, steps=(step,))
