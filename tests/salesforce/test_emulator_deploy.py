"""The emulator itself: deployments from the queue to their end, and everything its server checks."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from mopsctl_salesforce.emulator import SalesforceEmulator
from mopsctl_salesforce.wire import xml

from mopsctl.emulator import Handle, running
from tests.salesforce.conftest import V, token_for

DEPLOY = f"{V}/metadata/deployRequest"


def packed(files: dict[str, str], folder: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(f"{folder}{path}", text)
    return buffer.getvalue()


def fields(*listed: dict[str, Any], more: dict[str, list[dict[str, Any]]] | None = None) -> dict[str, str]:
    """The files of a deployment of fields on Lead."""
    content = {"fields": list(listed), **(more or {})}
    rules = [f"Lead.{each['fullName']}" for each in (more or {}).get("validationRules", [])]
    members = {"CustomField": [f"Lead.{each['fullName']}" for each in listed], "ValidationRule": rules}
    return {"package.xml": xml.package(members, "66.0"), "objects/Lead.object": xml.document("CustomObject", content)}


def start(
    raw: httpx.Client, files: dict[str, str], name: str = "json", folder: str = "", **options: Any
) -> httpx.Response:
    options = {"rollbackOnError": True, "singlePackage": True, **options}
    parts = {
        name: (None, json.dumps({"deployOptions": options}), "application/json"),
        "file": ("deploy.zip", packed(files, folder), "application/zip"),
    }
    return raw.post(DEPLOY, files=parts)


def finished(raw: httpx.Client, number: str) -> dict[str, Any]:
    while True:
        result = raw.get(f"{DEPLOY}/{number}", params={"includeDetails": "true"}).json()["deployResult"]
        if result["done"]:
            return dict(result)


def deployed(raw: httpx.Client, files: dict[str, str], **options: Any) -> dict[str, Any]:
    return finished(raw, start(raw, files, **options).json()["id"])


def problem(raw: httpx.Client, files: dict[str, str]) -> str:
    """The first thing the server says against a deployment."""
    result = deployed(raw, files)
    assert result["success"] is False
    failures = result["details"]["componentFailures"]
    return str(failures[0]["problem"] if failures else result["errorMessage"])


TEXT = {"fullName": "X__c", "label": "X", "type": "Text", "length": 9}


@pytest.mark.parametrize(("single", "folder"), [(True, ""), (False, "src/")])
def test_a_package_lies_where_its_options_say(raw: httpx.Client, single: bool, folder: str) -> None:
    number = start(raw, fields(TEXT), folder=folder, singlePackage=single).json()["id"]
    assert finished(raw, number)["success"] is True


@pytest.mark.parametrize(("single", "folder"), [(True, "src/"), (False, "")])
def test_a_package_elsewhere_is_none(raw: httpx.Client, single: bool, folder: str) -> None:
    number = start(raw, fields(TEXT), folder=folder, singlePackage=single).json()["id"]
    result = finished(raw, number)
    (failure,) = result["details"]["componentFailures"]
    assert (result["success"], failure["problem"]) == (False, "No package.xml found")
    assert failure["fileName"] == ("package.xml" if single else "objects/package.xml")


@pytest.mark.parametrize("name", ["json", "entity_content"])
def test_a_job_goes_from_the_queue_to_its_end(raw: httpx.Client, name: str) -> None:
    answer = start(raw, fields(TEXT), name)
    assert answer.status_code == 201
    assert answer.json()["deployResult"]["status"] == "Pending"
    path = f"{DEPLOY}/{answer.json()['id']}"
    statuses = [raw.get(path).json()["deployResult"]["status"] for _ in range(4)]
    assert statuses == ["InProgress", "Finalizing", "Succeeded", "Succeeded"]
    assert "details" not in raw.get(path).json()["deployResult"]


def test_options_may_be_texts(org: Handle, raw: httpx.Client) -> None:
    assert deployed(raw, fields(TEXT), checkOnly="true", rollbackOnError="true")["success"] is True
    assert org.store.get("fields:Lead", "Lead.X__c") is None


def test_a_check_leaves_everything_as_it_was(org: Handle, raw: httpx.Client) -> None:
    before = org.dump()
    result = deployed(raw, fields(TEXT), checkOnly=True)
    assert (result["status"], result["checkOnly"]) == ("Succeeded", True)
    assert org.dump() == before


def test_one_failure_rolls_everything_back(org: Handle, raw: httpx.Client) -> None:
    result = deployed(raw, fields(TEXT, {**TEXT, "fullName": "Y__c", "length": 300}))
    assert (result["status"], result["numberComponentErrors"]) == ("Failed", 1)
    assert org.store.get("fields:Lead", "Lead.X__c") is None
    (failure,) = result["details"]["componentFailures"]
    assert (failure["componentType"], failure["fullName"], failure["problemType"]) == (
        "CustomField",
        "Lead.Y__c",
        "Error",
    )


def test_deleting_what_is_not_there_is_a_warning(raw: httpx.Client) -> None:
    files = {
        "package.xml": xml.package({}, "66.0"),
        "destructiveChanges.xml": xml.package({"CustomField": ["Lead.X__c"]}, "66.0"),
    }
    result = deployed(raw, files)
    assert result["success"] is True
    (success,) = [each for each in result["details"]["componentSuccesses"] if each["componentType"]]
    assert (success["problem"], success["problemType"]) == ("No CustomField named: Lead.X__c found", "Warning")


def test_deletions_come_before_or_after(org: Handle, raw: httpx.Client) -> None:
    formula = {"fullName": "F__c", "label": "F", "type": "Text", "formula": "X__c"}
    deployed(raw, fields(TEXT, formula))
    freed = fields({**formula, "formula": '"a"'})
    gone = xml.package({"CustomField": ["Lead.X__c"]}, "66.0")
    assert "referenced elsewhere" in problem(raw, {**freed, "destructiveChangesPre.xml": gone})
    assert deployed(raw, {**freed, "destructiveChangesPost.xml": gone})["success"] is True
    assert (org.store.get("bin", "Lead.X__c") or {})["name"] == "X_del__c"


def test_a_job_is_cancelled_until_it_finalizes(org: Handle, raw: httpx.Client) -> None:
    path = f"{DEPLOY}/{start(raw, fields(TEXT)).json()['id']}"
    body = {"deployResult": {"status": "Canceling"}}
    answer = raw.patch(path, json=body)
    assert (answer.status_code, answer.json()["deployResult"]["status"]) == (202, "Canceled")
    late = f"{DEPLOY}/{start(raw, fields(TEXT)).json()['id']}"
    raw.get(late)
    assert raw.patch(late, json=body).status_code == 400
    assert raw.patch(path, json={"deployResult": {"status": "Succeeded"}}).status_code == 400


def test_a_quick_deployment_needs_a_validation_with_tests(org: Handle, raw: httpx.Client) -> None:
    plain = start(raw, fields(TEXT), checkOnly=True).json()["id"]
    finished(raw, plain)
    assert raw.post(DEPLOY, json={"validatedDeployRequestId": plain}).status_code == 400
    tested = start(raw, fields(TEXT), checkOnly=True, testLevel="RunLocalTests").json()["id"]
    finished(raw, tested)
    quick = raw.post(DEPLOY, json={"validatedDeployRequestId": tested}).json()["id"]
    assert finished(raw, quick)["success"] is True
    assert org.store.get("fields:Lead", "Lead.X__c") is not None


def test_jobs_run_one_after_the_other(org: Handle, raw: httpx.Client) -> None:
    first, second = (start(raw, fields({**TEXT, "fullName": name})).json()["id"] for name in ("X__c", "Y__c"))
    raw.get(f"{DEPLOY}/{second}")
    assert (org.store.get("_deployments", second) or {})["Status"] == "Pending"
    assert finished(raw, second)["success"] is True
    assert finished(raw, first)["success"] is True


def test_production_is_stricter() -> None:
    with running(SalesforceEmulator, persona="production") as org:
        headers = {"Authorization": f"Bearer {token_for(org)}"}
        with httpx.Client(base_url=org.url, headers=headers, verify=False) as raw:
            assert start(raw, fields(TEXT), rollbackOnError=False).status_code == 400
            assert start(raw, fields(TEXT), purgeOnDelete=True).status_code == 400
            assert start(raw, fields(TEXT)).status_code == 201


def test_a_locked_org_says_so(org: Handle, raw: httpx.Client) -> None:
    org.do("lock_org")
    result = deployed(raw, fields(TEXT))
    assert result["errorStatusCode"] == "ORG_ADMIN_LOCKED"
    assert "temporarily lock your organization's administration setup" in result["errorMessage"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"objects/Lead.object": ""}, "No package.xml found"),
        ({"package.xml": "<Package"}, "Error parsing file"),
        ({"package.xml": "<Package></Package>"}, "metadata namespace"),
        ({"package.xml": xml.package({"CustomField": ["*"]}, "66.0")}, "wildcard"),
        ({**fields(TEXT), "readme.txt": "x"}, "Unknown file"),
        ({"package.xml": xml.package({"CustomField": ["Lead.X__c"]}, "66.0")}, "not found in zipped directory"),
        ({**fields(TEXT), "package.xml": xml.package({}, "66.0")}, "not listed in package.xml"),
        (fields({**TEXT, "colour": "red"}), "Element {http://soap.sforce.com/2006/04/metadata}colour invalid"),
    ],
)  # fmt: skip
def test_a_package_is_checked(raw: httpx.Client, files: dict[str, str], words: str) -> None:
    assert words in problem(raw, files)


def test_what_is_no_zip_fails_with_words(raw: httpx.Client) -> None:
    parts = {"json": (None, '{"deployOptions":{}}', "application/json"), "file": ("x", b"no zip", "application/zip")}
    assert finished(raw, raw.post(DEPLOY, files=parts).json()["id"])["errorMessage"] == "The zip file is not valid"
    assert raw.post(DEPLOY, files={"json": parts["json"]}).status_code == 400


PICK = {"fullName": "X__c", "label": "X", "type": "Picklist"}
NUMBER = {"fullName": "X__c", "label": "X", "type": "Number", "precision": 18, "scale": 0}


def valued(*names: str, **more: Any) -> dict[str, Any]:
    listed = [{"fullName": name, "label": name, "default": False} for name in names]
    return {**PICK, "valueSet": {"restricted": True, "valueSetDefinition": {"sorted": False, "value": listed}, **more}}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({**TEXT, "fullName": "X"}, "The Field Name can only contain"),
        ({**TEXT, "fullName": "X__y__c"}, "two consecutive underscores"),
        ({**TEXT, "fullName": f"{'x' * 41}__c"}, "max length=40"),
        ({**TEXT, "label": ""}, "Field Label"),
        ({**TEXT, "label": "x" * 41}, "too large"),
        ({**TEXT, "type": "Txt"}, "not a valid value for the enum 'FieldType'"),
        ({**TEXT, "length": None}, "Must specify 'length' for a CustomField of type Text"),
        ({**TEXT, "length": 256}, "Length"),
        ({**TEXT, "type": "Summary", "precision": 3, "summaryOperation": "count", "summaryForeignKey": "x"}, "Can not specify 'precision' for a CustomField of type Summary"),
        ({"fullName": "X__c", "label": "X", "type": "MasterDetail", "referenceTo": "Account", "relationshipName": "Y", "deleteConstraint": "Cascade"}, "Can not specify 'deleteConstraint' for a CustomField of type MasterDetail"),
        ({"fullName": "X__c", "label": "X", "type": "Checkbox", "defaultValue": "false", "required": False}, "Can not specify 'required'"),
        ({"fullName": "X__c", "label": "X", "type": "Lookup", "referenceTo": "Nope", "relationshipName": "Y"}, "does not resolve"),
        ({**TEXT, "type": "Url", "length": None, "unique": True}, "unique"),
        (PICK, "Must specify 'valueSet'"),
        (valued("a", "A"), "Duplicate value: A"),
        (valued(*map(str, range(1001))), "Too many values: 1001"),
        (valued("a", valueSetName="Units"), "either a valueSetDefinition or a valueSetName"),
        ({**PICK, "valueSet": {"valueSetName": "Units"}}, "no GlobalValueSet named Units found"),
        ({**PICK, "valueSet": {"valueSetName": "Units__gvs"}}, "no GlobalValueSet named"),
        ({**NUMBER, "formula": "X__c + 1"}, "does not exist"),
        ({**NUMBER, "formula": "IF(true, 1"}, "Syntax error. Missing"),
        ({**NUMBER, "formula": "1 +"}, "Syntax error"),
        ({**NUMBER, "formula": "IF(1, 2, 3)"}, "Expected Boolean, received Number"),
        ({**NUMBER, "formula": "CASE(Status, 1, 2, 3)"}, "Expected Text, received Number"),
        ({**NUMBER, "formula": "CASE(Status, \"a\", 1)"}, "Incorrect number of parameters"),
        ({**NUMBER, "formula": "IF(ISBLANK(Status), 1, 0)"}, "Expected Object, received Picklist"),
        ({**NUMBER, "formula": "IF(REGEX(Title, \"x\"), 1, 0)"}, "may not be used in this type of formula"),
        ({**NUMBER, "formula": "LEN(Description)"}, "Field Description does not exist"),
        ({**NUMBER, "formula": "IF($Permission.nope, 1, 0)"}, "$Permission.nope does not exist"),
    ],
)  # fmt: skip
def test_a_field_is_checked(raw: httpx.Client, field: dict[str, Any], words: str) -> None:
    assert words in problem(raw, fields(field))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (TEXT, {**NUMBER}, "Cannot change type from Text to Number"),
        (TEXT, {**TEXT, "length": None, "formula": '"x"'}, "Cannot change a formula field"),
        (valued("a"), {**PICK, "valueSet": {"valueSetName": "Units"}}, "cannot be changed to use a global value set"),
        (valued("web"), valued("Web"), "already in the list as web"),
    ],
)
def test_a_change_is_checked(
    org: Handle, raw: httpx.Client, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    org.do("create_value_set", name="Units", values=["a"])
    assert deployed(raw, fields(before))["success"] is True
    assert words in problem(raw, fields(after))


def test_a_standard_field_is_not_written(raw: httpx.Client) -> None:
    assert "Cannot modify" in problem(raw, fields({**TEXT, "fullName": "Title"}))


def test_a_value_that_is_left_out_is_deactivated(org: Handle, raw: httpx.Client) -> None:
    deployed(raw, fields(valued("a", "b")))
    deployed(raw, fields(valued("b")))
    field = org.store.get("fields:Lead", "Lead.X__c") or {}
    listed = field["metadata"]["valueSet"]["valueSetDefinition"]["value"]
    assert [(value["valueName"], value["isActive"]) for value in listed] == [("b", True), ("a", False)]


def test_a_circle_of_formulas_is_refused(raw: httpx.Client) -> None:
    one, two = ({**NUMBER, "fullName": f"{name}__c", "formula": "1"} for name in ("A", "B"))
    deployed(raw, fields(one, two))
    assert "circular reference" in problem(raw, fields({**one, "formula": "B__c"}, {**two, "formula": "A__c"}))


def test_a_formula_counts_what_it_refers_to(org: Handle, raw: httpx.Client) -> None:
    one = {**NUMBER, "fullName": "A__c", "formula": " + ".join(["LEN(Title)"] * 20)}
    two = {**NUMBER, "fullName": "B__c", "formula": "A__c + A__c + A__c"}
    org.limit("formula_compiled", 1500)
    assert "Compiled formula is too big to execute" in problem(raw, fields(one, two))
    org.limit("formula_compiled", 5000)
    assert deployed(raw, fields(one, two))["success"] is True


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"errorConditionFormula": "Title", "errorMessage": "x"}, "incompatible with expected data type (Boolean)"),
        ({"errorConditionFormula": "true", "errorMessage": ""}, "Error Message"),
        ({"errorConditionFormula": "true", "errorMessage": "x" * 256}, "Error Message"),
        (
            {"errorConditionFormula": "true", "errorMessage": "x", "errorDisplayField": "Nope"},
            "Field Nope does not exist",
        ),
        ({"fullName": "x" * 41, "errorConditionFormula": "true", "errorMessage": "x"}, "Rule Name"),
    ],
)
def test_a_rule_is_checked(raw: httpx.Client, rule: dict[str, Any], words: str) -> None:
    rules = [{"fullName": "rule", "active": True, **rule}]
    assert words in problem(raw, fields(more={"validationRules": rules}))


def standard(name: str, *values: dict[str, Any]) -> dict[str, str]:
    return {
        "package.xml": xml.package({"StandardValueSet": [name]}, "66.0"),
        f"standardValueSets/{name}.standardValueSet": xml.document("StandardValueSet", {"standardValue": list(values)}),
    }


def stage(**more: Any) -> dict[str, Any]:
    usual = {"fullName": "Open", "label": "Open", "default": True, "closed": False, "won": False, "probability": 10}
    return {**usual, "forecastCategory": "Pipeline", **more}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (standard("Nope", {"fullName": "a", "label": "a", "default": False}), "Not a standard value set"),
        (standard("LeadSource"), "standardValue"),
        (standard("LeadStatus", {"fullName": "a", "label": "a", "default": False}), "converted"),
        (
            standard(
                "LeadStatus",
                {
                    "fullName": "Closed - Converted",
                    "label": "a",
                    "default": False,
                    "converted": True,
                    "isActive": False,
                },
            ),
            "At least one lead status",
        ),
        (standard("OpportunityStage", stage(probability=None)), "probability"),
        (standard("OpportunityStage", stage(forecastCategory="Maybe")), "ForecastCategories"),
        (standard("OpportunityStage", stage(won=True)), "a won stage must be closed"),
        (standard("OpportunityStage", stage(), stage(fullName="Two", label="Two")), "default"),
    ],
)
def test_a_standard_value_set_is_checked(raw: httpx.Client, files: dict[str, str], words: str) -> None:
    assert words in problem(raw, files)


@pytest.mark.parametrize(
    ("right", "words"),
    [
        ({"field": "Lead.Nope__c", "readable": True, "editable": False}, "no CustomField named Lead.Nope__c found"),
        (
            {"field": "Lead.Company", "readable": True, "editable": False},
            "You cannot deploy to a required field: Lead.Company",
        ),
        ({"field": "Lead.Status", "readable": True, "editable": False}, "required field"),
        ({"field": "Lead.Title", "readable": False, "editable": True}, "not editable"),
    ],
)
def test_a_permission_set_is_checked(raw: httpx.Client, right: dict[str, Any], words: str) -> None:
    files = {
        "package.xml": xml.package({"PermissionSet": ["own"]}, "66.0"),
        "permissionsets/own.permissionset": xml.document(
            "PermissionSet", {"label": "own", "fieldPermissions": [right]}
        ),
    }
    assert words in problem(raw, files)


def test_a_global_value_set_in_use_stays(org: Handle, raw: httpx.Client) -> None:
    org.do("create_value_set", name="Units", values=["a"])
    deployed(raw, fields({**PICK, "valueSet": {"restricted": True, "valueSetName": "Units"}}))
    gone = {
        "package.xml": xml.package({}, "66.0"),
        "destructiveChanges.xml": xml.package({"GlobalValueSet": ["Units"]}, "66.0"),
    }
    assert "in use" in problem(raw, gone)


# -- SOAP


def soap(org: Handle, token: str, kind: str = "LeadConvertSettings") -> httpx.Response:
    space = "http://soap.sforce.com/2006/04/metadata"
    body = (
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader xmlns="{space}"><sessionId>'
        f'{token}</sessionId></SessionHeader></e:Header><e:Body><readMetadata xmlns="{space}"><type>{kind}</type>'
        f"<fullNames>{kind}</fullNames></readMetadata></e:Body></e:Envelope>"
    )
    return httpx.post(f"{org.url}/services/Soap/m/66.0", content=body)


def test_soap_reads_the_lead_conversion(org: Handle) -> None:
    answer = soap(org, token_for(org))
    assert answer.status_code == 200
    assert "<opportunityCreationOptions>VisibleOptional</opportunityCreationOptions>" in answer.text


def test_soap_refuses_what_it_does_not_know(org: Handle) -> None:
    assert "INVALID_SESSION_ID" in soap(org, "00Dnope").text
    assert "INVALID_TYPE" in soap(org, token_for(org), "Flow").text
    org.switch("token_format", "jwt")
    answer = soap(org, token_for(org))
    assert (answer.status_code, "INVALID_SESSION_ID" in answer.text) == (500, True)
