from __future__ import annotations

import subprocess
import sys

import pytest
from mopsctl_eloqua import provider
from mopsctl_eloqua.kinds import KINDS
from mopsctl_eloqua.live.shelf import Assets
from mopsctl_eloqua.system import EloquaSystem

from mopsctl.address import Address
from mopsctl.provider.capability import missing_rows
from mopsctl.provider.contract import API_VERSION, Connection
from mopsctl.secrets import Secret


def test_every_row_of_the_table_has_its_cell() -> None:
    assert missing_rows(provider.cells) == []
    assert all(cell.why.endswith(".") for cell in provider.cells.values())


def test_what_is_written_says_whether_it_can_be_undone() -> None:
    assert [row for row, cell in provider.cells.items() if "write" in cell.modes and not cell.undo] == ["consent.proof"]


def test_kinds_that_cannot_be_made_say_why() -> None:
    assert all(kind.why for kind in KINDS.values() if not kind.creatable)
    assert all(kind.removal == "none" for kind in KINDS.values() if not kind.creatable)


def test_attributes_that_cannot_be_written_say_why() -> None:
    fixed = [each for kind in KINDS.values() for each in kind.attributes.values() if each.mode != "write"]
    assert fixed
    assert all(each.why for each in fixed)
    assert all(each.instead for each in fixed if each.mode in ("fixed", "create-only"))


def test_lists_come_before_the_fields_that_use_them() -> None:
    assert list(KINDS).index("option-list") < list(KINDS).index("field")


def test_every_readable_kind_has_a_shelf_and_every_writable_one_can_write() -> None:
    secrets = {"password": Secret("not a real one")}
    settings = {"company": "Co", "user": "u", "url": "http://127.0.0.1:9"}
    with EloquaSystem(Connection("eloqua", settings, secrets)) as system:
        shelves = system._shelves
        assert set(shelves) == {name for name, kind in KINDS.items() if kind.readable}
        assert {name for name in shelves if isinstance(shelves[name], Assets)} == {
            name for name, kind in KINDS.items() if kind.creatable
        }
        assert system.calls.reads == system.calls.writes == 0


@pytest.mark.parametrize(
    ("object_name", "name", "expected"),
    [
        ("contact", "C_Region1", "field/contact.C_Region1"),
        ("account", "M_Country", "account-field/M_Country"),
        ("contact", "isSubscribed", "contact-state/isSubscribed"),
        ("Consent ledger", "Captured at", "custom-object/Consent ledger"),
        ("custom-object:contact", "Captured at", "custom-object/contact"),
    ],
)
def test_fields_have_addresses(object_name: str, name: str, expected: str) -> None:
    assert provider.field_address("eloqua", object_name, name) == Address.parse(f"eloqua:{expected}")


def test_importing_the_adapter_loads_no_http_library_and_no_emulator() -> None:
    code = "import sys, mopsctl_eloqua; from mopsctl.provider.contract import Connection;"
    code += "p = mopsctl_eloqua.provider; p.kinds, p.cells, p.convert((), Connection('eloqua'));"
    code += "print([name for name in ('httpx', 'starlette', 'tenacity', 'jsonschema') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_contract_is_the_one_this_mopsctl_speaks() -> None:
    assert provider.api_version == API_VERSION
    assert provider.secret_settings <= provider.settings.keys()
