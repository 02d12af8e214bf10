"""The typed stack: what was written, what was left to a default, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from mopsctl import condition
from mopsctl.address import Address
from mopsctl.manifest.model import Duration, Field, Lifecycle, Range, ScoringModel, Stack, humanise
from tests.manifest import cases
from tests.manifest.conftest import STACK, Load


def good(name: str, folder: Path) -> Stack:
    stack = cases.load(cases.GOOD[name], folder).stack
    assert stack is not None
    return stack


@pytest.mark.parametrize(
    ("key", "label"),
    [("no_response", "No response"), ("web", "Web"), ("1-50", "1-50"), ("NO", "NO"), ("A b", "A b"), ("a1_b", "A1 b")],
)
def test_a_key_has_a_label(key: str, label: str) -> None:
    assert humanise(key) == label


def test_a_catalogue(tmp_path: Path) -> None:
    catalog = good("everything-in-a-catalogue", tmp_path).catalogs["company"]
    assert catalog.bind == {"hubspot": ("company",), "salesforce": ("Account", "Acc_24__c")}
    assert (catalog.manage, catalog.on_delete, catalog.describe) == ("manual", "delete", True)
    core, emea = catalog.value_sets["unit"].values.values()
    assert (core.key, core.label, core.on("salesforce"), core.hidden) == ("core", "Core", "core", False)
    assert (emea.label, emea.on("salesforce"), emea.on("hubspot"), emea.hidden) == (
        "Europe",
        "${env:UNIT}",
        "emea",
        True,
    )
    assert catalog.groups["sizes"].on("hubspot") == "size_info"
    assert (catalog.groups["sizes"].manage, catalog.groups["sizes"].on_delete) == ("verify", "delete")


def test_a_field(tmp_path: Path) -> None:
    unit, revenue, size = good("everything-in-a-catalogue", tmp_path).catalogs["company"].fields.values()
    assert (unit.manage, unit.on_delete, unit.protect, unit.leave) == ("write", "keep", True, ("label", "description"))
    assert unit.in_["hubspot"].names == (("company", "unit"),)
    assert unit.in_["hubspot"].hints == {"field_type": "checkbox", "order": 3}
    assert unit.in_["salesforce"].names == (("Account", "Unit__c"),)
    assert unit.in_["salesforce"].hints == {"restricted": True}
    assert (revenue.label, revenue.manage, revenue.default, revenue.scale) == ("Revenue", "manual", 0.5, 2)
    assert (size.max, type(size.max)) == (24, int)
    assert size.in_["salesforce"].names == (("Account", "Size__c"), ("Acc_24__c", "Size__c"))
    assert size.in_["salesforce"].name_on("Account") == "Size__c"
    assert size.in_["salesforce"].name_on("Contact") is None


def test_places_reach_into_a_field(tmp_path: Path) -> None:
    field = good("everything-in-a-catalogue", tmp_path).catalogs["company"].fields["unit"]
    assert str(field.source) == "more/everything-in-a-catalogue.yaml:14:7"
    assert str(field.at("label")) == "more/everything-in-a-catalogue.yaml:15:14"
    assert str(field.at("leave.1")) == "more/everything-in-a-catalogue.yaml:32:22"
    assert str(field.at("in.hubspot.order")).startswith("more/everything-in-a-catalogue.yaml:28:")
    assert field.at("max") == field.source
    assert (field.says("label"), field.says("max")) == (True, False)


def test_elements_that_say_the_same_are_equal_wherever_they_stand(tmp_path: Path) -> None:
    first = good("norway", tmp_path / "a").catalogs["norway"].fields["country"]
    assert first == Field(
        key="country", label="Country", type="choice", values="country", default="NO", in_=dict(first.in_)
    )


def test_a_lifecycle(tmp_path: Path) -> None:
    stack = good("everything-in-a-lifecycle", tmp_path)
    lifecycle = stack.lifecycles["person"]
    assert list(lifecycle.stages) == ["new", "back", "won"]
    new, back, won = lifecycle.stages.values()
    assert new.sla is not None
    assert (new.sla.duration, new.sla.calendar) == (Duration(amount=24, unit="hours"), "business-hours-us")
    assert str(new.sla.duration) == "24 hours"
    assert (new.manage, back.manage, back.on_delete) == ("write", "verify", "archive")
    assert new.values == {"hubspot": "${env:STAGE_NEW}", "salesforce": "New 24"}
    assert (won.label, won.terminal, won.reopen, won.outcome) == ("Won", True, True, "won")
    assert lifecycle.enforce == {"salesforce": ("moves", "require")}
    assert lifecycle.stamps is not None
    assert lifecycle.stamps.in_ == {"hubspot": "native", "salesforce": "{Stage}_{keep}__c"}
    assert (lifecycle.id, lifecycle.ignore[0].check, lifecycle.metadata.approvers) == (
        "Lifecycle/person",
        "LC008",
        ("sales",),
    )
    assert lifecycle.pipelines["new_business"].stages["won"].probability == 1


def test_conditions(tmp_path: Path) -> None:
    (move,) = good("everything-in-a-lifecycle", tmp_path).lifecycles["person"].transitions
    assert (move.from_, move.to, move.wait, move.priority) == (
        ("new", "back"),
        "won",
        Duration(amount=2, unit="weeks"),
        2,
    )
    assert move.unless == condition.Test("field", "country", "is", (True,))
    assert isinstance(move.when, condition.All)
    first, second, third, fourth, fifth, sixth = move.when.parts[:6]
    assert first == condition.AnyOf(
        (
            condition.Test("grade", "", "in", ("A1",)),
            condition.Test("grade", "person-fit", "in", ("A2", "B1")),
            condition.Test("score", "person-fit", "gte", (70,)),
        )
    )
    assert second == condition.Not(condition.Test("field", "country", "not_in", ("US", "CA")))
    assert third == condition.Test(
        "event", "page_viewed", "within", (7,), (("bot", False), ("path", "/pricing"), ("times", 2))
    )
    assert fourth == condition.Test("event", "demo_requested", "happened")
    assert fifth == condition.Test("record", "opportunity_won", "happened")
    assert sixth == condition.Test("inactive", "", "within", (90,))
    rest = {each.operator: each.operands for each in list(condition.tests(move.when))[8:]}
    assert rest["known"] == ()
    assert rest["between"] == (1, 2.5)
    assert rest["within"] == (30,)
    assert rest["has_word"] == ("a", "b")
    assert rest["contains"] == ("x",)
    assert rest["before"] == ("2026-01-01",)


def test_a_scoring_model(tmp_path: Path) -> None:
    model = good("scoring", tmp_path).scoring_models["person-engagement"]
    assert (model.range, model.bands) == (Range(min=-20, max=24), {"1": 60, "2": 30, "3": 0})
    demo, off, silent, table = model.rules()
    assert [each.form for each in model.rules()] == ["event", "event", "inactive", "table"]
    assert (demo.points, demo.fast_track, demo.within) == (60, True, Duration(amount=30, unit="days"))
    assert (off.disabled, off.reason, off.where) == (True, "Until the page is back.", {"path": "/x"})
    assert (table.points_by_value, table.else_, silent.points) == ({"small": 1, "large": 2.5}, 0, -30)
    group = model.groups["intent"]
    assert group.decay is not None
    assert (group.decay.shape, group.decay.every) == ("linear", Duration(amount=2, unit="weeks"))
    assert model.in_ == {"hubspot": {"program": "Scoring", "nested": {"deep": [1, True, "x"]}}}


def test_a_mapping_settles_its_defaults(tmp_path: Path) -> None:
    mapping = good("mapping", tmp_path).mappings["hubspot-salesforce"]
    email, country, band, score = mapping.rows.values()
    assert [each.sync for each in mapping.rows.values()] == [
        "two-way",
        "salesforce-unless-blank",
        "salesforce-wins",
        "hubspot-wins",
    ]
    assert [each.winner for each in mapping.rows.values()] == ["", "salesforce", "salesforce", "hubspot"]
    assert (email.unknown_value, band.unknown_value, country.on_blank, email.on_blank) == (
        "block",
        "other:small",
        "clear",
        "keep",
    )
    assert band.values == {"salesforce": {"small": "Small", "large": "Large"}}
    assert (score.guard, score.accept_loss) == ("salesforce-readonly", "Whole points are enough.")
    assert mapping.scope == condition.Test("field", "country", "in", ("US", "CA"))


def test_a_consent_policy(tmp_path: Path) -> None:
    policy = good("consent", tmp_path).consent_policies["marketing"]
    assert policy.jurisdiction.groups["nordics"] == ("DK", "FI", "NO", "SE")
    assert policy.rules["nobody"].countries == ("NO",)
    assert policy.bases["implied"].valid == Duration(amount=2, unit="years")
    assert policy.purposes["ads"].signals == {"google": ("ad_user_data",), "gpp": ("SaleOptOut",)}
    assert (policy.purposes["service"].class_, policy.purposes["service"].label) == ("service", "Service")
    assert policy.proof_fields == {"hubspot": {"captured_at": "consent_at"}}
    assert (policy.sample, policy.defaults_dated, policy.notice) == (False, "2026-03-01", "web")


def test_an_environment(tmp_path: Path) -> None:
    from mopsctl.manifest.loader import load_stack

    cases.lay_out(cases.GOOD["environment"], tmp_path)
    environment = load_stack(tmp_path, "production", {"STAGE": "9"}).environment
    assert environment is not None
    assert environment.apply.approvals == 2
    friday, weekend, holidays = environment.apply.freeze
    assert (friday.weekdays, friday.after, weekend.weekdays) == (("fri",), "14:00", ("sat", "sun"))
    assert (holidays.from_, holidays.until) == ("2026-12-24", "2027-01-01")
    assert environment.limits.remove is not None
    assert (environment.limits.remove.count, environment.limits.remove.percent) == (0, None)
    assert environment.connections["hubspot"].experimental == ("lead_scoring",)
    assert "experimental" not in environment.connections["hubspot"].settings
    assert environment.overrides[0].set["bands.A"] == 25


def test_the_stack_itself(load: Load) -> None:
    moved = "  moved: [{from: hubspot:property/contact.a, to: hubspot:property/contact.b}]\n"
    text = f"{STACK}  defaults: {{manage: verify, on_delete: archive}}\n{moved}  forget: [hubspot:property/contact.c]\n"
    stack = load({"mopsctl.yaml": text.replace("salesforce: {}", "crm: {provider: salesforce}, salesforce: {}")}).stack
    assert stack is not None
    assert stack.systems["crm"].provider == "salesforce"
    assert stack.systems["hubspot"].provider == "hubspot"
    assert stack.moved[0].to == Address("hubspot", "property", "contact.b")
    assert (str(stack.forget[0].address), str(stack.forget[0].source)) == (
        "hubspot:property/contact.c",
        "mopsctl.yaml:8:12",
    )
    assert stack.catalogs["person"].fields["email"].manage == "verify"
    assert stack.catalogs["person"].on_delete == "archive"
    assert [each.id for each in stack.documents()] == ["FieldCatalog/person"]


def test_documents_stand_in_one_order(tmp_path: Path) -> None:
    stack = cases.load(cases.BASE, tmp_path).stack
    assert stack is not None
    assert [type(each) for each in stack.documents()][-2:] == [Lifecycle, ScoringModel]
    assert stack.environments == ("sandbox",)
