"""The first calls of clients that people use with Salesforce, in the spelling they use: plain HTTP, nothing of ours.

Trailing slashes and parameters are simple_salesforce's; names of multipart parts and the order of calls those of the vendor's
command line and of jsforce.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from mopsctl.emulator import Handle
from tests.salesforce.conftest import V


@pytest.fixture
def client(org: Handle) -> Iterator[httpx.Client]:
    """Signed in as the command line does: a form, and the token in a header of any letter case."""
    settings = org.connection
    with httpx.Client(base_url=settings["url"]) as anonymous:
        answer = anonymous.post(
            "/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": settings["client_id"],
                "client_secret": settings["client_secret"],
            },
            headers={"accept": "application/json"},
        ).json()
    signed = {"AUTHORIZATION": f"Bearer {answer['access_token']}"}
    with httpx.Client(base_url=settings["url"], headers=signed) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/services/data",
        "/services/data/",
        f"{V}",
        f"{V}/",
        f"{V}/sobjects",
        f"{V}/sobjects/",
        f"{V}/sobjects/Lead",
        f"{V}/sobjects/Lead/",
        f"{V}/sobjects/Lead/describe/",
        f"{V}//sobjects/Lead/describe",
        f"{V}/limits/",
        f"{V}/query/?q=SELECT+Id,Name+FROM+Organization",
        f"{V}/query?q=SELECT+Id,Name+FROM+Organization&_HttpMethod=GET",
        f"{V}/query/?q=SELECT+Id+FROM+Lead&columns=true",
        f"{V}/tooling/query/?q=SELECT+Id,DeveloperName+FROM+CustomField",
        "/services/oauth2/userinfo",
    ],
)
def test_trailing_slash_reads_are_answered(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"X-PrettyPrint": "1", "Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json(), dict | list)


def test_trailing_slash_a_row_is_made_changed_and_deleted(client: httpx.Client) -> None:
    """As simple_salesforce spells it, with the charset that jsforce names."""
    headers = {"content-type": "application/json;charset=UTF-8"}
    made = client.post(f"{V}/sobjects/Lead/", json={"LastName": "Marlow", "Company": "Northwind"}, headers=headers)
    assert made.status_code == 201, made.text
    row = made.json()["id"]
    assert client.patch(f"{V}/sobjects/Lead/{row}", json={"Company": "Contoso"}).status_code == 204
    assert client.get(f"{V}/sobjects/Lead/{row}/").json()["Company"] == "Contoso"
    assert client.delete(f"{V}/sobjects/Lead/{row}").status_code == 204


def test_rows_of_a_tooling_query_name_tooling_addresses(client: httpx.Client) -> None:
    found = client.get(f"{V}/tooling/query", params={"q": "SELECT Id, QualifiedApiName FROM EntityDefinition LIMIT 1"})
    assert found.json()["records"][0]["attributes"]["url"].startswith(f"{V}/tooling/sobjects/EntityDefinition/")


def test_a_query_goes_on_where_the_answer_says(client: httpx.Client, org: Handle) -> None:
    org.limit("query_batch", 1)
    first = client.get(f"{V}/tooling/query/", params={"q": "SELECT QualifiedApiName FROM EntityDefinition"}).json()
    assert not first["done"]
    assert len(client.get(first["nextRecordsUrl"]).json()["records"]) == 1


# -- the SOAP metadata interface, as the Ant-style tools and jsforce speak it

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
FIELD = (
    f'<CustomObject xmlns="{NAMESPACE}"><fields><fullName>Tier__c</fullName><label>Tier</label><type>Text</type>'
    "<length>20</length></fields></CustomObject>"
)
PACKAGE = (
    f'<Package xmlns="{NAMESPACE}"><types><members>Lead.Tier__c</members><name>CustomField</name></types>'
    "<version>66.0</version></Package>"
)


def soap(client: httpx.Client, operation: str, body: str) -> ElementTree.Element:
    token = client.headers["authorization"].partition(" ")[2]
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header>'
        f'<SessionHeader xmlns="{NAMESPACE}"><sessionId>{token}</sessionId></SessionHeader></soapenv:Header>'
        f'<soapenv:Body><{operation} xmlns="{NAMESPACE}">{body}</{operation}></soapenv:Body></soapenv:Envelope>'
    )
    headers = {"content-type": "text/xml", "soapaction": '""'}
    answer = client.post("/services/Soap/m/66.0", content=envelope, headers=headers)
    assert answer.status_code == 200, answer.text
    return ElementTree.fromstring(answer.text)


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def deployed_by_soap(client: httpx.Client, *, check_only: bool = False) -> ElementTree.Element:
    content = base64.b64encode(zipped({"package.xml": PACKAGE, "objects/Lead.object": FIELD})).decode()
    options = f"<singlePackage>true</singlePackage><rollbackOnError>true</rollbackOnError><checkOnly>{str(check_only).lower()}</checkOnly>"
    started = soap(client, "deploy", f"<ZipFile>{content}</ZipFile><DeployOptions>{options}</DeployOptions>")
    number = started.findtext(".//{*}id")
    for _ in range(9):
        looked = f"<asyncProcessId>{number}</asyncProcessId><includeDetails>true</includeDetails>"
        result = soap(client, "checkDeployStatus", looked)
        if result.findtext(".//{*}result/{*}done") == "true":
            return result
    raise AssertionError("it never ends")


def test_a_field_is_deployed_by_soap_and_retrieved(client: httpx.Client) -> None:
    assert deployed_by_soap(client).findtext(".//{*}result/{*}success") == "true"
    types = "<types><members>*</members><name>CustomField</name></types>"
    request = f"<retrieveRequest><apiVersion>66.0</apiVersion><singlePackage>true</singlePackage><unpackaged>{types}</unpackaged>"
    number = soap(client, "retrieve", f"{request}</retrieveRequest>").findtext(".//{*}id")
    found = soap(
        client, "checkRetrieveStatus", f"<asyncProcessId>{number}</asyncProcessId><includeZip>true</includeZip>"
    )
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(found.findtext(".//{*}zipFile") or ""))) as archive:
        assert sorted(archive.namelist()) == ["objects/Lead.object", "package.xml"]
        assert b"<fullName>Tier__c</fullName>" in archive.read("objects/Lead.object")


def test_a_check_by_soap_keeps_nothing(client: httpx.Client) -> None:
    assert deployed_by_soap(client, check_only=True).findtext(".//{*}result/{*}success") == "true"
    listed = soap(client, "listMetadata", "<queries><type>CustomField</type></queries>")
    assert listed.findall(".//{*}result") == []


def test_metadata_is_described_listed_and_read_by_soap(client: httpx.Client) -> None:
    deployed_by_soap(client)
    described = soap(client, "describeMetadata", "<asOfVersion>66.0</asOfVersion>")
    assert "CustomObject" in {each.text for each in described.iter(f"{{{NAMESPACE}}}xmlName")}
    listed = soap(client, "listMetadata", "<queries><type>CustomField</type></queries>")
    assert [each.text for each in listed.iter(f"{{{NAMESPACE}}}fullName")] == ["Lead.Tier__c"]
    read = soap(client, "readMetadata", "<type>CustomField</type><fullNames>Lead.Tier__c</fullNames>")
    assert read.findtext(".//{*}records/{*}label") == "Tier"


def test_setup_tables_have_the_columns_that_clients_ask_for(client: httpx.Client) -> None:
    stages = client.get(f"{V}/query/", params={"q": "SELECT MasterLabel, ForecastCategoryName FROM OpportunityStage"})
    assert "Best Case" in {each["ForecastCategoryName"] for each in stages.json()["records"]}
    entities = client.get(f"{V}/tooling/query/", params={"q": "SELECT DurableId FROM EntityDefinition"})
    assert "Lead" in {each["DurableId"] for each in entities.json()["records"]}


@pytest.mark.parametrize(
    ("object_name", "names"),
    [
        ("Lead", {"Name", "Street", "City", "State", "PostalCode", "Fax", "ConvertedContactId"}),
        ("Contact", {"Name", "MailingStreet", "HomePhone", "Department", "Birthdate"}),
        ("Account", {"BillingStreet", "ShippingCity", "AccountNumber", "ParentId"}),
        ("Opportunity", {"NextStep", "ExpectedRevenue", "FiscalYear", "CampaignId"}),
    ],
)
def test_the_standard_fields_are_there(client: httpx.Client, object_name: str, names: set[str]) -> None:
    described = client.get(f"{V}/sobjects/{object_name}/describe").json()
    assert names <= {each["name"] for each in described["fields"]}
