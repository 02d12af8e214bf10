"""The words on every screen: one place, so that all formats say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from mopsctl.diagnostics import Diagnostic, Level
from mopsctl.engine.plan import Change, Drift, Plan, SystemReport
from mopsctl.resource import Action, Impact

SYMBOLS: Mapping[Action, str] = {
    "add": "+",
    "change": "~",
    "remove": "-",
    "keep": "=",
    "adopt": ">",
    "forget": "<",
    "manual": "*",
}
WORDS: Mapping[Action, str] = {action: action.replace("-", " ") for action in SYMBOLS}
LEVELS: tuple[Level, ...] = get_args(Level)

# Said only where the action alone leaves the reader asking.
_REASONS: Mapping[str, str] = {
    "value_left_manifest": "a value left the manifests",
    "value_stays": "no longer in the manifests; it stays on the system and is no longer watched",
    "value_stays_protected": "no longer in the manifests; it is protected, and stays",
    "value_stays_removal_not_allowed": "no longer in the manifests; it stays until an apply with --allow-remove",
    "found_by_name": "already there under this name: recorded as yours, nothing is written",
    "found_by_name_and_differs": "already there under this name, and differs: recorded as yours and changed",
    "already_as_declared": "already as declared: only the record of what is yours moves",
    "moved": "renamed in the manifests: the record follows, nothing is removed",
    "left_manifest": "no longer in the manifests: it stays on the system, and mopsctl stops watching it",
    "left_manifest_protected": "no longer in the manifests, but protected: it stays",
    "left_manifest_not_removable": "no longer in the manifests, but the system does not let it go: it stays",
    "left_manifest_removal_not_allowed": "no longer in the manifests: it stays until you plan with --allow-remove",
    "left_manifest_already_gone": "no longer in the manifests, and already gone from the system",
    "declared_forgotten": "declared as forgotten: it stays on the system, and mopsctl stops watching it",
    "no_interface": "no public API reaches it",
    "not_as_declared": "not as declared, and mopsctl may not write it",
    "managed_manually": "declared as manual",
}
_REMOVALS: Mapping[bool, str] = {True: "archived", False: "deleted"}
_CHECKS: Mapping[str, str] = {
    "read": "by the next plan, which reads it",
    "attest": "by nobody: no API shows it; say that it was done with 'mopsctl attest'",
}
_WHO: Mapping[str, str] = {
    "system": "changed on the system",
    "manifest": "changed in the manifests",
    "both": "changed on the system, and differently in the manifests",
}


def reason(change: Change) -> str:
    """Why a change is on the plan, in one clause; empty where the action says it already."""
    if change.action == "remove":
        return f"no longer in the manifests: it is {_REMOVALS[change.archive]}"
    return _REASONS.get(change.reason, "")


def undo(answer: str) -> str:
    """Whether something can be undone, and how: `yes: …` reads `yes, …`."""
    short_, colon, how = answer.partition(": ")
    return f"{short_}, {how}" if colon and short_ in ("yes", "no") else answer


def letter(place: int) -> str:
    """What counts the parts of a step: a to z, then numbers."""
    return chr(ord("a") + place) if place < 26 else str(place + 1)


def check(ways: Iterable[str]) -> str:
    """How a manual step will be verified; its rows may be so in more than one way."""
    return "; ".join(_CHECKS[way] for way in ways if way in _CHECKS)


def standing_steps(standing: int, attested: int, environment: str) -> str:
    """What is said of the steps that a plan does not repeat; empty where there is none."""
    said = [f"{counted(standing, 'step')} from before still open"] if standing else []
    said += [f"{counted(attested, 'step')} attested"] if attested else []
    return f"{' and '.join(said)}: mopsctl steps -e {environment}" if said else ""


def place_of(each: Diagnostic) -> str:
    """Where a finding is: a place in a file, or else an address."""
    return str(each.source) if each.source.file else each.address


def standing_findings(many: int) -> str:
    """What is said of the findings that a plan does not repeat; empty where there is none."""
    return f"{counted(many, 'finding')} from before, not repeated: add -v to see them" if many else ""


def who(drift: Drift) -> str:
    """Who moved what drifted."""
    return "gone from the system" if drift.gone else _WHO[drift.who]


def records(impact: Impact) -> str:
    """How many records a change touches."""
    if impact.records is None:
        return f"not counted ({impact.reason.rstrip('.')})" if impact.reason else "not counted"
    if impact.records == 0:
        return "none"
    return f"{number(impact.records)} or more" if impact.at_least else number(impact.records)


def number(count: int) -> str:
    """A count with separators: 48,210."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 error`, `2 errors`, `3 entries`."""
    return f"{number(count)} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of a regular noun."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def singular(noun: str) -> str:
    """The singular of a regular plural; of anything else `… item`."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes", "tuses")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else f"{noun} item"


def spelled(name: str) -> str:
    """An attribute's name as words: `fieldType` and `field_type` become `field type`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in apart.split())


def account(report: SystemReport) -> str:
    """Which account of a system was read."""
    if not report.account:
        return ""
    sort = f" ({report.account_sort})" if report.account_sort not in ("", "unknown") else ""
    return f"account {report.account}{sort}"


def summary(plan: Plan) -> str:
    """The one line: what would be done, and what else is there."""
    what = plan.summary
    lead = [f"{what['add']} to add", f"{what['change']} to change", f"{what['remove']} to remove"]
    lead += [f"{number(what[key])} {words}" for key, words in _QUIETER if what[key]]
    fresh = len({each.step_id for each in plan.changes if each.action == "manual" and each.step in ("new", "reopened")})
    some = "" if fresh == what["manual"] else f" ({number(fresh)} new)"
    lead.append(f"{number(what['manual'])} manual{some}")
    return f"{', '.join(lead)}; {', '.join(_rest(plan))}"


def reading(plan: Plan, *, limits: bool = True) -> str:
    """What reading the systems took, and what the vendors say about limits where somebody asks for them."""
    if not plan.systems:
        return "No system is selected, so none was read."
    return "Read: " + "; ".join(_read(each, limits=limits) for each in plan.systems)


def _read(report: SystemReport, *, limits: bool) -> str:
    calls = f"{report.title} in {counted(report.calls, 'call')}"
    return f"{calls} ({', '.join(report.limits)})" if limits and report.limits else calls


_QUIETER = (("keep", "to keep"), ("adopt", "to adopt"), ("forget", "to forget"))


def _rest(plan: Plan) -> list[str]:
    totals = {
        name: sum(getattr(system, name) for system in plan.systems) for name in ("unchanged", "verified", "unmanaged")
    }
    return [f"{number(count)} {name}" for name, count in totals.items()]


def tally(found: Sequence[Diagnostic]) -> str:
    """How many findings of each level: `1 error, 2 warnings`; `no findings` where there are none."""
    counts = [(sum(each.level == level for each in found), level) for level in LEVELS]
    return ", ".join(counted(count, level) for count, level in counts if count) or "no findings"


def short(digest: str) -> str:
    """The first twelve digits of a digest: enough to name a plan."""
    return digest.removeprefix("sha256:")[:12]
