"""Checks of consent policies: does every question have an answer, and can the answer be proved?

Nothing here is advice: a stack's own reviewer decides, and the rules only ask whether the policy is whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.diagnostics import did_you_mean
from mopsctl.manifest.model import ConsentPolicy, ConsentRule, Stack

RULES: list[Rule] = []
_STOP_ALL = "opt_out_all"
_CONSENT = "express"
_YEAR = 365
_DATED_PROOFS = ("captured_at", "confirmed_at")  # proofs that are moments, so that a time can count from them
_LONGEST_LINK, _SHORTEST_LINK = 60, 30  # days that a link to leave has to work: in Canada, and elsewhere


@rule(
    RULES,
    "CP003",
    "error",
    "bases are declared, and count from a date that exists",
    why="A basis that nobody declares, or whose date is never filled, never allows anything.",
)
def bases_exist(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Bases that rules accept and nobody declares, and bases that count from what is no date field of the catalogue."""
    for policy in policies(stack):
        for each in policy.rules.values():
            for index, key in enumerate(each.accept):
                if key not in policy.bases:
                    hint = did_you_mean(key, policy.bases) or "declare it under 'bases'"
                    message = f"The rule {each.key} accepts the basis '{key}', which is not declared."
                    yield Finding(message, each.at(f"accept.{index}"), hint)
        catalog = stack.catalogs.get(policy.catalog)
        for basis in policy.bases.values() if catalog else ():
            field = catalog.fields.get(basis.from_) if catalog else None
            if basis.from_ in _DATED_PROOFS and _is_proved(policy, basis.from_):
                continue
            if basis.from_ and (field is None or field.type not in ("date", "datetime")):
                dates = (
                    [each.key for each in catalog.fields.values() if each.type in ("date", "datetime")]
                    if catalog
                    else ()
                )
                yield Finding(
                    f"The basis {basis.key} counts from '{basis.from_}', which is no date field of {policy.catalog}.",
                    basis.at("from"),
                    did_you_mean(basis.from_, dates) or "name a field of the type date or datetime",
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
    for policy in policies(stack):
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
    for policy in policies(stack):
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
    for policy in policies(stack):
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
    for policy in policies(stack):
        for basis in policy.bases.values():
            if basis.key.startswith("implied") and basis.valid is None:
                yield Finding(f"The basis {basis.key} has no end.", basis.source, "add valid: {months: 24}")


@rule(
    RULES,
    "CP012",
    "warning",
    "the preference page shows the purposes",
    why="A topic people can choose and nobody uses, or the other way round, is a promise that is not kept.",
)
def preference_page_matches(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Differences between the page's topics and the marketing purposes."""
    for policy in policies(stack):
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
    for policy in policies(stack):
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
    """Policies without a postal address, or with a link that works too shortly for the countries in use."""
    for policy in policies(stack):
        sender = policy.sender
        if sender is None or not sender.postal_address:
            hint = (
                "add sender: {postal_address: …, unsubscribe_works_days: 60}"
                if sender is None
                else "add postal_address"
            )
            yield Finding(f"{policy.name} names no postal address.", sender.source if sender else policy.source, hint)
        if sender is None:
            continue
        days = sender.unsubscribe_works_days
        longest = (
            _LONGEST_LINK
            if any("CA" in (places(policy, each) or ()) for each in policy.rules.values())
            else _SHORTEST_LINK
        )
        if days is not None and days < longest:
            yield Finding(
                f"The link to leave works for {days} days; the countries in use ask for {longest}.",
                sender.at("unsubscribe_works_days"),
                f"set unsubscribe_works_days: {longest}",
            )


def _is_proved(policy: ConsentPolicy, key: str) -> bool:
    """True where every system that keeps proofs has a field for this one."""
    kept = policy.proof_fields.values()
    return bool(kept) and all(key in fields for fields in kept)


def policies(stack: Stack) -> Iterator[ConsentPolicy]:
    """Every consent policy, by name."""
    return (stack.consent_policies[name] for name in sorted(stack.consent_policies))


def places(policy: ConsentPolicy, each: ConsentRule) -> set[str] | None:
    """The countries a rule holds in, groups included; None where it holds everywhere."""
    if not each.countries and not each.groups:
        return None
    grouped = {code for group in each.groups for code in policy.jurisdiction.groups.get(group, ())}
    return set(each.countries) | grouped


def _age(date: str, today: datetime.date) -> int:
    try:
        return (today - datetime.date.fromisoformat(date)).days
    except ValueError:
        return 0
