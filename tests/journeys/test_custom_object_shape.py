"""A Marketo custom object whose keys and links only its type says: after an apply there is nothing left to plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Run, Stack

HEAD = {
    "mopsctl.yaml": "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: s}\nspec: {systems: {marketo: {}}}\n",
    "environments/local.yaml": "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: local}\nspec: {emulated: true}\n",
}
CATALOG = """\
apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {{name: car}}
spec:
  object: person
  bind: {{marketo: "custom:carLease"}}
  fields:
    - {{key: vin, type: text, label: VIN, in: {{marketo: {{name: vin, dedupe: true, object_label: Car lease}}}}}}
    - {{key: year, type: integer, label: Year, in: {{marketo: {{name: year, dedupe: true}}}}}}
    - {{key: owner, type: integer, label: Owner, in: {{marketo: {{name: leadID, link: {link}}}}}}}
    - {{key: site, type: url, label: {site}, in: {{marketo: {{name: site}}}}}}
"""


def written(folder: Path, link: str, site: str = "Site") -> None:
    for name, text in {**HEAD, "catalog/car.yaml": CATALOG.format(link=link, site=site)}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("link", ["lead.id", "Lead.id", "lead.ID", "Company.company"])
def test_custom_object_shape_two_keys_and_a_link_plan_to_nothing(
    tmp_path: Path, run: Callable[..., Run], link: str
) -> None:
    written(tmp_path / "co", link)
    stack = Stack(tmp_path / "co", run)
    assert stack.apply().code == 0
    after = stack.plan()
    assert [each for each in after["changes"] if each["action"] != "manual"] == []
    assert after["drift"] == []
    with stack.screen("marketo") as handle:
        made = handle.emulator.store.get("customobjects", "carLease")
        assert {each["name"]: each["dataType"] for each in made["approved"]["fields"]} == {
            "vin": "string",
            "year": "integer",
            "leadID": "link",
            "site": "string",
        }
    written(tmp_path / "co", link, site="Web site")
    assert [each["action"] for each in stack.plan()["changes"]] == ["change"]
    assert stack.apply().code == 0
    assert stack.plan()["changes"] == []


def test_custom_object_shape_a_key_that_would_move_is_refused_by_the_plan(
    tmp_path: Path, run: Callable[..., Run]
) -> None:
    written(tmp_path / "co", "lead.id")
    stack = Stack(tmp_path / "co", run)
    assert stack.apply().code == 0
    catalog = tmp_path / "co" / "catalog" / "car.yaml"
    catalog.write_text(catalog.read_text().replace("name: year, dedupe: true", "name: year"), encoding="utf-8")
    plan = stack.plan()
    (found,) = [each for each in plan["verdicts"] if each["level"] == "error"]
    assert (found["rule"], plan["changes"]) == ("MK035", [])
    assert "cannot have year as declared" in found["message"]
    assert stack.apply().code == 3
    catalog.write_text(catalog.read_text().replace("name: year}", "name: year, dedupe: true}"), encoding="utf-8")
    assert stack.plan()["changes"] == []
