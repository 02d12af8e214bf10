from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mopsctl.element import Consent, Element, Field, Origin, Purpose, Score

Make = Callable[..., Field]


def stack(field: Make) -> list[Element]:
    """250 contact fields over 60 option lists, 30 e-mail groups, 20 custom objects, and what is only compared."""
    fields = [
        field(
            f"C_Field_{place:03}x1",
            label=f"Field {place:03}x",
            values=[("a", "A"), ("b", "B")],
            hints={"option_list": f"List {place % 60}"},
        )
        for place in range(249)
    ]
    fields += [field("C_Title", label="Title"), field("M_Country", object="account", label="Country")]
    fields += [field("Key", object=f"Object {place}", label="Key", unique=True) for place in range(20)]
    purposes = tuple(
        Purpose(Origin(), "p", f"k{place}", f"Group {place}", service=False, binding=f"email-group:Group {place}")
        for place in range(30)
    )
    score = Score(Origin(), "fit", "Enterprise fit", "fit", "person", "contact", "C_Field_000x1", ())
    return [*fields, Consent(Origin(), "p", "Policy", purposes), score]


def planted(bench: Any) -> None:
    """The same account, as it is after an apply."""
    for place in range(60):
        bench.handle.do("add_option_list", name=f"List {place}", options=[["A", "a"], ["B", "b"]])
    keys = {doc["name"]: doc["id"] for doc in bench.handle.store.list("option_lists")}
    for place in range(249):
        listed = keys[f"List {place % 60}"]
        bench.handle.do("add_contact_field", name=f"Field {place:03}x", displayType="singleSelect", optionListId=listed)
    for place in range(20):
        item = {"id": "-1", "name": "Key", "dataType": "text", "displayType": "text"}
        parts = {"uniqueCodeFieldId": "-1", "displayNameFieldId": "-1"}
        bench.handle.do("add_custom_object", name=f"Object {place}", fields=[item], **parts)
    for place in range(30):
        bench.handle.do("add_email_group", name=f"Group {place}", displayName=f"Group {place}")


def test_a_plan_over_a_large_account_needs_few_calls(bench: Any, field: Make) -> None:
    resources = bench.convert(*stack(field)).resources
    with bench.open() as system:
        system.identify()
        assert len(bench.plan(system, resources)) == 249 + 60 + 20 + 30
    with bench.handle.store.transaction():
        planted(bench)
    bench.handle.reset_counters()
    with bench.open(bench.app()) as system:
        system.identify()
        reading = system.read(resources, [])
        calls = system.calls
        assert bench.plan(system, resources) == []
    assert reading.unreadable == {}
    assert len(reading.items) > 360
    assert calls.writes == bench.handle.counters()["writes"] == 0
    token_id_and_seven_collections = 2 + 7
    assert calls.reads == token_id_and_seven_collections
    assert calls.reads <= 20


def test_writes_of_one_unit_need_one_look(bench: Any, field: Make) -> None:
    from mopsctl_eloqua.kinds import KINDS

    fields = [field(f"C_Field_{place}x1", label=f"Field {place}x") for place in range(20)]
    assert KINDS["field"].grain.size == len(fields)
    resources = bench.convert(*fields).resources
    with bench.open() as system:
        system.identify()
        system.reread([each.address for each in resources])
        planned = [bench.write(each, None) for each in resources]
        assert all(each.outcome == "done" for each in system.write(planned))
        assert (system.calls.reads, system.calls.writes) == (1 + 1 + 2, 20)
