"""One change as text: what is done to what, what moves, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.engine.plan import Change
from mopsctl.render import moves, words
from mopsctl.render.moves import Move
from mopsctl.render.text.page import Page, Part, cells
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


def lead(action: Action) -> Part:
    """What a line of this action begins with: its sign and its word."""
    return f"{words.SYMBOLS[action]} {words.WORDS[action]} ", COLOURS[action]


def add_change(page: Page, change: Change, told: set[str], system: str = "", indent: int = 2) -> None:
    """One change; `told` are the answers about undoing that were given in full before, `system` is named where no heading does."""
    body = indent + 2
    add_title(page, change, indent=indent, system=system)
    add_place(page, change, body)
    said = words.reason(change)
    if said:
        page.line(said, indent=body)
    if change.moved_from is not None:
        page.line(f"until now {change.moved_from}", indent=body)
    _moves(page, change, body + 2)
    if change.why:
        page.line(change.why, indent=body, lead=("why: ", "dim"))
    page.line(*_consequences(change, told), indent=body)


def add_title(page: Page, change: Change, rest: str = "", indent: int = 2, system: str = "") -> None:
    """The one line that names a change: what is done, to what, where."""
    noun = f"{system} {change.noun} ".lstrip()
    page.line(noun, (change.title, "bold"), rest, indent=indent, lead=lead(change.action))


def add_place(page: Page, change: Change, indent: int) -> None:
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
        add_move(page, move, indent)


def add_move(page: Page, move: Move, indent: int) -> None:
    """One move; what is too long for one line puts what it becomes beneath what it was."""
    said, lead = move.sentence(), (f"{move.sign} ", _SIGNS[move.sign])
    if move.before and move.after and indent + 2 + cells(said) > page.screen.width:
        page.line(f"{move.what}: {move.before}", indent=indent, lead=lead)
        page.line(move.after, indent=indent + 2, lead="→ ")
    else:
        page.line(said, indent=indent, lead=lead)
