"""A plan as text: its head, what cannot be undone, changes, steps, drift, checks, and the count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mopsctl.engine.plan import Change, Drift, Plan
from mopsctl.render import meaning, moves, words
from mopsctl.render.text.changes import add_change, add_title, lead
from mopsctl.render.text.elements import add_entries
from mopsctl.render.text.findings import add_findings, add_next
from mopsctl.render.text.page import Page, Screen
from mopsctl.render.text.steps import add_steps
from mopsctl.render.view import Section, View, arrange

_BODY = 4  # columns before what belongs to a change


def plan(plan: Plan, screen: Screen, next_steps: Iterable[str] = (), *, by_system: bool = False) -> str:
    """The whole plan: warnings that stop a reader, changes by meaning or by system, manual steps, drift, checks, the count."""
    page, view = Page(screen), arrange(plan)
    _head(page, view)
    add_unreadable(page, plan)
    _irreversible(page, view)
    if by_system:
        for section in view.sections:
            _section(page, section)
    else:
        add_entries(page, view)
    if view.quiet and not plan.unreadable:
        page.blank()
        page.line("Nothing to add, change or remove.")
    add_steps(page, view)
    _drift(page, plan.drift)
    _checks(page, view)
    page.blank()
    page.line((words.summary(plan), "bold"))
    page.line((f"Plan {view.digest}", "dim"))
    page.line((words.reading(plan, limits=page.screen.verbose), "dim"))
    add_next(page, next_steps)
    return page.text()


def _head(page: Page, view: View) -> None:
    plan = view.plan
    protected = " (protected)" if plan.protected else ""
    page.line(("Plan", "bold"), f" for {plan.stack}, environment ", (plan.environment, "bold"), protected)
    headline = meaning.headline(view.entries)
    if headline:
        undo = "; all of it can be undone" if view.undoable else ""
        page.line(f"{headline}{undo}.", lead="Changes ")
    if plan.partial:
        page.line("A part only: --only or --except left something out; what was left out is not counted below.")


def add_unreadable(page: Page, plan: Plan) -> None:
    """The systems that could not be read, with what they said."""
    if plan.unreadable:
        page.blank()
        page.line(("Could not be read", "bold red"))
    for report in plan.unreadable:
        page.line(report.message, indent=2, lead=(f"{report.title}: ", "bold"))
        page.line("Nothing is planned for it: what cannot be read is never taken for absent.", indent=_BODY)


def _irreversible(page: Page, view: View) -> None:
    if not view.irreversible:
        return
    page.blank()
    page.line((f"Cannot be undone ({len(view.irreversible)})", "bold red"))
    for answer, changes in view.warnings:
        page.line(f"{words.undo(answer)}:", indent=2)
        if len(changes) > meaning.MOST_IN_FULL and not page.screen.verbose:
            _gathered(page, view, changes)
            continue
        for change in changes:
            add_title(page, change, f"  {change.address}", indent=_BODY)


def _gathered(page: Page, view: View, changes: Sequence[Change]) -> None:
    """Many changes that are warned of alike: their titles, action by action."""
    for (action, system, noun), titles in view.alike(changes).items():
        page.line(f"{system} {noun} ({len(titles)}): {'; '.join(titles)}", indent=_BODY, lead=lead(action))


def _section(page: Page, section: Section) -> None:
    report = section.report
    if not section.changes:
        return
    page.blank()
    where = words.account(report)
    page.line((report.title, "bold underline"), f"  {where}" if where else "")
    told: set[str] = set()
    for change in section.changes:
        add_change(page, change, told)


def _drift(page: Page, found: Sequence[Drift]) -> None:
    if found:
        page.blank()
        page.line(("Moved since the last apply", "bold"))
        add_drift(page, found)


def add_drift(page: Page, found: Iterable[Drift]) -> None:
    """What moved on each thing, and who moved it."""
    for drift in found:
        page.line((drift.title, "bold"), f"  {drift.address}", indent=2)
        page.line(words.who(drift), indent=_BODY)
        for each in drift.fields:
            what, was, now, wanted = moves.drifted(each, page.screen.style)
            page.line(f"{what}: was {was}, now {now}, in the manifests {wanted}", indent=_BODY + 2)


def _checks(page: Page, view: View) -> None:
    if not view.verdicts:
        return
    shown = view.verdicts if page.screen.verbose else view.fresh_verdicts
    rest = words.standing_findings(len(view.verdicts) - len(shown))
    page.blank()
    page.line(("Checks", "bold"), f"  {words.tally(view.verdicts)}{f'; {rest}' if rest and not shown else ''}")
    add_findings(page, shown, indent=2)
    if rest and shown:
        page.line(f"{rest}.", indent=2)
