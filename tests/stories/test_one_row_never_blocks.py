"""A row that cannot go is named and taken out; everything that does not need it goes on."""

from __future__ import annotations

from collections.abc import Callable

from tests.stories.conftest import Story

Of = Callable[[str], Story]
CONVERSION = "salesforce:lead-conversion/LeadConvertSettings"


def test_015_a_field_that_only_one_object_has(story: Of) -> None:
    here = story("015-lead-only")
    here.opened()
    said = here.validate()
    assert said.code == 0
    assert said.out.count("FM012") == 1  # what is left out is a note, what is said to be none is nothing
    assert "Site" in said.out
    plan = here.plan()
    assert all("Contact.none" not in each["address"] for each in plan["changes"])
    assert here.apply().code == 0


def test_015_a_field_without_any_name_on_a_mapped_system_is_still_an_error(story: Of) -> None:
    here = story("015-lead-only")
    here.opened()
    here.edit("catalog/person.yaml", "{hubspot: website, salesforce: {Lead: Website}}", "{hubspot: website}")
    said = here.validate()
    assert said.code == 3
    assert "has no name in salesforce" in " ".join(said.out.split())


def test_016_a_pair_waits_for_its_field_and_the_rest_goes_on(story: Of) -> None:
    here = story("016-per-system")
    here.opened()
    plan = here.plan()
    (line,) = (each for each in plan["changes"] if each["address"] == CONVERSION)
    assert [each["keys"] for each in line["fields"]] == [["pairs", "Contact.Tier__c"]]
    (said,) = here.findings("PL011", plan)
    assert "Contact.First_Seen__c" in said
    assert here.apply().code == 0
    with here.screen("salesforce") as handle:
        for name in ("Lead.First_Seen__c", "Contact.First_Seen__c"):
            handle.do("create_field", name=name, metadata={"type": "DateTime", "label": "First seen"})
    again = here.plan()
    assert here.findings("PL011", again) == []
    assert [each["keys"] for each in again["changes"] if each["address"] == CONVERSION for each in each["fields"]] == [
        ["pairs", "Contact.First_Seen__c"]
    ]
    assert here.apply().code == 0


def test_016_a_row_is_written_on_one_system_and_verified_on_the_other(story: Of) -> None:
    here = story("016-per-system")
    here.opened()
    here.edit(
        "catalog/person.yaml",
        "manage: verify, leave: [label], in: {hubspot: createdate, salesforce: First_Seen__c}",
        "in: {hubspot: {name: createdate, manage: verify, leave: [label]}, salesforce: First_Seen__c}",
    )
    assert here.validate().code == 0
    plan = here.plan()
    made = {each["address"]: each["action"] for each in plan["changes"] if each["action"] != "manual"}
    assert made["salesforce:field/Lead.First_Seen__c"] == "add"
    assert "hubspot:property/contact.createdate" not in made
    assert here.apply().code == 0
    assert [each for each in here.plan()["changes"] if each["action"] != "manual"] == []


def test_021_what_an_org_refuses_is_taken_out_of_the_deployment_and_the_rest_goes_on(story: Of) -> None:
    """The org has room for one more field: the other one fails, with its right and its pair, and nothing else does."""
    here = story("016-per-system")
    here.opened()
    here.edit(
        "catalog/person.yaml", "{hubspot: tier, salesforce: Tier__c}", "{hubspot: tier, salesforce: {Lead: Tier__c}}"
    )
    here.edit(
        "catalog/person.yaml",
        "    - {key: tier,",
        "    - {key: z, label: Z, type: text, owner: salesforce, in: {salesforce: {Lead: Zz__c}}}\n    - {key: tier,",
    )
    with here.screen("salesforce") as handle:
        handle.limit("custom_fields", 1)
    ended = here.apply()
    assert ended.code == 5, ended.out + ended.err
    done = [line for line in ended.out.splitlines() if "✔" in line]
    assert any("Tier (Lead)" in line for line in done)
    assert any("permission set mopsctl_managed_fields" in line for line in done)
    assert sum("field Z (Lead)" in line for line in done) == 0
    again = here.plan()
    assert {each["address"] for each in again["changes"] if each["action"] in ("add", "change")} == {
        "salesforce:field/Lead.Zz__c",
        "salesforce:permission-set/mopsctl_managed_fields",
    }
