"""The tables say something about everything, and agree with each other."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mopsctl_hubspot import provider
from mopsctl_hubspot.convert import consent, hints
from mopsctl_hubspot.names import SCORING_VERSIONS, VERSIONS, is_standard, plural, singular
from mopsctl_hubspot.wire.consent import folded
from mopsctl_hubspot.wire.properties import SENT_ON_CHANGE, WRITABLE

from mopsctl.provider.capability import missing_rows
from mopsctl.provider.contract import API_VERSION, Provider


def test_every_row_of_the_lowering_table_has_a_cell() -> None:
    assert missing_rows(provider.cells) == []


@pytest.mark.parametrize("row", sorted(provider.cells))
def test_a_cell_says_why_in_one_sentence_or_two(row: str) -> None:
    cell = provider.cells[row]
    assert cell.modes
    assert cell.why[0].isupper()
    assert cell.why.endswith(".")


@pytest.mark.parametrize("name", sorted(provider.kinds))
def test_a_kind_is_named_as_it_is_filed_and_says_why_it_is_not_written(name: str) -> None:
    kind = provider.kinds[name]
    assert kind.name == name
    assert kind.noun
    assert kind.why or kind.creatable
    for attribute in kind.attributes.values():
        assert attribute.why or attribute.mode in ("write", "verify")
        assert attribute.instead or attribute.mode not in ("create-only", "fixed")


def test_what_cannot_be_read_is_not_written_either() -> None:
    assert not [kind.name for kind in provider.kinds.values() if not kind.readable and kind.creatable]


def test_groups_are_written_before_the_properties_in_them() -> None:
    order = list(provider.kinds)
    assert order.index("property-group") < order.index("property")


def test_only_new_properties_share_a_call() -> None:
    grain = provider.kinds["property"].grain
    assert (grain.size, grain.actions) == (100, frozenset({"add"}))
    assert {kind.grain.size for kind in provider.kinds.values() if kind.name != "property"} == {1}


def test_an_option_that_leaves_is_hidden_and_a_stage_is_taken_out() -> None:
    assert provider.kinds["property"].attributes["options"].retire == {"hidden": True}
    assert provider.kinds["pipeline"].attributes["stages"].retire is None


def test_what_is_sent_on_a_change_is_what_the_kind_calls_writable() -> None:
    writable = {name for name, rule in provider.kinds["property"].attributes.items() if rule.mode == "write"}
    assert writable == WRITABLE | {"fieldType"}
    assert set(SENT_ON_CHANGE) < writable


def test_the_provider_is_one() -> None:
    assert isinstance(provider, Provider)
    assert provider.api_version == API_VERSION
    assert provider.secret_settings < set(provider.settings)
    assert VERSIONS[0] == "2026-09"
    assert VERSIONS[0] in provider.settings["api_version"]
    assert SCORING_VERSIONS[0] in provider.settings["scoring_version"]


def test_importing_the_package_loads_no_http_library() -> None:
    code = "import sys, mopsctl_hubspot; print(sorted({'httpx', 'tenacity', 'starlette'} & set(sys.modules)))"
    path = ":".join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    assert done.stdout.strip() == "[]"


def test_every_type_of_field_has_a_field_type_or_is_calculated() -> None:
    assert [name for name, choices in hints.FIELD_TYPES.items() if not choices] == ["computed"]


def test_legal_bases_are_written_as_they_compare() -> None:
    assert all(value == folded(value) for value in consent.BASES.values())


@pytest.mark.parametrize("spelling", ["contact", "Contacts", "contacts", "0-1"])
def test_an_object_has_one_name(spelling: str) -> None:
    assert singular(spelling) == "contact"
    assert plural(singular(spelling)) == "contacts"


def test_custom_objects_and_leads_keep_what_paths_need() -> None:
    assert plural(singular("2-1234")) == "2-1234"
    assert plural(singular("leads")) == "0-136"


@pytest.mark.parametrize(
    ("object_name", "name", "expected"),
    [
        ("contact", "email", True),
        ("contact", "hs_anything", True),
        ("company", "domain", True),
        ("contact", "domain", False),
    ],
)
def test_standard_properties_are_known(object_name: str, name: str, expected: bool) -> None:
    assert is_standard(object_name, name) is expected


def test_field_addresses_are_those_of_properties() -> None:
    assert str(provider.field_address("hs", "contacts", "fit_score")) == "hs:property/contact.fit_score"
