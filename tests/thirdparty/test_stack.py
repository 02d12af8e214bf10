"""A stack that uses a third party's adapter, through the command line: found, checked, planned, applied, removed."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mopsctl_postbox import Postbox, provider
from mopsctl_postbox.emulator import PostboxEmulator

from mopsctl.emulator import running
from mopsctl.provider import registry
from tests.thirdparty.conftest import POSTBOX, Run

Cli = Callable[..., Run]
LOCAL = ("-e", "local")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    shutil.copytree(POSTBOX / "stack", folder, ignore=shutil.ignore_patterns(".mopsctl"))
    return folder


def edit(stack: Path, old: str, new: str) -> None:
    path = stack / "catalog" / "person.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def fields(stack: Path) -> dict[str, dict[str, object]]:
    """What the emulated account holds between two runs."""
    with running(PostboxEmulator, stack / ".mopsctl" / "emulators" / "local" / "mail", persona="sandbox") as handle:
        return dict(handle.dump()["fields"])


@pytest.mark.usefixtures("installed")
def test_the_adapter_is_found_by_its_entry_point() -> None:
    assert "postbox" in registry.names()
    assert registry.load("postbox") is provider


def test_without_the_entry_point_it_is_not_there() -> None:
    assert "postbox" not in registry.names()


def test_what_it_can_do_is_shown(cli: Cli) -> None:
    shown = cli("providers", "postbox")
    assert shown.code == 0
    assert "Postbox" in shown.out
    assert "Postbox's API knows fields only." in " ".join(shown.out.split())


def test_a_stack_is_planned_applied_and_then_in_order(cli: Cli, stack: Path) -> None:
    assert cli("validate", stack, *LOCAL).code == 0
    planned = cli("plan", stack, *LOCAL, "--detailed-exitcode")
    assert planned.code == 2
    assert "+ add Postbox field City" in planned.out
    assert "mail:field/rhythm" in planned.out
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    assert sorted(fields(stack)) == ["city", "email", "rhythm"]
    again = cli("plan", stack, *LOCAL, "--detailed-exitcode")
    assert again.code == 0, again.out


def test_a_choice_that_somebody_added_on_the_screen_stays(cli: Cli, stack: Path) -> None:
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    with running(PostboxEmulator, stack / ".mopsctl" / "emulators" / "local" / "mail", persona="sandbox") as handle:
        handle.do("add_choice", name="rhythm", value="yearly", title="Once a year")
    edit(stack, "[daily, weekly]", "[weekly, monthly]")
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    assert fields(stack)["rhythm"]["choices"] == [
        {"value": "daily", "title": "Daily", "retired": False},
        {"value": "weekly", "title": "Weekly", "retired": False},
        {"value": "monthly", "title": "Monthly", "retired": False},
        {"value": "yearly", "title": "Once a year", "retired": False},
    ]


def test_a_removal_says_how_many_people_it_touches(cli: Cli, stack: Path) -> None:
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    with running(PostboxEmulator, stack / ".mopsctl" / "emulators" / "local" / "mail", persona="sandbox") as handle:
        handle.do("fill", name="city", people=17)
    catalogue = stack / "catalog" / "person.yaml"
    rows = catalogue.read_text("utf-8").splitlines(keepends=True)
    catalogue.write_text("".join(row for row in rows if "key: city" not in row), "utf-8")
    plan = json.loads(cli("plan", stack, *LOCAL, "--allow-remove", "--format", "json").out)
    (removal,) = [each for each in plan["changes"] if each["action"] == "remove"]
    assert removal["impact"]["records"] == 17
    assert cli("apply", stack, *LOCAL, "--allow-remove", "--yes").code == 0
    assert sorted(fields(stack)) == ["email", "rhythm"]


def test_a_type_that_moves_is_refused_with_the_adapters_words(cli: Cli, stack: Path) -> None:
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    edit(stack, "label: City, type: text", "label: City, type: integer")
    planned = cli("plan", stack, *LOCAL)
    assert "Postbox fixes it when the field is made" in " ".join(planned.out.split())
    assert cli("apply", stack, *LOCAL, "--yes").code == 3


def test_what_postbox_cannot_hold_is_said_at_the_manifests_line(cli: Cli, stack: Path) -> None:
    edit(stack, "label: City, type: text", "label: City, type: currency")
    planned = cli("plan", stack, *LOCAL)
    assert "PB001" in planned.out
    assert "catalog/person.yaml:11:8" in planned.out
    assert "Postbox has no field of type currency on subscriber." in " ".join(planned.out.split())


def test_what_gets_lost_is_a_warning(cli: Cli, stack: Path) -> None:
    edit(stack, "label: City, type: text", "label: City, required: true, type: text")
    planned = cli("plan", stack, *LOCAL)
    assert "PB002" in planned.out
    assert cli("apply", stack, *LOCAL, "--yes").code == 0


def test_a_real_account_needs_a_key(cli: Cli, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(PostboxEmulator) as handle:
        connection = f'{{account: PB-1001, url: "{handle.url}", api_key: "${{env:POSTBOX_KEY}}"}}'
        path = stack / "environments" / "sandbox.yaml"
        head = "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: sandbox}\n"
        path.write_text(f"{head}spec: {{connections: {{mail: {connection}}}}}\n", "utf-8")
        assert "POSTBOX_KEY is not set" in " ".join(cli("plan", stack, "-e", "sandbox").err.split())
        monkeypatch.setenv("POSTBOX_KEY", "a-wrong-key")
        assert "mail does not know this api_key" in " ".join(cli("plan", stack, "-e", "sandbox").out.split())
        monkeypatch.setenv("POSTBOX_KEY", handle.connection["api_key"])
        planned = cli("plan", stack, "-e", "sandbox")
        assert "2 to add" in planned.out
        assert handle.connection["api_key"] not in planned.out + planned.err


def test_the_adapter_stays_small_enough_to_read() -> None:
    """As docs/adapters.md promises: under 220 lines of code, blank lines and docstrings not counted."""
    texts = [(POSTBOX / "mopsctl_postbox" / name).read_text("utf-8") for name in ("adapter.py", "system.py")]
    assert sum(map(lines_of_code, texts)) < 220


def lines_of_code(text: str) -> int:
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docstrings |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(bool(line.strip()) and number not in docstrings for number, line in enumerate(text.splitlines(), 1))


@pytest.mark.parametrize(("hosts", "code"), [((), 3), (("api.postbox.example",), 0)])
def test_chosen_host_of_an_adapter_that_names_none_has_to_be_allowed(
    cli: Cli, stack: Path, hosts: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postbox, "hosts", hosts)
    (stack / "environments" / "real.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: real}\nspec:\n  connections:\n"
        '    mail: {account: "1", api_key: "${env:KEY}", url: "https://api.postbox.example"}\n',
        encoding="utf-8",
    )
    assert cli("validate", stack, "-e", "real").code == code
    assert cli("validate", stack, "-e", "real", "--allow-host", "api.postbox.example").code == 0
    assert "api.postbox.example" in cli("providers", "postbox").out or not hosts


def test_an_adapter_that_declares_no_rights_says_so(cli: Cli) -> None:
    said = cli("providers", "postbox", "--scopes")
    assert said.code == 0
    assert "says nothing about the rights it needs" in said.out
    assert json.loads(cli("providers", "postbox", "--scopes", "--format", "json").out)["rights"] == []
