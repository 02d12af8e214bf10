"""Consent: e-mail groups for purposes, the built-in states, and what people set on screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl.element import Consent, Field, Purpose
from mopsctl.provider.contract import Connection
from mopsctl.provider.convert import quoted
from mopsctl.resource import Json
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.convert.fields import state_steps
from mopsctl_eloqua.names import STATES, bound_to
from mopsctl_eloqua.screens import APPS, EMAIL_GROUPS, FORMS

STATE_LISTS = ["subscribed", "unsubscribed"]
PAGES: Mapping[str, str] = {
    "subscription_landing_page": "subscriptionLandingPageId",
    "unsubscription_landing_page": "unsubscriptionLandingPageId",
}


def convert(draft: Draft, policies: Sequence[Consent], declared: Sequence[Field], connection: Connection) -> None:
    """Add the e-mail groups, states and settings of every policy."""
    for policy in sorted(policies, key=lambda each: each.name):
        for purpose in sorted(policy.purposes, key=lambda each: each.key):
            _purpose(draft, purpose, declared, connection)
        _states(draft, policy)
        _bases(draft, policy, declared)
        _settings(draft, policy)
        _pages(draft, policy, connection)


def _purpose(draft: Draft, purpose: Purpose, declared: Sequence[Field], connection: Connection) -> None:
    if not purpose.binding:
        if not purpose.service:
            message = f"Nothing on Eloqua holds the purpose {purpose.label}."
            hint = f"bind it: {purpose.key}: {{{draft.system}: 'email-group:{purpose.label}'}}"
            draft.say("EL015", "note", message, purpose.origin.source, hint)
        return
    holder, name = bound_to(purpose.binding)
    if holder == "email-group":
        _group(draft, purpose, name, connection)
    elif not any(field.name == name for field in declared):
        message = f"The purpose {purpose.label} is bound to {name}, which no catalogue declares on Eloqua."
        draft.say("EL015", "warning", message, purpose.origin.source, "declare the field, so that it is made")


def _group(draft: Draft, purpose: Purpose, name: str, connection: Connection) -> None:
    named: dict[str, Json] = {"displayName": purpose.label, "stateLists": list(STATE_LISTS)}
    if purpose.description:
        named["description"] = purpose.description
    for setting, native in PAGES.items():
        if connection.text(setting):
            named[native] = connection.text(setting)
    draft.add(
        draft.made(
            purpose.origin,
            "email-group",
            name,
            name,
            named,
            cell="consent.purpose",
            steps=(f"In {EMAIL_GROUPS}, open or make the group '{name}' with the display name '{purpose.label}'.",),
        )
    )


def _states(draft: Draft, policy: Consent) -> None:
    """The states every sending honours; a policy that binds its own stop-all field still relies on the bounceback."""
    for name in sorted(STATES):
        address = draft.address("contact-state", name)
        if address not in draft.resources:
            draft.add(
                draft.made(
                    policy.origin,
                    address.kind,
                    address.name,
                    STATES[name],
                    {"kept": True},
                    mode="verify",
                    cell="consent.stop",
                    steps=state_steps(name),
                )
            )


def _bases(draft: Draft, policy: Consent, declared: Sequence[Field]) -> None:
    if not policy.bases:
        return
    if not any(set(policy.bases) & _keys(field) for field in declared):
        message = f"No field on Eloqua holds the legal bases of {policy.title}: {', '.join(policy.bases)}."
        hint = "declare a choice field with these values in a catalogue"
        draft.say("EL015", "note", message, policy.origin.source, hint)


def _keys(field: Field) -> set[str]:
    return {item.key for item in field.values.items} if field.values else set()


def _settings(draft: Draft, policy: Consent) -> None:
    for channel in policy.channels:
        if channel != "email":
            step = (
                f"In {APPS}, open the app that sends by {channel}, and make sure that it sends nothing to people without"
                " consent: Eloqua's e-mail groups hold consent to e-mail only."
            )
            _setting(draft, policy, (f"channel-{channel}", f"channel {channel}"), {"channel": channel}, (step,))
    if policy.double_opt_in:
        steps = (
            f"In {FORMS}, open each form that subscribes people, and let its Processing send the confirmation e-mail.",
            "Let only the form behind the link of that e-mail, not the first one, subscribe people to the group.",
        )
        _setting(draft, policy, ("double-opt-in", "double opt-in"), {"double_opt_in": True}, steps)
    if policy.preference_topics:
        _preferences(draft, policy)


def _preferences(draft: Draft, policy: Consent) -> None:
    groups = {purpose.key: bound_to(purpose.binding)[1] for purpose in policy.purposes if purpose.binding}
    shown = [groups.get(topic, topic) for topic in policy.preference_topics]
    steps = (
        f"In {EMAIL_GROUPS}, open Subscription Management Page and show exactly these groups: {quoted(shown)}.",
        "Keep the choice to leave everything on the page.",
    )
    _setting(draft, policy, ("preference-page", "preference page"), {"topics": shown}, steps)


def _setting(
    draft: Draft, policy: Consent, name: tuple[str, str], facts: Mapping[str, Json], steps: tuple[str, ...]
) -> None:
    draft.add(
        draft.made(
            policy.origin,
            "consent-setting",
            f"{policy.name}/{name[0]}",
            f"{policy.title}: {name[1]}",
            dict(facts),
            mode="manual",
            cell="consent.channel" if name[0].startswith("channel-") else "consent.settings",
            steps=steps,
        )
    )


def _pages(draft: Draft, policy: Consent, connection: Connection) -> None:
    grouped = any(each.binding and bound_to(each.binding)[0] == "email-group" for each in policy.purposes)
    missing = [setting for setting in PAGES if not connection.text(setting)]
    if grouped and missing and not connection.emulated:
        message = f"Some accounts refuse e-mail groups without landing pages, and {' and '.join(missing)} is not set."
        draft.say("EL018", "note", message, policy.origin.source, "set both page ids in the connection")
