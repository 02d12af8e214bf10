"""Deal and ticket pipelines over a real socket: each part moves, and nothing else does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_hubspot.wire import pipelines as wire

from mopsctl.address import Address
from mopsctl.element import Origin, Pipeline, PipelineStage
from mopsctl.emulator import Handle
from mopsctl.errors import OutcomeUnknown
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource, Write

Open = Callable[..., Any]
Convert = Callable[..., Converted]
DEAL = "hubspot:pipeline/deal.renewals"


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


@pytest.mark.parametrize("missing", ["bare", "described"])
def test_reads_that_lag_behind_are_waited_for(
    account: Any, convert: Convert, emulated: Handle, pauses: list[float], missing: str
) -> None:
    emulated.switch("missing_pipeline", missing)
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


def test_archived_stages_are_not_there() -> None:
    stages = [
        {"id": "a", "label": "A", "archived": True},
        {"id": "b", "label": "B", "metadata": {"probability": "1.0"}},
    ]
    seen = wire.attributes("deal", {"label": "P", "stages": stages})
    assert (seen["stages"], seen["stages_order"]) == ({"b": {"label": "B", "probability": 1.0}}, ["b"])
