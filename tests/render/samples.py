"""Plans and reports built by hand: every action, every odd value, and the quiet cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mopsctl.address import Address, Selection
from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.engine import document
from mopsctl.engine.plan import Change, Drift, DriftField, Inputs, Plan, SystemReport
from mopsctl.engine.report import Applied, Event, Line
from mopsctl.provider.capability import Cell
from mopsctl.provider.contract import Attribute, Grain, Kind, Provider
from mopsctl.resource import FieldChange, Impact
from mopsctl.subject import Subject

NO_API = "HubSpot has no public API that creates subscription types"
INPUTS = Inputs(
    manifests="sha256:" + "1" * 64,
    environment="production",
    lineage="9d1f7a4e-0c1b-4f55-8a5e-0b4fb7c5a001",
    serial=7,
    adapters={name: f"{name} 0.1.0" for name in ("hubspot", "marketo", "salesforce")},
    commit="4f2c9e1d0b7a6c5e4f3d2c1b0a99887766554433",
)
HUBSPOT = SystemReport(
    name="hubspot",
    provider="hubspot",
    title="HubSpot",
    status="read",
    account="2200002",
    account_sort="production",
    calls=9,
    unchanged=21,
    verified=8,
    unmanaged=180,
    limits=("248,110 of 250,000 calls left today",),
)
SALESFORCE = replace(
    HUBSPOT, name="salesforce", provider="salesforce", title="Salesforce", account="00D5g000004Lx2EEAS", calls=6,
    unchanged=20, verified=4, unmanaged=50, limits=(),
)  # fmt: skip
MARKETO = replace(
    HUBSPOT, name="marketo", provider="marketo", title="Marketo", account="987-XYZ-654", calls=5, unchanged=0,
    verified=0, unmanaged=0, limits=("41,870 of 50,000 calls left today",),
)  # fmt: skip


def at(text: str) -> Address:
    return Address.parse(text)


def moved(path: str, before: Any, after: Any) -> FieldChange:
    return FieldChange(tuple(path.split("/")), before, after)


def new(**attributes: Any) -> tuple[FieldChange, ...]:
    return tuple(FieldChange((name,), None, value) for name, value in sorted(attributes.items()))


BUSINESS_UNIT = Subject("FieldCatalog/person", "field", "business_unit", "Business unit")
ADD_PROPERTY = Change(
    subject=BUSINESS_UNIT,
    address=at("hubspot:property/contact.business_unit"),
    action="add",
    reason="not_on_system",
    title="Business unit",
    noun="property",
    source=Source("catalog/person.yaml", 18, 7),
    document="FieldCatalog/person",
    fields=(
        *new(
            description="The part of the company that looks after this person.",
            fieldType="select",
            groupName="marketing_ops",
            label="Business unit",
            type="enumeration",
        ),
        moved("options/core", None, {"label": "Core", "hidden": False}),
        moved("options/emea", None, {"label": "EMEA", "hidden": False, "description": "Europe, Middle East, Africa"}),
        moved("options_order", None, ["emea", "core"]),
    ),
    wanted={"label": "Business unit", "type": "enumeration"},
    fingerprint="sha256:" + "0" * 64,
    undo="yes: archive it; HubSpot keeps archived properties for 90 days",
    owner="marketing-ops",
    capability="field.new",
    impact=Impact(0),
)
ADD_MARKETO = Change(
    subject=BUSINESS_UNIT,
    address=at("marketo:field/person.businessUnit"),
    action="add",
    reason="not_on_system",
    title="Business unit",
    noun="field",
    source=Source("catalog/person.yaml", 18, 7),
    fields=new(dataType="string", displayName="Business unit", isSensitive=False, length=255),
    fingerprint="sha256:" + "0" * 64,
    undo="no: a Marketo field can be hidden, never deleted",
    irreversible=True,
    why="the value list itself stays by hand: Marketo has no API for it",
    needs=(at("hubspot:property/contact.business_unit"),),
    owner="marketing-ops",
)
CHANGE_VALUES = Change(
    subject=Subject("FieldCatalog/person", "field", "lead_source", "Lead source"),
    address=at("hubspot:property/contact.lead_source"),
    action="change",
    reason="differs",
    title="Lead source",
    noun="property",
    source=Source("catalog/person.yaml", 16, 7),
    fields=(
        moved("label", "Lead Source", "Lead source"),
        moved("description", "Where the person came from first.", None),
        moved("options/partner", None, {"label": "Partner"}),
        moved("options/fax", {"label": "Fax", "hidden": False}, None),
        moved("options/trade_show/hidden", False, True),
        moved("options/web/label", "Web", "Website"),
        moved("options_order", ["web", "event", "fax", "trade_show"], ["event", "web", "trade_show", "partner"]),
    ),
    fingerprint="sha256:" + "a" * 64,
    remote_id="lead_source",
    undo="yes: the old label and values can be put back",
    impact=Impact(48210),
)
FORMULA = " + ".join(f'IF(CONTAINS(Title, "word{number}"), {number}, 0)' for number in range(20))
CHANGE_FORMULA = Change(
    subject=Subject("ScoringModel/person-fit", "scoring model", "", "Who they are"),
    address=at("salesforce:field/Lead.Fit_Score__c"),
    action="change",
    reason="value_left_manifest",
    title="Fit score",
    noun="field",
    source=Source("scoring/person-fit.yaml", 9, 5),
    fields=(
        moved("formula", FORMULA, FORMULA.replace('"word11"), 11', '"word11"), 45')),
        moved("precision", 18, 5),
        moved("required", True, False),
        moved("trackedBy", ["sales", "sdr"], ["sdr", "revops"]),
    ),
    fingerprint="sha256:" + "b" * 64,
    undo="yes",
    why="a formula counts for all records at once, also for old ones",
    impact=Impact(1000, at_least=True),
)
REMOVE = Change(
    address=at("salesforce:field/Contact.Old_Score__c"),
    action="remove",
    reason="left_manifest",
    title="Old score",
    noun="field",
    document="FieldCatalog/person",
    fields=(moved("label", "Old score", None), moved("type", "Number", None)),
    fingerprint="sha256:" + "c" * 64,
    remote_id="00N5g00000AbCdE",
    undo="no: it is deleted for good",
    irreversible=True,
    archive=False,
    impact=Impact(None, "the field is not indexed, so it cannot be counted"),
)
KEEP = Change(
    address=at("hubspot:property/contact.legacy_segment"),
    action="keep",
    reason="left_manifest_removal_not_allowed",
    title="Legacy segment",
    noun="property",
    undo="yes: declare it again",
    stays_ours=True,
)
ADOPT = Change(
    address=at("salesforce:field/Lead.Region__c"),
    action="adopt",
    reason="moved",
    title="Region",
    noun="field",
    source=Source("catalog/person.yaml", 22, 7),
    wanted={"label": "Region"},
    fingerprint="sha256:" + "d" * 64,
    undo="yes: take the line back",
    moved_from=at("salesforce:field/Lead.Territory__c"),
)
FORGET = Change(
    address=at("marketo:field/person.oldSegment"),
    action="forget",
    reason="declared_forgotten",
    title="Old segment",
    noun="field",
    undo="yes: declare it again",
)
MANUAL = Change(
    address=at("hubspot:subscription/product-news"),
    action="manual",
    reason="not_on_system",
    title="Product news",
    noun="subscription type",
    source=Source("consent/marketing.yaml", 6, 7),
    why=NO_API,
    steps=(
        "Open Settings, Marketing, Email, Subscription types, and choose Create subscription type.",
        "Enter the name 'Product news' and the purpose 'Marketing', then save.",
    ),
    check="read",
    owner="privacy",
)
MANUAL_DIFFERS = Change(
    address=at("hubspot:connector/business_unit"),
    action="manual",
    reason="managed_manually",
    title="Mapping of business unit",
    noun="connector rule",
    source=Source("mappings/hubspot-salesforce.yaml", 16, 5),
    fields=(moved("rule", "Prefer HubSpot unless blank", "Always use Salesforce"),),
    steps=("Open Settings, Integrations, Salesforce, Contacts, and set the rule to 'Always use Salesforce'.",),
    check="attest",
    owner="revops",
)
DRIFT = (
    Drift(
        at("salesforce:value-set/LeadSource"),
        "Lead source",
        "system",
        (DriftField("values.Reseller", None, {"label": "Reseller"}, None),),
    ),
    Drift(
        at("hubspot:property/contact.lead_source"),
        "Lead source",
        "both",
        (DriftField("options.web.label", "Website", "Web", "Website"), DriftField("label", "Source", "Lead Source", "Lead source")),
    ),
    Drift(at("marketo:field/person.fitScore"), "Fit score", "system", (), gone=True),
)  # fmt: skip
VERDICTS = (
    Diagnostic(
        "FM021",
        "warning",
        "The row lead_source is written once, but a later edit in Salesforce still overwrites HubSpot.",
        Source("mappings/hubspot-salesforce.yaml", 16, 5),
        "add a guard",
    ),
    Diagnostic(
        "LC018",
        "error",
        "Stage recycled leaves the lifecycle while 1,204 people are in it.",
        Source("lifecycle/person.yaml", 24, 5),
        "move them first, or keep the stage",
        "hubspot:property/contact.lifecyclestage",
    ),
    Diagnostic("PL002", "note", "The property Industry has options that no manifest names: 'x'; they stay as they are.",
               address="hubspot:property/contact.industry"),
)  # fmt: skip

RICH = Plan(
    stack="northwind-cloud",
    environment="production",
    inputs=INPUTS,
    systems=(HUBSPOT, SALESFORCE, MARKETO),
    changes=(
        ADD_PROPERTY, CHANGE_VALUES, KEEP, MANUAL, MANUAL_DIFFERS, CHANGE_FORMULA, REMOVE, ADOPT, ADD_MARKETO, FORGET,
    ),
    drift=DRIFT,
    verdicts=VERDICTS,
    protected=True,
    allow_remove=True,
)  # fmt: skip
QUIET = replace(
    RICH, environment="sandbox", changes=(MANUAL,), drift=(), verdicts=(), protected=False, allow_remove=False
)
EMPTY = replace(QUIET, changes=())
UNREADABLE = replace(
    RICH,
    changes=(ADD_PROPERTY,),
    drift=(),
    verdicts=(),
    partial=True,
    systems=(
        HUBSPOT,
        replace(
            SALESFORCE, status="unreadable", message="The session expired and could not be renewed: invalid_grant.",
            account="", account_sort="", calls=2, unchanged=0, verified=0, unmanaged=0,
        ),
    ),
)  # fmt: skip
HOSTILE_TEXT = (
    "x\x1b[31mred\u202e <script>alert(1)</script> | `a` --> @everyone\n# head ``` ]]> &amp; \u00a0 </details>"
)
HOSTILE = replace(
    RICH,
    stack="st--ack",
    changes=(
        replace(ADD_PROPERTY, title=HOSTILE_TEXT, fields=(*new(label=HOSTILE_TEXT), moved("options/" + "k|ey", None, {"label": HOSTILE_TEXT})),
                undo=HOSTILE_TEXT, why=HOSTILE_TEXT, noun=HOSTILE_TEXT, irreversible=True, impact=Impact(None, HOSTILE_TEXT)),
        replace(MANUAL, steps=(HOSTILE_TEXT,), owner=HOSTILE_TEXT, title=HOSTILE_TEXT, fields=(moved("label", HOSTILE_TEXT, "b"),)),
    ),
    drift=(replace(DRIFT[0], title=HOSTILE_TEXT, fields=(DriftField("label", HOSTILE_TEXT, None, HOSTILE_TEXT),)),),
    verdicts=(replace(VERDICTS[0], message=HOSTILE_TEXT, hint=HOSTILE_TEXT, source=Source("a|b.yaml", 1, 1)),),
    systems=(replace(HUBSPOT, title=HOSTILE_TEXT, limits=(HOSTILE_TEXT,), account=HOSTILE_TEXT),
             replace(HUBSPOT, name="bad", status="unreadable", message=HOSTILE_TEXT)),
)  # fmt: skip
ONE = replace(EMPTY, changes=(CHANGE_VALUES,))
REMOVAL = replace(RICH, changes=(REMOVE, KEEP), drift=(), verdicts=())
MOVED = replace(EMPTY, drift=DRIFT)
IRREVERSIBLE = replace(EMPTY, changes=(ADD_MARKETO,))
PARTIAL = replace(RICH, partial=True, selection=Selection(("hubspot:*",), ()), systems=(HUBSPOT,),
                  changes=(ADD_PROPERTY, MANUAL), drift=(), verdicts=())  # fmt: skip
SCREEN = "Settings > Integrations > Connected Apps: mapping with salesforce"
ROWS = tuple(
    replace(MANUAL_DIFFERS, address=at(f"hubspot:connector/{name}"), title=f"Mapping of {name}", screen=SCREEN, fields=(),
            steps=("Open Settings, Integrations, Salesforce.", f"Set the rule of '{name}' to 'Always use Salesforce'."))
    for name in ("business_unit", "country", "grade")
)  # fmt: skip
REOPENED = replace(
    EMPTY,
    changes=(
        replace(ROWS[0], step="reopened", step_why="what it asks for changed since the last apply"),
        replace(ROWS[1], step="standing"),
        replace(ROWS[2], step="attested", step_why="R. Lee on 2026-11-02: ticket 4711"),
    ),
)
# As many as a large stack brings at once: only the sizes and the two forms that people read most are kept.
THOUSANDS = replace(
    EMPTY,
    changes=tuple(
        replace(
            ADD_PROPERTY,
            address=at(f"hubspot:property/contact.field_{number:04}"),
            title=f"Field {number:04}",
            subject=Subject("FieldCatalog/person", "field", f"field_{number:04}", f"Field {number:04}"),
        )
        for number in range(2000)
    ),
)
PLANS = {
    "rich": RICH,
    "quiet": QUIET,
    "empty": EMPTY,
    "unreadable": UNREADABLE,
    "hostile": HOSTILE,
    "one": ONE,
    "removal": REMOVAL,
    "drift": MOVED,
    "irreversible": IRREVERSIBLE,
    "partial": PARTIAL,
    "reopened": REOPENED,
}

DONE = Applied(digest=document.digest(EMPTY), lines=(Line(ADD_PROPERTY, "done", remote_id="business_unit"),))
PARTLY = Applied(
    digest=document.digest(RICH),
    lines=(
        Line(ADD_PROPERTY, "done", remote_id="business_unit", note="an archived property of this name was brought back"),
        Line(CHANGE_FORMULA, "failed", error="Salesforce refused the deploy: the formula is too long.", hint="split the model"),
        Line(REMOVE, "unknown", error="The connection broke after the deploy was sent."),
        Line(CHANGE_VALUES, "refused", moved=(DriftField("label", "Lead Source", "Lead Origin", "Lead source"),)),
        Line(ADD_MARKETO, "skipped", because="hubspot:property/contact.business_unit"),
        Line(ADOPT, "not-started"),
    ),
    manual=(MANUAL,),
)  # fmt: skip


class Adapter(Provider):
    """An adapter that says one of everything about itself."""

    name = "acme"
    title = "Acme"
    version = "1.2.3"
    settings = {"account": "The number of the account.", "token": "The token of a private app."}
    secret_settings = frozenset({"token"})
    switches = {"stage-writes": "Write stages, which the vendor does not document."}

    @property
    def kinds(self) -> dict[str, Kind]:
        attributes = {
            "label": Attribute(),
            "type": Attribute("create-only", why="Acme fixes the type when the field is made"),
            "options": Attribute(keyed=True),
            "options_order": Attribute(order_of="options"),
            "locked": Attribute("verify", why="only Acme's support sets it"),
        }
        return {
            "field": Kind("field", "field", attributes, Grain("field", 100), removal="archive"),
            "program": Kind(
                "program", "program", {}, Grain("program"), creatable=False, why="Acme has no API for programs"
            ),
            "picklist": Kind(
                "picklist",
                "picklist",
                {"values": Attribute(keyed=True)},
                Grain("picklist"),
                creatable=False,
                readable=False,
                why="Acme has no API for picklists",
            ),
        }

    @property
    def cells(self) -> dict[str, Cell]:
        return {
            "field.new": Cell(("write",), "Fields are made through the fields API.", "yes: archive"),
            "field.values": Cell(("write", "manual"), "Values of standard fields are changed by hand.", "yes"),
            "lifecycle.stages": Cell(("experimental", "verify"), "Stages are only read unless the switch is on.", "no"),
            "consent.rules": Cell(("none",), "Rules by country are checked here, and not on any system."),
        }

    def convert(self, elements: Any, connection: Any) -> Any:
        raise NotImplementedError

    def open(self, connection: Any, progress: Any = None) -> Any:
        raise NotImplementedError


ADAPTER = Adapter()
EVENTS = (
    Event("reading", "hubspot"),
    Event("read", "hubspot", text="9 calls"),
    Event("unreadable", "salesforce", text="the session expired"),
    Event("counting", "hubspot", position=1, total=3),
    Event("waiting", "marketo", text="20 s: 100 calls in 20 s are used up"),
    Event("writing", "hubspot", ADD_PROPERTY.address, position=1, total=4),
    Event("finished", "hubspot", ADD_PROPERTY.address, outcome="done", position=1, total=4),
    Event("finished", "salesforce", REMOVE.address, "no answer came", "unknown", 2, 4),
    Event("finished", "marketo", ADD_MARKETO.address, outcome="not-started", position=3, total=4),
    Event("info", text="the lock of a run that ended is taken over"),
)
