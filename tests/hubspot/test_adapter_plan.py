"""What the adapter writes is what the planner wanted: planning again finds nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_hubspot import provider

from mopsctl import condition
from mopsctl.element import (
    Element,
    Field,
    Group,
    Item,
    Lifecycle,
    Origin,
    Pipeline,
    PipelineStage,
    Rule,
    RuleGroup,
    Score,
    Stage,
    ValueList,
)
from mopsctl.emulator import Handle
from mopsctl.engine import decide
from mopsctl.engine.plan import Change
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource

Open = Callable[..., Any]
Convert = Callable[..., Converted]
SWITCHES = ("lead-scoring-beta", "lifecycle-stage-writes")
VALUES = ValueList("v", (Item("a", "a", "A"), Item("b", "b", "B", "second", hidden=True)))
TYPES: tuple[Any, ...] = (
    "text",
    "long_text",
    "email",
    "phone",
    "url",
    "integer",
    "decimal",
    "currency",
    "percent",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "country",
)


def elements() -> list[Element]:
    def field(name: str, type_: Any, on: str = "contact", **more: Any) -> Field:
        return Field(Origin(), "person", on, name, name, type_, f"The {name}", group="mops", **more)

    lists = ("choice", "multi_choice")
    fields = [
        field(f"mops_{type_}", type_, on, values=VALUES if type_ in lists else None, description="Why", pii="personal")
        for on in ("contact", "company")
        for type_ in TYPES
    ]
    standard = [field("email", "email"), field("jobtitle", "text"), field("hs_lead_status", "choice", values=VALUES)]
    stages = tuple(Stage(value, value, label) for value, label in (("lead", "Inquiry"), ("customer", "Customer")))
    rules = (Rule("big", 5, when=condition.Test("field", "n", "gt", (5,))),)
    return [
        *(Group(Origin(), on, "mops", "Mops") for on in ("contact", "company")),
        *fields,
        *standard,
        Lifecycle(Origin(), "p", "P", "person", "contact", "lifecyclestage", stages, (), native_stamps=True),
        Pipeline(Origin(), "r", "deal", "renewals", "R", (PipelineStage("w", "w", "Won", 1, True),)),
        Score(
            Origin(),
            "fit",
            "Fit",
            "fit",
            "person",
            "contact",
            "fit_score",
            (RuleGroup("g", rules, cap_max=9),),
            fields={"n": field("mops_integer", "integer")},
        ),
    ]


def planned(account: Any, resources: tuple[Resource, ...]) -> list[Change]:
    reading = account.system.read(resources, [])
    assert reading.unreadable == {}
    found: list[Change] = []
    for resource in resources:
        seen = reading.items.get(resource.address)
        decision = decide.wanted(resource, provider.kinds[resource.address.kind], seen, None)
        assert decision.findings == ()
        found += [change for change in decision.changes if change.action in ("add", "change")]
    return found


@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"property_recreate": "fresh", "display_order": "numbered", "list_order": "reversed"},
        {"lifecycle_stages": "shared", "reference_check": "as_asked", "dated_batch_create": 200},
        {"read_only_definition": "ignored", "unpublished_score": "missing", "read_lag": 1},
    ],
    ids=lambda switches: "-".join(switches) or "as delivered",
)
def test_what_was_applied_plans_to_nothing(
    open_account: Open, convert: Convert, emulated: Handle, version: str, switches: dict[str, Any]
) -> None:
    for name, value in switches.items():
        emulated.switch(name, value)
    account = open_account(*SWITCHES, api_version=version)
    resources = convert(elements(), *SWITCHES).resources
    by_address = {resource.address: resource for resource in resources}
    changes = sorted(planned(account, resources), key=lambda change: list(provider.kinds).index(change.address.kind))
    assert len(changes) > 30
    for kind in provider.kinds:
        mine = [by_address[change.address] for change in changes if change.address.kind == kind]
        one_call = [mine] if kind == "property" and len(mine) > 1 else [[one] for one in mine]
        for unit in one_call:
            assert [result for result in account.put(*unit) if result.outcome != "done"] == []
    if "read_lag" in switches:
        planned(account, resources)  # the emulator shows a write after one more read
    assert [str(change.address) for change in planned(account, resources)] == []
