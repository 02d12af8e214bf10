"""What fields, lifecycles, mappings and consent policies become, and what Marketo would refuse of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_marketo import provider
from mopsctl_marketo.convert.native import field_attributes, field_body, shown_label

from mopsctl import condition
from mopsctl.diagnostics import Source
from mopsctl.element import (
    Consent,
    Field,
    Group,
    Item,
    Lifecycle,
    Mapping_,
    MappingRow,
    Pipeline,
    Purpose,
    Side,
    Stage,
    Transition,
    ValueList,
)
from mopsctl.provider.capability import missing_rows
from mopsctl.provider.contract import Connection
from tests.marketo.conftest import HERE, findings_of, person_field, resources_of, values

TYPES = {
    "text": "string",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "integer": "integer",
    "decimal": "float",
    "currency": "currency",
    "percent": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "choice": "string",
    "multi_choice": "string",
    "country": "string",
}


class TestFields:
    @pytest.mark.parametrize(("kind", "native"), sorted(TYPES.items()))
    def test_each_type(self, kind: Any, native: str) -> None:
        field = resources_of([person_field("region", kind, "Region")])["field/person.region"]
        assert (field.mode, field.attributes) == ("write", {"label": "Region", "type": native, "hidden": False})

    @pytest.mark.parametrize(
        ("kind", "words"), [("long_text", "Text Area"), ("computed", "Formula"), ("reference", "Reference")]
    )
    def test_types_that_only_a_screen_makes(self, kind: Any, words: str) -> None:
        field = resources_of([person_field("region", kind, "Region")])["field/person.region"]
        assert field.mode == "manual"
        assert f"the type '{words}'" in field.steps[0]
        assert field.why

    def test_members_of_programs(self) -> None:
        field = replace(person_field("seat"), object="program_member")
        assert "member-field/program_member.seat" in resources_of([field])

    def test_owner_and_reason_where_asked(self) -> None:
        plain = person_field("region", description="Where.", describe=True)
        field = replace(plain, origin=replace(HERE, reason="Sales asked."))
        assert resources_of([field])["field/person.region"].attributes["description"] == (
            "Where. Owner: marketing-ops. Reason: Sales asked."
        )
        assert "description" not in resources_of([person_field("region")])["field/person.region"].attributes

    @pytest.mark.parametrize(
        ("pii", "classes", "sensitive"),
        [
            ("special", "special", True),
            ("personal", "special", None),
            ("personal", "special, personal", True),
            ("identifier", ["identifier"], True),
            ("none", "special", None),
        ],
    )
    def test_classes_of_personal_data(self, pii: Any, classes: Any, sensitive: bool | None) -> None:
        found = resources_of([person_field("region", pii=pii)], sensitive_classes=classes)
        assert found["field/person.region"].attributes.get("sensitive") is sensitive

    def test_hints(self) -> None:
        field = person_field("region", hints={"sensitive": True, "html_encoding": False, "hidden": True})
        attributes = resources_of([field])["field/person.region"].attributes
        assert (attributes["sensitive"], attributes["html_encoded"], attributes["hidden"]) == (True, False, True)

    def test_marketos_own_fields_are_checked_to_be_there(self) -> None:
        found = resources_of([person_field("country", "country", "Country"), person_field("website", "text")])
        assert {(each.mode, tuple(each.attributes)) for each in found.values()} == {("verify", ())}

    def test_of_marketos_own_fields_only_words_are_written(self) -> None:
        field = resources_of([person_field("title", label="Job title", description="What they do.")])[
            "field/person.title"
        ]
        assert (field.mode, field.attributes) == ("write", {"description": "What they do."})

    def test_flags_of_the_system_are_never_written(self) -> None:
        flag = person_field("unsubscribed", "boolean", "Opt-out", description="No mail.", pii="special")
        found = resources_of([flag])["field/person.unsubscribed"]
        assert (found.mode, found.attributes) == ("verify", {})

    def test_company_fields_are_verified(self) -> None:
        field = replace(person_field("region"), object="company", concept="company")
        found = resources_of([field])["company-field/company.region"]
        assert (found.mode, found.attributes) == ("verify", {"type": "string"})
        assert "Marketo Support" in found.steps[0]

    def test_a_value_list_is_entered_by_hand(self) -> None:
        items = (Item("web", "Web", "The web"), Item("old", "Old", "Old", hidden=True), Item("event", "Event", "Event"))
        found = resources_of([person_field("source", "choice", "Source", values=ValueList("s", items))])
        listed = found["value-list/person.source"]
        assert listed.mode == "manual"
        assert listed.attributes == {
            "values": {"Web": {"label": "The web"}, "Event": {"label": "Event"}},
            "order": ["Web", "Event"],
        }
        assert "'The web' / 'Web', 'Event' / 'Event'" in listed.steps[0]
        assert "take out 'Old'" in listed.steps[1]
        assert [str(each) for each in listed.needs] == ["marketo:field/person.source"]

    def test_what_marketo_does_not_hold_is_said_with_screen_and_values(self) -> None:
        fields = [
            person_field("vip", "boolean", "VIP", default=False, required=True, write_once=True, group="g"),
            person_field("points", "integer", "Points", role="score", default=0),
        ]
        found = resources_of([*fields, Group(HERE, "person", "g", "Our fields")])
        steps = {name: each.steps[0] for name, each in found.items() if name.startswith("setting/")}
        assert "'VIP' and the new value 'false'" in steps["setting/default.person.vip"]
        assert "Change Score with the score name 'Points' and the change '=0'" in steps["setting/default.person.points"]
        assert "tick Is Required" in steps["setting/required.person.vip"]
        assert "Block Field Updates" in steps["setting/block-updates.person.vip"]
        assert "make the group 'Our fields' and move into it 'VIP'" in steps["setting/group.person.g"]
        assert all(
            "Admin >" in step or "Marketing Activities" in step or "Design Studio" in step for step in steps.values()
        )

    @pytest.mark.parametrize("manage", ["manual", "verify"])
    def test_an_author_may_narrow_and_still_gets_steps(self, manage: Any) -> None:
        field = replace(person_field("region"), origin=replace(HERE, manage=manage))
        found = resources_of([field])["field/person.region"]
        assert found.mode == manage
        assert "set up the person field 'region (person)' with" in found.steps[0]
        assert found.why == ""  # the plan says itself that the manifest wants it so


class TestFieldRefusals:
    @pytest.mark.parametrize(
        ("field", "found"),
        [
            (person_field("n" * 255), []),
            (person_field("n" * 40), []),
            (person_field("n" * 256, label="x"), [("MK002", "error")]),
            (person_field("business-unit"), [("MK002", "error")]),
            (person_field("1st"), [("MK002", "error")]),
            (person_field("größe"), [("MK002", "error")]),
            (person_field("a", label="l" * 255), []),
            (person_field("a", label="l" * 256), [("LC023", "error")]),
            (person_field("a", label="???"), [("MK003", "error")]),
            (person_field("a", label="[Size]: (big)"), []),
            (person_field("a", max=255), []),
            (person_field("a", max=256), [("FM004", "error")]),
            (person_field("a", "long_text", max=20_000), []),
            (person_field("a", "choice", values=values("v" * 256)), [("FM004", "error")]),
            (person_field("a", "multi_choice", values=values(*(f"{n:050}" for n in range(6)))), [("FM004", "warning")]),
            (person_field("country", "boolean"), [("MK008", "error")]),
            (person_field("annualRevenue", "decimal"), []),
            (person_field("a", hints={"sensitiv": True}), [("MK011", "error")]),
            (person_field("a", unique=True), [("MK010", "warning")]),
            (person_field("email", "email", unique=True), []),
            (replace(person_field("a"), object="persn"), [("MK001", "error")]),
            (replace(person_field("a"), origin=replace(HERE, on_delete="delete")), [("MK009", "warning")]),
            (replace(person_field("a"), origin=replace(HERE, on_delete="archive")), []),
        ],
    )
    def test_one_field(self, field: Field, found: list[tuple[str, str]]) -> None:
        assert findings_of([field]) == found

    def test_every_finding_has_a_place_and_something_to_do(self) -> None:
        converted = provider.convert([person_field("1st", label="?", max=900)], Connection("marketo"))
        assert len(converted.findings) == 3
        assert all(found.source == Source("catalog/person.yaml", 7, 7) and found.hint for found in converted.findings)

    def test_a_wrong_object_is_answered_with_the_nearest(self) -> None:
        (found,) = provider.convert([replace(person_field("a"), object="persn")], Connection("marketo")).findings
        assert found.hint == "did you mean 'person'?"

    def test_display_names_are_unique(self) -> None:
        assert findings_of([person_field("a", label="Size:"), person_field("b", label="size")]) == [("MK004", "error")]
        assert findings_of([person_field("a", label="Size"), person_field("email", "email", label="Size")]) == []

    @pytest.mark.parametrize(
        ("object_name", "count", "found"),
        [
            ("person", 100, []),
            ("person", 101, [("MK007", "warning")]),
            ("program_member", 20, []),
            ("program_member", 21, [("MK007", "error")]),
        ],
    )
    def test_caps(self, object_name: str, count: int, found: list[tuple[str, str]]) -> None:
        fields = [replace(person_field(f"f{number}"), object=object_name) for number in range(count)]
        assert findings_of(fields) == found


LIFECYCLE = Lifecycle(
    HERE,
    "person",
    "Person lifecycle",
    "person",
    "person",
    "stage",
    (
        Stage("inquiry", "Inquiry", "Inquiry"),
        Stage("mql", "MQL", "Marketing qualified", owner="sdr", sla="at most 24 hours, then tell sdr-manager"),
        Stage("recycled", "Recycled", "Recycled"),
    ),
    (
        Transition(
            ("inquiry", "recycled"),
            "mql",
            when=condition.Test("event", "demo_requested", "happened"),
            unless=condition.Test("field", "email_opt_out", "is", (True,)),
            wait_days=30,
            require=("job_title",),
            source=Source("lifecycle/person.yaml", 12, 5),
        ),
        Transition(("mql",), "recycled", by="sdr"),
    ),
    stamps={"mql": "mqlDate", "recycled/first": "recycledFirst", "recycled/latest": "recycledLatest"},
)


class TestLifecycles:
    def found(self) -> dict[str, Any]:
        stage = person_field("stage", "choice", "Stage", role="stage", values=values("Inquiry", "MQL"))
        stamp = person_field("mqlDate", "datetime", "MQL: first entered", role="stamp")
        opt_out = replace(person_field("unsubscribed", "boolean", "No mail"), key="email_opt_out")
        return resources_of([stage, stamp, opt_out, LIFECYCLE])

    def test_fields_are_written_and_values_are_not(self) -> None:
        found = self.found()
        assert (found["field/person.stage"].capability, found["field/person.stage"].mode) == (
            "lifecycle.stages",
            "write",
        )
        assert found["field/person.mqlDate"].capability == "lifecycle.stamps"
        assert found["value-list/person.stage"].capability == "lifecycle.labels"

    def test_a_move_by_rule_names_everything(self) -> None:
        move = self.found()["campaign-logic/lifecycle.person/inquiry-recycled-to-mql"]
        text = " ".join(move.steps)
        assert move.source == Source("lifecycle/person.yaml", 12, 5)
        for words in (
            "'Lifecycle: Inquiry or Recycled to Marketing qualified'",
            "the triggers for: demo_requested happened",
            "the filter 'Stage' is 'Inquiry', 'Recycled'",
            "leaves out people where: 'unsubscribed (API name)' is true",
            "at least 30 days ago",
            "job_title",
            "the attribute 'Stage' and the new value 'MQL'",
            "the attribute 'MQL first entered' and the new value '{{system.dateTime}}', in a choice",
            "choose Activate",
        ):
            assert words in text

    def test_a_move_by_people_only_stamps(self) -> None:
        steps = self.found()["campaign-logic/lifecycle.person/mql-to-recycled"].steps
        assert "which sdr sets in the CRM or on the person" in steps[1]
        assert "'recycledLatest' and the new value '{{system.dateTime}}'." in steps[2]

    def test_a_time_limit_names_who_hears_of_it(self) -> None:
        steps = " ".join(self.found()["campaign-logic/lifecycle.person/time-limit-mql"].steps)
        assert "of sdr: at most 24 hours, then tell sdr-manager" in steps

    def test_what_marketo_cannot_hold_is_said(self) -> None:
        pipeline = Pipeline(HERE, "new", "deal", "new", "New business", ())
        assert findings_of([pipeline]) == [("MK040", "warning")]
        assert findings_of([replace(LIFECYCLE, enforce=True)]) == [("MK041", "warning")]


def row(key: str, sync: str = "two-way", name: str = "", **more: Any) -> MappingRow:
    pairs = more.pop("pairs", ())
    here = Side("marketo", (("person", name or key),), more.pop("kind", "text"), pairs)
    there = Side("salesforce", (("Lead", f"{key}__c"),), "text", more.pop("there", pairs))
    return MappingRow(HERE, key, key.capitalize(), sync, here, there, **more)


def mapping(*rows: MappingRow, **more: Any) -> Mapping_:
    return Mapping_(HERE, "sync", "Sync", "marketo-native", "marketo", "salesforce", rows, **more)


class TestMappings:
    def test_each_row_is_verified_in_the_sync(self) -> None:
        found = resources_of([mapping(row("unit", kind="integer"), row("mail", name="email"))])
        assert found["crm-field/person.unit"].attributes == {"synced": True, "type": "integer"}
        assert found["crm-field/person.email"].attributes == {"synced": True}
        assert {each.mode for each in found.values()} == {"verify"}
        assert "field-level security 'Visible' for 'Lead.unit__c'" in found["crm-field/person.unit"].steps[0]
        assert "moves no existing values" in found["crm-field/person.unit"].steps[2]

    @pytest.mark.parametrize(
        ("sync", "words"),
        [
            ("salesforce-wins", "'Read-Only' for 'Lead.unit__c'"),
            ("marketo-wins", "Block Field Updates for 'unit' and tick the source 'salesforce'"),
            ("none", "take field-level security"),
            ("salesforce-unless-blank", "has no rule 'salesforce-unless-blank'"),
        ],
    )
    def test_directions_are_set_manually(self, sync: str, words: str) -> None:
        found = resources_of([mapping(row("unit", sync))])
        setting = found[f"setting/sync.sync.{sync}"]
        assert words in setting.steps[0]
        assert " > " in setting.steps[0] or sync.endswith("-unless-blank")
        assert ("crm-field/person.unit" in found) is (sync != "none")

    def test_guards_values_and_scope(self) -> None:
        spelled = (("a", "A"), ("b", "B"))
        rows = row("unit", guard="marketo-block-other-sources", pairs=spelled, there=(("a", "A"), ("b", "Bee")))
        found = resources_of([mapping(rows, scope="unit is emea", scope_field=(("person", "unit"),))])
        assert "tick every source but 'salesforce'" in found["setting/block-updates.person.unit"].steps[0]
        assert "'B' here is 'Bee' there" in found["setting/sync.sync.unit.values"].steps[0]
        assert "unit is emea ('person.unit' in Marketo)" in found["setting/sync.sync.scope"].steps[0]
        assert "Setup > Sharing Settings" in found["setting/sync.sync.scope"].steps[0]

    def test_values_that_are_spelled_alike_need_nobody(self) -> None:
        found = resources_of([mapping(row("unit", pairs=(("a", "A"),)))])
        assert set(found) == {"crm-field/person.unit"}

    def test_a_field_that_the_sync_would_make_says_so(self) -> None:
        found = resources_of([person_field("unit"), person_field("other"), mapping(row("unit"))])
        assert "make it there first" in found["field/person.unit"].why
        assert found["field/person.other"].why == ""

    def test_the_opt_out_pair_has_its_own_row(self) -> None:
        found = resources_of([mapping(row("opt", name="unsubscribed", kind="boolean"))])
        assert found["crm-field/person.unsubscribed"].capability == "mapping.opt_out"


CONSENT = Consent(
    HERE,
    "marketing",
    "Permission",
    (
        Purpose(HERE, "marketing", "news", "Product news", service=False, binding="consentNews"),
        Purpose(HERE, "marketing", "service", "Service", service=True),
    ),
    objects=("person",),
    bases=("express", "existing_customer"),
    channels=("email", "sms"),
    opt_out_all="unsubscribed",
    double_opt_in=True,
    preference_topics=("news",),
)


class TestConsent:
    def test_a_purpose_is_a_boolean_field(self) -> None:
        field = resources_of([CONSENT])["field/person.consentNews"]
        assert (field.mode, field.attributes["type"], field.capability) == ("write", "boolean", "consent.purpose")
        assert field.attributes["label"] == "Consent Product news"

    def test_a_field_of_the_catalogue_wins(self) -> None:
        known = person_field("consentNews", "choice", "News", values=values("yes", "no"))
        field = resources_of([known, CONSENT])["field/person.consentNews"]
        assert (field.attributes["type"], field.attributes["label"]) == ("string", "News")

    def test_flags_are_verified_and_never_written(self) -> None:
        found = resources_of([CONSENT])
        flags = [
            found[f"field/person.{name}"]
            for name in ("unsubscribed", "emailInvalid", "blackListed", "marketingSuspended")
        ]
        assert {(each.mode, tuple(each.attributes)) for each in flags} == {("verify", ())}

    def test_an_opt_out_of_ones_own_has_to_be_a_boolean(self) -> None:
        found = resources_of([replace(CONSENT, opt_out_all="stopAll")])
        assert (found["field/person.stopAll"].mode, found["field/person.stopAll"].attributes) == (
            "verify",
            {"type": "boolean"},
        )

    def test_the_rest_is_manual_with_names(self) -> None:
        found = resources_of([CONSENT])
        steps = {name.rpartition(".")[2]: each.steps[0] for name, each in found.items() if name.startswith("setting/")}
        assert set(steps) == {"channel-sms", "rules", "double-opt-in", "preference-page", "bases"}
        assert "'Product news'" in steps["preference-page"]
        assert "'express', 'existing_customer'" in steps["bases"]
        assert "'consentNews'" in steps["rules"]

    def test_a_field_of_proof_that_holds_the_basis_gets_the_list(self) -> None:
        proof = Field(HERE, "person", "person", "consentBasis", "consent_basis", "text", "Consent: basis", role="proof")
        found = resources_of([proof, CONSENT])
        assert found["value-list/person.consentBasis"].attributes["order"] == ["express", "existing_customer"]
        assert "setting/consent.marketing.bases" not in found


class TestProvider:
    def test_every_row_has_a_cell(self) -> None:
        assert missing_rows(provider.cells) == []

    def test_every_resource_stands_for_a_row_and_says_why_it_is_not_written(self) -> None:
        score = person_field("points", "integer", "Points", role="score", default=1, required=True)
        for resource in resources_of([score, LIFECYCLE, CONSENT, mapping(row("unit", "salesforce-wins"))]).values():
            assert resource.capability in provider.cells
            assert resource.mode == "write" or (resource.why and resource.steps)
            assert resource.address.kind in provider.kinds

    def test_order_of_elements_makes_no_difference(self) -> None:
        elements = [person_field("a"), person_field("b"), LIFECYCLE, CONSENT]
        assert provider.convert(elements, Connection("marketo")) == provider.convert(
            elements[::-1], Connection("marketo")
        )

    @pytest.mark.parametrize(
        ("object_name", "address"),
        [
            ("person", "marketo:field/person.x"),
            ("program_member", "marketo:member-field/program_member.x"),
            ("company", "marketo:company-field/company.x"),
            ("custom:carLease", "marketo:custom-object/carLease"),
        ],
    )
    def test_addresses_of_fields(self, object_name: str, address: str) -> None:
        assert str(provider.field_address("marketo", object_name, "x")) == address

    def test_creating_a_field_is_set_apart(self) -> None:
        for name in ("field", "member-field", "custom-object"):
            assert provider.kinds[name].irreversible
        assert provider.kinds["field"].undo_add.startswith("no: ")

    def test_importing_the_adapter_loads_no_http_library(self) -> None:
        import subprocess
        import sys

        code = "import sys, mopsctl_marketo; print([m for m in ('httpx', 'starlette', 'mopsctl_marketo.system') if m in sys.modules])"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "[]"


@given(st.text(max_size=60))
def test_a_label_settles_after_one_pass(text: str) -> None:
    once = shown_label(text)
    assert shown_label(once) == once
    assert all(char.isalnum() or char in " -_" for char in once)


@given(
    st.fixed_dictionaries(
        {
            "displayName": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,20}[A-Za-z0-9]", fullmatch=True),
            "description": st.from_regex(r"[ -~]{0,20}[!-~]", fullmatch=True),
            "dataType": st.sampled_from(["string", "score", "integer", "date"]),
            "isHidden": st.booleans(),
            "isSensitive": st.booleans(),
            "isHtmlEncodingInEmail": st.booleans(),
        }
    )
)
def test_attributes_and_json_are_two_spellings_of_one_thing(doc: dict[str, Any]) -> None:
    attributes = field_attributes(doc)
    body = field_body(attributes, attributes)
    assert field_attributes(body) == attributes
