"""A plan as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mopsctl.engine.plan import Change, Drift, Plan
from mopsctl.engine.steps import Step as Gathered
from mopsctl.render import meaning, moves, words
from mopsctl.render.meaning import Bucket, Entry
from mopsctl.render.moves import Move
from mopsctl.render.text.findings import add_findings, add_next
from mopsctl.render.text.page import Page, Part, Screen, cells
from mopsctl.render.view import Section, Step, View, arrange
from mopsctl.resource import Action

COLOURS: Mapping[Action, str] = {
    "add": "green",
    "change": "yellow",
    "remove": "red",
    "keep": "dim",
    "adopt": "cyan",
    "forget": "dim",
    "manual": "magenta",
}
_SIGNS = {"+": "green", "~": "yellow", "-": "red", "=": "dim"}
_BODY = 4  # columns before what belongs to a change
MOST_THINGS_IN_FULL = 2  # that come or go for one element; of more only what they share is told
MOST_SENTENCES_IN_FULL = 12  # of manual steps; more are told by `mopsctl steps`
MOST_STEPS_WITH_ROWS = 12  # of more steps only the screens are named


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
        _entries(page, view)
    if view.quiet and not plan.unreadable:
        page.blank()
        page.line("Nothing to add, change or remove.")
    _steps(page, view)
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
            _title(page, change, f"  {change.address}", indent=_BODY)


def _gathered(page: Page, view: View, changes: Sequence[Change]) -> None:
    """Many changes that are warned of alike: their titles, action by action."""
    found: dict[tuple[Action, str, str], list[str]] = {}
    for change in changes:
        found.setdefault((change.action, view.system(change), change.noun), []).append(change.title)
    for (action, system, noun), titles in found.items():
        lead = f"{words.SYMBOLS[action]} {words.WORDS[action]} "
        page.line(f"{system} {noun} ({len(titles)}): {'; '.join(titles)}", indent=_BODY, lead=(lead, COLOURS[action]))


def _entries(page: Page, view: View) -> None:
    """The changes by manifest element, under a heading for each kind of element."""
    told: set[str] = set()
    for heading, entries in meaning.by_kind(view.entries):
        page.blank()
        alone = len(entries) == 1 and _headed(entries[0])
        if not alone:
            page.line((heading, "bold underline"))
        for entry in entries:
            _entry(page, view, entry, told, alone=alone)


def _headed(entry: Entry) -> bool:
    """True where an element has a line of its own above its changes: it has several, or they are called otherwise."""
    return bool(entry.subject.label) and (len(entry.changes) > 1 or entry.subject.label not in entry.changes[0].title)


def _entry(page: Page, view: View, entry: Entry, told: set[str], *, alone: bool) -> None:
    """One element: each change in full where there are few or the reader asks for everything, else what they share."""
    if not _headed(entry):
        _change(page, entry.changes[0], told, view.system(entry.changes[0]))
        return
    key = f"  {entry.subject.key}" if entry.subject.key not in ("", entry.label) else ""
    kind: Part = (f"{entry.kind.capitalize()} ", "bold underline") if alone else ""
    page.line(kind, (entry.label, "bold"), (f"{key}  {entry.place}".rstrip(), "dim"), indent=0 if alone else 2)
    for bucket in entry.buckets(page.screen.style):
        if not (page.screen.verbose or _is_short(bucket)):
            _bucket(page, view, bucket, told)
            continue
        for change in bucket.changes:
            _change(page, change, told, view.system(change), _BODY)


def _is_short(bucket: Bucket) -> bool:
    """True for the few things that come or go whose attributes would otherwise stand nowhere, such as the points of a new rule."""
    return bucket.first.action in ("add", "remove") and len(bucket.changes) <= MOST_THINGS_IN_FULL


def _bucket(page: Page, view: View, bucket: Bucket, told: set[str]) -> None:
    """Several changes of which the same is said; `told` are the reasons that were given before."""
    action, inside = bucket.first.action, _BODY + 4
    what, said_of = bucket.things(view.plan), bucket.moves(page.screen.style)
    if len(what) == len(said_of) == 1 and action == "change" and not words.reason(bucket.first):
        line = f"{what[0].text()}: {said_of[0].removeprefix('~ ')}"
        if _BODY + len("~ change ") + cells(line) <= page.screen.width:
            page.line(line, indent=_BODY, lead=("~ change ", COLOURS[action]))
            what, said_of = (), ()
    for things in what:
        lead = f"{words.SYMBOLS[action]} {words.WORDS[action]} "
        page.line(things.text(), indent=_BODY, lead=(lead, COLOURS[action]))
    for said in (words.reason(bucket.first), *said_of):
        if said:
            page.line(said, indent=inside)
    whys = bucket.whys if action == "add" else ()  # why a thing is made so is no news where only its label moves
    for why in whys:
        if why not in told:
            page.line(why, indent=inside, lead=("why: ", "dim"))
    told |= set(whys)
    for answer in bucket.undo:
        if action != "add" and _tells(answer) and answer not in told:
            page.line(answer, indent=inside, lead=("can be undone: ", "dim"))
    told |= set(bucket.undo)
    if bucket.records:
        touched = bucket.records if len(bucket.changes) == 1 else f"up to {bucket.records} each"
        page.line(touched, indent=inside, lead=("records touched: ", "dim"))


def _tells(answer: str) -> bool:
    """True where an answer about undoing says more than that all can be put back: the head of the plan says that for all."""
    return not answer.startswith("yes") or ";" in answer


def _section(page: Page, section: Section) -> None:
    report = section.report
    if not section.changes:
        return
    page.blank()
    where = words.account(report)
    page.line((report.title, "bold underline"), f"  {where}" if where else "")
    told: set[str] = set()
    for change in section.changes:
        _change(page, change, told)


def _change(page: Page, change: Change, told: set[str], system: str = "", indent: int = 2) -> None:
    """One change; `told` are the answers about undoing that were given in full before, `system` is named where no heading does."""
    body = indent + 2
    _title(page, change, indent=indent, system=system)
    _place(page, change, body)
    said = words.reason(change)
    if said:
        page.line(said, indent=body)
    if change.moved_from is not None:
        page.line(f"until now {change.moved_from}", indent=body)
    _moves(page, change, body + 2)
    if change.why:
        page.line(change.why, indent=body, lead=("why: ", "dim"))
    page.line(*_consequences(change, told), indent=body)


def _title(page: Page, change: Change, rest: str = "", indent: int = 2, system: str = "") -> None:
    lead = f"{words.SYMBOLS[change.action]} {words.WORDS[change.action]} "
    noun = f"{system} {change.noun} ".lstrip()
    page.line(noun, (change.title, "bold"), rest, indent=indent, lead=(lead, COLOURS[change.action]))


def _place(page: Page, change: Change, indent: int) -> None:
    """Where a change happens and where it was declared, on one line if both fit."""
    address, source = str(change.address), str(change.source) if change.source.file else ""
    if source and indent + cells(f"{address} · {source}") > page.screen.width:
        page.line((address, "dim"), indent=indent)
        page.line((source, "dim"), indent=indent)
    else:
        page.line((" · ".join(filter(None, (address, source))), "dim"), indent=indent)


def _consequences(change: Change, told: set[str]) -> list[Part]:
    undo = words.undo(change.undo)
    parts: list[Part] = [("can be undone: ", "dim"), undo.partition(";")[0] if undo in told else undo]
    told.add(undo)
    if change.impact is not None and (change.impact.records != 0 or change.action != "add"):
        parts += [" · ", ("records touched: ", "dim"), words.records(change.impact)]
    return parts


def _moves(page: Page, change: Change, indent: int) -> None:
    if change.action in ("add", "remove"):
        for lead, said in moves.summed_up(change, page.screen.style):
            page.line(said, indent=indent, lead=lead)
        return
    for move in moves.of(change, page.screen.style):
        _move(page, move, indent)


def _move(page: Page, move: Move, indent: int) -> None:
    """One move; what is too long for one line puts what it becomes beneath what it was."""
    said, lead = move.sentence(), (f"{move.sign} ", _SIGNS[move.sign])
    if move.before and move.after and indent + 2 + cells(said) > page.screen.width:
        page.line(f"{move.what}: {move.before}", indent=indent, lead=lead)
        page.line(move.after, indent=indent + 2, lead="→ ")
    else:
        page.line(said, indent=indent, lead=lead)


def _steps(page: Page, view: View) -> None:
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
        mark = f"  {what.mark(row)}" if what.mark(row) else ""
        page.line(f"{row.noun} ", (row.title, "bold"), mark, indent=margin, lead="- ")
        margin += 2
    _place(page, row, margin)
    if row.action == "manual":
        for move in moves.of(row, page.screen.style):
            _move(page, move, margin)
    add_sentences(page, what.own(row), margin)


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
            mark = f"  {what.mark(row)}" if what.mark(row) else ""
            page.line(f"{row.noun} ", (row.title, "bold"), mark, indent=indent, lead="- ")
        add_sentences(page, what.own(row), indent + 2 if what.gathered else indent)


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
