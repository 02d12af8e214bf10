"""The changes of a plan by manifest element: what systems share is said once, then what differs."""

from __future__ import annotations

from mopsctl.render import meaning, words
from mopsctl.render.meaning import Bucket, Entry
from mopsctl.render.text.changes import add_change, lead
from mopsctl.render.text.page import Page, Part, cells
from mopsctl.render.view import View

_INSIDE = 4  # columns before the changes of an element
_SAID = _INSIDE + 4  # and before what is said of several of them
MOST_THINGS_IN_FULL = 2  # that come or go for one element; of more only what they share is told


def add_entries(page: Page, view: View) -> None:
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
        add_change(page, entry.changes[0], told, view.system(entry.changes[0]))
        return
    key = f"  {entry.subject.key}" if entry.subject.key not in ("", entry.label) else ""
    kind: Part = (f"{entry.kind.capitalize()} ", "bold underline") if alone else ""
    page.line(kind, (entry.label, "bold"), (f"{key}  {entry.place}".rstrip(), "dim"), indent=0 if alone else 2)
    for bucket in entry.buckets(page.screen.style):
        if not (page.screen.verbose or _is_short(bucket)):
            _bucket(page, view, bucket, told)
            continue
        for change in bucket.changes:
            add_change(page, change, told, view.system(change), _INSIDE)


def _is_short(bucket: Bucket) -> bool:
    """True for the few things that come or go whose attributes would otherwise stand nowhere, such as the points of a new rule."""
    return bucket.first.action in ("add", "remove") and len(bucket.changes) <= MOST_THINGS_IN_FULL


def _bucket(page: Page, view: View, bucket: Bucket, told: set[str]) -> None:
    """Several changes of which the same is said; `told` are the reasons and answers that were given before."""
    line = _in_one_line(page, view, bucket)
    if line:
        page.line(line, indent=_INSIDE, lead=lead(bucket.first.action))
    else:
        _things(page, view, bucket)
    if bucket.first.action == "add":
        _whys(page, bucket, told)
    else:
        _undo(page, bucket, told)
    told |= set(bucket.undo)
    if bucket.records:
        touched = bucket.records if len(bucket.changes) == 1 else f"up to {bucket.records} each"
        page.line(touched, indent=_SAID, lead=("records touched: ", "dim"))


def _in_one_line(page: Page, view: View, bucket: Bucket) -> str:
    """A change of one thing with one move, where both fit on one line; empty where they do not."""
    what, said = bucket.things(view.plan), bucket.moves(page.screen.style)
    if bucket.first.action != "change" or words.reason(bucket.first) or not len(what) == len(said) == 1:
        return ""
    line = f"{what[0].text()}: {said[0].removeprefix('~ ')}"
    return line if _INSIDE + len("~ change ") + cells(line) <= page.screen.width else ""


def _things(page: Page, view: View, bucket: Bucket) -> None:
    for things in bucket.things(view.plan):
        page.line(things.text(), indent=_INSIDE, lead=lead(bucket.first.action))
    for said in (words.reason(bucket.first), *bucket.moves(page.screen.style)):
        if said:
            page.line(said, indent=_SAID)


def _whys(page: Page, bucket: Bucket, told: set[str]) -> None:
    """Why things are made so; where only a label moves that is no news."""
    for why in bucket.whys:
        if why not in told:
            page.line(why, indent=_SAID, lead=("why: ", "dim"))
    told |= set(bucket.whys)


def _undo(page: Page, bucket: Bucket, told: set[str]) -> None:
    for answer in bucket.undo:
        if _tells(answer) and answer not in told:
            page.line(answer, indent=_SAID, lead=("can be undone: ", "dim"))


def _tells(answer: str) -> bool:
    """True where an answer about undoing says more than that all can be put back: the head of the plan says that for all."""
    return not answer.startswith("yes") or ";" in answer
