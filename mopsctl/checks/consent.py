"""Checks of consent policies: does every question have an answer, and can the answer be proved?

Nothing here is advice: a stack's own reviewer decides, and the rules only ask whether the policy is whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.manifest.model import ConsentPolicy, ConsentRule, Stack

RULES: list[Rule] = []
_STOP_ALL = "opt_out_all"
_CONSENT = "express"
_YEAR = 365
_TEXTS = ("sms", "phone", "whatsapp")
# ISO 3166-1 says GB; UK is what people write
_WRONG_COUNTRIES = {"UK": "GB", "EL": "GR", "FALSE": "NO", "ENG": "GB"}


@rule(
    RULES,
    "CP001",
    "error",
    "every rule can be reached, and the last one catches the rest",
    why="A person no rule fits would be treated by whatever the system does on its own.",
)
def rules_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A policy without a catch-all, and rules that an earlier one swallows."""
    for policy in _all(stack):
        rules = list(policy.rules.values())
        if rules and not _catches_all(rules[-1]):
            yield Finding(
                f"The last rule of {policy.name} does not fit everybody.",
                rules[-1].source,
                "add a last rule without countries, groups, channels, purposes and recipients",
            )
        for place, later in enumerate(rules):
            earlier = next((each for each in rules[:place] if _swallows(policy, each, later)), None)
            if earlier is not None:
                yield Finding(
                    f"The rule {later.key} is never reached: {earlier.key} stands before it and fits everything it fits.",
                    later.source,
                    f"put {later.key} before {earlier.key}, or take it out",
                )


@rule(
    RULES,
    "CP003",
    "error",
    "a basis that counts from a date names a date that exists",
    why="A basis whose date is never filled never allows anything.",
)
def bases_have_dates(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Bases with an end but no date to count from."""
    for policy in _all(stack):
        for basis in policy.bases.values():
            if basis.valid is not None and not basis.from_:
                yield Finding(
                    f"The basis {basis.key} ends after {basis.valid}, and nothing says from when it counts.",
                    basis.source,
                    "add from: FIELD",
                )


@rule(
    RULES,
    "CP004",
    "error",
    "consent can be proved",
    why="A consent that cannot be shown does not count.",
)
def consent_is_provable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Policies that accept consent and name no proof."""
    for policy in _all(stack):
        accepted = {basis for each in policy.rules.values() for basis in each.accept}
        if any(basis.startswith(_CONSENT) for basis in accepted) and (
            policy.proof is None or not policy.proof.required
        ):
            yield Finding(
                f"{policy.name} accepts consent and does not say what proves it.",
                policy.source,
                "add proof: {required: [captured_at, source, notice]}",
            )


@rule(
    RULES,
    "CP005",
    "error",
    "each marketing purpose is held by every system that sends",
    why="A purpose a system does not know cannot be turned down there.",
)
def purposes_are_bound(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Marketing purposes without a binding on a marketing-automation system that the policy is bound to."""
    for policy in _all(stack):
        bound = {system for binding in policy.bind.values() for system in binding}
        senders = sorted(name for name in bound if name in stack.systems and "marketing" in stack.systems[name].role)
        for purpose in policy.purposes.values():
            missing = [name for name in senders if name not in policy.bind.get(purpose.key, {})]
            if purpose.class_ == "marketing" and missing:
                yield Finding(
                    f"The purpose {purpose.key} is not bound on {', '.join(missing)}.",
                    purpose.source,
                    f"add it to bind: {purpose.key}: {{{missing[0]}: …}}",
                )


@rule(
    RULES,
    "CP006",
    "error",
    "stop everything stops everything",
    why="Whoever says stop must not hear from us again, whatever else is on file.",
)
def stop_all_is_first(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Policies whose stop_first leaves out the opt-out of everything."""
    for policy in _all(stack):
        if _STOP_ALL not in policy.stop_first:
            yield Finding(
                f"{policy.name} does not stop for people who opted out of everything.",
                policy.at("stop_first"),
                f"add {_STOP_ALL} to stop_first",
            )


@rule(
    RULES,
    "CP008",
    "error",
    "an implied permission ends",
    why="A purchase or an inquiry allows writing for a time, not for ever.",
)
def implied_bases_end(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Implied bases without an end."""
    for policy in _all(stack):
        for basis in policy.bases.values():
            if basis.key.startswith("implied") and basis.valid is None:
                yield Finding(f"The basis {basis.key} has no end.", basis.source, "add valid: {months: 24}")


@rule(
    RULES,
    "CP009",
    "error",
    "countries are ISO codes",
    why="A rule for a country code that does not exist never fits, and the catch-all decides instead.",
)
def countries_are_codes(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Country codes that are not two capital letters, or not the ISO ones."""
    for policy in _all(stack):
        named = [(code, each.at("countries")) for each in policy.rules.values() for code in each.countries]
        named += [(code, policy.jurisdiction.source) for group in policy.jurisdiction.groups.values() for code in group]
        for code, source in named:
            right = _WRONG_COUNTRIES.get(code.upper())
            if right or len(code) != len("GB") or not code.isalpha() or not code.isupper():
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
    """US rules for texting channels that accept the mere absence of an objection."""
    for policy in _all(stack):
        channels = [name for name in policy.channels if name in _TEXTS]
        for each in policy.rules.values():
            us = "US" in each.countries
            texting = [name for name in channels if not each.channels or name in each.channels]
            if us and texting and "no_objection" in each.accept and not _service_only(policy, each):
                yield Finding(
                    f"The rule {each.key} lets {', '.join(texting)} go to the US without consent.",
                    each.at("accept"),
                    "add a rule before it: {countries: [US], channels: [sms], accept: [express_written]}",
                )


@rule(
    RULES,
    "CP012",
    "warning",
    "the preference page shows the purposes",
    why="A topic people can choose and nobody uses, or the other way round, is a promise that is not kept.",
)
def preference_page_matches(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Differences between the page's topics and the marketing purposes."""
    for policy in _all(stack):
        page = policy.preference_page
        marketing = {purpose.key for purpose in policy.purposes.values() if purpose.class_ == "marketing"}
        if page and (different := sorted(marketing ^ set(page.topics))):
            yield Finding(
                f"The preference page and the purposes differ in: {', '.join(different)}.",
                page.source,
                "list exactly the marketing purposes as topics",
            )


@rule(
    RULES,
    "CP013",
    "warning",
    "the policy is somebody's own, and fresh",
    why="A sample nobody made their own decides about real people.",
)
def policies_are_owned(stack: Stack, today: datetime.date) -> Iterator[Finding]:
    """Samples nobody took over (an error in production), and packs of defaults older than a year."""
    production = (
        stack.environment is not None and stack.environment.tier == "production" and not stack.environment.emulated
    )
    for policy in _all(stack):
        if policy.sample:
            yield Finding(
                f"{policy.name} is a sample that nobody has made their own.",
                policy.at("sample"),
                "have your reviewer go through the rules, then set sample: false",
                level="error" if production else None,
            )
        if policy.defaults_dated and _age(policy.defaults_dated, today) > _YEAR:
            yield Finding(
                f"The defaults of {policy.name} are of {policy.defaults_dated}.",
                policy.at("defaults_dated"),
                "compare them with today's rules and set the new date",
            )


@rule(
    RULES,
    "CP014",
    "warning",
    "messages carry an address and a way out that works",
    why="Some places demand a postal address in every message and a link that works for sixty days.",
)
def senders_are_complete(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Sender settings without a postal address, or a link that works too shortly for the countries in use."""
    for policy in _all(stack):
        sender = policy.sender
        if sender is None:
            continue
        if not sender.postal_address:
            yield Finding(f"{policy.name} names no postal address.", sender.source, "add postal_address")
        days = sender.unsubscribe_works_days
        longest = 60 if any("CA" in each.countries for each in policy.rules.values()) else 30
        if days is not None and days < longest:
            yield Finding(
                f"The link to leave works for {days} days; the countries in use ask for {longest}.",
                sender.at("unsubscribe_works_days"),
                f"set unsubscribe_works_days: {longest}",
            )


def _all(stack: Stack) -> Iterator[ConsentPolicy]:
    return (stack.consent_policies[name] for name in sorted(stack.consent_policies))


def _catches_all(each: ConsentRule) -> bool:
    return not (each.purposes or each.countries or each.groups or each.channels or each.recipients)


def _swallows(policy: ConsentPolicy, earlier: ConsentRule, later: ConsentRule) -> bool:
    pairs = (
        (earlier.purposes, later.purposes),
        (earlier.channels, later.channels),
        (earlier.recipients, later.recipients),
    )
    return all(not wide or (narrow and set(narrow) <= set(wide)) for wide, narrow in pairs) and _places(
        policy, earlier, later
    )


def _places(policy: ConsentPolicy, earlier: ConsentRule, later: ConsentRule) -> bool:
    wide, narrow = _countries(policy, earlier), _countries(policy, later)
    return wide is None or (narrow is not None and narrow <= wide)


def _countries(policy: ConsentPolicy, each: ConsentRule) -> set[str] | None:
    if not each.countries and not each.groups:
        return None
    grouped = {code for group in each.groups for code in policy.jurisdiction.groups.get(group, ())}
    return set(each.countries) | grouped


def _service_only(policy: ConsentPolicy, each: ConsentRule) -> bool:
    named = [policy.purposes[key] for key in each.purposes if key in policy.purposes]
    return bool(named) and all(purpose.class_ == "service" for purpose in named)


def _age(date: str, today: datetime.date) -> int:
    try:
        return (today - datetime.date.fromisoformat(date)).days
    except ValueError:
        return 0
