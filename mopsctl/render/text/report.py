"""The report of an apply as text: what is done, what is not, why, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mopsctl.engine import steps
from mopsctl.engine.report import Applied, Line
from mopsctl.render import moves, words
from mopsctl.render.text.changes import COLOURS
from mopsctl.render.text.findings import add_next
from mopsctl.render.text.page import Page, Screen
from mopsctl.render.text.steps import add_rows
from mopsctl.resource import Outcome

HEAPS: Mapping[Outcome, str] = {
    "done": "Done",
    "failed": "Failed",
    "unknown": "Unknown: sent, and no answer came; the next run reads and settles it",
    "refused": "Refused: moved on the system since the plan was made, so it was not written",
    "skipped": "Skipped: something it needs is not there",
    "not-started": "Not started",
}
SIGNS: Mapping[Outcome, str] = {
    "done": "✔",
    "failed": "✖",
    "unknown": "?",
    "refused": "✖",
    "skipped": "·",
    "not-started": "·",
}
_TONES: Mapping[Outcome, str] = {"done": "green", "failed": "bold red", "unknown": "bold yellow", "refused": "bold red"}
_SIGNALS: Mapping[str, str] = {"SIGINT": "Ctrl-C", "SIGTERM": "the system (SIGTERM)"}


def applied(report: Applied, screen: Screen, next_steps: Iterable[str] = ()) -> str:
    """The report of an apply, in heaps, with what remains to be done manually and what to type next."""
    page = Page(screen)
    for outcome, title in HEAPS.items():
        _heap(page, outcome, title, report.heap(outcome))
    _manual(page, report)
    page.blank()
    page.line((summary(report), "bold"))
    if not report.complete:
        page.line("Nothing was rolled back: what is done stays done and is recorded.")
    add_next(page, next_steps)
    return page.text()


def summary(report: Applied) -> str:
    """The one line: how an apply ended."""
    counts = [(len(report.heap(outcome)), outcome.replace("-", " ")) for outcome in HEAPS]
    said = ", ".join(f"{words.number(count)} {name}" for count, name in counts if count) or "nothing to do"
    left = f"; {words.counted(len(report.manual), 'step')} left to do manually" if report.manual else ""
    signal = _SIGNALS.get(report.interrupted, report.interrupted)
    start = f"Interrupted by {signal}" if signal else "Applied" if report.complete else "Stopped"
    again = " (resumed)" if report.resumed else ""
    return f"{start}{again}: {said}{left}. Plan {words.short(report.digest)}."


def _heap(page: Page, outcome: Outcome, title: str, lines: tuple[Line, ...]) -> None:
    if not lines:
        return
    page.blank()
    page.line((f"{title} ({len(lines)})", _TONES.get(outcome, "bold")))
    for line in lines:
        _line(page, outcome, line)


def _line(page: Page, outcome: Outcome, line: Line) -> None:
    change = line.change
    sign = (f"{SIGNS[outcome]} ", _TONES.get(outcome, "dim"))
    word = (f"{words.SYMBOLS[change.action]} {words.WORDS[change.action]} ", COLOURS[change.action])
    page.line(word, f"{change.noun} ", (change.title, "bold"), f"  {change.address}", indent=2, lead=sign)
    because = f"it needs {line.because}" if line.because else ""
    for said in filter(None, (because, line.error, line.hint and f"hint: {line.hint}", line.note)):
        page.line(said, indent=6)
    for each in line.moved:
        what, was, now, wanted = moves.drifted(each, page.screen.style)
        page.line(f"{what}: planned on {was}, now {now}, wanted {wanted}", indent=6)


def _manual(page: Page, report: Applied) -> None:
    if not report.manual:
        return
    page.blank()
    found = steps.gathered(report.manual)
    page.line((f"Left to do manually ({len(found)})", "bold magenta"))
    for each in found:
        lead = (f"{words.SYMBOLS['manual']} ", COLOURS["manual"])
        name = f"{words.counted(len(each.rows), 'row')}" if each.gathered else str(each.first.address)
        page.line(
            "" if each.gathered else f"{each.first.noun} ", (each.title, "bold"), f"  {name}", indent=2, lead=lead
        )
        if page.screen.verbose:
            add_rows(page, each, 4)
    if not page.screen.verbose:
        page.line("What to do for each: see the plan's manual steps.", indent=2)
