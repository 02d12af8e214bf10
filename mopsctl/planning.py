"""Making a plan out of what an environment's systems hold: the same for a preview and for an apply that checks a saved plan."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mopsctl import checks, policy, sessions
from mopsctl.address import Address, Selection
from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.engine import compare, foresight, impact, journal, planner, safety, waiting
from mopsctl.engine.journal import Unfinished
from mopsctl.engine.plan import Inputs, Plan
from mopsctl.engine.report import Listener
from mopsctl.engine.view import Rules, SystemView
from mopsctl.errors import StateError
from mopsctl.manifest.loader import Loaded
from mopsctl.manifest.model import Environment, Limit, Stack
from mopsctl.sessions import Session
from mopsctl.state.model import WAY_OUT, State

OF_A_CHANGE = ("PL005", "PL010")  # what is said about a change, and goes with it where it is refused


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made of; `findings` are those that no reading can change."""

    plan: Plan
    views: tuple[SystemView, ...]
    findings: frozenset[Diagnostic]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a plan is made from: the stack in its environment, the record, what a broken run left, the open systems."""

    folder: Path
    stack: Stack
    environment: Environment
    loaded: Loaded
    findings: tuple[Diagnostic, ...]
    state: State | None
    unfinished: Unfinished | None
    opened: tuple[Session, ...]
    listen: Listener

    @property
    def base(self) -> State:
        """The record with what a broken run did; without a lineage before anything was applied, so that two previews have
        the same bytes.
        """
        first = State(self.stack.name, self.environment.name, lineage="")
        return journal.folded(self.state or first, self.unfinished)

    @property
    def inputs(self) -> Inputs:
        """What a plan is decided on."""
        return _inputs(self.folder, self.loaded, self.environment, self.state, self.opened)

    def refuse_misfits(self) -> None:
        """Raise StateError where what is recorded of a thing is of a sort that its kind never has."""
        kinds = {session.name: session.provider.kinds for session in self.opened}
        for address, entry in sorted(self.base.entries.items()):
            kind = kinds.get(address.system, {}).get(address.kind)
            if kind is not None and (what := compare.misfit(kind, entry.attributes)):
                raise StateError(f"The state is damaged: things.{address}.attributes.{what}.", hint=WAY_OUT)

    def plan(self, selection: Selection, *, allow_remove: bool) -> Planned:
        """Read the systems once and say what applying the stack would do. Raises WrongAccount."""
        base = self.base
        views = sessions.read_all(self.opened, _known(base), self.listen, self.unfinished)
        views = tuple(waiting.held_back(view, base.entries.keys()) for view in views)
        trust = self.state.trust if self.state else {}
        moved = policy.changed(self.environment, self.loaded.trust, trust)
        fixed = [*self.findings, *policy.findings(self.environment), *moved]
        rules = _rules(selection, self.stack, self.environment, allow_remove=allow_remove)
        made = self._without_refused(planner.make(self.inputs, views, base, rules, fixed), views, base)
        live = checks.run_live(self.stack, foresight.after(made, views, base))
        made = self.without_silenced(replace(made, verdicts=in_order([*made.verdicts, *live])))
        return Planned(made, views, frozenset((*fixed, *(each for view in views for each in view.findings))))

    def without_silenced(self, made: Plan) -> Plan:
        """The plan without the findings that documents silence."""
        return replace(made, verdicts=in_order(checks.of_plans(self.stack, made.verdicts)))

    def _without_refused(self, made: Plan, views: Sequence[SystemView], base: State) -> Plan:
        """The plan without the changes that the vendors would refuse: an error says why in place of each."""
        refused: list[Diagnostic] = []
        for session, view in zip(self.opened, views, strict=True):
            if view.reading is not None:
                refused += session.provider.refused(impact.writes(made, view, base), view.reading.items)
        static = (each for view in views for each in view.findings if each.level == "error" and each.address)
        addresses = {each.address for each in (*refused, *static)}
        kept = tuple(
            change
            for change in made.changes
            if not ((change.writes or change.of_items) and str(change.address) in addresses)
        )
        told = [each for each in made.verdicts if not (each.rule in OF_A_CHANGE and each.address in addresses)]
        return replace(made, changes=kept, verdicts=in_order([*told, *refused]))


def _known(state: State) -> Mapping[str, Sequence[Address]]:
    known: dict[str, list[Address]] = {}
    for address in sorted(state.entries):
        known.setdefault(address.system, []).append(address)
    return known


def _inputs(
    folder: Path, loaded: Loaded, environment: Environment, state: State | None, opened: Sequence[Session]
) -> Inputs:
    return Inputs(
        manifests=loaded.digest,
        environment=environment.name,
        lineage=state.lineage if state else "",
        serial=state.serial if state else 0,
        adapters={session.name: f"{session.provider.name} {session.provider.version}" for session in opened},
        commit=_commit(folder),
    )


def _commit(folder: Path) -> str:
    command = ["git", "-c", "safe.bareRepository=explicit", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _rules(selection: Selection, stack: Stack, environment: Environment, *, allow_remove: bool) -> Rules:
    limits = environment.limits
    standard = safety.Limits()
    return Rules(
        selection=selection,
        allow_remove=allow_remove,
        protected=environment.protected,
        moved={each.from_: each.to for each in stack.moved},
        forget=frozenset(each.address for each in stack.forget),
        on_drift=stack.defaults.on_drift,
        limits=safety.Limits(_limit(limits.remove, standard.remove), _limit(limits.change, standard.change)),
    )


def _limit(declared: Limit | None, standard: safety.Limit) -> safety.Limit:
    return standard if declared is None else safety.Limit(declared.count, declared.percent)
