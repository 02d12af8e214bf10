"""The typed field mapping: how the fields of one catalogue flow between two systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import ClassVar, Literal

from mopsctl.condition import Condition
from mopsctl.manifest.base import Document, Located, Managed

OnBlank = Literal["keep", "clear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDefaults(Located):
    """What holds for every row that says nothing else."""

    sync: str = ""
    unknown_value: str = "block"
    on_blank: OnBlank = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Managed):
    """One mapped field, by its catalogue key; defaults are settled by the loader.

    `sync` is `two-way`, `none`, `SYSTEM-wins` or `SYSTEM-unless-blank`. `unknown_value` is `block`, `warn` or
    `other:VALUE`. `values` spells the values of the field per system, by their key. `guard` keeps the losing side from
    being edited, `locked_by` says who set the row and lets nobody change it.
    """

    field: str
    sync: str
    guard: str = ""
    values: Mapping[str, Mapping[str, str]] = made_by(default_factory=dict)
    max: int | None = None
    on_blank: OnBlank = "keep"
    unknown_value: str = "block"
    accept_loss: str = ""
    locked_by: str = ""

    @property
    def winner(self) -> str:
        """The system that decides, or nothing where both do or none does."""
        for ending in ("-wins", "-unless-blank"):
            if self.sync.endswith(ending):
                return self.sync.removesuffix(ending)
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping(Document):
    """Rows between two systems; `connector` is the product that moves the data, `scope` the records it moves."""

    kind: ClassVar[str] = "FieldMapping"

    catalog: str
    between: tuple[str, str]
    connector: str
    scope: Condition | None = None
    defaults: RowDefaults
    rows: Mapping[str, Row]
