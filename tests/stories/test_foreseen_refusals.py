"""What a vendor would refuse, or what records would lose, is said before anything is written: in the plan, and in validate."""

from __future__ import annotations

from collections.abc import Callable

from tests.stories.conftest import Story

Of = Callable[[str], Story]


def test_011_a_label_that_mopsctl_makes_fits(story: Of) -> None:
    here = story("011-made-label")
    here.opened()
    assert here.validate().code == 0
    labels = {
        each["wanted"]["label"]
        for each in here.plan()["changes"]
        if each["address"].startswith("salesforce:field/") and each["address"].endswith(".Back_At__c")
    }
    assert labels == {"Handed back to marketing…: first entered"}
    assert here.apply().code == 0
    assert [each for each in here.plan()["changes"] if each["action"] != "manual"] == []


def test_011_a_label_that_an_author_chose_is_refused_by_validate(story: Of) -> None:
    here = story("011-made-label")
    here.opened()
    here.edit("catalog/person.yaml", "label: Relationship", "label: The relationship that we have with this person")
    said = here.validate()
    assert said.code == 3
    assert "SF004" in said.out


def test_017_a_field_of_a_package_is_verified_like_a_standard_one(story: Of) -> None:
    here = story("017-packaged-field")
    here.opened()
    assert here.validate().code == 0
    plan = here.plan()
    assert (plan["changes"], plan["systems"][0]["verified"]) == ([], 1)
    assert here.apply().code == 0


def test_017_a_field_of_a_package_is_not_written(story: Of) -> None:
    here = story("017-packaged-field")
    here.opened()
    here.edit("catalog/person.yaml", "manage: verify, leave: [label], ", "")
    said = here.validate()
    assert said.code == 3
    assert "manage: verify" in said.out
    assert not any(
        each["action"] in ("add", "change") and ":field/" in each["address"] for each in here.plan()["changes"]
    )


def test_018_texts_that_would_be_cut_are_counted_and_the_loss_is_named(story: Of) -> None:
    here = story("018-shorter-text")
    here.turned()
    (line,) = (each for each in here.plan()["changes"] if each["action"] == "change")
    assert line["impact"]["records"] == 1
    assert line["irreversible"]
    assert line["undo"].startswith("no: what records hold beyond the new length is cut off")
    assert here.apply().code == 0
    with here.screen("salesforce") as handle:
        assert "012345678901234567890123456789" in str(handle.dump())
        assert "0123456789012345678901234567890" not in str(handle.dump())


def test_018_where_the_org_refuses_to_cut_nothing_is_lost_and_the_plan_said_so(story: Of) -> None:
    here = story("018-shorter-text")
    here.turned()
    with here.screen("salesforce") as handle:
        handle.switch("shorter_length", "refused")
    (line,) = (each for each in here.plan()["changes"] if each["action"] == "change")
    assert line["impact"]["records"] == 1
    assert "or Salesforce refuses it while they do" in line["undo"]
    said = here.apply()
    assert said.code == 1
    assert "records hold values of Remark__c that are longer" in " ".join((said.out + said.err).split())
    with here.screen("salesforce") as handle:
        assert "0123456789012345678901234567890123456789" in str(handle.dump())
        handle.switch("shorter_length", "cut")
    assert here.apply().code == 0


def test_018_a_longer_text_loses_nothing(story: Of) -> None:
    here = story("018-shorter-text")
    here.lay("after")
    here.lay("before")
    assert here.apply().code == 0
    here.edit("catalog/person.yaml", "max: 120", "max: 200")
    (line,) = (each for each in here.plan()["changes"] if each["action"] == "change")
    assert not line["irreversible"]
    assert line["undo"].startswith("yes")


def test_022_validate_asks_the_adapters(story: Of) -> None:
    here = story("022-static-faults")
    here.opened()
    said = here.run("validate", here.folder)
    assert said.code == 3
    assert all(rule in said.out for rule in ("HS001", "HS005", "SF001", "SF004"))
    assert here.validate().code == 3
    assert not (here.folder / ".mopsctl").exists()


def test_028_a_name_that_leads_to_another_object_is_an_error_and_no_step(story: Of) -> None:
    here = story("028-over-a-relationship")
    here.opened()
    said = here.validate()
    assert said.code == 3
    assert said.out.count("SF029") == 2
    plan = here.plan()
    assert len(here.findings("SF029", plan)) == 2
    assert not any("Account.Name" in each["address"] or "__r" in each["address"] for each in plan["changes"])
    assert here.apply().code == 3


def test_018_a_field_does_not_become_unique_while_records_share_a_value(story: Of) -> None:
    here = story("018-shorter-text")
    here.lay("before")
    assert here.apply().code == 0
    here.edit("catalog/person.yaml", "max: 120, ", "max: 120, unique: true, ")
    with here.screen("salesforce") as handle:
        for value in ("same", "Same", "other"):
            handle.do("create_record", object_name="Lead", LastName="x", Company="y", Remark__c=value)
    (said,) = here.findings("PL012")
    assert "1 record repeats a value of Lead.Remark__c" in said
    assert here.apply().code == 3


def test_018_a_field_becomes_unique_where_all_values_differ(story: Of) -> None:
    here = story("018-shorter-text")
    here.lay("before")
    assert here.apply().code == 0
    here.edit("catalog/person.yaml", "max: 120, ", "max: 120, unique: true, ")
    with here.screen("salesforce") as handle:
        for value in ("one", "other"):
            handle.do("create_record", object_name="Lead", LastName="x", Company="y", Remark__c=value)
    assert here.findings("PL012") == []
    assert here.apply().code == 0
