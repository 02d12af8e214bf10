"""A consent policy: subscription types and opt-outs to check, account settings and channels for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mopsctl.element import Consent, Purpose
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_hubspot.convert.common import MOVED, Context
from mopsctl_hubspot.names import LEGAL_BASIS_PROPERTY, OPT_OUT_PROPERTY, singular, split, titled

SUBSCRIPTION = "subscription:"
UNSUBSCRIBE_ALL = "unsubscribe-all"
PROPERTY_NAME = re.compile(r"^(?:[A-Za-z0-9_-]+\.)?[a-z][a-z0-9_]*$")

# Written with a plain hyphen and lower case: HubSpot's own values hold a dash that differs between options.
BASES: Mapping[str, str] = {
    "express": "freely given consent from contact",
    "express_confirmed": "freely given consent from contact",
    "express_written": "freely given consent from contact",
    "existing_customer": "legitimate interest - existing customer",
    "legitimate_interest": "legitimate interest - prospect/lead",
    "contract": "performance of a contract",
}
_EMAIL = "email"


def resources(context: Context, element: Consent) -> Iterator[Resource]:
    """Everything that a policy asks of HubSpot, apart from its proof fields."""
    for purpose in element.purposes:
        yield from _purpose(context, element, purpose)
    if element.opt_out_all:
        yield _opt_out(context, element, element.opt_out_all)
    if any(basis in BASES for basis in element.bases):
        yield _bases(context, element)
    for channel in element.channels:
        if channel != _EMAIL:
            yield _channel(context, element, channel)
    yield from _settings(context, element)


def _purpose(context: Context, element: Consent, purpose: Purpose) -> Iterator[Resource]:
    binding = purpose.binding or ""
    if binding.startswith(SUBSCRIPTION):
        yield _subscription(context, purpose, binding.removeprefix(SUBSCRIPTION).strip())
    elif binding and PROPERTY_NAME.match(binding):
        object_name, name = split(binding) if "." in binding else ("", binding)
        for on in [object_name] if object_name else element.objects or ["contact"]:
            yield _exists(context, purpose, singular(on), name)


def _subscription(context: Context, purpose: Purpose, name: str) -> Resource:
    text = f", with the description '{purpose.description}'" if purpose.description else ""
    return context.made(
        purpose.origin,
        "subscription-type",
        name,
        title=name,
        attributes={"active": True},
        cell="consent.purpose",
        mode="verify",
        steps=[
            f"In HubSpot, open Settings > Marketing > Email > Subscription types, and make or activate '{name}'{text}. {MOVED}",
            "Do so in every account: HubSpot does not copy subscription types to sandboxes.",
        ],
    )


def _exists(context: Context, purpose: Purpose, object_name: str, name: str) -> Resource:
    return context.made(
        purpose.origin,
        "property",
        f"{object_name}.{name}",
        title=titled(purpose.label, object_name),
        attributes={},
        cell="consent.purpose",
        mode="verify",
        steps=[f"The property '{name}' that holds this purpose is missing in HubSpot: declare it in a catalogue."],
    )


def _opt_out(context: Context, element: Consent, binding: str) -> Resource:
    name = OPT_OUT_PROPERTY if binding == UNSUBSCRIBE_ALL else binding.rpartition(".")[2]
    return context.made(
        element.origin,
        "property",
        f"contact.{name}",
        title="opt-out of everything",
        attributes={"type": "bool"},
        cell="consent.stop",
        mode="verify",
        steps=[
            f"HubSpot keeps the opt-out of everything in '{name}': check that the token may read contact properties."
        ],
    )


def _bases(context: Context, element: Consent) -> Resource:
    wanted = sorted({BASES[basis] for basis in element.bases if basis in BASES})
    return context.made(
        element.origin,
        "legal-basis-list",
        "contact",
        title="legal bases",
        attributes={"bases": {value: {"hidden": False} for value in wanted}},
        cell="consent.bases",
        mode="verify",
        steps=[
            f"In HubSpot, open the contact property '{LEGAL_BASIS_PROPERTY}' and show the options that mean {quoted(wanted)}."
        ],
    )


def _channel(context: Context, element: Consent, channel: str) -> Resource:
    purposes = [purpose.label for purpose in element.purposes]
    return _manual(
        context,
        element,
        "checklist",
        f"{element.name}.channel.{channel}",
        title=f"{element.title or element.name}: {channel}",
        cell="consent.channel",
        steps=[
            (
                f"HubSpot's API knows subscriptions for e-mail only: set up permission for {channel} on HubSpot's screens, or keep it"
                f" in properties of your own, for {quoted(purposes)}."
            )
        ],
    )


def _settings(context: Context, element: Consent) -> Iterator[Resource]:
    if element.bases:
        steps = [
            (
                "In HubSpot, open Settings > Privacy & Consent and turn on the data privacy settings, so that a legal basis is asked"
                f" for. {MOVED}"
            )
        ]
        yield _setting(context, element, "data-privacy", "data privacy settings", steps)
    if element.double_opt_in:
        steps = [f"In HubSpot, open Settings > Marketing > Email > Double opt-in and turn it on. {MOVED}"]
        yield _setting(context, element, "double-opt-in", "double opt-in", steps)
    if element.preference_topics:
        names = {purpose.key: _shown(purpose) for purpose in element.purposes}
        topics = quoted(names.get(topic, topic) for topic in element.preference_topics)
        steps = [
            (
                "In HubSpot, open Settings > Marketing > Email > Subscriptions, and let the preference page show exactly"
                f" {topics}, and the way out of everything. {MOVED}"
            )
        ]
        yield _setting(context, element, "preference-page", "preference page", steps)


def _shown(purpose: Purpose) -> str:
    """What people read a purpose as: the name of its subscription type, else its label."""
    binding = purpose.binding or ""
    return binding.removeprefix(SUBSCRIPTION).strip() if binding.startswith(SUBSCRIPTION) else purpose.label


def _setting(context: Context, element: Consent, name: str, title: str, steps: Sequence[str]) -> Resource:
    return _manual(context, element, "account-setting", name, title=title, cell="consent.settings", steps=steps)


def _manual(
    context: Context, element: Consent, kind: str, name: str, *, title: str, cell: str, steps: Sequence[str]
) -> Resource:
    return context.made(
        element.origin,
        kind,
        name,
        title=title,
        attributes={"steps": list(steps)},
        cell=cell,
        mode="manual",
        steps=steps,
    )
