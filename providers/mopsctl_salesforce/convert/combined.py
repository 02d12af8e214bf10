"""Scores that are made of other scores: a formula where Salesforce decides and all of them are its fields, else a step."""

from __future__ import annotations

from mopsctl.element import Agreement
from mopsctl_salesforce import formula, formula_size
from mopsctl_salesforce.convert import scoring
from mopsctl_salesforce.convert.fields import data_type
from mopsctl_salesforce.convert.work import Draft, Work


def add(work: Work, each: Agreement) -> None:
    """Take in one sum on one object."""
    where = f"{each.object}.{each.target}"
    draft = work.drafts.get(where)
    if draft is None or not each.weights or not scoring.is_ours(work, draft):
        _by_hand(work, each, each.steps)
        return
    source, problem = _formula(work, each, draft)
    if problem:
        hint = "let another system compute it and own the field, or build a flow that keeps it"
        message = f"{each.title} cannot be a formula on {where}: {problem}."
        work.say("SF031", "warning", message, each.origin.source, hint=hint)
        _by_hand(work, each, each.steps)
        return
    scoring.warn_of_size(work, each.origin, where, formula_size.compiled_size(source, _sizes(work, each)))
    scoring.overlay(work, draft, data_type(draft.field), source)
    draft.capability = "scoring.fit"
    if each.steps[1:]:
        _by_hand(work, each, each.steps[1:])


def _formula(work: Work, each: Agreement, draft: Draft) -> tuple[str, str]:
    """The sum as a formula, and what stands against it; an empty score counts nothing."""
    kinds = {name: _kind(work, each, name) for name, _ in each.weights}
    kinds[each.target] = data_type(draft.field)
    odd = sorted(name for name, kind in kinds.items() if kind not in ("Number", "Currency"))
    if odd:
        return "", f"{' and '.join(odd)} {'is' if len(odd) == 1 else 'are'} no plain number that mopsctl knows of"
    parts = " + ".join(f"{formula.number(factor)} * BLANKVALUE({name}, 0)" for name, factor in each.weights)
    low, high = map(formula.number, each.limits)
    total = f"MIN({high}, MAX({low}, {parts}))"
    if any(not float(factor).is_integer() for _, factor in each.weights):
        total = f"ROUND({total}, {int(draft.attributes.get('scale') or 0)})"
    return total, next(scoring.too_large(total, _sizes(work, each)), "")


def _kind(work: Work, each: Agreement, name: str) -> str:
    draft = work.drafts.get(f"{each.object}.{name}")
    return data_type(draft.field) if draft else "unknown"


def _sizes(work: Work, each: Agreement) -> dict[str, int]:
    """How large the formulas are that it reads: each is compiled into it whole, and once more to see whether it is empty."""
    drafts = {name: work.drafts.get(f"{each.object}.{name}") for name, _ in each.weights}
    read = {name: str(draft.attributes.get("formula") or "") for name, draft in drafts.items() if draft is not None}
    return {name: 2 * formula_size.compiled_size(text) for name, text in read.items() if text}


def _by_hand(work: Work, each: Agreement, steps: tuple[str, ...]) -> None:
    work.manual(
        "automation",
        f"{each.object}.{each.name}.sum",
        "scoring.engagement",
        each.origin,
        title=f"{each.title} on {each.object}",
        steps=("Setup > Object Manager or Setup > Flows: make a formula or a flow that keeps this score.", *steps),
    )
