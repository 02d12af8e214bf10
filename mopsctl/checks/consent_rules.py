"""Checks of the rules of a consent policy: which are read, where they hold, and what they let through."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from mopsctl.checks.conditions import problems, values_of
from mopsctl.checks.consent import places, policies
from mopsctl.checks.countries import CODES, USUAL_MISTAKES
from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.diagnostics import Source, did_you_mean
from mopsctl.manifest.model import ConsentPolicy, ConsentRule, Stack

RULES: list[Rule] = []
_TEXTS = ("sms", "phone", "whatsapp")
_ANY_COUNTRY = "strictest"
USUAL_CLASSES = ("individual", "corporate")


@rule(
    RULES,
    "CP001",
    "error",
    "every rule can be reached, and the last one catches the rest",
    why="A person no rule fits would be treated by whatever the system does on its own.",
)
def rules_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A policy without a catch-all, rules for what is not declared, and rules that an earlier one swallows."""
    for policy in policies(stack):
        rules = list(policy.rules.values())
        if rules and not _catches_all(rules[-1]):
            yield Finding(
                f"The last rule of {policy.name} does not fit everybody.",
                rules[-1].source,
                "add a last rule without countries, groups, channels, purposes and recipients",
            )
        for place, later in enumerate(rules):
            yield from _undeclared(stack, policy, later)
            earlier = next((each for each in rules[:place] if _swallows(policy, each, later)), None)
            if earlier is not None:
                yield Finding(
                    f"The rule {later.key} is never reached: {earlier.key} stands before it and fits everything it fits.",
                    later.source,
                    f"put {later.key} before {earlier.key}, or take it out",
                )


@rule(
    RULES,
    "CP009",
    "error",
    "countries are ISO codes",
    why="A rule for a country code that does not exist never fits, and the catch-all decides instead.",
)
def countries_are_codes(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Country codes that ISO 3166-1 does not know, and regions without a field that holds them."""
    for policy in policies(stack):
        named = list(_named_countries(policy))
        regions = [source for code, source in named if "-" in code]
        if regions and not policy.jurisdiction.region:
            hint = "add region: FIELD to the jurisdiction, or name the whole country"
            yield Finding(
                f"{policy.name} has rules for regions, and nothing says where a person's region is.", regions[0], hint
            )
        for code, source in named:
            if code.partition("-")[0] not in CODES:
                right = USUAL_MISTAKES.get(code)
                hint = f"write {right}" if right else "use the two-letter code of ISO 3166-1, in capitals"
                yield Finding(f"'{code}' is no country code.", source, hint)


@rule(
    RULES,
    "CP011",
    "error",
    "texts and calls to the US need written consent",
    why="For text messages and automated calls to the US the absence of an objection is not enough.",
)
def us_texts_need_consent(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rules that decide about texts to the US and accept the mere absence of an objection."""
    for policy in policies(stack):
        deciding: dict[str, list[str]] = {}
        for channel in (name for name in policy.channels if name in _TEXTS):
            for each in _deciding(policy, "US", channel):
                deciding.setdefault(each.key, []).append(channel)
        for key, channels in deciding.items():
            each = policy.rules[key]
            if "no_objection" in each.accept and not _service_only(policy, each):
                yield Finding(
                    f"The rule {key} lets {', '.join(channels)} go to the US without consent.",
                    each.at("accept"),
                    "add a rule before it: {countries: [US], channels: [sms], accept: [express_written]}",
                )


def _catches_all(each: ConsentRule) -> bool:
    return not (each.purposes or each.countries or each.groups or each.channels or each.recipients or each.when)


def _undeclared(stack: Stack, policy: ConsentPolicy, each: ConsentRule) -> Iterator[Finding]:
    asked: tuple[tuple[str, str, tuple[str, ...], Mapping[str, object]], ...] = (
        ("purpose", "purposes", each.purposes, policy.purposes),
        ("channel", "channels", each.channels, policy.channels),
        ("group of countries", "groups", each.groups, policy.jurisdiction.groups),
        ("class of recipients", "recipients", each.recipients, dict.fromkeys(_classes(stack, policy))),
    )
    for what, attribute, keys, known in asked:
        for index, key in enumerate(keys):
            if key not in known:
                hint = did_you_mean(key, known) or "declare it, or take it out of the rule"
                message = f"The rule {each.key} is for the {what} '{key}', which is not declared."
                yield Finding(message, each.at(f"{attribute}.{index}"), hint)


def _classes(stack: Stack, policy: ConsentPolicy) -> tuple[str, ...]:
    """The classes of recipients: the values of the field that holds them, else the two usual ones."""
    catalog = stack.catalogs.get(policy.catalog)
    field = catalog.fields.get(policy.recipients.from_) if catalog and policy.recipients else None
    return (values_of(stack, catalog, field) if catalog and field else ()) or USUAL_CLASSES


@rule(
    RULES,
    "CP015",
    "error",
    "a rule asks for what is declared",
    why="A rule about a field or a class that nobody has never fits, and a later one decides instead.",
)
def rules_ask_for_what_is_declared(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Conditions of rules about what is not declared or can never hold, and a usual class that is none."""
    for policy in policies(stack):
        for each in policy.rules.values():
            for what, hint in problems(stack, policy.catalog, each.when):
                yield Finding(f"The rule {each.key} {what}.", each.at("when"), hint)
        known = _classes(stack, policy)
        if policy.recipients and policy.recipients.if_unknown not in known:
            what = (
                f"Who is of no class counts as '{policy.recipients.if_unknown}', which is none of: {', '.join(known)}."
            )
            yield Finding(
                what,
                policy.recipients.at("if_unknown"),
                did_you_mean(policy.recipients.if_unknown, known) or "name one of them",
            )


def _swallows(policy: ConsentPolicy, earlier: ConsentRule, later: ConsentRule) -> bool:
    pairs = (
        (earlier.purposes, later.purposes),
        (earlier.channels, later.channels),
        (earlier.recipients, later.recipients),
    )
    wide, narrow = places(policy, earlier), places(policy, later)
    here = wide is None or (narrow is not None and all(_lies_in(code, wide) for code in narrow))
    return (
        here
        and earlier.when in (None, later.when)
        and all(not wider or (narrower and set(narrower) <= set(wider)) for wider, narrower in pairs)
    )


def _lies_in(code: str, wide: set[str]) -> bool:
    """True for a country, or a region of a country, that is among these."""
    return code in wide or code.partition("-")[0] in wide


def _named_countries(policy: ConsentPolicy) -> Iterator[tuple[str, Source]]:
    for each in policy.rules.values():
        for index, code in enumerate(each.countries):
            yield code, each.at(f"countries.{index}")
    jurisdiction = policy.jurisdiction
    for group, codes in jurisdiction.groups.items():
        for index, code in enumerate(codes):
            yield code, jurisdiction.at(f"groups.{group}.{index}")
    if jurisdiction.if_unknown != _ANY_COUNTRY:
        yield jurisdiction.if_unknown, jurisdiction.at("if_unknown")


def _deciding(policy: ConsentPolicy, country: str, channel: str) -> Iterator[ConsentRule]:
    """The rules that decide about a country and a channel, up to the first that leaves nothing to those below it."""
    for each in policy.rules.values():
        here = places(policy, each)
        if (here is None or country in here) and (not each.channels or channel in each.channels):
            yield each
            if not each.purposes and not each.recipients and each.when is None:
                return


def _service_only(policy: ConsentPolicy, each: ConsentRule) -> bool:
    named = [policy.purposes[key] for key in each.purposes if key in policy.purposes]
    return bool(named) and all(purpose.class_ == "service" for purpose in named)
