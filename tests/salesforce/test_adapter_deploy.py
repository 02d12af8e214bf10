"""One deployment for everything that is deployed: all or nothing, waited for, each cause told to its own change."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mopsctl_salesforce.apply import deploy

from mopsctl.address import Address
from mopsctl.emulator import Call, Cut, Handle
from mopsctl.errors import OutcomeUnknown, VendorError
from mopsctl.resource import Result, Write
from tests.salesforce.conftest import Account, V, person, values

TEXT = {"family": "text", "type": "Text", "length": 80}
DEPLOY = "/services/data/v66.0/metadata/deployRequest"


def field(name: str, **more: Any) -> Write:
    return Write(Address("salesforce", "field", f"Lead.{name}"), "add", (), {**TEXT, "label": name[:20], **more}, None)


def deployments(account: Account) -> int:
    return sum(request == ("POST", DEPLOY) for request in account.requests())


def outcomes(results: dict[str, Result]) -> set[str]:
    return {result.outcome for result in results.values()}


def test_three_hundred_fields_are_one_deployment(account: Account) -> None:
    results = account.written(*(field(f"F{number:03}__c") for number in range(300)))
    assert outcomes(results) == {"done"}
    assert deployments(account) == 1
    assert len(account.requests("write")) == 1
    assert all(result.remote_id for result in results.values())


def test_a_plan_of_many_things_is_one_deployment_in_the_engine_too(account: Account) -> None:
    fields = [
        person(f"F{number}__c", "choice", values=values("a", "b"), hints={"value_set": "Shared"})
        for number in range(30)
    ]
    lines = account.apply(*fields)
    assert {line.outcome for line in lines.values()} == {"done"}
    assert deployments(account) == 1
    assert account.world().plan(account.wants(*fields)).summary["add"] == 0


def test_one_bad_component_of_forty_stops_all_and_each_hears_its_own_cause(account: Account) -> None:
    before = account.handle.dump()
    results = account.written(
        *(field(f"F{number:02}__c") for number in range(38)),
        field("Long__c", length=300),
        field("Odd__c", type="Number", precision=30, scale=0),
    )
    assert account.handle.dump() == before
    bad = {name: result for name, result in results.items() if result.outcome == "failed"}
    assert set(bad) == {"field/Lead.Long__c", "field/Lead.Odd__c"}
    assert "255" in bad["field/Lead.Long__c"].error
    assert "18" in bad["field/Lead.Odd__c"].error
    others = [result for name, result in results.items() if name not in bad]
    assert {(result.outcome, "Lead.Long__c" in result.error) for result in others} == {("not-started", True)}


def test_a_missing_right_is_told_to_the_permission_set(account: Account) -> None:
    rights = {"Lead.Title": {"read": True, "edit": True}, "Lead.Company": {"read": True, "edit": True}}
    grant = Write(Address("salesforce", "permission-set", "own"), "add", (), {"label": "own", "fields": rights}, None)
    results = account.written(field("F__c"), grant)
    assert results["permission-set/own"].error == "You cannot deploy to a required field: Lead.Company"
    assert "no field-level security" in results["permission-set/own"].hint
    assert results["field/Lead.F__c"].outcome == "not-started"


def test_a_field_that_becomes_required_loses_its_right_in_the_same_deployment(account: Account) -> None:
    rights = {"Lead.F__c": {"read": True, "edit": True}}
    wanted = {"label": "own", "fields": rights}
    account.put(**{"field/Lead.F__c": {**TEXT, "label": "F"}, "permission-set/own": wanted})
    needed = account.write_of("field/Lead.F__c", {"required": True})
    fewer = account.write_of("permission-set/own", {"label": "own", "fields": {}}, wanted)
    assert outcomes(account.written(needed, fewer)) == {"done"}
    assert account.attributes("permission-set/own")["fields"] == {}


def test_removal_goes_last_in_the_same_deployment(account: Account) -> None:
    sum_ = {"family": "Formula", "type": "Formula (Text)", "formula": "F__c", "label": "Sum"}
    account.put(**{"field/Lead.F__c": {**TEXT, "label": "F"}, "field/Lead.Sum__c": sum_})
    freed = account.write_of("field/Lead.Sum__c", {"formula": '"x"'})
    gone = Write(Address("salesforce", "field", "Lead.F__c"), "remove", (), {}, account.see("field/Lead.F__c"))
    assert outcomes(account.written(freed, gone)) == {"done"}
    assert account.see("field/Lead.F__c") is None
    assert account.handle.store.get("bin", "Lead.F__c") is not None


def test_what_something_refers_to_is_not_removed(account: Account) -> None:
    sum_ = {"family": "Formula", "type": "Formula (Text)", "formula": "F__c", "label": "Sum"}
    account.put(**{"field/Lead.F__c": {**TEXT, "label": "F"}, "field/Lead.Sum__c": sum_})
    (result,) = account.remove("field/Lead.F__c").values()
    assert result.outcome == "failed"
    assert result.hint == "take it out of what refers to it first, or keep it"


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("global-value-set/Units", {"label": "Units", "values": {"a": {"label": "A", "active": True}}, "order": ["a"]}),
        ("permission-set/own", {"label": "own", "fields": {"Lead.Title": {"read": True, "edit": True}}}),
        ("custom-permission/pass", {"label": "Pass"}),
        ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}),
    ],
)
def test_other_components_are_removed_too(account: Account, kind: str, attributes: dict[str, Any]) -> None:
    account.set(kind, attributes)
    assert outcomes(account.remove(kind)) == {"done"}
    assert account.see(kind) is None


def test_removing_what_is_gone_already_is_done_with_a_note(account: Account) -> None:
    account.set("custom-permission/pass", {"label": "Pass"})
    seen = account.see("custom-permission/pass")
    account.remove("custom-permission/pass")
    write = Write(Address("salesforce", "custom-permission", "pass"), "remove", (), {}, seen)
    (result,) = account.written(write).values()
    assert result.outcome == "done"
    assert result.note == "No CustomPermission named: pass found"


# -- waiting


def test_progress_is_told_while_waiting(account: Account, waits: list[float]) -> None:
    account.handle.limit("deploy_steps", 5)
    account.set("field/Lead.F__c", {**TEXT, "label": "F"})
    assert account.told[0].startswith("deployment 0Af")
    assert waits[:3] == [1.0, 1.5, 2.25]
    assert max(waits) <= deploy.LONGEST_WAIT


def test_a_deployment_that_does_not_end_in_time_is_unknown(connect: Callable[..., Account]) -> None:
    account = connect(deploy_minutes=1)
    account.handle.limit("deploy_steps", 10_000)
    with pytest.raises(OutcomeUnknown, match="still running after 1 minutes") as raised:
        account.written(field("F__c"))
    assert "Deployment Status" in raised.value.hint


def test_a_session_that_ends_while_waiting_is_renewed_once(account: Account) -> None:
    account.handle.fault("expired_token", path="deployRequest/", after=1)
    assert account.set("field/Lead.F__c", {**TEXT, "label": "F"}).outcome == "done"
    assert deployments(account) == 1
    tokens = [entry for entry in account.handle.requests() if entry["path"] == "/services/oauth2/token"]
    assert len(tokens) == 2


@pytest.mark.parametrize("status", [502, 503, 420])
def test_a_stumble_while_waiting_is_waited_out(account: Account, status: int) -> None:
    account.handle.fault("status", path="deployRequest/", times=2, status=status)
    assert account.set("field/Lead.F__c", {**TEXT, "label": "F"}).outcome == "done"
    assert deployments(account) == 1


def test_the_moment_a_job_leaves_the_queue_is_no_failure(account: Account) -> None:
    account.handle.fault("status", path="deployRequest/", times=5, status=500, code="INVALID_CROSS_REFERENCE_KEY")
    assert account.set("field/Lead.F__c", {**TEXT, "label": "F"}).outcome == "done"


def test_any_other_failure_while_waiting_is_raised(account: Account) -> None:
    account.handle.fault("status", path="deployRequest/", times=9, status=400, code="INVALID_ID_FIELD")
    with pytest.raises(VendorError):
        account.written(field("F__c"))


def test_an_interrupted_wait_cancels_the_deployment(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    account.handle.limit("deploy_steps", 9)
    monkeypatch.setattr("mopsctl.provider.http.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        account.written(field("F__c"))
    (job,) = account.handle.store.list("_deployments")
    assert job["Status"] == "Canceled"
    assert account.see("field/Lead.F__c") is None


# -- lost answers


def test_a_lost_start_is_unknown_only_once_the_deployment_is_over(account: Account) -> None:
    account.handle.limit("deploy_steps", 6)
    account.handle.fault("lost_response", method="POST", path="deployRequest$")
    with pytest.raises(OutcomeUnknown):
        account.written(field("F__c"))
    assert deployments(account) == 1
    assert account.see("field/Lead.F__c") is not None
    assert "waiting for a deployment whose answer was lost" in account.told


@pytest.mark.parametrize("fault", ["lost_response", "half_response", "garbage"])
def test_the_engine_settles_a_lost_start_by_reading(account: Account, fault: str) -> None:
    account.handle.fault(fault, method="POST", path="deployRequest$")
    lines = account.apply(person("F__c"))
    assert lines["field/Lead.F__c"].outcome == "done"
    assert "answer was lost" in lines["field/Lead.F__c"].note
    assert deployments(account) == 1


def test_a_request_that_never_arrived_is_unknown_and_not_repeated(account: Account) -> None:
    account.handle.fault("lost_request", method="POST", path="deployRequest$")
    with pytest.raises(OutcomeUnknown):
        account.written(field("F__c"))
    assert account.see("field/Lead.F__c") is None


def test_a_cut_after_the_start_leaves_one_deployment(account: Account, org: Handle) -> None:
    cuts = [True]

    def cut(_: Call) -> None:
        if cuts:
            cuts.clear()
            raise Cut

    org.after_write(cut)
    lines = account.apply(person("F__c"))
    assert {line.outcome for line in lines.values()} == {"done"}
    assert deployments(account) == 1


# -- locks


def test_an_org_that_is_locked_for_a_moment_is_waited_for(account: Account, waits: list[float]) -> None:
    account.handle.fault("org_locked", method="POST", path="deployRequest$")
    assert account.set("field/Lead.F__c", {**TEXT, "label": "F"}).outcome == "done"
    assert deployments(account) == 2
    assert "somebody else changes the org's setup; trying again" in account.told


def test_an_org_that_stays_locked_is_told_with_what_to_do(account: Account) -> None:
    account.handle.do("lock_org")
    result = account.set("field/Lead.F__c", {**TEXT, "label": "F"})
    assert (result.outcome, result.code) == ("failed", "ORG_ADMIN_LOCKED")
    assert "try again in a few minutes" in result.hint
    assert deployments(account) == deploy.MOST_TRIES
    account.handle.do("lock_org", locked=False)
    assert account.set("field/Lead.F__c", {**TEXT, "label": "F"}).outcome == "done"


# -- the server's check


def test_a_check_says_what_the_server_says_and_writes_nothing(account: Account) -> None:
    before = account.handle.dump()
    account.handle.reset_counters()
    results = {
        str(result.address.name): result
        for result in account.system.check([field("F__c"), field("Long__c", length=300)])
    }
    assert results["Lead.Long__c"].outcome == "failed"
    assert results["Lead.F__c"].outcome == "not-started"
    assert account.handle.dump() == before
    assert account.handle.counters()["writes"] == 0


def test_a_good_check_is_done_and_nothing_is_there(account: Account) -> None:
    (result,) = list(account.system.check([field("F__c")]))
    assert result.outcome == "done"
    assert account.see("field/Lead.F__c") is None


def test_rows_are_said_not_to_be_checked(account: Account) -> None:
    row = Write(Address("salesforce", "purpose", "p.x"), "add", (), {"key": "p.x", "name": "X"}, None)
    (result,) = list(account.system.check([row]))
    assert result.outcome == "skipped"
    assert deployments(account) == 0


# -- what must not be written


def test_a_change_that_would_lose_values_is_refused_before_anything_is_sent(account: Account) -> None:
    account.set("field/Lead.F__c", {**TEXT, "label": "F"})
    account.handle.reset_counters()
    lossy = account.write_of("field/Lead.F__c", {"family": "number", "type": "Number"})
    results = account.written(lossy, field("G__c"))
    assert results["field/Lead.F__c"].outcome == "refused"
    assert results["field/Lead.G__c"].outcome == "not-started"
    assert account.handle.counters()["writes"] == 0


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("x" * 4000, "Formula is too long (4000 characters).  Maximum length is 3900 characters"),
        ("Nowhere__c", "Field Nowhere__c does not exist. Check spelling."),
        ("SUM(1, 2)", "Unknown function SUM. Check spelling."),
        ("1 + Title", "Expected Number, received Text"),
        ("Status", "Field Status is a picklist field. Picklist fields are only supported in certain functions."),
        ('"text"', "Formula result is data type (Text), incompatible with expected data type (Number)."),
    ],
)
def test_the_servers_words_about_a_formula_reach_the_change(account: Account, rule: str, problem: str) -> None:
    formula = {"family": "Formula", "type": "Formula (Number)", "formula": rule, "label": "F"}
    result = account.set("field/Lead.F__c", formula)
    assert result.outcome == "failed"
    assert problem in result.error


def test_a_percentage_is_a_fraction_to_formulas_only(account: Account, raw: httpx.Client) -> None:
    share = {"family": "number", "type": "Percent", "label": "Share", "precision": 5, "scale": 2, "default": "0.25"}
    half = {"family": "Formula", "type": "Formula (Percent)", "formula": "IF(Share__c >= 0.8, Share__c / 2, 0)"}
    assert account.set("field/Lead.Share__c", share).outcome == "done"
    assert account.set("field/Lead.Half__c", {**half, "label": "Half", "scale": 2}).outcome == "done"
    rights = {f"Lead.{name}": {"read": True, "edit": name == "Share__c"} for name in ("Share__c", "Half__c")}
    account.put(**{"permission-set/own": {"label": "own", "fields": rights}})
    account.set("permission-assignment/own", {"users": {"this user": {"assigned": True}}})
    made = raw.post(f"{V}/sobjects/Lead", json={"LastName": "A", "Company": "B", "Share__c": 80}).json()
    soql = f"SELECT Share__c, Half__c FROM Lead WHERE Id = '{made['id']}'"
    (row,) = raw.get(f"{V}/query", params={"q": soql}).json()["records"]
    assert (row["Share__c"], row["Half__c"]) == (80, 40)


def test_a_formula_that_compiles_to_too_much_says_what_to_do(account: Account) -> None:
    account.handle.limit("formula_compiled", 50)
    formula = {"family": "Formula", "type": "Formula (Number)", "formula": "LEN(Title) + LEN(Email)", "label": "F"}
    result = account.set("field/Lead.F__c", formula)
    assert "Compiled formula is too big to execute" in result.error
    assert result.hint


def test_the_org_says_when_its_fields_are_used_up(account: Account) -> None:
    account.handle.limit("custom_fields", 1)
    results = account.written(field("A__c"), field("B__c"))
    assert "maximum number of 1 allowed custom fields" in results["field/Lead.B__c"].error


def test_the_package_lies_where_an_org_looks_for_it() -> None:
    from mopsctl_salesforce.apply.documents import build

    with zipfile.ZipFile(io.BytesIO(build([field("A__c")], {}).zipped("66.0"))) as archive:
        assert archive.namelist() == ["objects/Lead.object", "package.xml"]


def test_the_same_writes_make_the_same_bytes() -> None:
    from mopsctl_salesforce.apply.documents import build

    writes = [field("B__c"), field("A__c")]
    assert build(writes, {}).zipped("66.0") == build(writes[::-1], {}).zipped("66.0")
