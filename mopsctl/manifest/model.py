"""The typed stack: everything the manifests of one folder say, with places. No vendor is named here.

Attribute names are the YAML keys; where Python reserves the word, an underscore follows (`in_`, `from_`, `else_`, `class_`).
Keyed lists are mappings from key to element, in the order written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mopsctl.manifest.base import Document, Duration, Ignore, Located, Managed, Metadata, Number, Range, humanise
from mopsctl.manifest.catalog import Binding, Concept, Field, FieldCatalog, FieldGroup, Value, ValueSet
from mopsctl.manifest.consent import (
    Basis,
    Channel,
    ConsentPolicy,
    ConsentRule,
    Jurisdiction,
    PreferencePage,
    Proof,
    Purpose,
    Recipients,
    Sender,
)
from mopsctl.manifest.lifecycle import (
    NATIVE,
    LeadStatus,
    Lifecycle,
    OnBreach,
    Pipeline,
    PipelineStage,
    Sla,
    Stage,
    Stamps,
    Transition,
)
from mopsctl.manifest.mapping import FieldMapping, Row, RowDefaults
from mopsctl.manifest.scoring import Decay, Rule, RuleGroup, ScoringModel
from mopsctl.manifest.stack import (
    ApplyPolicy,
    Connection,
    Defaults,
    Environment,
    Forget,
    Freeze,
    Limit,
    Limits,
    Moved,
    Override,
    System,
    Variable,
)

__all__ = [
    "NATIVE",
    "ApplyPolicy",
    "Basis",
    "Binding",
    "Channel",
    "Concept",
    "Connection",
    "ConsentPolicy",
    "ConsentRule",
    "Decay",
    "Defaults",
    "Document",
    "Duration",
    "Environment",
    "Field",
    "FieldCatalog",
    "FieldGroup",
    "FieldMapping",
    "Forget",
    "Freeze",
    "Ignore",
    "Jurisdiction",
    "LeadStatus",
    "Lifecycle",
    "Limit",
    "Limits",
    "Located",
    "Managed",
    "Metadata",
    "Moved",
    "Number",
    "OnBreach",
    "Override",
    "Pipeline",
    "PipelineStage",
    "PreferencePage",
    "Proof",
    "Purpose",
    "Range",
    "Recipients",
    "Row",
    "RowDefaults",
    "Rule",
    "RuleGroup",
    "ScoringModel",
    "Sender",
    "Sla",
    "Stack",
    "Stage",
    "Stamps",
    "System",
    "Transition",
    "Value",
    "ValueSet",
    "Variable",
    "humanise",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack(Document):
    """A whole stack: its own document, and the documents it includes, by name.

    `environment` is the one that was asked for (None: the stack as it stands, variables at their defaults), `environments`
    are the names of all.
    """

    kind: ClassVar[str] = "Stack"

    include: tuple[str, ...] = ()
    systems: Mapping[str, System] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    forget: tuple[Forget, ...] = ()
    catalogs: Mapping[str, FieldCatalog] = field(default_factory=dict)
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    scoring_models: Mapping[str, ScoringModel] = field(default_factory=dict)
    mappings: Mapping[str, FieldMapping] = field(default_factory=dict)
    consent_policies: Mapping[str, ConsentPolicy] = field(default_factory=dict)
    environment: Environment | None = None
    environments: tuple[str, ...] = ()

    def documents(self) -> Iterator[Document]:
        """The documents that say what systems hold, by kind and name."""
        for kind in (self.catalogs, self.consent_policies, self.mappings, self.lifecycles, self.scoring_models):
            yield from (kind[name] for name in sorted(kind))
