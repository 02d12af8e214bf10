"""The typed field mapping: how the fields of one catalogue flow between two systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Annotated, ClassVar, Final, Literal

from mopsctl.condition import Condition
from mopsctl.manifest.base import Content, Located, Managed
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import mapping, ref, written

OnBlank = Literal["keep", "clear"]
_SYNC: Final = written(
    "^(two-way|none|[a-z][a-z0-9_-]*-(wins|unless-blank))$",
    "'two-way', 'none', 'SYSTEM-wins' or 'SYSTEM-unless-blank', such as 'salesforce-wins'",
)
_UNKNOWN_VALUE: Final = written("^(block|warn|other:.+)$", "'block', 'warn' or 'other:VALUE'")


@row("list of defaults", expects="defaults such as {sync: two-way}", name="defaults")
@dataclass(frozen=True, slots=True, kw_only=True)
class RowDefaults(Located):
    """What holds for every row that says nothing else."""

    sync: Annotated[str, Key("Who wins.", "salesforce-unless-blank", shape=_SYNC)] = ""
    unknown_value: Annotated[
        str, Key("What happens to a value the other side does not know.", "block", shape=_UNKNOWN_VALUE)
    ] = "block"
    on_blank: Annotated[OnBlank, Key("Whether an empty value clears the other side.", "keep")] = "keep"


@row("row", expects="a row such as {field: email, sync: two-way}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Managed):
    """One mapped field, by its catalogue key; defaults are settled by the loader.

    `sync` is `two-way`, `none`, `SYSTEM-wins` or `SYSTEM-unless-blank`. `unknown_value` is `block`, `warn` or
    `other:VALUE`. `values` spells the values of the field per system, by their key. `guard` keeps the losing side from
    being edited, `locked_by` says who set the row and lets nobody change it.
    """

    field: Annotated[str, Key("The field of the catalogue.", "email", shape="key")]
    sync: Annotated[
        str,
        Key("Who wins. Left out: as the defaults say.", "two-way", "salesforce-wins", shape=_SYNC, inherited=True),
    ] = ""
    guard: Annotated[
        str,
        Key(
            "What keeps the other side from being edited, where the connector has no such rule.", "salesforce-readonly"
        ),
    ] = ""
    values: Annotated[
        Mapping[str, Mapping[str, str]],
        Key(
            "How a system spells the values of this field. ${env:NAME} is allowed.",
            {"salesforce": {"web": "Web", "partner": "Partner Referral"}},
            shape=mapping(
                "list by system",
                "system",
                mapping(
                    "list of spellings", None, "text", least=1, expects="a spelling for each value, such as {web: Web}"
                ),
                least=1,
            ),
        ),
    ] = made_by(default_factory=dict)
    max: Annotated[int | None, Key("The most characters that pass.", 100, minimum=1, only="checks")] = None
    on_blank: Annotated[OnBlank, Key("Whether an empty value clears the other side.", "keep", inherited=True)] = "keep"
    unknown_value: Annotated[
        str,
        Key(
            "What happens to a value the other side does not know.",
            "other:unknown",
            shape=_UNKNOWN_VALUE,
            inherited=True,
        ),
    ] = "block"
    accept_loss: Annotated[
        str,
        Key(
            "Why it is right that something is lost on the way.",
            "Sales reads the first 100 characters only.",
            only="checks",
        ),
    ] = ""
    locked_by: Annotated[str, Key("Who sets this row so that nobody can change it.", "connector")] = ""

    @property
    def winner(self) -> str:
        """The system that decides, or nothing where both do or none does."""
        for ending in ("-wins", "-unless-blank"):
            if self.sync.endswith(ending):
                return self.sync.removesuffix(ending)
        return ""


@row(
    "mapping",
    name="spec",
    about="How the fields of one catalogue flow between two systems, and who wins.",
    example={
        "catalog": "person",
        "between": ["hubspot", "salesforce"],
        "connector": "hubspot-native",
        "rows": [{"field": "email", "sync": "two-way"}],
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping(Content):
    """Rows between two systems; `connector` is the product that moves the data, `scope` the records it moves."""

    kind: ClassVar[str] = "FieldMapping"

    catalog: Annotated[str, Key("The field catalogue whose fields flow.", "person", shape="name")]
    between: Annotated[
        tuple[str, str],
        Key(
            "The two systems.",
            ["hubspot", "salesforce"],
            shape={
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "uniqueItems": True,
                "items": ref("system"),
                "x-expects": "a list of two systems",
            },
        ),
    ]
    connector: Annotated[str, Key("The product that moves the data.", "hubspot-native")]
    scope: Annotated[
        Condition | None, Key("Which records flow. Left out: all.", {"field": "business_unit", "is": "core"})
    ] = None
    defaults: Annotated[
        RowDefaults,
        Key(
            "What holds for rows that say nothing else.", {"sync": "salesforce-unless-blank", "unknown_value": "block"}
        ),
    ] = made_by(default_factory=RowDefaults)
    rows: Annotated[
        Mapping[str, Row],
        Key(
            "One row per field.",
            [{"field": "email", "sync": "two-way"}],
            minItems=1,
            rows="field",
            expects="a list of rows",
        ),
    ]
