"""A plan as one page that needs nothing else: no script, no font, no address it would call; made to be printed and kept."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from mopsctl.diagnostics import Diagnostic, Group, grouped
from mopsctl.engine.plan import Change, Drift, Plan, SystemReport
from mopsctl.engine.steps import Step as Gathered
from mopsctl.render import meaning, moves, words
from mopsctl.render.html_style import CSS
from mopsctl.render.meaning import Entry
from mopsctl.render.values import FULL, prose
from mopsctl.render.view import Section, Step, View, arrange

_COLUMNS = ("System", "Account", "Calls", "Unchanged", "Verified", "Unmanaged", "Limits")
_COUNTS = {"Calls", "Unchanged", "Verified", "Unmanaged"}


def plan(plan: Plan, *, by_system: bool = False) -> str:
    """The page, with every value in full."""
    view = arrange(plan)
    title = f"Plan for {plan.stack}, environment {plan.environment}"
    body = (
        _head(view, title),
        _unreadable(view),
        _filters(view),
        _irreversible(view),
        _matrix(view),
        *(_parts(view, by_system=by_system)),
        _steps(view),
        _drift(plan.drift),
        _checks(view.verdicts),
        _systems(plan.systems),
        _foot(view),
    )
    meta = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f"<head>\n{meta}\n<title>{_text(title)}</title>\n<style>{CSS}</style>\n</head>"
    inside = "\n".join(part for part in body if part)
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body>\n<main>\n{inside}\n</main>\n</body>\n</html>\n'


def _head(view: View, title: str) -> str:
    plan = view.plan
    lines = [f"<h1>{_text(title)}{' (protected)' if plan.protected else ''}</h1>"]
    lines.append(_paragraph(_text(words.summary(plan)), "summary"))
    if headline := meaning.headline(view.entries):
        lines.append(_paragraph(f"Changes {_text(headline)}."))
    if plan.partial:
        lines.append(_paragraph("A part only: --only or --except left something out."))
    if view.quiet and not plan.unreadable:
        lines.append(_paragraph("Nothing to add, change or remove."))
    return "\n".join(lines)


def _unreadable(view: View) -> str:
    lines = [
        _paragraph(f"<strong>{_text(report.title)}</strong>: {_text(report.message)} Nothing is planned for it.")
        for report in view.plan.unreadable
    ]
    return _stop("Could not be read", lines)


def _irreversible(view: View) -> str:
    lines = [_cannot(answer, changes) for answer, changes in view.warnings]
    return _stop(f"Cannot be undone ({len(view.irreversible)})", lines)


def _cannot(answer: str, changes: Sequence[Change]) -> str:
    items = "".join(f"<li>{_title(change)} {_code(change.address)}</li>" for change in changes)
    listed = f'<ul class="moves">{items}</ul>'
    said = f"{_text(words.undo(answer))}"
    if len(changes) <= meaning.MOST_IN_FULL:
        return f"{_paragraph(f'{said}:')}\n{listed}"
    return f"<details><summary>{said}: {words.counted(len(changes), 'change')}</summary>{listed}</details>"


def _stop(title: str, lines: Sequence[str]) -> str:
    return f'<section class="stop">\n<h2>{title}</h2>\n{_lines(lines)}\n</section>' if lines else ""


def _filters(view: View) -> str:
    """Boxes that hide what is of a system; they work without a script, and are not printed."""
    if len(view.plan.systems) < 2:
        return ""
    boxes = "".join(
        f'<label><input type="checkbox" id="show-{number}" checked> {_text(report.title)}</label> '
        for number, report in enumerate(view.plan.systems)
    )
    rules = " ".join(
        f"body:has(#show-{number}:not(:checked)) .of-{number} {{ display: none; }}"
        for number in range(len(view.plan.systems))
    )
    return f'<style>{rules}</style>\n<fieldset class="filters"><legend>Show what is on</legend>{boxes}</fieldset>'


def _of(view: View, change: Change) -> str:
    """The class of what is on the system of a change."""
    return f"of-{[report.name for report in view.plan.systems].index(change.address.system)}"


def _matrix(view: View) -> str:
    """Which fields are changed on which system, where there are several of both."""
    fields = [entry for entry in view.entries if entry.kind == "field"]
    if len(fields) < 2 or len(view.plan.systems) < 2:
        return ""
    head = "".join(f'<th scope="col">{_text(report.title)}</th>' for report in view.plan.systems)
    rows = _lines(
        f'<tr><th scope="row">{_text(entry.label)}</th>'
        + "".join(f"<td>{_text(_acted(entry, report.name))}</td>" for report in view.plan.systems)
        + "</tr>"
        for entry in fields
    )
    table = f'<table>\n<thead><tr><th scope="col">Field</th>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>'
    return f'<section>\n<h2>Fields by system</h2>\n<div class="wide" tabindex="0">{table}</div>\n</section>'


def _acted(entry: Entry, system: str) -> str:
    actions = dict.fromkeys(change.action for change in entry.changes if change.address.system == system)
    return ", ".join(f"{words.SYMBOLS[action]} {words.WORDS[action]}" for action in actions)


def _parts(view: View, *, by_system: bool) -> Iterable[str]:
    """The changes by manifest element, or by system."""
    if by_system:
        return [_section(section) for section in view.sections if section.changes]
    return [
        f"<section>\n<h2>{_text(heading)}</h2>\n{_lines(_entry(view, entry) for entry in entries)}\n</section>"
        for heading, entries in meaning.by_kind(view.entries)
    ]


def _entry(view: View, entry: Entry) -> str:
    """One element with its changes; many are folded, and open on paper or by a click."""
    place = f' <span class="quiet">{_code(entry.place)}</span>' if entry.place else ""
    lands = "".join(
        f'<li class="{_of(view, things.first)}">{_text(words.SYMBOLS[bucket.first.action])} {_text(things.text())}</li>'
        for bucket in entry.buckets(FULL)
        for things in bucket.things(view.plan)
    )
    cards = _lines(_change(change, view.system(change), _of(view, change)) for change in entry.changes)
    inside = f"<details><summary>Every attribute</summary>\n{cards}\n</details>" if len(entry.changes) > 2 else cards
    head = f'<h3 class="entry">{_text(entry.label)}{place}</h3>'
    return f'<div class="entry">\n{head}\n<ul class="moves">{lands}</ul>\n{inside}\n</div>'


def _section(section: Section) -> str:
    where = words.account(section.report)
    title = f"{_text(section.report.title)}{f' <span class=quiet>{_text(where)}</span>' if where else ''}"
    return f"<section>\n<h2>{title}</h2>\n{_lines(_change(change) for change in section.changes)}\n</section>"


def _change(change: Change, system: str = "", sort: str = "") -> str:
    lines = [f"<h3>{_title(change, system)}</h3>", _paragraph(_place(change), "quiet")]
    if words.reason(change):
        lines.append(_paragraph(_text(words.reason(change))))
    if change.moved_from is not None:
        lines.append(_paragraph(f"until now {_code(change.moved_from)}"))
    lines.append(_moves(change))
    if change.why:
        lines.append(_paragraph(f'<span class="quiet">why:</span> {_text(change.why)}'))
    lines.append(_paragraph(_consequences(change)))
    return _card(f"{change.action} {sort}".rstrip(), lines)


def _consequences(change: Change) -> str:
    said = f'<span class="quiet">can be undone:</span> {_text(words.undo(change.undo))}'
    if change.impact is not None:
        said += f' · <span class="quiet">records touched:</span> {_text(words.records(change.impact))}'
    return said


def _steps(view: View) -> str:
    if not view.steps:
        return ""
    cards = _lines(_step(section, step, _of(view, step.what.first)) for section, step in view.steps)
    return f"<section>\n<h2>Manual steps ({len(view.steps)})</h2>\n{cards}\n</section>"


def _step(section: Section, step: Step, sort: str) -> str:
    what = step.what
    name = what.title if what.gathered else f"{what.first.noun} {what.title}"
    lines = [f"<h3>{_text(section.report.title)} {step.number}. {_text(name)}</h3>"]
    lines += [_paragraph(f"step {_code(what.id)}", "quiet"), _sentences(what.lead)]
    lines += [part for row in what.rows for part in _row_of(what, row)]
    whys = what.whys or (words.reason(what.first),)
    facts = (*(("why", why) for why in whys), ("owner", what.first.owner), ("verified", words.check(what.checks)))
    lines += [_paragraph(f'<span class="quiet">{name}:</span> {_text(fact)}') for name, fact in facts if fact]
    return _card(f"manual {sort}", lines)


def _row_of(what: Gathered, row: Change) -> list[str]:
    mark = f" · {_text(what.mark(row))}" if what.mark(row) else ""
    name = [_paragraph(f"<strong>{_text(row.noun)} {_text(row.title)}</strong>{mark}")] if what.gathered else []
    moved = _moves(row) if row.action == "manual" else ""
    return [*name, _paragraph(_place(row), "quiet"), moved, _sentences(what.own(row))]


def _sentences(said: Sequence[str]) -> str:
    return f"<ol>{''.join(f'<li>{_text(sentence)}</li>' for sentence in said)}</ol>" if said else ""


def _drift(found: Sequence[Drift]) -> str:
    cards = _lines(_card("note", _drifted(each)) for each in found)
    return f"<section>\n<h2>Moved since the last apply ({len(found)})</h2>\n{cards}\n</section>" if found else ""


def _drifted(drift: Drift) -> list[str]:
    lines = [f"<h3>{_text(drift.title)}</h3>", _paragraph(_code(drift.address), "quiet"), _paragraph(words.who(drift))]
    for each in drift.fields:
        what, was, now, wanted = map(_text, moves.drifted(each, FULL))
        lines.append(_paragraph(f"{what}: was {was}, now {now}, in the manifests {wanted}"))
    return lines


def _checks(found: Sequence[Diagnostic]) -> str:
    cards = _lines(_card(each.level, _finding(each)) for each in grouped(found))
    return f"<section>\n<h2>Checks: {words.tally(found)}</h2>\n{cards}\n</section>"


def _finding(each: Group) -> list[str]:
    places = [(words.place_of(found), gap) for found, gap in each.places]
    place = places[0][0] if each.alone else ""
    lines = [f'<h3><span class="word">{each.level}</span> {_text(each.rule)} {_code(place) if place else ""}</h3>']
    lines.append(_paragraph(_text(each.message)))
    if not each.alone:
        told = (f"<li>{_code(at) if at else ''} {_text(gap)}</li>" for at, gap in places)
        lines.append(f"<ul>{''.join(told)}</ul>")
    return [*lines, _paragraph(_text(each.hint), "quiet")] if each.hint else lines


def _systems(found: Sequence[SystemReport]) -> str:
    head = "".join(f"<th{_count(name)}>{name}</th>" for name in _COLUMNS)
    rows = _lines(_system(report) for report in found)
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    shown = f'<div class="wide" tabindex="0">{table}</div>'
    return f"<section>\n<h2>Systems read</h2>\n{shown}\n</section>" if found else ""


def _system(report: SystemReport) -> str:
    counts = [words.number(each) for each in (report.calls, report.unchanged, report.verified, report.unmanaged)]
    account = words.account(report).removeprefix("account ")
    cells = zip(_COLUMNS, (report.title, account, *counts, "; ".join(report.limits)), strict=True)
    return f"<tr>{''.join(f'<td{_count(name)}>{_text(cell)}</td>' for name, cell in cells)}</tr>"


def _count(name: str) -> str:
    return ' class="count"' if name in _COUNTS else ""


def _foot(view: View) -> str:
    inputs = view.plan.inputs
    adapters = ", ".join(f"{name}: {inputs.adapters[name]}" for name in sorted(inputs.adapters))
    facts = (
        ("Plan", view.digest),
        ("commit", inputs.commit),
        ("manifests", inputs.manifests),
        ("state", f"{inputs.lineage} no. {inputs.serial}" if inputs.lineage else ""),
        ("adapters", adapters),
    )
    return f"<footer>{'<br>'.join(f'{name} {_code(fact)}' for name, fact in facts if fact)}</footer>"


def _title(change: Change, system: str = "") -> str:
    action = f'<span class="word">{_text(words.SYMBOLS[change.action])} {words.WORDS[change.action]}</span>'
    return f"{action} {_text(system)} {_text(change.noun)} {_text(change.title)}"


def _place(change: Change) -> str:
    return f"{_code(change.address)}{f' · {_code(change.source)}' if change.source.file else ''}"


def _moves(change: Change) -> str:
    items = "".join(f"<li>{_text(line)}</li>" for line in moves.lines(change, FULL))
    return f'<ul class="moves">{items}</ul>' if items else ""


def _card(sort: str, lines: Iterable[str]) -> str:
    return f'<div class="card {sort}">\n{_lines(lines)}\n</div>'


def _paragraph(inside: str, sort: str = "") -> str:
    return f'<p class="{sort}">{inside}</p>' if sort else f"<p>{inside}</p>"


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _code(value: object) -> str:
    return f"<code>{_text(str(value))}</code>"


def _text(text: str) -> str:
    return html.escape(prose(text))
