"""What the planner is given: each system as it was seen, and the rules that hold for this plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mopsctl.address import Address, Selection
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine.safety import Limits, OnDrift
from mopsctl.provider.contract import Account, Kind
from mopsctl.resource import FieldFacts, Observation, Reading, Resource


@dataclass(frozen=True, slots=True)
class SystemView:
    """One system as a plan sees it: its kinds, what is wanted there, what was read (None: it was not, `message` says why).

    `field_address` finds a field by object and name; `foresee` says what fields will be, see `Provider.foresee`.
    """

    name: str
    provider: str
    title: str
    kinds: Mapping[str, Kind]
    resources: tuple[Resource, ...]
    findings: tuple[Diagnostic, ...] = ()
    reading: Reading | None = None
    account: Account | None = None
    calls: int = 0
    message: str = ""
    field_address: Callable[[str, str], Address] | None = None
    foresee: Callable[[Mapping[Address, Observation], frozenset[Address]], Mapping[Address, FieldFacts]] | None = None

    def field(self, object_name: str, field_name: str) -> Observation | None:
        """The live field of that name, or None where it is not there, was not read, or the adapter has no fields."""
        if self.reading is None or self.field_address is None:
            return None
        return self.reading.items.get(self.field_address(object_name, field_name))


@dataclass(frozen=True, slots=True)
class Rules:
    """What the author, the environment and the command line say about this plan.

    What is `renamed` is declared to be there under another name, so that it is never removed.
    """

    selection: Selection = field(default_factory=Selection)
    allow_remove: bool = False
    protected: bool = False
    moved: Mapping[Address, Address] = field(default_factory=dict)
    renamed: frozenset[Address] = frozenset()
    forget: frozenset[Address] = frozenset()
    limits: Limits = field(default_factory=Limits)
    on_drift: OnDrift = "warn"
