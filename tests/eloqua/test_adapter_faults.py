from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.element import Field
from mopsctl.errors import AuthenticationError, ConnectionFailed, OutcomeUnknown, RateLimited
from mopsctl.resource import Result, Write

Make = Callable[..., Field]


def posts(bench: Any) -> int:
    return sum(each["kind"] == "write" for each in bench.handle.requests())


def carried_out(bench: Any, *elements: Any) -> tuple[list[Result], Exception | None]:
    """The results that came, and what was raised after them."""
    resources = bench.convert(*elements).resources
    results: list[Result] = []
    with bench.open() as system:
        planned = bench.plan(system, resources)
        bench.handle.reset_counters()
        try:
            for result in system.write(planned):
                results.append(result)  # noqa: PERF402 - those before the exception count
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return results, error
    return results, None


def names(bench: Any) -> list[str]:
    return [doc["internalName"] for doc in bench.handle.store.list("contact_fields") if doc.get("isStandard") != "true"]


@pytest.mark.parametrize("fault", ["lost_response", "half_response", "garbage"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_whose_answer_is_lost_is_not_repeated(bench: Any, field: Make, fault: str, method: str) -> None:
    address = Address("eloqua", "option-list", "Regions")
    bench.handle.do("add_option_list", name="Free", options=[["A", "a"]])
    if method != "POST":
        bench.handle.do("add_option_list", name="Regions", options=[["A", "a"]])
    bench.handle.fault(fault, method=method)
    with bench.open() as system:
        seen = system.read([], [address]).items.get(address)
        resource = next(each for each in bench.convert(field(values=[("b", "B")])).resources if each.address == address)
        assert seen is None or seen.remote_id
        write = bench.write(resource, seen) if method != "DELETE" else bench.remove(address, seen)
        with pytest.raises(OutcomeUnknown):
            list(system.write([write]))
    assert posts(bench) == 1
    assert (address in bench.seen(address)) == (method != "DELETE")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_may_have_written(bench: Any, field: Make, status: int) -> None:
    bench.handle.fault("status", method="POST", status=status)
    results, error = carried_out(bench, field())
    assert (results, type(error)) == ([], OutcomeUnknown)
    assert posts(bench) == 1


def test_the_others_go_on_before_a_lost_answer_is_raised(bench: Any, field: Make) -> None:
    bench.handle.fault("lost_response", method="POST", after=1)
    fields = [field(f"C_{name}1", label=name) for name in ("Alpha", "Beta", "Gamma")]
    results, error = carried_out(bench, *fields)
    assert [(each.address.name, each.outcome) for each in results] == [
        ("contact.C_Alpha1", "done"),
        ("contact.C_Gamma1", "done"),
    ]
    assert isinstance(error, OutcomeUnknown)
    assert posts(bench) == 3
    assert names(bench)[-3:] == ["C_Alpha1", "C_Beta1", "C_Gamma1"]


def test_a_request_that_never_arrived_is_unknown_too(bench: Any, field: Make) -> None:
    bench.handle.fault("lost_request", method="POST")
    _results, error = carried_out(bench, field())
    assert isinstance(error, OutcomeUnknown)
    assert names(bench) == ["C_Form_of_Address1"]


@pytest.mark.parametrize("params", [{}, {"retry_after": 3}])
def test_asked_too_often_a_write_waits_and_is_sent_again(
    bench: Any, field: Make, waits: list[float], params: dict[str, int]
) -> None:
    bench.handle.fault("rate_limited", method="POST", times=2, **params)
    results, error = carried_out(bench, field())
    assert ([each.outcome for each in results], error) == (["done"], None)
    assert len(waits) == 2
    assert (set(waits) == {3.0}) == bool(params)


def test_asked_too_often_for_good_is_raised(bench: Any, field: Make) -> None:
    bench.handle.fault("rate_limited", method="POST", times=0)
    results, error = carried_out(bench, field())
    assert (results, type(error)) == ([], RateLimited)


def test_a_page_in_the_place_of_an_answer_is_raised(bench: Any, field: Make) -> None:
    bench.handle.fault("html", method="POST")
    results, error = carried_out(bench, field())
    assert (results, type(error)) == ([], ConnectionFailed)
    assert names(bench) == ["C_Form_of_Address1"]


def test_lost_rights_stop_the_writes(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Other")
    resources = bench.convert(field()).resources
    with bench.open() as system:
        planned = bench.plan(system, resources)
        bench.handle.do("change_password", password="another")
        with pytest.raises(AuthenticationError):
            list(system.write(planned))


def test_a_field_whose_second_call_was_lost_is_settled_by_reading(bench: Any, field: Make) -> None:
    bench.handle.fault("lost_request", method="PUT")
    stamp = field("C_Mql_Date1", label="MQL: first entered", type="datetime")
    _results, error = carried_out(bench, stamp)
    assert isinstance(error, OutcomeUnknown)
    address = Address("eloqua", "field", "contact.C_Mql_Date1")
    assert bench.seen(address)[address].attributes["name"] == "Mql Date"
    bench.apply(stamp)
    assert bench.seen(address)[address].attributes["name"] == "MQL: first entered"


@pytest.mark.parametrize(("unique", "code"), [(True, "exists"), (False, "")])
def test_reads_that_lag_are_no_reason_to_write_twice(bench: Any, field: Make, unique: bool, code: str) -> None:
    bench.handle.switch("field_names_unique", unique)
    bench.handle.fault("lag", method="POST", reads=3)
    results, _ = carried_out(bench, field())
    assert [each.outcome for each in results] == ["done"]
    again, _ = carried_out(bench, field())
    assert [(each.outcome, each.code) for each in again] == [("failed", code)]
    assert [name for name in names(bench) if name.startswith("C_Region")] == ["C_Region1"]


def test_a_plan_writes_nothing(bench: Any, field: Make) -> None:
    resources = bench.convert(field(values=[("a", "A")]), field("C_Area1", label="Area")).resources
    before = bench.handle.dump()
    with bench.open() as system:
        system.identify()
        planned = bench.plan(system, resources)
        list(system.check(planned))
        system.impact(planned)
        assert system.calls.writes == 0
    assert bench.handle.counters()["writes"] == 0
    assert bench.handle.dump() == before


def test_a_secret_is_nowhere_in_what_comes_back(bench: Any, field: Make) -> None:
    bench.handle.fault("status", method="POST", status=400)
    results, _ = carried_out(bench, field())
    assert [each.outcome for each in results] == ["failed"]
    assert "emulated-password" not in repr(results)


def test_an_unknown_write_is_refused_by_the_kind_it_names(bench: Any) -> None:
    state = Address("eloqua", "contact-state", "isSubscribed")
    with bench.open() as system, pytest.raises(AssertionError):
        list(system.write([Write(state, "change", (), {}, None)]))
