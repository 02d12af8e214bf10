"""The work list of manual steps: text, JSON, Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mopsctl import canonical
from mopsctl.engine.plan import Change, Plan
from mopsctl.engine.steps import Step
from mopsctl.render import words
from mopsctl.render.markdown import code, escape
from mopsctl.render.text.page import Page, Screen
from mopsctl.render.text.steps import add_rows

Found = Sequence[Step]
_COLUMNS = ("step", "state", "owner", "system", "screen", "what", "title", "document", "to do", "why")
_NOBODY = "nobody is named"
# A cell that begins so is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(plan: Plan, found: Found, screen: Screen) -> str:
    """By owner, a line for each step; in full where the reader asks for everything."""
    page = Page(screen)
    titles = {report.name: report.title for report in plan.systems}
    for owner in dict.fromkeys(step.first.owner for step in found):
        page.blank()
        mine = [step for step in found if step.first.owner == owner]
        page.line((owner or _NOBODY, "bold underline"), f"  {words.counted(len(mine), 'step')}")
        for step in mine:
            _line(page, step, titles.get(step.first.address.system, step.first.address.system), verbose=screen.verbose)
    page.blank()
    page.line(
        f"{words.counted(len(found), 'step')} in {plan.environment}." if found else f"No step in {plan.environment}."
    )
    if found and not screen.verbose:
        page.line("What to do for each: add -v.")
    return page.text()


def _line(page: Page, step: Step, system: str, *, verbose: bool) -> None:
    state = "" if step.state in ("new", "standing") else f"  {step.state}: {step.state_why}"
    rows = f"  ({words.counted(len(step.rows), 'row')}{f', {step.rest} other' if step.rest else ''})"
    name = "" if step.gathered else f"{step.first.noun} "
    page.line(
        f"{system} {name}",
        (step.title, "bold"),
        f"{rows if step.gathered else ''}{state}",
        indent=2,
        lead=(f"{step.id}  ", "dim"),
    )
    if verbose:
        add_rows(page, step, 12)
        for why in step.whys:
            page.line(why, indent=12, lead=("why: ", "dim"))


def json(plan: Plan, found: Found, _: Screen) -> str:
    """One document; `mopsctl attest` takes the id of a step, or that of one of its rows."""
    body: dict[str, Any] = {"formatVersion": "1.0", "stack": plan.stack, "environment": plan.environment}
    return canonical.pretty({**body, "steps": [_entry(step) for step in found]})


def _entry(step: Step) -> dict[str, Any]:
    return {
        "step": step.id,
        "state": step.state,
        "stateWhy": step.state_why,
        "system": step.first.address.system,
        "screen": step.first.screen,
        "title": step.title,
        "owner": step.first.owner,
        "check": step.check,
        "todo": list(step.lead),
        "rows": [_row(step, row) for row in step.rows],
        "otherRows": step.rest,
    }


def _row(step: Step, row: Change) -> dict[str, Any]:
    return {
        "row": row.id,
        "state": row.step,
        "stateWhy": row.step_why,
        "address": str(row.address),
        "noun": row.noun,
        "title": row.title,
        "document": row.document,
        "source": str(row.source) if row.source.file else "",
        "todo": list(step.own(row)),
        "why": row.why,
        "check": row.check,
    }


def markdown(plan: Plan, found: Found, _: Screen) -> str:
    """A task list for a ticket, by owner; the rows of a screen are a table to copy."""
    lines = [f"### Manual steps of {escape(plan.stack)}, {escape(plan.environment)}"]
    for owner in dict.fromkeys(step.first.owner for step in found):
        lines.append(f"\n**{escape(owner or _NOBODY)}**\n")
        for step in (each for each in found if each.first.owner == owner):
            lines += _task(step)
    return "\n".join(lines) + "\n"


def _task(step: Step) -> list[str]:
    name = "" if step.gathered else f"{escape(step.first.noun)} "
    head = f"- [{'x' if step.state == 'attested' else ' '}] {code(step.id)} {name}**{escape(step.title)}**"
    said = step.lead if step.gathered else step.first.steps
    lines = [head, *(f"  {place}. {escape(sentence)}" for place, sentence in enumerate(said, start=1))]
    if not step.gathered:
        return lines
    rows = [
        f"  | {escape(row.noun)} **{escape(row.title)}** | {'<br>'.join(map(escape, step.own(row)))} |"
        for row in step.rows
    ]
    return [*lines, "", "  | what | to do |", "  |---|---|", *rows, ""]


def table(_: Plan, found: Found, __: Screen) -> str:
    """Comma-separated values, a line for each row of a step; no cell is a formula."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for step, row in ((each, row) for each in found for row in each.rows):
        cells = (step.id, row.step, row.owner, row.address.system, row.screen, row.noun, row.title, row.document)
        rows.writerow([_plain(each) for each in (*cells, " ".join(row.steps), row.why)])
    return out.getvalue()


def _plain(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


FORMATS: Mapping[str, Callable[[Plan, Found, Screen], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
    "csv": table,
}
