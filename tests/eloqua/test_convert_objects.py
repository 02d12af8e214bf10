from __future__ import annotations

from collections.abc import Callable

import pytest
from mopsctl_eloqua import provider

from mopsctl.element import Field
from mopsctl.provider.contract import Connection, Converted

Make = Callable[..., Field]


def convert(*elements: Field) -> Converted:
    return provider.convert(elements, Connection("eloqua"))


def test_fields_of_one_object_become_one_custom_object(field: Make) -> None:
    made = convert(
        field("E-mail", object="Consent ledger", label="E-mail", type="email", role="proof"),
        field("Key", object="Consent ledger", label="Key", unique=True),
        field("Captured at", object="Consent ledger", label="Captured at", type="datetime"),
    )
    (resource,) = made.resources
    assert made.findings == ()
    assert str(resource.address) == "eloqua:custom-object/Consent ledger"
    assert resource.capability == "consent.proof"
    assert resource.attributes == {
        "fields": {
            "Captured at": {"dataType": "date", "displayType": "text"},
            "E-mail": {"dataType": "text", "displayType": "text"},
            "Key": {"dataType": "text", "displayType": "text"},
        },
        "emailAddressField": "E-mail",
        "uniqueCodeField": "Key",
        "displayNameField": "Key",
    }
    assert "Audience > Custom Objects" in resource.steps[0]
    assert "Give it the field 'Captured at' with Data Type 'Date'." in resource.steps


def test_without_an_e_mail_or_unique_field_no_part_is_named(field: Make) -> None:
    (resource,) = convert(field("Note", object="Ledger", label="Note")).resources
    assert resource.attributes.keys() == {"fields"}


def test_a_label_that_differs_from_the_name_is_said(field: Make) -> None:
    (found,) = convert(field("Note", object="Ledger", label="Remark")).findings
    assert (found.rule, found.level) == ("EL011", "note")


@pytest.mark.parametrize("name", ["Contact", "contacts", "person", "company", "Accounts", "acount"])
def test_a_misspelt_object_is_no_custom_object(field: Make, name: str) -> None:
    made = convert(field("Note", object=name, label="Note"))
    assert [each.rule for each in made.findings] == ["EL017"]
    assert made.resources == ()


def test_a_custom_object_may_be_called_anything_where_it_is_meant(field: Make) -> None:
    (resource,) = convert(field("Note", object="custom-object:Contacts", label="Note")).resources
    assert resource.address.name == "Contacts"


def test_a_computed_field_is_refused(field: Make) -> None:
    assert [each.rule for each in convert(field("N", object="Ledger", type="computed", label="N")).findings] == [
        "EL003"
    ]


@pytest.mark.parametrize(("length", "expected"), [(250, []), (251, ["EL004"])])
def test_text_of_a_custom_object_is_longer(field: Make, length: int, expected: list[str]) -> None:
    made = convert(field("Note", object="Ledger", label="Note", max=length))
    assert [each.rule for each in made.findings] == expected


def test_a_field_that_is_declared_twice_is_refused(field: Make) -> None:
    made = convert(field("Note", object="Ledger", label="Note"), field("Note", object="Ledger", label="Note", key="b"))
    assert [each.rule for each in made.findings] == ["EL016"]
