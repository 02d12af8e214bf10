from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_eloqua.live import impact as module

from mopsctl.address import Address
from mopsctl.element import Field
from mopsctl.resource import Impact, Write

Make = Callable[..., Field]
REGIONS = Address("eloqua", "option-list", "Regions")
REGION = Address("eloqua", "field", "contact.C_Region1")


def without(bench: Any, value: str, address: Address = REGIONS) -> Write:
    """The write that takes one value out of the list."""
    seen = bench.seen(address)[address]
    options = {key: item for key, item in seen.attributes["options"].items() if key != value}
    return Write(address, "change", (), {"options": options, "order": list(options)}, seen)


def counted(bench: Any, write: Write, *switches: str) -> Impact | None:
    with bench.open(bench.connection(experimental=switches)) as system:
        found: Impact | None = system.impact([write]).get(write.address)
    return found


def held(bench: Any, field: Make, *values: str, **changes: Any) -> None:
    """A field with these values, each held by as many contacts as its place says."""
    bench.apply(field(values=[(value, value) for value in values], **changes))
    for place, value in enumerate(values, start=1):
        bench.handle.do("add_contacts", count=place, values={"C_Region1": value})


@pytest.mark.parametrize("empty_list", [200, 204])
@pytest.mark.parametrize(("value", "records"), [("EMEA", 1), ("AMER", 2), ("APAC", 3)])
def test_contacts_that_hold_a_value_that_goes_are_counted_in_one_call(
    bench: Any, field: Make, empty_list: int, value: str, records: int
) -> None:
    bench.handle.switch("empty_list", empty_list)
    held(bench, field, "EMEA", "AMER", "APAC")
    assert counted(bench, without(bench, value)) == Impact(records)
    asked = [each for each in bench.handle.requests() if "data/contacts" in each["path"]]
    assert len(asked) == 1
    assert "count=1" in asked[0]["query"]


@pytest.mark.parametrize("empty_list", [200, 204])
def test_a_value_that_nobody_holds(bench: Any, field: Make, empty_list: int) -> None:
    bench.handle.switch("empty_list", empty_list)
    bench.apply(field(values=[("EMEA", "Europe"), ("AMER", "Americas")]))
    assert counted(bench, without(bench, "EMEA")) == Impact(0)


def test_a_new_label_touches_no_contact(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA")
    seen = bench.seen(REGIONS)[REGIONS]
    write = Write(REGIONS, "change", (), {"options": {"EMEA": {"label": "x"}}, "order": ["EMEA"]}, seen)
    assert counted(bench, write) is None


def test_a_shared_list_counts_every_field_and_says_so(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA")
    key = bench.seen(REGIONS)[REGIONS].remote_id
    bench.handle.do("add_contact_field", name="Theirs", displayType="singleSelect", optionListId=key)
    bench.handle.do("add_contacts", count=4, values={"C_Theirs1": "EMEA"})
    shared = "It is offered by 2 contact fields: 'Region', 'Theirs'."
    assert counted(bench, without(bench, "EMEA")) == Impact(5, shared)
    assert counted(bench, without(bench, "no such value")) == Impact(0, shared)


def test_a_list_that_goes_with_all_its_values(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA", "AMER")
    seen = bench.seen(REGIONS)[REGIONS]
    assert counted(bench, Write(REGIONS, "remove", (), {}, seen)) == Impact(3)


def test_contacts_with_any_value_of_a_field_that_goes(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA", "AMER")
    assert counted(bench, Write(REGION, "remove", (), {}, bench.seen(REGION)[REGION])) == Impact(3)


def test_several_chosen_values_are_found_inside_the_text(bench: Any, field: Make) -> None:
    bench.apply(field(type="multi_choice", values=[("EMEA", "Europe"), ("AMER", "Americas")]))
    bench.handle.do("add_contacts", count=2, values={"C_Region1": "AMER::EMEA"})
    found = counted(bench, without(bench, "EMEA"))
    assert found is not None
    assert (found.records, "contains the text" in found.reason) == (2, True)


@pytest.mark.parametrize("value", ["EM*", "*", "it's"])
def test_a_value_that_the_search_would_misread_is_not_counted_wrongly(bench: Any, field: Make, value: str) -> None:
    held(bench, field, "EMEA", value)
    found = counted(bench, without(bench, value))
    assert found is not None
    assert found.records is None
    assert "wildcard" in found.reason
    assert bench.handle.store.list("exports") == []


def test_the_switch_counts_such_a_value_in_bulk_and_cleans_up(bench: Any, field: Make, waits: list[float]) -> None:
    held(bench, field, "EMEA", "EM*")
    bench.handle.do("add_export", name="mopsctl count of a run that was killed", field="C_Region1")
    bench.handle.do("add_export", name="nightly", field="C_Region1")
    assert counted(bench, without(bench, "EM*"), "bulk-counts") == Impact(2)
    assert [each["name"] for each in bench.handle.store.list("exports")] == ["nightly"]
    assert waits == [2.0, 2.0]


def test_a_quote_cannot_be_counted_in_bulk_either(bench: Any, field: Make) -> None:
    held(bench, field, "it's")
    found = counted(bench, without(bench, "it's"), "bulk-counts")
    assert found is not None
    assert found.records is None


def test_a_bulk_count_that_ends_badly_says_so_and_cleans_up(bench: Any, field: Make) -> None:
    bench.handle.switch("syncs_end_with", "error")
    held(bench, field, "EM*")
    found = counted(bench, without(bench, "EM*"), "bulk-counts")
    assert found == Impact(None, "The Bulk export that counts it did not end well.")
    assert bench.handle.store.list("exports") == []


@pytest.mark.parametrize("path", ["contacts/exports$", "/syncs$", "/data$"])
def test_a_bulk_definition_is_removed_whatever_happens_next(bench: Any, field: Make, path: str) -> None:
    held(bench, field, "EM*")
    bench.handle.fault("lost_response", path=path, kind="write" if "data" not in path else "read", times=1)
    counted(bench, without(bench, "EM*"), "bulk-counts")
    assert bench.handle.store.list("exports") == []


def test_a_definition_that_could_not_be_removed_goes_with_the_next_run(bench: Any, field: Make) -> None:
    held(bench, field, "EM*")
    bench.handle.fault("status", method="DELETE", times=0, status=403)
    found = counted(bench, without(bench, "EM*"), "bulk-counts")
    assert found is not None
    assert len(bench.handle.store.list("exports")) == 1
    bench.handle.clear_faults()
    counted(bench, without(bench, "EM*"), "bulk-counts")
    assert bench.handle.store.list("exports") == []


def test_what_a_killed_run_left_goes_with_the_next_run_that_counts(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA")
    bench.handle.do("add_export", name="mopsctl count C_Region1", field="C_Region1")
    write = without(bench, "EMEA")
    with bench.open(bench.connection(experimental=["bulk-counts"])) as system:
        assert system.impact([write])[REGIONS] == Impact(1)
        assert bench.handle.store.list("exports") == []


def test_without_the_switch_nothing_is_swept_on_closing(bench: Any) -> None:
    bench.handle.do("add_export", name="mopsctl count x", field="C_Title")
    with bench.open() as system:
        system.identify()
    assert len(bench.handle.store.list("exports")) == 1


def test_questions_are_limited(bench: Any, field: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.Counter, "__init__", _with_few_questions(module.Counter.__init__))
    held(bench, field, "EMEA", "AMER", "APAC")
    found = counted(bench, Write(REGIONS, "remove", (), {}, bench.seen(REGIONS)[REGIONS]))
    assert found is not None
    assert found.records is None
    assert "are counted" in found.reason


def _with_few_questions(original: Any) -> Any:
    def made(self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self.left = 2

    return made


def test_a_count_that_fails_is_no_reason_to_stop(bench: Any, field: Make) -> None:
    held(bench, field, "EMEA", "AMER")
    write = without(bench, "EMEA")
    bench.handle.do("forbid", paths=["data/contacts"])
    found = counted(bench, write)
    assert found is not None
    assert (found.records, found.reason.startswith("It could not be counted")) == (None, True)


def test_people_in_a_group_cannot_be_counted(bench: Any) -> None:
    group = Address("eloqua", "email-group", "Service notices")
    found = counted(bench, Write(group, "remove", (), {}, bench.seen(group)[group]))
    assert found is not None
    assert found.records is None


def test_other_changes_touch_no_records(bench: Any, field: Make) -> None:
    bench.apply(field())
    seen = bench.seen(REGION)[REGION]
    assert counted(bench, Write(REGION, "change", (), dict(seen.attributes), seen)) is None
