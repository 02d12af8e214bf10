"""The state, and drift, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mopsctl.engine.plan import Plan
from mopsctl.render.text.findings import add_next
from mopsctl.render.text.page import Page, Screen
from mopsctl.render.text.plan import add_drift, add_unreadable
from mopsctl.state.local import Holder
from mopsctl.state.model import Entry, State


def listing(state: State, entries: Sequence[Entry], holder: Holder | None, screen: Screen) -> str:
    """One line for each thing that is ours, and who holds the lock."""
    page = Page(screen)
    page.line(
        f"{state.environment}: {len(state.entries)} things are ours, serial {state.serial}, lineage {state.lineage[:8]}."
    )
    if holder is not None:
        page.line(f"Locked by {holder}; its id is {holder.id}.")
    if entries:
        page.blank()
    for entry in entries:
        guard = "  protected" if entry.protect else ""
        page.line((str(entry.address), "bold"), f"  {entry.title}{guard}", indent=2)
    return page.text()


def thing(entry: Entry, screen: Screen) -> str:
    """Everything recorded of one thing."""
    page = Page(screen)
    page.line((str(entry.address), "bold"), f"  {entry.title}")
    page.line(f"declared in {entry.document or 'no document'}; on_delete {entry.on_delete}", indent=2)
    if entry.remote_id:
        page.line(f"id on the system {entry.remote_id}", indent=2)
    if entry.protect:
        page.line("protected: it outlasts its row until it is declared without protect", indent=2)
    page.line("as last applied:", indent=2)
    for name in sorted(entry.attributes):
        page.line(f"{name}: {json.dumps(entry.attributes[name], ensure_ascii=False, sort_keys=True)}", indent=4)
    return page.text()


def drift(plan: Plan, screen: Screen, next_steps: Iterable[str] = ()) -> str:
    """What moved on the systems since the last apply, who moved it, and the three ways out."""
    page = Page(screen)
    add_unreadable(page, plan)
    if not plan.inputs.lineage and not plan.unreadable:
        page.line(f"Nothing was applied to {plan.environment} yet, so there is nothing to compare with.")
        return page.text()
    if not plan.drift:
        which = f"the systems of {plan.environment}{' that could be read' if plan.unreadable else ''}"
        page.line(f"Nothing moved on {which} since the last apply.")
        return page.text()
    count = len(plan.drift)
    page.line((f"{count} thing{'s' if count != 1 else ''} moved since the last apply to {plan.environment}", "bold"))
    page.blank()
    add_drift(page, plan.drift)
    page.blank()
    page.line("You decide, for each one:")
    page.line("put it back: apply, and what the manifests say is written again", indent=2, lead="- ")
    page.line(
        "take it over: write the new value into the manifest, and the next plan has nothing to do", indent=2, lead="- "
    )
    page.line(
        "leave it to others: name the attribute under 'leave' in its row, or the address under 'forget'",
        indent=2,
        lead="- ",
    )
    add_next(page, next_steps)
    return page.text()
