"""What the adapter says of itself: kinds, cells, settings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mopsctl_salesforce import names, provider
from mopsctl_salesforce.apply.documents import TYPES
from mopsctl_salesforce.kinds import DEPLOYED

from mopsctl.provider.capability import ROWS, missing_rows


def test_every_row_of_the_table_has_its_cell() -> None:
    assert missing_rows(provider.cells) == []
    assert all(cell.why.endswith(".") for cell in provider.cells.values())


def test_everything_that_is_deployed_has_a_metadata_type() -> None:
    assert set(TYPES) == DEPLOYED


def test_a_capability_is_a_row_of_the_table() -> None:
    from tests.salesforce.conftest import resources_of
    from tests.salesforce.test_adapter_stack import EVERYTHING

    assert {resource.capability for resource in resources_of(EVERYTHING).values()} <= ROWS.keys()


def test_secrets_are_settings() -> None:
    assert provider.secret_settings <= provider.settings.keys()


def test_every_list_that_leaves_the_manifest_is_deactivated_never_deleted() -> None:
    for kind in provider.kinds.values():
        for attribute in kind.attributes.values():
            if attribute.keyed and attribute.noun == "picklist value":
                assert attribute.retire == {"active": False}


def test_importing_the_adapter_loads_no_http_library() -> None:
    code = (
        "import sys, mopsctl_salesforce; p = mopsctl_salesforce.provider; p.kinds, p.cells;"
        " sys.exit(bool({'httpx', 'starlette', 'jwt', 'cryptography'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "name"),
    [("Lifecycle/person", "Lifecycle_person"), ("9 lives", "M_9_lives"), ("x" * 50, "x" * 40), ("a b_", "a_b")],
)
def test_any_text_becomes_a_name_that_salesforce_takes(text: str, name: str) -> None:
    assert names.api_name(text) == name
    assert names.name_problem(f"{name}__c") == ""


def test_queries_quote_what_they_are_given() -> None:
    assert names.listed(["b's", "a\\"]) == "('a\\\\', 'b\\'s')"


def test_the_address_of_a_field() -> None:
    assert str(provider.field_address("crm", "Lead", "X__c")) == "crm:field/Lead.X__c"
