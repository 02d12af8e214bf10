"""A plan arranged for reading: what cannot be undone first, then system by system, manual steps counted per system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import document, steps
from mopsctl.engine.plan import Change, Plan, SystemReport, finding_key
from mopsctl.render import meaning
from mopsctl.render.words import LEVELS
from mopsctl.resource import Action


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person has to do; `number` counts from 1 on each system."""

    number: int
    what: steps.Step


@dataclass(frozen=True, slots=True)
class Section:
    """One system's part of a plan: what mopsctl would do, and what people have to."""

    report: SystemReport
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A whole plan in reading order; `verdicts` are sorted by level, the worst first."""

    plan: Plan
    digest: str
    sections: tuple[Section, ...]
    irreversible: tuple[Change, ...]
    verdicts: tuple[Diagnostic, ...]

    @property
    def steps(self) -> tuple[tuple[Section, Step], ...]:
        """All manual steps, each with its system."""
        return tuple((section, step) for section in self.sections for step in section.steps)

    @property
    def news(self) -> tuple[tuple[Section, Step], ...]:
        """The manual steps that are new, or open again, with those of their rows that are."""
        return tuple(
            (section, Step(step.number, fresh))
            for section, step in self.steps
            if (fresh := step.what.narrowed(steps.NEWS)) is not None
        )

    @property
    def standing(self) -> int:
        """How many open steps were there before."""
        return sum(step.what.state == "standing" for _, step in self.steps)

    @property
    def attested(self) -> int:
        """How many steps somebody attested."""
        return sum(step.what.state == "attested" for _, step in self.steps)

    @property
    def fresh_verdicts(self) -> tuple[Diagnostic, ...]:
        """The findings that were not there at the last apply, and every one that stops an apply."""
        known = self.plan.standing
        return tuple(each for each in self.verdicts if each.level == "error" or finding_key(each) not in known)

    @property
    def warnings(self) -> tuple[tuple[str, tuple[Change, ...]], ...]:
        """What cannot be undone, gathered under what is said about it, so that each answer is read once."""
        gathered: dict[str, list[Change]] = {}
        for change in self.irreversible:
            gathered.setdefault(change.undo, []).append(change)
        return tuple((answer, tuple(changes)) for answer, changes in gathered.items())

    @property
    def entries(self) -> tuple[meaning.Entry, ...]:
        """What mopsctl would do, by manifest element."""
        return meaning.entries(change for section in self.sections for change in section.changes)

    def alike(self, changes: Iterable[Change]) -> Mapping[tuple[Action, str, str], tuple[str, ...]]:
        """The titles of changes by action, system and noun, for places where many are told at once."""
        found: dict[tuple[Action, str, str], list[str]] = {}
        for change in changes:
            found.setdefault((change.action, self.system(change), change.noun), []).append(change.title)
        return {key: tuple(titles) for key, titles in found.items()}

    @property
    def undoable(self) -> bool:
        """True where each change that writes can be taken back."""
        return all(change.undo.startswith("yes") for change in self.plan.changes if change.writes)

    def system(self, change: Change) -> str:
        """What people call the system of a change."""
        return next(report.title for report in self.plan.systems if report.name == change.address.system)

    @property
    def quiet(self) -> bool:
        """True where no line would add, change or remove anything, or move the state."""
        return not any(section.changes for section in self.sections)


def arrange(plan: Plan) -> View:
    """The plan in reading order; the order of its changes stays."""
    return View(
        plan=plan,
        digest=document.digest(plan),
        sections=tuple(_section(plan, report) for report in plan.systems),
        irreversible=tuple(change for change in plan.changes if change.irreversible and change.writes),
        verdicts=tuple(sorted(plan.verdicts, key=lambda each: (LEVELS.index(each.level), *each.sort_key))),
    )


def _section(plan: Plan, report: SystemReport) -> Section:
    mine = [change for change in plan.changes if change.address.system == report.name]
    return Section(
        report=report,
        changes=tuple(change for change in mine if change.action != "manual"),
        steps=tuple(Step(number, each) for number, each in enumerate(steps.gathered(mine), start=1)),
    )
