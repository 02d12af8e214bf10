"""What disappears from a system is a removal, wherever it stands; what decides about records moves only where somebody says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import stories
from tests.journeys.conftest import CLOCK, Run
from tests.stories.conftest import Story, lines

Of = Callable[[str], Story]
PIPELINE = "hubspot:pipeline/deal.renewals"


def stages(story: Story) -> list[str]:
    """The stages that the pipeline has in HubSpot."""
    with story.screen("hubspot") as handle:
        found = str(handle.dump()).replace("'", '"')
    return [key for key in ("due", "quoted", "kept", "left") if f'"{key}"' in found]


def test_006_a_pipeline_stage_that_leaves_stays_by_default(story: Of) -> None:
    here = story("006-pipeline-stage")
    here.turned()
    plan = here.plan()
    assert lines(plan, PIPELINE) == [("keep", "value_stays")]
    (line,) = (each for each in plan["changes"] if each["address"] == PIPELINE)
    assert [each["keys"] for each in line["fields"]] == [["stages", "quoted"]]
    assert line["impact"]["records"] == 4
    assert plan["summary"]["remove"] == 0
    assert "= stage quoted Quoted" in here.text()
    assert here.apply("--allow-remove").code == 0
    assert lines(here.plan("--allow-remove"), PIPELINE) == []
    assert "quoted" in stages(here)


def test_006_a_stage_goes_after_three_yeses_and_counts_as_a_removal(story: Of) -> None:
    here = story("006-pipeline-stage")
    for part in ("before", "after"):
        here.lay(part)
        here.edit("lifecycle/person.yaml", "key: renewals\n", "key: renewals\n      on_delete: delete\n")
        if part == "before":
            assert here.apply().code == 0
    assert lines(here.plan(), PIPELINE) == [("keep", "value_stays_removal_not_allowed")]
    assert here.apply().code == 0
    assert "quoted" in stages(here)
    plan = here.plan("--allow-remove")
    (line,) = (each for each in plan["changes"] if each["address"] == PIPELINE)
    assert (line["action"], line["takes"], line["irreversible"]) == ("change", ["stages.quoted"], True)
    assert "dates that records entered it are lost" in line["undo"]
    assert plan["summary"]["remove"] == 1
    assert here.apply("--allow-remove").code == 0
    assert "quoted" not in stages(here)


@pytest.mark.parametrize("word", ["protect: true", "on_delete: keep"])
def test_006_a_protected_or_kept_pipeline_keeps_its_stages(story: Of, word: str) -> None:
    here = story("006-pipeline-stage")
    for part in ("before", "after"):
        here.lay(part)
        other = "\n      on_delete: delete" if word == "protect: true" else ""
        here.edit("lifecycle/person.yaml", "key: renewals\n", f"key: renewals\n      {word}{other}\n")
        assert here.apply("--allow-remove").code == 0
    assert "quoted" in stages(here)


def test_006_a_limit_of_removals_holds_for_stages(story: Of) -> None:
    here = story("006-pipeline-stage")
    for part in ("before", "after"):
        here.lay(part)
        here.edit("lifecycle/person.yaml", "key: renewals\n", "key: renewals\n      on_delete: delete\n")
        here.edit("environments/local.yaml", "emulated: true", "emulated: true, limits: {remove: {count: 0}}")
        ended = here.apply("--allow-remove")
    assert ended.code == 3
    assert "SL001" in ended.err
    assert "quoted" in stages(here)


def test_006_a_stage_that_deals_are_in_is_not_taken_away(story: Of) -> None:
    here = story("006-pipeline-stage")
    for part in ("before", "after"):
        here.lay(part)
        here.edit("lifecycle/person.yaml", "key: renewals\n", "key: renewals\n      on_delete: delete\n")
        if part == "before":
            assert here.apply().code == 0
            here.seed()
    assert len(here.findings("LC018", here.plan("--allow-remove"))) == 1
    assert here.apply("--allow-remove").code == 3
    assert "quoted" in stages(here)


@pytest.mark.parametrize("kept", [True, False])
def test_options_of_a_list_are_no_exception(
    tmp_path: Path, run: Callable[..., Run], monkeypatch: Any, kept: bool
) -> None:
    """The values of a field on both systems: they stay by default, and go out of sight where the field's author says so."""
    CLOCK.replace(monkeypatch)
    word = "" if kept else "on_delete: archive, "
    field = "{key: tier, label: Tier, type: choice, values: tier, %sowner: hubspot, in: {hubspot: tier, salesforce: Tier__c}}"
    for values in ("[gold, silver, bronze]", "[gold, silver]"):
        files = {
            "catalog/person.yaml": stories.catalog(
                field % word, values=values, bind="hubspot: contact, salesforce: Lead"
            )
        }
        here = stories.stack(tmp_path / "story", run, "hubspot, salesforce", files)
        plan = here.plan("--allow-remove")
        assert here.apply("--allow-remove").code == 0
    found = {each["address"]: (each["action"], each["takes"]) for each in plan["changes"]}
    for address, taken in (
        ("hubspot:property/contact.tier", "options.bronze"),
        ("salesforce:field/Lead.Tier__c", "values.bronze"),
    ):
        assert found[address] == (("keep", []) if kept else ("change", [taken]))
    assert plan["summary"]["remove"] == (0 if kept else 2)


def test_009_the_converted_flag_stays_where_it_is(story: Of) -> None:
    here = story("009-lead-status")
    here.opened()
    assert here.validate().code == 0
    plan = here.plan()
    moved = [each["path"] for change in plan["changes"] for each in change["fields"]]
    assert not any("converted" in path or "Buyer" in path or "none" in path for path in moved)
    assert here.apply().code == 0
    assert lines(here.plan(), "salesforce:standard-value-set/LeadStatus") == []


def test_009_a_flag_that_is_named_moves_and_is_set_apart(story: Of) -> None:
    here = story("009-lead-status")
    here.opened()
    here.edit("lifecycle/person.yaml", "label: Talking, ", "label: Talking, converted: true, ")
    plan = here.plan()
    (said,) = here.findings("PL010", plan)
    assert "'converted' of 'Working - Contacted' is no and becomes yes" in said
    (line,) = (each for each in plan["changes"] if each["address"].endswith("/LeadStatus"))
    assert line["irreversible"]
    assert line["undo"].startswith("no: ")
    assert "Cannot be undone (1)" in here.text()


def test_010_people_in_a_stage_that_left_are_counted(story: Of) -> None:
    here = story("010-stage-with-people")
    here.turned()
    (said,) = here.findings("LC028")
    assert "'evangelist' (7 records)" in said
    assert here.apply().code == 0
