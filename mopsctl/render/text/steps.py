"""The manual steps of a plan as text: what one person does on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mopsctl.engine.plan import Change
from mopsctl.engine.steps import Step as Gathered
from mopsctl.render import moves, words
from mopsctl.render.text.changes import add_move, add_place
from mopsctl.render.text.page import Page, Part
from mopsctl.render.view import Section, Step, View

MOST_SENTENCES_IN_FULL = 12  # of manual steps; more are told by `mopsctl steps`
MOST_STEPS_WITH_ROWS = 12  # of more steps only the screens are named


def add_steps(page: Page, view: View) -> None:
    """The steps that are news, all of them where the reader asks for everything; what would fill a screen as a list of titles."""
    chosen = view.steps if page.screen.verbose else view.news
    rest = "" if page.screen.verbose else words.standing_steps(view.standing, view.attested, view.plan.environment)
    if not chosen and not rest:
        return
    page.blank()
    page.line((f"Manual steps ({len(chosen)} new)" if rest else f"Manual steps ({len(chosen)})", "bold magenta"))
    brief = not page.screen.verbose and _sentences(chosen) > MOST_SENTENCES_IN_FULL
    if brief:
        _brief(page, chosen)
    for section in () if brief else view.sections:
        mine = [step for each, step in chosen if each is section]
        if mine:
            page.blank()
            page.line((section.report.title, "bold underline"))
        told: dict[str, int] = {}
        for step in mine:
            _step(page, step, told)
    if rest and not brief:
        page.blank()
    todo = f"What to do: mopsctl steps -e {view.plan.environment} -v" if brief else ""
    before = rest.partition(":")[0] if brief else rest  # the command is named once
    if before or todo:
        page.line(" ".join(filter(None, (f"{before[:1].upper()}{before[1:]}." if before else "", todo))))


def _sentences(chosen: Iterable[tuple[Section, Step]]) -> int:
    """How much there is to read in steps."""
    return sum(len(row.steps) for _, step in chosen for row in step.what.rows)


def _brief(page: Page, chosen: Sequence[tuple[Section, Step]]) -> None:
    """Steps by their titles, those together that are open for the same reason."""
    told: dict[str, list[tuple[Section, Step]]] = {}
    for section, step in chosen:
        told.setdefault(f"{step.what.state}: {step.what.state_why}" if step.what.state_why else "", []).append(
            (section, step)
        )
    for why, steps in sorted(told.items()):
        if why:
            page.line(f"{why}:", indent=2)
        for section, step in steps:
            _title_of(page, section, step, rows=len(chosen) <= MOST_STEPS_WITH_ROWS)


def _title_of(page: Page, section: Section, step: Step, *, rows: bool) -> None:
    """One step on one line, with what its rows are about where there are few steps."""
    what = step.what
    owner = f"  {what.first.owner}" if what.first.owner else ""
    said = _name_of(what)
    if what.gathered and rows:
        said = [f"{what.title}: ", ("; ".join(dict.fromkeys(row.title for row in what.rows)), "bold")]
    page.line(f"{section.report.title} ", *said, (f"{owner}  [{what.id}]", "dim"), indent=2, lead="* ")


def _name_of(what: Gathered) -> list[Part]:
    if not what.gathered:
        return [f"{what.first.noun} ", (what.title, "bold")]
    rest = f", {what.rest} other" if what.rest else ""
    return [(what.title, "bold"), f"  ({words.counted(len(what.rows), 'row')}{rest})"]


def _step(page: Page, step: Step, told: dict[str, int]) -> None:
    """One step; `told` are the reasons that were given in full before, with the step that gave each."""
    what, number = step.what, f"{step.number}. "
    page.line(*_name_of(what), (f"  [{what.id}]", "dim"), indent=2, lead=number)
    margin = 2 + len(number)
    if what.state_why:
        page.line(what.state_why, indent=margin, lead=(f"{what.state}: ", "bold"))
    add_sentences(page, what.lead, margin)
    for row in what.rows:
        _row(page, what, row, margin)
    _facts(page, step, margin, told)


def _row(page: Page, what: Gathered, row: Change, margin: int) -> None:
    if what.gathered:
        _name_of_row(page, what, row, margin)
        margin += 2
    add_place(page, row, margin)
    if row.action == "manual":
        for move in moves.of(row, page.screen.style):
            add_move(page, move, margin)
    add_sentences(page, what.own(row), margin)


def _name_of_row(page: Page, what: Gathered, row: Change, indent: int) -> None:
    mark = f"  {what.mark(row)}" if what.mark(row) else ""
    page.line(f"{row.noun} ", (row.title, "bold"), mark, indent=indent, lead="- ")


def _facts(page: Page, step: Step, margin: int, told: dict[str, int]) -> None:
    """Why a step is left to a person, whose it is, and how it will be verified."""
    what, check = step.what, words.check(step.what.checks)
    whys = [each for each in (what.whys or (words.reason(what.first),)) if each]
    for why in whys:
        page.line(f"as for step {told[why]}" if why in told else why, indent=margin, lead=("why: ", "dim"))
    short = check.partition(":")[0] if check in told else check
    told |= {each: step.number for each in (*whys, check) if each not in told}
    facts = [(name, said) for name, said in (("owner", what.first.owner), ("verified", short)) if said]
    page.line(*(part for name, said in facts for part in ((f"{name}: ", "dim"), f"{said}  ")), indent=margin)


def add_sentences(page: Page, said: Sequence[str], indent: int) -> None:
    """What a person has to do, in order; several sentences are lettered."""
    for place, sentence in enumerate(said):
        page.line(sentence, indent=indent, lead=f"{words.letter(place)}. " if len(said) > 1 else "")


def add_rows(page: Page, what: Gathered, indent: int) -> None:
    """What a step says of all of its rows, then of each."""
    add_sentences(page, what.lead, indent)
    for row in what.rows:
        if what.gathered:
            _name_of_row(page, what, row, indent)
        add_sentences(page, what.own(row), indent + 2 if what.gathered else indent)
