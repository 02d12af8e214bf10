"""What changes between two states of the manifests, as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mopsctl import canonical
from mopsctl.manifest.comparing import Difference
from mopsctl.render.markdown import code, escape
from mopsctl.render.text.page import Page, Screen
from mopsctl.render.words import number

SIGNS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}
NOTHING = "Nothing changes in meaning."


def text(found: Sequence[Difference], between: str, screen: Screen) -> str:
    """The differences, document by document."""
    page = Page(screen)
    page.line(f"{between}: {_counts(found)}.")
    for (document, title), rows in groupby(found, key=lambda each: (each.document, each.title)):
        page.blank()
        page.line((title, "bold"), (f"  {document}", "dim"))
        for each in rows:
            sign, tone = SIGNS[each.sort]
            page.line(_said(each), indent=2, lead=(f"{sign} ", tone))
    return page.text()


def markdown(found: Sequence[Difference], between: str) -> str:
    """The differences as a table."""
    head = f"### {escape(between)}: {_counts(found)}\n"
    if not found:
        return head
    rows = [
        f"| `{SIGNS[each.sort][0]}` {each.sort} | **{escape(each.title)}** {code(each.document, table=True)} | {escape(each.what)} |"
        f" {escape(each.before)} | {escape(each.after)} |"
        for each in found
    ]
    return "\n".join([head, "| | document | what | before | after |", "|---|---|---|---|---|", *rows]) + "\n"


def json(found: Sequence[Difference], before: str, after: str) -> str:
    """The differences for programs."""
    rows = [
        {
            "document": each.document,
            "title": each.title,
            "sort": each.sort,
            "what": each.what,
            "before": each.before,
            "after": each.after,
            "source": str(each.source) if each.source.file else "",
        }
        for each in found
    ]
    return canonical.pretty({"formatVersion": "1.0", "before": before, "after": after, "differences": rows})


def _said(each: Difference) -> str:
    if each.sort == "changed":
        return f"{each.what}: {each.before} → {each.after}"
    told = each.after or each.before
    return f"{each.what}: {told}" if told else each.what


def _counts(found: Sequence[Difference]) -> str:
    if not found:
        return NOTHING.rstrip(".").lower()
    counts = [(sum(each.sort == sort for each in found), sort) for sort in SIGNS]
    return ", ".join(f"{number(many)} {sort}" for many, sort in counts if many)
