"""The work list of manual steps: text, JSON, Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mopsctl import canonical
from mopsctl.engine.plan import Change, Plan
from mopsctl.render import words
from mopsctl.render.markdown import code, escape
from mopsctl.render.text.page import Page, Screen

Found = Sequence[Change]
_COLUMNS = ("step", "state", "owner", "system", "what", "title", "document", "to do", "why")
_NOBODY = "nobody is named"
# A cell that begins so is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(plan: Plan, found: Found, screen: Screen) -> str:
    """By owner, a line for each step; in full where the reader asks for everything."""
    page = Page(screen)
    titles = {report.name: report.title for report in plan.systems}
    for owner in dict.fromkeys(change.owner for change in found):
        page.blank()
        mine = [change for change in found if change.owner == owner]
        page.line((owner or _NOBODY, "bold underline"), f"  {words.counted(len(mine), 'step')}")
        for change in mine:
            _line(page, change, titles.get(change.address.system, change.address.system), verbose=screen.verbose)
    page.blank()
    page.line(
        f"{words.counted(len(found), 'step')} in {plan.environment}." if found else f"No step in {plan.environment}."
    )
    if found and not screen.verbose:
        page.line("What to do for each: add -v.")
    return page.text()


def _line(page: Page, change: Change, system: str, *, verbose: bool) -> None:
    state = "" if change.step in ("new", "standing") else f"  {change.step}: {change.step_why}"
    page.line(f"{system} {change.noun} ", (change.title, "bold"), state, indent=2, lead=(f"{change.id}  ", "dim"))
    if verbose:
        for place, sentence in enumerate(change.steps):
            page.line(sentence, indent=12, lead=f"{words.letter(place)}. " if len(change.steps) > 1 else "")
        if change.why:
            page.line(change.why, indent=12, lead=("why: ", "dim"))


def json(plan: Plan, found: Found, _: Screen) -> str:
    """One document; `step` is what `mopsctl attest` takes."""
    body: dict[str, Any] = {"formatVersion": "1.0", "stack": plan.stack, "environment": plan.environment}
    return canonical.pretty({**body, "steps": [_entry(change) for change in found]})


def _entry(change: Change) -> dict[str, Any]:
    return {
        "step": change.id,
        "state": change.step,
        "stateWhy": change.step_why,
        "address": str(change.address),
        "noun": change.noun,
        "title": change.title,
        "owner": change.owner,
        "document": change.document,
        "source": str(change.source) if change.source.file else "",
        "todo": list(change.steps),
        "why": change.why,
        "check": change.check,
    }


def markdown(plan: Plan, found: Found, _: Screen) -> str:
    """A task list for a ticket, by owner."""
    lines = [f"### Manual steps of {escape(plan.stack)}, {escape(plan.environment)}"]
    for owner in dict.fromkeys(change.owner for change in found):
        lines.append(f"\n**{escape(owner or _NOBODY)}**\n")
        for change in (each for each in found if each.owner == owner):
            done = "x" if change.step == "attested" else " "
            lines.append(f"- [{done}] {code(change.id)} {escape(change.noun)} **{escape(change.title)}**")
            lines += [f"  {place}. {escape(sentence)}" for place, sentence in enumerate(change.steps, start=1)]
    return "\n".join(lines) + "\n"


def table(_: Plan, found: Found, __: Screen) -> str:
    """Comma-separated values; no cell is a formula."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for change in found:
        todo = " ".join(change.steps)
        cells = (change.id, change.step, change.owner, change.address.system, change.noun, change.title)
        rows.writerow([_plain(each) for each in (*cells, change.document, todo, change.why)])
    return out.getvalue()


def _plain(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


FORMATS: Mapping[str, Callable[[Plan, Found, Screen], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
    "csv": table,
}
