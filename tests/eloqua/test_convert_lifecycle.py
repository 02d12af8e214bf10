from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mopsctl_eloqua import provider

from mopsctl.condition import All, AnyOf, Not
from mopsctl.condition import Test as Question
from mopsctl.element import Element, Field, Lifecycle, Origin, Stage, Transition
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Resource

Make = Callable[..., Field]

STAGES = (
    Stage("inquiry", "INQ", "Inquiry"),
    Stage("mql", "MQL", "Marketing qualified", owner="sdr", sla="at most 24 hours, then tell sdr-manager"),
    Stage("recycled", "REC", "Recycled"),
)
MOVES = (
    Transition(("inquiry",), "mql", when=Question("grade", "", "in", ("A1", "A2"))),
    Transition(
        ("recycled",),
        "mql",
        unless=Question("field", "email_opt_out", "is", (True,)),
        wait_days=30,
        require=("job_title",),
    ),
    Transition(("mql",), "recycled", by="sdr"),
)
LIFECYCLE = Lifecycle(
    origin=Origin("Lifecycle/person", owner="revops"),
    name="person",
    title="Person lifecycle",
    concept="person",
    object="contact",
    field="C_Lifecycle_Stage1",
    stages=STAGES,
    transitions=MOVES,
    stamps={"mql/first": "C_Mql_First1", "mql/latest": "C_Mql_Latest1"},
)


def convert(*elements: Element) -> Converted:
    return provider.convert(elements, Connection("eloqua"))


def by_part(converted: Converted) -> dict[str, Resource]:
    return {each.address.name.partition("/")[2]: each for each in converted.resources if each.address.kind == "program"}


def test_each_row_of_the_table_becomes_a_program_to_build() -> None:
    found = by_part(convert(LIFECYCLE))
    assert {part: each.capability for part, each in found.items()} == {
        "moves": "lifecycle.transitions",
        "criteria": "lifecycle.criteria",
        "stage dates": "lifecycle.stamps",
        "time limits": "lifecycle.sla",
    }
    for each in found.values():
        assert each.mode == "manual"
        assert each.why
        assert "Orchestration > Programs" in each.steps[0]
        assert each.owner == "revops"


def test_moves_name_the_values_as_they_are_stored() -> None:
    moves = by_part(convert(LIFECYCLE))["moves"]
    assert moves.attributes == {"MQL": ["INQ", "REC"], "REC": ["MQL"]}
    assert any("become 'MQL' only from 'INQ' or 'REC'" in step for step in moves.steps)


def test_criteria_say_when_unless_wait_and_what_must_be_filled() -> None:
    criteria = by_part(convert(LIFECYCLE))["criteria"]
    assert criteria.attributes["INQ > MQL"] == "a Decision step lets through where the grade is one of A1, A2"
    assert criteria.attributes["REC > MQL"] == (
        "wait 30 days (Wait step); another keeps out where email_opt_out is true; require values in job_title"
    )
    assert criteria.attributes["MQL > REC"] == "by sdr"


def test_an_opt_out_that_is_held_as_the_opposite_state_is_not_turned_round(field: Make) -> None:
    opt_out = field("isSubscribed", label="Opt-out", key="email_opt_out", type="boolean", role="opt_out")
    text = " ".join(by_part(convert(LIFECYCLE, opt_out))["criteria"].steps)
    assert "another keeps out where Opt-out (no longer Globally subscribed) is true" in text


def test_criteria_name_the_fields_as_people_find_them(field: Make) -> None:
    title = field("C_Title", key="job_title", label="Job title")
    deep = Not(All((Question("field", "job_title", "known"), AnyOf((Question("event", "job_title", "happened"),)))))
    asked = dataclasses.replace(
        LIFECYCLE, transitions=(dataclasses.replace(MOVES[0], when=deep, require=("job_title",)),)
    )
    words = by_part(convert(asked, title))["criteria"].attributes["INQ > MQL"]
    assert words == (
        "a Decision step lets through where not (Job title (C_Title) is filled and (job_title happened));"
        " require values in Job title (C_Title)"
    )


def test_the_first_date_is_kept_and_the_latest_is_overwritten(field: Make) -> None:
    stamps = [field(name, type="datetime", role="stamp") for name in ("C_Mql_First1", "C_Mql_Latest1")]
    made = convert(LIFECYCLE, *stamps)
    first, latest = by_part(made)["stage dates"].steps[1:3]
    assert "becomes 'MQL' and whose C_Mql_First1 is blank" in first
    assert "is blank" not in latest
    assert made.findings == ()


def test_dates_without_a_field_are_said() -> None:
    found = convert(LIFECYCLE).findings
    assert [(each.rule, each.level) for each in found] == [("EL015", "warning")] * 2


def test_time_limits_name_owner_and_limit() -> None:
    limits = by_part(convert(LIFECYCLE))["time limits"]
    assert limits.attributes == {"MQL": {"limit": "at most 24 hours, then tell sdr-manager", "owner": "sdr"}}
    assert any("Send Notification step tells sdr" in step for step in limits.steps)


def test_what_is_not_declared_needs_no_program() -> None:
    bare = dataclasses.replace(LIFECYCLE, transitions=(), stamps={}, stages=STAGES[:1])
    assert convert(bare).resources == ()


def test_a_lifecycle_on_two_objects_is_no_conflict() -> None:
    other = dataclasses.replace(LIFECYCLE, object="account", field="M_Stage1", stamps={})
    made = convert(dataclasses.replace(LIFECYCLE, stamps={}), other)
    assert len(made.resources) == 6
    assert [each.rule for each in made.findings] == ["EL011"]


def test_the_roles_of_fields_name_their_rows(field: Make) -> None:
    roles = ("stage", "stamp", "reason", "sla", "lead_status")
    fields = [field(f"C_Field_{role}1", role=role, label=role) for role in roles]
    found = {each.title.removesuffix(" (contacts)"): each.capability for each in convert(*fields).resources}
    assert found == {
        "stage": "lifecycle.stages",
        "stamp": "lifecycle.stamps",
        "reason": "lifecycle.reasons",
        "sla": "lifecycle.sla",
        "lead_status": "lifecycle.lead_status",
    }


def test_a_stage_list_stands_for_the_stages(field: Make) -> None:
    made = convert(field("C_Lifecycle_Stage1", values=[("INQ", "Inquiry")], role="stage"))
    assert {each.capability for each in made.resources} == {"lifecycle.stages"}
