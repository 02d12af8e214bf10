"""Salesforce through the command line: the server's dry run, the gate between sandbox and production, what records hold."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mopsctl.emulator.server import Handle, running
from mopsctl.provider import http, registry
from tests.journeys.conftest import Run

ROWS = """
    - {key: tier, type: choice, values: tiers, label: Tier, owner: shared, in: {salesforce: Kit_Tier__c}}
    - {key: score, type: integer, label: Score, owner: shared, in: {salesforce: Kit_Score__c}}
    - {key: note, type: text, max: 80, label: Note, owner: shared, in: {salesforce: Kit_Note__c}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small stack of one system."""
    monkeypatch.setattr(http, "sleep", lambda _seconds: None)
    (tmp_path / "catalog").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "mopsctl.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: crm}\nspec:\n  include: [catalog/*.yaml]\n"
        "  systems: {salesforce: {role: crm}}\n  defaults: {on_delete: delete}\n",
        encoding="utf-8",
    )
    (tmp_path / "catalog" / "person.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: FieldCatalog\nmetadata: {name: person, owner: ops}\nspec:\n  object: person\n"
        f"  bind: {{salesforce: [Lead]}}\n  value_sets: {{tiers: [gold, silver]}}\n  fields:{ROWS}",
        encoding="utf-8",
    )
    return tmp_path


@contextlib.contextmanager
def org(folder: Path, monkeypatch: pytest.MonkeyPatch, persona: str, tier: str, pin: bool = True) -> Iterator[Handle]:
    """An emulated org of that sort behind an environment that claims to be of that tier."""
    provider = registry.load("salesforce")
    with running(provider.emulator(), persona=persona) as handle:  # type: ignore[arg-type]
        settings = dict(handle.connection)
        if not pin:
            settings.pop("account", None)
        for key in sorted(set(settings) & provider.secret_settings):
            monkeypatch.setenv(f"ORG_{key}".upper(), settings[key])
            settings[key] = f"${{env:ORG_{key.upper()}}}"
        (folder / "environments" / "there.yaml").write_text(
            f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: there}}\nspec:\n  tier: {tier}\n"
            f"  connections:\n    salesforce: {json.dumps(settings)}\n",
            encoding="utf-8",
        )
        yield handle


def test_a_sandbox_environment_never_writes_to_a_production_org(
    folder: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    with org(folder, monkeypatch, "production", "sandbox") as handle:
        made = run("apply", folder, "-e", "there", "--yes")
        assert made.code == 4
        assert "production account; the environment is sandbox" in " ".join(made.err.split())
        assert handle.counters()["writes"] == 0


def _as_if_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator may not be reached from production at all, so this one pretends to be at the vendor's."""
    monkeypatch.setattr("mopsctl.manifest.addresses.leads_here", lambda _url: False)
    monkeypatch.setattr("mopsctl.provider.hosts.Hosts.has", lambda *_: True)


def test_a_production_environment_never_reaches_a_sandbox_org(
    folder: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    _as_if_elsewhere(monkeypatch)
    with org(folder, monkeypatch, "sandbox", "production") as handle:
        made = run("apply", folder, "-e", "there", "--yes")
        assert made.code == 4
        assert "sandbox account; the environment is production" in " ".join(made.err.split())
        assert handle.counters()["writes"] == 0


def test_production_has_to_name_its_org(folder: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    _as_if_elsewhere(monkeypatch)
    with org(folder, monkeypatch, "production", "production", pin=False) as handle:
        made = run("plan", folder, "-e", "there")
        assert made.code == 4
        assert "add account:" in " ".join(made.err.split())
        assert handle.counters()["writes"] == 0


def test_the_servers_dry_run_shows_its_error_at_the_manifests_line_and_writes_nothing(
    folder: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    with org(folder, monkeypatch, "sandbox", "sandbox") as handle:
        handle.limit("custom_fields", 2)
        stored = handle.dump()
        made = run("plan", folder, "-e", "there", "--check-on-server", "--format", "json")
        refused = [each for each in made.document["verdicts"] if each["rule"] == "PL003"]
        assert refused
        lines = (folder / "catalog" / "person.yaml").read_text(encoding="utf-8").splitlines()
        fields = [each for each in refused if ":field/" in each["address"]]
        assert fields
        for verdict in fields:
            file, line, _ = verdict["source"].rsplit(":", 2)
            assert file == "catalog/person.yaml"
            assert verdict["address"].rsplit(".", 1)[-1] in lines[int(line) - 1]
        assert {key: value for key, value in handle.dump().items() if "eploy" not in key} == {
            key: value for key, value in stored.items() if "eploy" not in key
        }
        assert run("apply", folder, "-e", "there", "--yes").code in (1, 5)  # what the dry run said comes true
        handle.limit("custom_fields", 800)
        assert "PL003" not in run("plan", folder, "-e", "there", "--check-on-server").out
        assert run("apply", folder, "-e", "there", "--resume").code == 0


def test_counts_are_the_orgs_records_and_new_fields_are_seen(
    folder: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    with org(folder, monkeypatch, "sandbox", "sandbox") as handle:
        assert run("apply", folder, "-e", "there", "--yes").code == 0
        again = run("plan", folder, "-e", "there", "--format", "json").document
        assert not [each for each in again["changes"] if each["action"] != "manual"]  # read back through describe
        for number in range(5):
            handle.do("create_record", object_name="Lead", LastName=f"L{number}", Company="C", Kit_Tier__c="silver")
        path = folder / "catalog" / "person.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("[gold, silver]", "[gold]"), encoding="utf-8")
        (value,) = _changes(run, folder)
        assert (value["action"], value["impact"]["records"]) == ("keep", 5)
        kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if "key: tier" not in line]
        path.write_text("".join(kept), encoding="utf-8")
        (removal,) = [each for each in _changes(run, folder, "--allow-remove") if each["action"] == "remove"]
        assert removal["impact"]["records"] == 5
        assert run("plan", folder, "-e", "there", "--allow-remove", "--no-counts").code == 0


def _changes(run: Callable[..., Run], folder: Path, *options: str) -> list[dict[str, object]]:
    document = run("plan", folder, "-e", "there", "--format", "json", *options).document
    return [
        each
        for each in document["changes"]
        if each["action"] in ("change", "keep", "remove") and "field/" in each["address"]
    ]
