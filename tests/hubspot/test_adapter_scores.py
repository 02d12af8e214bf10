"""Scores and consent over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl import condition
from mopsctl.address import Address
from mopsctl.element import Field, Origin, Rule, RuleGroup, Score
from mopsctl.emulator import Handle
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource, Write

Open = Callable[..., Any]
Convert = Callable[..., Converted]
SCORE = "hubspot:lead-score/contact.fit"
DEAL = "hubspot:pipeline/deal.renewals"
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


def assert_there(account: Any, resource: Resource) -> None:
    seen = account.attributes(str(resource.address))
    assert {name: seen[name] for name in resource.attributes} == resource.attributes


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


@pytest.mark.parametrize(("reads", "outcome"), [(2, "done"), (99, "unknown")])
def test_a_draft_that_reads_do_not_show_yet(
    account: Any, convert: Convert, emulated: Handle, reads: int, outcome: str
) -> None:
    write = account.write_of(score(convert))
    emulated.fault("lag", method="POST", path="/scores", reads=reads)
    (result,) = account.system.write([write])
    assert result.outcome == outcome


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
