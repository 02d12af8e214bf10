"""Random stacks on Marketo and Eloqua, changed at random by their authors and by people in the accounts.

Whatever they do: no apply ends in a refusal that the plan could have told, and what was applied does not come up again for ever.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient

TYPES = {"tier": "choice", "note": "text", "size": "integer", "since": "date", "ok": "boolean", "site": "url"}
PARTS = {"vin": "text", "year": "integer", "home": "url", "who": "integer"}
LABELS = ("Tier", "Rank", "Job Title", "tier", "First Name", "Note 2", "Country", "x" * 60)
HINTS = {"vin": {"dedupe": True, "object_label": "Car"}, "who": {"link": "lead.id"}}
EMAIL = {"key": "email", "type": "email", "label": "Email", "manage": "verify"}


@dataclass
class Wanted:
    """What the authors want at a time: fields of people, values of their list, fields of a custom object and its names."""

    fields: dict[str, dict[str, Any]]
    parts: dict[str, dict[str, Any]]
    values: dict[str, str] = field(default_factory=lambda: {"gold": "Gold", "silver": "Silver"})
    names: tuple[str, str] = ("car", "Cars")

    def files(self) -> dict[str, str]:
        """The two catalogues; JSON is YAML."""
        listed = [{"key": value, "label": label} for value, label in self.values.items()]
        rows = [{"key": key, **each} for key, each in self.fields.items()]
        rows = [row | ({"values": "tier"} if row["type"] == "choice" else {}) for row in rows]
        rows.append({**EMAIL, "in": {"marketo": "email", "eloqua": "C_EmailAddress"}})
        parts = [
            {
                "key": key.lower(),
                **each,
                "in": {"marketo": {"name": key, **HINTS.get(key, {})}, "eloqua": each["label"]},
            }
            for key, each in self.parts.items()
        ]
        bind = {"marketo": f"custom:{self.names[0]}", "eloqua": f"custom-object:{self.names[1]}"}
        person = {
            "object": "person",
            "bind": {"marketo": "person", "eloqua": "contact"},
            "value_sets": {"tier": listed},
        }
        return {
            "catalog/person.yaml": _catalog("person", {**person, "fields": rows}),
            "catalog/car.yaml": _catalog("car", {"object": "company", "bind": bind, "fields": parts}),
        }


def _catalog(name: str, spec: dict[str, Any]) -> str:
    """A document without its first line, which `stories.stack` puts before it."""
    return f"kind: FieldCatalog\nmetadata: {{name: {name}}}\nspec: {json.dumps(spec)}\n"


def first(dice: random.Random) -> Wanted:
    """Most of the fields, as people make them."""
    fields = {
        key: {
            "type": kind,
            "label": key.title(),
            "in": {"marketo": key, "eloqua": f"C_{key.title()}1"},
            "on_delete": dice.choice(["keep", "delete"]),
        }
        for key, kind in TYPES.items()
        if dice.random() < 0.8
    }
    parts = {key: {"type": PARTS[key], "label": key.title()} for key in PARTS if key == "vin" or dice.random() < 0.7}
    return Wanted(fields or {"tier": {"type": "text", "label": "Tier", "in": {"marketo": "tier"}}}, parts)


def changed(dice: random.Random, wanted: Wanted) -> None:
    """One change of an author: something goes, is renamed, spelled anew, of another type, or changes its place with another."""
    key, part, value = (
        dice.choice(list(wanted.fields)),
        dice.choice(list(wanted.parts)),
        dice.choice(list(wanted.values)),
    )
    one = wanted.fields[key]
    match dice.choice(["drop", "label", "name", "type", "value", "case", "part", "part type", "object", "swap"]):
        case "drop" if len(wanted.fields) > 1:
            del wanted.fields[key]
        case "label":
            one["label"] = dice.choice(LABELS)
        case "name":
            one["in"] = {
                "marketo": dice.choice(["Tier", "NOTE", "other"]),
                "eloqua": dice.choice(["C_Note1", "C_Other1"]),
            }
        case "type":
            one["type"] = dice.choice(["text", "integer", "choice", "date", "long_text"])
        case "value":
            wanted.values[dice.choice(["platin", "iron"])] = dice.choice(["Gold", "Platin"])
        case "case":
            wanted.values = {(each.upper() if each == value else each): text for each, text in wanted.values.items()}
        case "part":
            wanted.parts[dice.choice(["extra", "YEAR", "Vin"])] = {
                "type": "text",
                "label": dice.choice(["Extra", "VIN"]),
            }
        case "part type":
            wanted.parts[part]["type"] = dice.choice(["text", "integer", "date"])
        case "object":
            wanted.names = (dice.choice(["car", "Car", "bike"]), dice.choice(["Cars", "cars", "Bikes"]))
        case "swap":
            other = wanted.fields[dice.choice(list(wanted.fields))]
            one["label"], other["label"] = other["label"], one["label"]


def people(dice: random.Random, stack: Stack) -> None:
    """Somebody makes things in the accounts, where the accounts let them."""
    name, label = dice.choice(["rank", "Tier", "SIZE"]), dice.choice(LABELS[:6])
    with stack.screen("marketo") as handle:
        more = {"isHidden": dice.random() < 0.3}
        handle.do("add_field", object_name="person", name=name, label=label, data_type="string", **more)
    with stack.screen("eloqua") as handle, contextlib.suppress(ValueError):
        handle.do("add_contact_field", name=dice.choice(LABELS[:6]))
        handle.do("add_option_list", name=dice.choice(["TIER", "Other"]), options=[["Gold", "gold"]])


def failures(made: Run) -> list[Any]:
    """Changes that failed; a stack that says nothing sensible is no change at all."""
    assert "Traceback" not in made.out + made.err
    changes = json.loads(made.out).get("changes", ())
    return [each for each in changes if each.get("outcome") in ("failed", "unknown")]


def left(stack: Stack) -> list[str]:
    """What is still to be written; a label that another field gives up in the same plan waits for the next one."""
    plan = stack.plan("--allow-remove")
    found = [each["address"] for each in plan["changes"] if each["action"] != "manual"]
    if found and stack.apply("--allow-remove").code == 0:
        found = [each["address"] for each in stack.plan("--allow-remove")["changes"] if each["action"] != "manual"]
    return found


@pytest.mark.parametrize("seed", range(24))
def test_no_apply_ends_in_a_refusal_that_a_plan_could_have_told(
    tmp_path: Path, run: Callable[..., Run], seed: int
) -> None:
    dice = random.Random(seed)
    wanted = first(dice)
    stack = stories.stack(tmp_path / "story", run, "marketo, eloqua", wanted.files())
    stack.run("plan", stack.folder, "-e", "local")
    if dice.random() < 0.2:
        people(dice, stack)
    assert failures(stack.apply("--format", "json")) == []
    if dice.random() < 0.4:
        people(dice, stack)
    for _ in range(dice.randint(1, 3)):
        changed(dice, wanted)
    stack = stories.stack(tmp_path / "story", run, "marketo, eloqua", wanted.files())
    made = stack.apply("--allow-remove", "--format", "json")
    assert failures(made) == []
    assert made.code != 0 or left(stack) == []
