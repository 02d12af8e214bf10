from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_eloqua import names
from mopsctl_eloqua.emulator.assets import internal_name

LONG = "C_Integrated_Marketing_and_Sales_Funnel_Stage"  # its number is cut off
WORDS = st.text(st.sampled_from("abcXYZ019 "), min_size=1, max_size=20).map(str.strip).filter(bool)
LABELS = st.one_of(WORDS, st.text(min_size=1, max_size=20))


@given(WORDS, LABELS)
def test_a_field_is_made_under_a_name_that_leads_to_its_database_name(words: str, label: str) -> None:
    declared = f"C_{words.replace(' ', '_')}1"
    assert internal_name("C_", names.birth_name(declared, label), "drop", set()) == declared


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("C_Lifecycle_Stage1", "Lifecycle Stage", "Lifecycle Stage"),
        ("C_Lifecycle_Stage1", "Lifecycle stage", "Lifecycle Stage"),
        ("C_Lifecycle_Stage12", "Lifecycle Stage", "Lifecycle Stage"),
        ("C_Mql_Date1", "Marketing qualified lead: first entered", "Mql Date"),
        ("C_Region1", "Région", "Region"),
        ("C_Area511", "Zone", "Area51"),
        ("C_Region12", "Zone", "Region"),
        ("C_Code_2_31", "Code 2 3", "Code 2 3"),
        (LONG, "Integrated Marketing and Sales Funnel Stage", "Integrated Marketing and Sales Funnel Stage"),
        (LONG, "Funnel", "Integrated Marketing and Sales Funnel Stage"),
    ],
)
def test_the_label_is_used_where_it_leads_to_the_name(name: str, label: str, expected: str) -> None:
    assert names.birth_name(name, label) == expected


@pytest.mark.parametrize("name", ["C_EmailAddress", "C_Address1", "C_State_Prov", "C_SomethingFromTheCrm"])
def test_standard_fields_are_told_by_their_names(name: str) -> None:
    assert names.is_standard(name)


@pytest.mark.parametrize("name", ["C_Region1", "C_Business_Unit12", "C_Lead_Source___Most_Recent1", LONG])
def test_custom_fields_end_in_a_number(name: str) -> None:
    assert not names.is_standard(name)


@pytest.mark.parametrize("name", ["Region", "C_", "C_Région1", "M_Country", "C Region", ""])
def test_other_names_are_no_contact_fields(name: str) -> None:
    assert not names.is_contact_field(name)


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ("email-group:Product news", ("email-group", "Product news")),
        ("Product news", ("email-group", "Product news")),
        ("field:C_News1", ("field", "C_News1")),
        ("C_News1", ("field", "C_News1")),
        ("News: weekly", ("email-group", "News: weekly")),
    ],
)
def test_bindings_point_to_groups_and_fields(binding: str, expected: tuple[str, str]) -> None:
    assert names.bound_to(binding) == expected
