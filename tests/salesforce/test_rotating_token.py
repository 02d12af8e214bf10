"""An org that replaces the refresh token at each use: every later run signs in with the newest one."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mopsctl_salesforce import provider
from mopsctl_salesforce.emulator import seed

from mopsctl.address import Address
from mopsctl.emulator import Handle
from mopsctl.errors import AuthenticationError
from mopsctl.provider.contract import Connection, System
from mopsctl.resource import Resource
from mopsctl.secrets import Secret
from mopsctl.testing.world import World
from tests.salesforce.conftest import FREE, SYSTEM, connection_to

WANTED = Resource(
    Address(SYSTEM, "global-value-set", "Regions"),
    "Regions",
    {"label": "Regions", "values": {"EMEA": {"label": "EMEA", "active": True}}, "order": ["EMEA"]},
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "state" / "token.json"


@pytest.fixture
def connection(org: Handle, kept: Path) -> Connection:
    org.switch("refresh_rotation", "on")
    return connection_to(
        {**org.connection, "flow": "refresh_token", "refresh_token": seed.REFRESH_TOKEN, "token_file": str(kept)}
    )


def runs(connection: Connection, number: int) -> Iterator[System]:
    """So many runs, one after the other, each with a connection of its own."""
    for _ in range(number):
        with provider.open(connection) as system:
            yield system


def test_one_run_after_the_other_signs_in(connection: Connection) -> None:
    assert {system.identify().id for system in runs(connection, 3)} == {"00DEM0000000001EAA"}


def test_a_plan_and_then_its_apply_sign_in(connection: Connection, tmp_path: Path) -> None:
    first, second, third = (provider.open(connection) for _ in range(3))
    with first, second, third:
        world = World(SYSTEM, first, provider.kinds, tmp_path, rules=FREE)
        plan = world.plan([WANTED])
        assert [change.action for change in plan.changes] == ["add"]
        world.system = second
        assert [line.outcome for line in world.apply(plan)] == ["done"]
        world.system = third
        assert world.plan([WANTED]).changes == ()


def test_the_file_is_its_owners_alone_and_holds_the_newest_token(connection: Connection, kept: Path) -> None:
    for system in runs(connection, 2):
        system.identify()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert seed.REFRESH_TOKEN not in kept.read_text(encoding="utf-8")
    before = json.loads(kept.read_text(encoding="utf-8"))
    for system in runs(connection, 1):
        system.identify()
    after = json.loads(kept.read_text(encoding="utf-8"))
    assert (before["seed"], before["refresh_token"] == after["refresh_token"]) == (after["seed"], False)


def test_a_new_token_in_the_connection_counts_more_than_the_kept_one(connection: Connection, kept: Path) -> None:
    with provider.open(connection) as system:
        system.identify()
    newest = json.loads(kept.read_text(encoding="utf-8"))["refresh_token"]
    kept.write_text(json.dumps({"refresh_token": "5AepOfLongAgo", "seed": "of another token"}), encoding="utf-8")
    again = replace(connection, secrets={**connection.secrets, "refresh_token": Secret(newest, "refresh_token")})
    assert [system.identify().sort for system in runs(again, 2)] == ["sandbox", "sandbox"]


def test_a_token_that_was_spent_elsewhere_says_what_to_do(connection: Connection, kept: Path) -> None:
    with provider.open(connection) as system:
        system.identify()
    kept.unlink()
    with (
        provider.open(connection) as system,
        pytest.raises(AuthenticationError, match="expired access/refresh") as raised,
    ):
        system.identify()
    assert "sign in again" in raised.value.hint


def test_where_nothing_can_be_kept_a_token_that_stays_still_signs_in(
    connection: Connection, org: Handle, kept: Path
) -> None:
    kept.parent.write_text("a file where the folder would be", encoding="utf-8")
    org.switch("refresh_rotation", "off")
    assert [system.identify().sort for system in runs(connection, 2)] == ["sandbox", "sandbox"]


def test_where_nothing_can_be_kept_a_token_that_was_replaced_is_said(connection: Connection, kept: Path) -> None:
    kept.parent.write_text("a file where the folder would be", encoding="utf-8")
    with provider.open(connection) as system, pytest.raises(AuthenticationError, match="cannot be written") as raised:
        system.identify()
    assert raised.value.hint == "name another place in token_file"
