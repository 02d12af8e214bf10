"""Pipelines, lifecycle stages, scores and consent over a real socket."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from mopsctl import condition
from mopsctl.address import Address
from mopsctl.element import Field, Lifecycle, Origin, Pipeline, PipelineStage, Rule, RuleGroup, Score, Stage
from mopsctl.emulator import Handle
from mopsctl.errors import OutcomeUnknown
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource, Write

Open = Callable[..., Any]
Convert = Callable[..., Converted]
DEAL = "hubspot:pipeline/deal.renewals"
STAGES = "hubspot:lifecycle-stage-list/contact"
SCORE = "hubspot:lead-score/contact.fit"
TIMES = ("updatedAt", "updatedUserId")


def stage(name: str, probability: float | None = 0.5, **more: Any) -> PipelineStage:
    return PipelineStage(
        name, name, more.get("label", name.title()), probability, more.get("closed", probability in (0, 1))
    )


OPEN, NEGOTIATE, WON = stage("open", 0.2), stage("negotiate", 0.6), stage("won", 1)


def pipeline(
    convert: Convert, *stages: PipelineStage, object_name: str = "deal", label: str = "Renewals", **more: Any
) -> Resource:
    element = Pipeline(Origin(), "renewals", object_name, more.get("name", "renewals"), label, stages)
    found = convert(element)
    assert found.findings == ()
    (resource,) = found.resources
    return resource


def assert_there(account: Any, resource: Resource) -> None:
    seen = account.attributes(str(resource.address))
    assert {name: seen[name] for name in resource.attributes} == resource.attributes


@pytest.mark.parametrize("version", ["2026-09", "v3"])
def test_a_new_pipeline_is_as_it_was_wanted(open_account: Open, convert: Convert, version: str) -> None:
    account = open_account(api_version=version)
    account.system.read([], [Address.parse(DEAL)])
    resource = pipeline(convert, OPEN, NEGOTIATE, WON)
    (result,) = account.put(resource)
    assert (result.outcome, result.remote_id) == ("done", "renewals")
    assert_there(account, resource)
    assert account.put(resource) != []
    assert account.write_of(resource).fields == ()


@pytest.mark.parametrize("object_name", ["deal", "ticket"])
def test_a_new_pipeline_stands_behind_the_others(
    account: Any, convert: Convert, emulated: Handle, object_name: str
) -> None:
    account.put(pipeline(convert, stage("open", 0.2), stage("done", 1, closed=True), object_name=object_name))
    number = {"deal": "0-3", "ticket": "0-5"}[object_name]
    found = emulated.store.list(f"pipelines:{number}")
    assert sorted(found, key=lambda one: one["displayOrder"])[-1]["id"] == "renewals"


CHANGES = [
    ("label", {"label": "Renewals and growth"}, (OPEN, NEGOTIATE, WON)),
    ("stages", {}, (OPEN, NEGOTIATE, WON, stage("lost", 0))),
    ("stages", {}, (OPEN, stage("trial", 0.4), NEGOTIATE, WON)),
    ("stages", {}, (stage("open", 0.3, label="Opened"), NEGOTIATE, WON)),
    ("stages", {}, (OPEN, stage("negotiate", 0.7), WON)),
    ("stages", {}, (OPEN, WON)),
    ("stages", {"label": "All new"}, (stage("lost", 0), stage("trial", 0.1), stage("won", 1, label="Gewonnen"), OPEN)),
    ("stages_order", {}, (WON, NEGOTIATE, OPEN)),
    ("stages_order", {}, (NEGOTIATE, OPEN, WON)),
]


@pytest.mark.parametrize(("attribute", "more", "stages"), CHANGES)
def test_a_pipeline_moves_and_nothing_else_does(
    account: Any,
    convert: Convert,
    emulated: Handle,
    attribute: str,
    more: dict[str, Any],
    stages: tuple[PipelineStage, ...],
) -> None:
    account.put(pipeline(convert, OPEN, NEGOTIATE, WON))
    frame = emulated.dump()
    resource = pipeline(convert, *stages, **more)
    assert attribute in account.write_of(resource).touched()
    (result,) = account.put(resource)
    assert (result.outcome, result.error) == ("done", "")
    assert_there(account, resource)
    now = emulated.dump()
    assert now["pipelines:0-3"].pop("renewals") != frame["pipelines:0-3"].pop("renewals")
    assert now == frame


@pytest.mark.parametrize("wanted", list(itertools.permutations("abcd")))
def test_any_order_of_stages_can_be_reached(account: Any, convert: Convert, wanted: tuple[str, ...]) -> None:
    stages = {name: stage(name, 0.1) for name in "abcd"}
    account.put(pipeline(convert, *stages.values()))
    resource = pipeline(convert, *(stages[name] for name in wanted))
    account.put(resource)
    assert account.attributes(DEAL)["stages_order"] == list(wanted)


def test_a_stage_that_somebody_else_added_stays_where_it_is(account: Any, convert: Convert, emulated: Handle) -> None:
    account.put(pipeline(convert, OPEN, WON))
    theirs = emulated.do(
        "add_stage", object_type="deals", pipeline="renewals", label="Theirs", metadata={"probability": "0.5"}
    )
    account.put(pipeline(convert, stage("first", 0.1), OPEN, WON))
    seen = account.attributes(DEAL)
    assert seen["stages"][theirs["id"]] == {"label": "Theirs", "probability": 0.5}
    assert seen["stages_order"] == ["first", "open", "won", theirs["id"]]


def test_the_metadata_of_a_stage_is_kept(account: Any, convert: Convert, emulated: Handle) -> None:
    default = account.attributes("hubspot:pipeline/deal.default")
    stages = [stage(name, item["probability"], label=item["label"]) for name, item in default["stages"].items()]
    stages[0] = stage("appointmentscheduled", 0.2, label="First call")
    before = {one["id"]: one["metadata"] for one in emulated.store.list("pipelines:0-3")[0]["stages"]}
    account.put(pipeline(convert, *stages, name="default", label=default["label"]))
    after = {one["id"]: one["metadata"] for one in emulated.store.list("pipelines:0-3")[0]["stages"]}
    assert after == before


def test_a_ticket_pipeline_never_lacks_a_closed_stage_in_between(account: Any, convert: Convert) -> None:
    account.put(pipeline(convert, stage("new"), stage("shut", closed=True), object_name="ticket"))
    resource = pipeline(convert, stage("new"), stage("solved", closed=True), object_name="ticket")
    (result,) = account.put(resource)
    assert (result.outcome, result.error) == ("done", "")
    assert_there(account, resource)


@pytest.mark.parametrize("check", ["always", "as_asked"])
def test_a_stage_with_records_stays_and_what_was_done_is_told(
    account: Any, convert: Convert, emulated: Handle, check: str
) -> None:
    emulated.switch("reference_check", check)
    account.put(pipeline(convert, OPEN, NEGOTIATE, WON))
    emulated.do("add_records", object_type="deals", pipeline="renewals", dealstage="negotiate")
    write = account.write_of(pipeline(convert, stage("open", 0.3), WON))
    assert account.system.impact([write])[write.address].records == 1
    (result,) = account.system.write([write])
    assert (result.outcome, result.code) == ("failed", "PipelineError.STAGE_ID_IN_USE")
    assert "Before that, the stage 'open' was changed." in result.error
    assert result.hint == "move the records to another stage first"
    assert "negotiate" in account.attributes(DEAL)["stages"]


@pytest.mark.parametrize("check", ["always", "as_asked"])
def test_a_pipeline_goes_only_while_it_is_empty(account: Any, convert: Convert, emulated: Handle, check: str) -> None:
    emulated.switch("reference_check", check)
    account.put(pipeline(convert, OPEN, WON))
    (record,) = emulated.do("add_records", object_type="deals", pipeline="renewals", dealstage="open")
    gone = Write(Address.parse(DEAL), "remove", (), {}, account.see(DEAL))
    assert account.system.impact([gone])[gone.address].records == 1
    assert account.remove(DEAL).outcome == "failed"
    emulated.do("set_record", object_type="deals", record=record, pipeline="default", dealstage="appointmentscheduled")
    assert account.remove(DEAL).outcome == "done"
    assert account.see(DEAL) is None


@pytest.mark.parametrize("mode", ["by_version", "purge", "archive"])
@pytest.mark.parametrize("version", ["2026-09", "v3"])
def test_a_deleted_pipeline_can_be_made_again(
    open_account: Open, convert: Convert, emulated: Handle, mode: str, version: str
) -> None:
    emulated.switch("pipeline_delete", mode)
    account = open_account(api_version=version)
    resource = pipeline(convert, OPEN, WON)
    account.put(resource)
    assert account.remove(DEAL).outcome == "done"
    assert account.see(DEAL) is None
    (result,) = account.put(resource)
    assert result.outcome == "done"
    assert_there(account, resource)


def test_hubspots_own_pipelines_are_not_removable(account: Any) -> None:
    for name in ("deal.default", "ticket.0"):
        seen = account.see(f"hubspot:pipeline/{name}")
        assert seen is not None
        assert (seen.builtin, seen.removable) == (True, False)


def test_reads_that_lag_behind_are_waited_for(
    account: Any, convert: Convert, emulated: Handle, pauses: list[float]
) -> None:
    write = account.write_of(pipeline(convert, OPEN, WON))
    emulated.fault("lag", method="POST", path="/pipelines/", reads=2)
    (result,) = account.system.write([write])
    assert result.outcome == "done"
    assert pauses == [0.3, 0.7]


def test_a_lag_without_end_leaves_the_outcome_open(account: Any, convert: Convert, emulated: Handle) -> None:
    write = account.write_of(pipeline(convert, OPEN, WON))
    emulated.fault("lag", method="POST", path="/pipelines/", reads=99)
    (result,) = account.system.write([write])
    assert result.outcome == "unknown"


def test_a_lost_answer_in_the_middle_stops_there(account: Any, convert: Convert, emulated: Handle) -> None:
    account.put(pipeline(convert, OPEN, WON))
    write = account.write_of(pipeline(convert, stage("open", 0.3), stage("lost", 0), WON))
    account.handle.reset_counters()
    emulated.fault("lost_response", method="POST", path="/stages")
    with pytest.raises(OutcomeUnknown):
        list(account.system.write([write]))
    assert len(account.requests("write")) == 1
    assert "lost" in account.attributes(DEAL)["stages"]


# -- lifecycle stages


def lifecycle(*stages: tuple[str, str], object_name: str = "contact") -> Lifecycle:
    made = tuple(Stage(value, value, label) for value, label in stages)
    return Lifecycle(Origin(), "person", "Person", "person", object_name, "lifecyclestage", made, ())


def stage_list(convert: Convert, *stages: tuple[str, str], object_name: str = "contact") -> Resource:
    found = convert(lifecycle(*stages, object_name=object_name), "lifecycle-stage-writes").resources
    return next(resource for resource in found if resource.address.kind == "lifecycle-stage-list")


def test_stages_of_contacts_and_companies_agree_on_a_fresh_account(account: Any) -> None:
    for name in ("contact", "company"):
        assert account.attributes(f"hubspot:lifecycle-agreement/{name}") == {"disagreements": []}


@pytest.mark.parametrize(("mode", "expected"), [("separate", 2), ("shared", 0)])
def test_a_stage_of_one_object_only_is_told_of(account: Any, emulated: Handle, mode: str, expected: int) -> None:
    emulated.switch("lifecycle_stages", mode)
    added = emulated.do("add_stage", object_type="contacts", label="SAL")
    emulated.do("rename_stage", object_type="companies", stage="lead", label="Inquiry")
    said = account.attributes("hubspot:lifecycle-agreement/contact")["disagreements"]
    assert len(said) == expected
    if expected:
        assert f"the company pipeline has no stage '{added['id']}'" in said
        assert "stage 'lead' is 'Lead' in the contact property and 'Inquiry' in the company pipeline" in said


def test_stages_can_be_compared_without_a_right_to_companies(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", path="/pipelines/2026-09/companies", status=403, times=0)
    account = open_account()
    assert account.attributes("hubspot:lifecycle-agreement/contact") == {"disagreements": []}


@pytest.mark.parametrize("shared", ["separate", "shared"])
def test_a_stage_gets_another_label(account: Any, convert: Convert, emulated: Handle, shared: str) -> None:
    emulated.switch("lifecycle_stages", shared)
    (result,) = account.put(stage_list(convert, ("lead", "Inquiry"), ("customer", "Customer")))
    assert (result.outcome, "does not document" in result.note) == ("done", True)
    assert account.attributes(STAGES)["stages"]["lead"] == {"label": "Inquiry"}
    company = account.attributes("hubspot:lifecycle-stage-list/company")["stages"]["lead"]["label"]
    assert company == ("Inquiry" if shared == "shared" else "Lead")


def test_stages_get_another_order(account: Any, convert: Convert) -> None:
    before = account.attributes(STAGES)["stages_order"]
    wanted = ("other", "Other"), ("customer", "Customer"), ("lead", "Lead")
    (result,) = account.put(stage_list(convert, *wanted))
    assert result.outcome == "done"
    after = account.attributes(STAGES)["stages_order"]
    assert [name for name in after if name in ("other", "customer", "lead")] == ["other", "customer", "lead"]
    others = [name for name in before if name not in ("other", "customer", "lead")]
    assert [name for name in after if name in others] == others


def test_hubspot_gives_a_new_stage_its_own_value_and_the_user_is_told(account: Any, convert: Convert) -> None:
    resource = stage_list(convert, ("lead", "Lead"), ("sal", "Sales accepted"))
    (result,) = account.put(resource)
    assert result.outcome == "failed"
    made = set(account.attributes(STAGES)["stages"]) - {"sal"}
    number = next(key for key in made if key.isdigit())
    assert f"'{number}'" in result.hint
    account.handle.reset_counters()
    (again,) = account.put(resource)
    assert (again.outcome, f"'{number}'" in again.hint) == ("failed", True)
    assert account.requests("write") == [], "a second try makes no second stage"
    (bound,) = account.put(stage_list(convert, ("lead", "Lead"), (number, "Sales accepted lead")))
    assert bound.outcome == "done"


def test_a_stage_with_records_is_not_taken_out(account: Any, convert: Convert, emulated: Handle) -> None:
    (first,) = account.put(stage_list(convert, ("lead", "Lead"), ("evangelist", "Evangelist")))
    assert first.outcome == "done"
    emulated.do("add_records", object_type="contacts", count=2, lifecyclestage="evangelist")
    write = account.write_of(stage_list(convert, ("lead", "Lead")))
    assert account.system.impact([write])[write.address].records == 2
    (result,) = account.system.write([write])
    assert (result.outcome, "2 contact records" in result.error) == ("failed", True)
    assert "evangelist" in account.attributes(STAGES)["stages"]


def test_writing_the_stages_of_one_object_leaves_the_other_list_as_it_was_read(account: Any, convert: Convert) -> None:
    other = "hubspot:lifecycle-stage-list/company"
    before = account.attributes(other)
    account.put(stage_list(convert, ("lead", "Inquiry")))
    assert account.attributes(other) == before


def test_an_empty_stage_is_taken_out(account: Any, convert: Convert) -> None:
    account.put(stage_list(convert, ("lead", "Lead"), ("evangelist", "Evangelist")))
    (result,) = account.put(stage_list(convert, ("lead", "Lead")))
    assert result.outcome == "done"
    assert "evangelist" not in account.attributes(STAGES)["stages"]


def test_where_stages_cannot_be_written_the_screen_is_named(account: Any, convert: Convert, emulated: Handle) -> None:
    emulated.switch("lifecycle_stage_writes", "forbidden")
    before = account.attributes(STAGES)
    (result,) = account.put(stage_list(convert, ("lead", "Inquiry")))
    assert result.outcome == "failed"
    assert account.attributes(STAGES) == before


def test_stage_lists_are_never_created_or_removed(account: Any) -> None:
    seen = account.see(STAGES)
    assert seen is not None
    assert (seen.builtin, seen.removable) == (True, False)


@pytest.mark.parametrize("whole", [True, False])
def test_the_dates_of_stages_are_found(account: Any, emulated: Handle, whole: bool) -> None:
    address = Address.parse("hubspot:stage-stamps/contact")
    before = account.attributes(str(address))["stamps"]
    assert before["hs_v2_date_entered_lead"] == {"type": "datetime"}
    added = emulated.do("add_stage", object_type="contacts", label="SAL")
    look = account.system.read([], [address]) if whole else account.system.reread([address])
    after = look.items[address].attributes["stamps"]
    assert set(after) - set(before) == {f"hs_v2_date_entered_{added['id']}"}


# -- scores

STAFF = Field(Origin(), "person", "contact", "annualrevenue", "staff", "integer", "Staff")


def score(convert: Convert, points: float = 20, **more: Any) -> Resource:
    rules = (
        Rule("big", points, when=condition.Test("field", "staff", "gt", (50,)), disabled=more.pop("disabled", False)),
        Rule("known", 5, when=condition.Test("field", "staff", "known")),
    )
    group = RuleGroup(
        more.pop("group", "size"),
        rules,
        cap_max=more.pop("cap", 45),
        decay_percent=more.pop("decay", None),
        decay_days=30,
    )
    element = Score(
        Origin(),
        "fit",
        "Fit",
        more.pop("dimension", "fit"),
        "person",
        "contact",
        "fit_score",
        (group, *more.pop("groups", ())),
        fields={"staff": STAFF},
        **more,
    )
    found = {resource.address.kind: resource for resource in convert(element, "lead-scoring-beta").resources}
    return found["lead-score"]


@pytest.mark.parametrize("unpublished", ["draft", "missing"])
@pytest.mark.parametrize("version", ["2026-09-beta", "2027-03-beta"])
def test_a_new_score_is_a_draft(
    open_account: Open, convert: Convert, emulated: Handle, unpublished: str, version: str
) -> None:
    emulated.switch("unpublished_score", unpublished)
    account = open_account("lead-scoring-beta", scoring_version=version)
    resource = score(convert)
    (result,) = account.put(resource)
    assert (result.outcome, "draft" in result.note) == ("done", True)
    assert_there(account, resource)
    assert account.write_of(resource).fields == ()
    assert account.attributes("hubspot:score-publication/contact.fit") == {"published": False}
    assert not any("publish" in path for _, path in account.requests())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"points": 25}),
        ({}, {"cap": 60}),
        ({}, {"cap": None}),
        ({}, {"disabled": True}),
        ({}, {"maximum": 80}),
        ({}, {"group": "another"}),
        ({}, {"settings": {"exclude_segments": ["12"]}}),
        ({"dimension": "engagement"}, {"dimension": "engagement", "decay": 25}),
        ({"dimension": "engagement", "decay": 25}, {"dimension": "engagement"}),
    ],
)
def test_a_draft_moves(account: Any, convert: Convert, before: dict[str, Any], after: dict[str, Any]) -> None:
    account.put(score(convert, **before))
    resource = score(convert, **after)
    assert account.write_of(resource).fields != ()
    (result,) = account.put(resource)
    assert (result.outcome, result.error) == ("done", "")
    assert_there(account, resource)


def test_what_others_put_into_a_draft_stays(account: Any, convert: Convert, emulated: Handle) -> None:
    account.put(score(convert))
    (key, doc), *_ = emulated.store.items("scores")
    theirs = {**doc["draft"]["groupConfigs"][0], "groupName": "theirs", "id": "900"}
    draft = doc["draft"] | {"groupConfigs": [theirs, *doc["draft"]["groupConfigs"]]}
    emulated.store.put("scores", key, doc | {"draft": draft})
    account.put(score(convert, 30))
    stored = emulated.store.list("scores")[0]["draft"]
    assert stored["groupConfigs"][0] == theirs
    assert stored["outputConfiguration"] == doc["draft"]["outputConfiguration"]
    before = {rule["id"] for group in doc["draft"]["groupConfigs"] for rule in group["ruleConfigurations"]}
    assert before <= {rule["id"] for group in stored["groupConfigs"] for rule in group["ruleConfigurations"]}


def test_a_published_score_is_seen_until_its_draft_moves_on(account: Any, convert: Convert, emulated: Handle) -> None:
    account.put(score(convert))
    published = "hubspot:score-publication/contact.fit"
    hub: Any = emulated.emulator
    doc = emulated.store.list("scores")[0]
    emulated.store.put("scores", doc["id"], doc | {"published": doc["draft"], "status": "published"})
    assert hub.store is emulated.store
    assert account.attributes(published) == {"published": True}
    account.put(score(convert, 30))
    assert account.attributes(published) == {"published": False}


def test_scores_are_never_removed_by_us(account: Any, convert: Convert) -> None:
    account.put(score(convert))
    assert account.remove(SCORE).outcome == "refused"
    seen = account.see(SCORE)
    assert seen is not None
    assert seen.removable is False


@pytest.mark.parametrize(("mode", "words"), [("missing", "answered 404"), ("forbidden", "")])
def test_an_account_without_the_beta_says_so(account: Any, emulated: Handle, mode: str, words: str) -> None:
    emulated.switch("lead_scoring", mode)
    reading = account.system.read([], [Address.parse(SCORE), Address.parse(DEAL)])
    assert set(reading.unreadable) == {"lead-score"}
    assert words in reading.unreadable["lead-score"]


def test_two_scores_of_one_name_are_not_guessed_between(account: Any, convert: Convert, emulated: Handle) -> None:
    account.put(score(convert))
    doc = emulated.store.list("scores")[0]
    emulated.store.put("scores", "999", doc | {"id": "999"})
    reading = account.system.read([], [Address.parse(SCORE)])
    assert "two lead scores called 'fit'" in reading.unreadable["lead-score"]


# -- consent


def test_subscription_types_are_found_by_name(account: Any, emulated: Handle) -> None:
    emulated.do("create_subscription_type", name="Product news")
    emulated.do("create_subscription_type", name="Old news", active=False)
    emulated.do("create_subscription_type", name="One to one", internal=True)
    assert account.attributes("hubspot:subscription-type/Product news") == {"active": True}
    assert account.attributes("hubspot:subscription-type/Old news") == {"active": False}
    assert account.see("hubspot:subscription-type/One to one") is None


@pytest.mark.parametrize("version", ["2026-09", "v3"])
def test_subscription_types_in_every_version(open_account: Open, emulated: Handle, version: str) -> None:
    emulated.do("create_subscription_type", name="Product news")
    account = open_account(api_version=version)
    assert account.attributes("hubspot:subscription-type/Product news") == {"active": True}


def test_legal_bases_compare_whatever_dash_they_are_written_with(account: Any, emulated: Handle) -> None:
    bases = account.attributes("hubspot:legal-basis-list/contact")["bases"]
    assert bases["legitimate interest - prospect/lead"] == {"hidden": False}
    stored = emulated.store.get("properties:0-1", "hs_legal_basis")
    assert stored is not None
    assert any("\u2013" in option["value"] for option in stored["options"])


@pytest.mark.parametrize(
    "kind", ["subscription-type", "legal-basis-list", "score-publication", "checklist", "connector-mapping"]
)
def test_what_is_not_written_is_refused_without_a_call(account: Any, kind: str) -> None:
    address = Address("hubspot", kind, "x")
    (result,) = account.system.write([Write(address, "add", (), {}, None)])
    assert (result.outcome, bool(result.error)) == ("refused", True)
    assert account.requests() == []
