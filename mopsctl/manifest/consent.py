"""The typed consent policy: purposes, bases, proof, and the rules that decide by place and channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from mopsctl.condition import Condition
from mopsctl.manifest.base import Content, Duration, Label, Located, Managed
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import listed, mapping, one_of, written

_COUNTRIES: Final = listed(
    written(
        "^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        "a country code of two capital letters, such as DE, or a region of it, such as US-CA",
    ),
    least=1,
    once=True,
    expects="a list of country codes",
)


@row("purpose", expects="a purpose such as {key: newsletter, class: marketing}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Managed):
    """What people are written to about; `signals` are the web and ads consent signals it stands for, per framework."""

    key: Annotated[str, Key("What rules call it.", "newsletter", shape="key")]
    class_: Annotated[
        Literal["marketing", "service"], Key("Marketing needs permission; service messages do not.", "marketing")
    ]
    label: Label
    description: Annotated[str, Key("What they get.", "Once a month, what is new in the product.")] = ""
    signals: Annotated[
        Mapping[str, tuple[str, ...]],
        Key(
            "The web and ads signals it stands for, per framework.",
            {"google": ["ad_user_data"], "gpp": ["SaleOptOut"]},
            shape=mapping("list of signals", "key", "texts", least=1),
            only="people",
        ),
    ] = field(default_factory=dict)


@row("channel", expects="a channel such as {address: email}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Located):
    """A way to reach people; `address` is the catalogue field that holds where."""

    key: str
    address: Annotated[str, Key("The field of the catalogue that holds where.", "email", shape="key", only="checks")]


@row("jurisdiction", expects="how the place is found, such as {from: country}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction(Located):
    """How the place is found: a catalogue field, what holds where it is empty, and named groups of countries."""

    from_: Annotated[
        str, Key("The field of the catalogue that holds the country.", "country", shape="key", only="checks")
    ]
    region: Annotated[
        str,
        Key(
            "The field that holds the part of the country, for rules about regions.",
            "state",
            shape="key",
            only="checks",
        ),
    ] = ""
    if_unknown: Annotated[
        str,
        Key(
            "What holds where it is empty.",
            "strictest",
            shape=written("^(strictest|[A-Z]{2})$", "'strictest' or a country code such as DE"),
            only="checks",
        ),
    ] = "strictest"
    groups: Annotated[
        Mapping[str, tuple[str, ...]],
        Key(
            "Countries under one name.",
            {"nordics": ["DK", "FI", "NO", "SE"]},
            shape=mapping("list of groups", "key", _COUNTRIES),
            only="checks",
        ),
    ] = field(default_factory=dict)


@row("list of recipients", expects="how the class is found, such as {from: recipient_class}", name="recipients")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients(Located):
    """How the class of recipient is found: a catalogue field, and the class where it is empty."""

    from_: Annotated[
        str, Key("The field of the catalogue that holds the class.", "recipient_class", shape="key", only="checks")
    ]
    if_unknown: Annotated[str, Key("The class where it is empty.", "individual", shape="key", only="checks")] = (
        "individual"
    )


@row("list of proofs", expects="what is on record, such as {required: [captured_at]}", name="proof")
@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(Located):
    """What must, and what should, be on record for a consent to count."""

    required: Annotated[
        tuple[str, ...],
        Key(
            "Without these a consent does not count.", ["captured_at", "source", "notice"], shape="keys", only="checks"
        ),
    ] = ()
    recommended: Annotated[
        tuple[str, ...], Key("These make it stronger.", ["ip", "confirmed_at"], shape="keys", only="checks")
    ] = ()


@row(
    "basis",
    expects="a basis such as {from: last_inquiry_at, valid: {months: 6}}",
    schema={"dependentRequired": {"valid": ["from"]}},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Basis(Located):
    """What allows writing: counted from which date field, for how long, and which proof it needs besides."""

    key: str
    from_: Annotated[
        str,
        Key(
            "The date it counts from: a field of the catalogue, or a proof such as captured_at.",
            "last_inquiry_at",
            "captured_at",
            shape="key",
            only="checks",
        ),
    ] = ""
    valid: Annotated[Duration | None, Key("How long it holds.", {"months": 6}, shape="long_span", only="checks")] = None
    needs: Annotated[
        tuple[str, ...], Key("What has to be on record besides.", ["confirmed_at"], shape="keys", only="checks")
    ] = ()


@row("rule", expects="a rule such as {key: everyone_else, accept: [express_confirmed]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule(Located):
    """One row of the policy; the first row that fits decides. What is empty fits everything."""

    key: Annotated[str, Key("What plans and reports call it.", "de_at_email", shape="key", only="checks")]
    purposes: Annotated[
        tuple[str, ...], Key("For these purposes. Left out: all.", ["newsletter"], shape="keys", only="checks")
    ] = ()
    countries: Annotated[
        tuple[str, ...],
        Key(
            "In these countries, or regions of countries. Left out: all.",
            ["DE", "AT"],
            ["US-CA"],
            shape=_COUNTRIES,
            only="checks",
        ),
    ] = ()
    groups: Annotated[
        tuple[str, ...], Key("In these groups of countries. Left out: all.", ["eu"], shape="keys", only="checks")
    ] = ()
    channels: Annotated[
        tuple[str, ...], Key("On these channels. Left out: all.", ["email"], shape="keys", only="checks")
    ] = ()
    recipients: Annotated[
        tuple[str, ...],
        Key(
            "To these recipients: values of the field that 'recipients' names, else individual and corporate. Left out: all.",
            ["corporate"],
            ["individual", "generic"],
            shape="keys",
            only="checks",
        ),
    ] = ()
    when: Annotated[
        Condition | None,
        Key("Only to whom this holds. Left out: to all.", {"field": "is_customer", "is": True}, only="checks"),
    ] = None
    accept: Annotated[
        tuple[str, ...],
        Key(
            "The bases that allow it, in the order they are tried. An empty list allows nothing.",
            ["express", "existing_customer"],
            shape="keys",
            needed=True,
        ),
    ] = ()
    reason: Annotated[
        str,
        Key(
            "Why, for instance where it is looser than the sample.", "Read by our lawyers in March 2026.", only="people"
        ),
    ] = ""


@row("preference page", expects="a page such as {topics: [newsletter]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencePage(Located):
    """The page where people choose: its address and the purposes on it."""

    url: Annotated[str, Key("Where it is.", "https://www.example.com/preferences", only="people")] = ""
    topics: Annotated[
        tuple[str, ...], Key("The purposes on it.", ["newsletter", "events"], shape="keys", needed=True)
    ] = ()


@row("sender", expects="a sender such as {unsubscribe_works_days: 60}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sender(Located):
    """What every message carries: a postal address, and a link to leave that works so many days."""

    postal_address: Annotated[
        str, Key("The address in every message.", "1 Harbour Street, Boston MA 02110", only="checks")
    ] = ""
    unsubscribe_works_days: Annotated[
        int | None, Key("How many days the link to leave works.", 60, minimum=1, only="checks")
    ] = None


@row(
    "consent policy",
    name="spec",
    about="Who may be written to, about what, where, and on which proof. A sample to be made one's own, not advice.",
    example={
        "catalog": "person",
        "purposes": [{"key": "newsletter", "class": "marketing"}],
        "channels": {"email": {"address": "email"}},
        "jurisdiction": {"from": "country"},
        "bases": {"express": {}},
        "rules": [{"key": "everyone", "accept": ["express"]}],
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPolicy(Content):
    """Who may be written to, about what, where, on which proof.

    `bind` maps a purpose (or `opt_out_all`) to what holds it per system; `proof_fields` maps, per system, a proof key to a
    field. `notice` names a file in `notices/`. `sample` says that nobody has made the rules their own yet;
    `defaults_dated` is the ISO date of the pack of defaults they came from.
    """

    kind: ClassVar[str] = "ConsentPolicy"

    catalog: Annotated[str, Key("The field catalogue it reads from.", "person", shape="name")]
    purposes: Annotated[
        Mapping[str, Purpose],
        Key(
            "What people are written to about.",
            [{"key": "newsletter", "class": "marketing", "label": "Product news"}],
            minItems=1,
            expects="a list of purposes",
        ),
    ]
    channels: Annotated[
        Mapping[str, Channel],
        Key(
            "How they are reached, each with the field that holds where.",
            {"email": {"address": "email"}, "sms": {"address": "mobile"}},
            shape=mapping("list of channels", "key", Channel, least=1),
        ),
    ]
    jurisdiction: Annotated[
        Jurisdiction, Key("How the place of a person is found.", {"from": "country", "if_unknown": "strictest"})
    ]
    recipients: Annotated[
        Recipients | None,
        Key("How the class of a recipient is found.", {"from": "recipient_class", "if_unknown": "individual"}),
    ] = None
    stop_first: Annotated[
        tuple[str, ...],
        Key(
            "What stops every message before any rule is read, in this order.",
            ["suppressed", "hard_bounced", "opt_out_all"],
            shape=listed(
                one_of("suppressed", "hard_bounced", "opt_out_all", "opt_out_channel", "opt_out_purpose"),
                once=True,
                expects="a list of stops",
            ),
            only="checks",
        ),
    ] = ()
    proof: Annotated[
        Proof | None, Key("What is on record for a consent.", {"required": ["captured_at", "source", "notice"]})
    ] = None
    bases: Annotated[
        Mapping[str, Basis],
        Key(
            "What allows writing to somebody.",
            {"express": {}, "implied_inquiry": {"from": "last_inquiry_at", "valid": {"months": 6}}},
            shape=mapping("list of bases", "key", Basis, least=1),
        ),
    ]
    rules: Annotated[
        Mapping[str, ConsentRule],
        Key(
            "Read from top to bottom; the first that fits decides.",
            [{"key": "everyone_else", "accept": ["express_confirmed"]}],
            minItems=1,
            expects="a list of rules",
        ),
    ]
    bind: Annotated[
        Mapping[str, Mapping[str, str]],
        Key(
            "What holds each purpose, and the stop of everything, on each system.",
            {"opt_out_all": {"hubspot": "unsubscribe-all"}},
            shape=mapping("list of purposes", "key", "by_system"),
        ),
    ] = field(default_factory=dict)
    proof_fields: Annotated[
        Mapping[str, Mapping[str, str]],
        Key(
            "The fields that hold the proof on each system.",
            {"hubspot": {"captured_at": "consent_captured_at"}},
            shape=mapping(
                "list by system",
                "system",
                mapping(
                    "list of proof fields",
                    "key",
                    "text",
                    least=1,
                    expects="a field for each proof, such as {captured_at: consent_captured_at}",
                ),
            ),
        ),
    ] = field(default_factory=dict)
    preference_page: Annotated[
        PreferencePage | None,
        Key("The page where people choose.", {"url": "https://www.example.com/preferences", "topics": ["newsletter"]}),
    ] = None
    sender: Annotated[
        Sender | None,
        Key(
            "What every message carries.",
            {"postal_address": "1 Harbour Street, Boston MA 02110", "unsubscribe_works_days": 60},
        ),
    ] = None
    notice: Annotated[
        str,
        Key(
            "The wording people agreed to: the name of a file in notices/, without '.md'.", "web-2026-03", only="people"
        ),
    ] = ""
    sample: Annotated[bool, Key("True until your own lawyer has read the rules.", True, only="checks")] = False
    defaults_dated: Annotated[
        str, Key("The day the rules were last compared with the law.", "2026-03-01", shape="date", only="checks")
    ] = ""
