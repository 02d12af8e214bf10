"""Decides what becomes of a thing that is ours and that no manifest names any more."""

from __future__ import annotations

from dataclasses import replace

from mopsctl.engine import compare
from mopsctl.engine.plan import Change, Reason
from mopsctl.engine.view import Rules, SystemView
from mopsctl.provider.contract import Kind
from mopsctl.resource import Action, FieldChange, Observation
from mopsctl.state.model import Entry


def decide(entry: Entry, system: SystemView, seen: Observation | None, rules: Rules) -> Change:
    """What becomes of the thing: forgotten, kept and no longer watched, kept and still ours, or taken away.

    What counts is the `on_delete` that held when it was last applied, settled from row, document and stack: the row that
    said `keep` is gone, and nobody else may speak for it.
    """
    kind = system.kinds.get(entry.address.kind)
    if entry.address in rules.forget:
        return _leaving(entry, kind, "forget", "declared_forgotten")
    if kind is None or not kind.readable:
        why = f"The adapter cannot read the kind {entry.address.kind}, so nobody can tell whether it is there."
        return replace(_leaving(entry, kind, "keep", "left_manifest_not_removable", stays=True), why=why)
    if seen is None or seen.retired:
        return _leaving(entry, kind, "forget", "left_manifest_already_gone")
    renamed = entry.address in rules.renamed
    if renamed or entry.on_delete == "keep":
        return _leaving(entry, kind, "keep", "moved" if renamed else "left_manifest")
    obstacle = _obstacle(entry, kind, seen, rules)
    if obstacle is not None:
        stays = obstacle != "left_manifest_not_removable"
        return replace(_leaving(entry, kind, "keep", obstacle, stays=stays), why=seen.why_not if not stays else "")
    return _removal(entry, kind, seen, archive=entry.on_delete == "archive" and kind.removal == "archive")


def _obstacle(entry: Entry, kind: Kind, seen: Observation, rules: Rules) -> Reason | None:
    if entry.protect:
        return "left_manifest_protected"
    if kind.removal == "none" or not seen.removable or seen.builtin:
        return "left_manifest_not_removable"
    return None if rules.allow_remove else "left_manifest_removal_not_allowed"


def _leaving(entry: Entry, kind: Kind | None, action: Action, reason: Reason, *, stays: bool = False) -> Change:
    return Change(
        address=entry.address,
        action=action,
        reason=reason,
        title=entry.title or entry.address.name,
        noun=kind.noun if kind else entry.address.kind,
        document=entry.document,
        remote_id=entry.remote_id,
        undo="yes: declare it again",
        stays_ours=stays,
        on_delete=entry.on_delete,
        protect=entry.protect,
        subject=entry.subject,
    )


def _removal(entry: Entry, kind: Kind, seen: Observation, *, archive: bool) -> Change:
    fields = tuple(
        FieldChange((name,), seen.attributes.get(name), None)
        for name in sorted(entry.attributes)
        if seen.attributes.get(name) not in (None, "", [], {})
    )
    undo = kind.undo_remove or ("yes: the vendor keeps it for a while" if archive else "no: it is deleted for good")
    return replace(
        _leaving(entry, kind, "keep", "left_manifest"),
        action="remove",
        fields=fields,
        wanted=entry.attributes,
        fingerprint=compare.fingerprint(kind, entry.attributes, entry.attributes, seen.attributes),
        remote_id=seen.remote_id,
        undo=undo,
        irreversible=undo.startswith("no"),
        archive=archive,
    )
