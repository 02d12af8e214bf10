"""The typed stack: everything the manifests of one folder say, with places. No vendor is named here.

Attribute names are the YAML keys; where Python reserves the word, an underscore follows (`in_`, `from_`, `else_`, `class_`).
Keyed lists are mappings from key to element, in the order written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from mopsctl.address import Address
from mopsctl.manifest.base import (
    Content,
    Document,
    Duration,
    Ignore,
    Located,
    Managed,
    Metadata,
    Number,
    Range,
    humanise,
)
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
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.lifecycle import (
    NATIVE,
    NOT_CARRIED,
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
from mopsctl.manifest.shapes import listed, mapping
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
from mopsctl.manifest.tree import Map

__all__ = [
    "NATIVE",
    "NOT_CARRIED",
    "ApplyPolicy",
    "Basis",
    "Binding",
    "Channel",
    "Concept",
    "Connection",
    "ConsentPolicy",
    "ConsentRule",
    "Content",
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


def read_forgotten(_context: Any, node: Map, key: str) -> tuple[Forget, ...] | None:
    """The things that are no longer watched, each with its own place."""
    if key not in node:
        return None
    nodes = node[key]
    return tuple(
        Forget(source=nodes.item_source(index), address=Address.parse(each)) for index, each in enumerate(nodes)
    )


@row(
    "stack",
    name="spec",
    about="What belongs to a stack: its systems, its files, its variables. One per stack, in mopsctl.yaml.",
    example={"systems": {"hubspot": {}}},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Stack(Document):
    """A whole stack: its own document, and the documents it includes, by name.

    `environment` is the one that was asked for (None: the stack as it stands, variables at their defaults), `environments`
    are the names of all.
    """

    kind: ClassVar[str] = "Stack"

    include: Annotated[
        tuple[str, ...],
        Key(
            "The files of the stack, by patterns inside its folder. Files in environments/ are always read. Left out: the folders catalog, lifecycle, scoring, mappings and consent.",
            ["catalog/*.yaml", "lifecycle/*.yaml"],
        ),
    ] = ()
    systems: Annotated[
        Mapping[str, System],
        Key(
            "The systems of the stack, each under the name by which all documents call it.",
            {"hubspot": {"role": "marketing-automation"}},
            shape=mapping("list of systems", "system", System, least=1),
            needed=True,
        ),
    ] = field(default_factory=dict)
    defaults: Annotated[
        Defaults,
        Key("What holds wherever a document or row says nothing else.", {"on_delete": "keep", "on_drift": "warn"}),
    ] = field(default_factory=Defaults)
    variables: Annotated[
        Mapping[str, Variable],
        Key(
            "Values that may differ from environment to environment; used as ${var.name}.",
            {"review_hours": {"type": "integer", "default": 24}},
            shape=mapping("list of variables", "key", Variable),
        ),
    ] = field(default_factory=dict)
    moved: Annotated[
        tuple[Moved, ...],
        Key(
            "Things that got another name, so that nothing is removed and added again.",
            [{"from": "hubspot:property/contact.unit", "to": "hubspot:property/contact.business_unit"}],
            expects="a list of moves",
        ),
    ] = ()
    forget: Annotated[
        tuple[Forget, ...],
        Key(
            "Things that stay on their system and are no longer watched.",
            ["hubspot:property/contact.old_segment"],
            shape=listed("address", once=True, expects="a list of addresses"),
            read=read_forgotten,
        ),
    ] = ()
    catalogs: Mapping[str, FieldCatalog] = field(default_factory=dict)
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    scoring_models: Mapping[str, ScoringModel] = field(default_factory=dict)
    mappings: Mapping[str, FieldMapping] = field(default_factory=dict)
    consent_policies: Mapping[str, ConsentPolicy] = field(default_factory=dict)
    environment: Environment | None = None
    environments: tuple[str, ...] = ()

    def documents(self) -> Iterator[Content]:
        """The documents that say what systems hold, by kind and name."""
        for kind in (self.catalogs, self.consent_policies, self.mappings, self.lifecycles, self.scoring_models):
            yield from (kind[name] for name in sorted(kind))
