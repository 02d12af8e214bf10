"""Makes a stack of any size and an emulator to plan it against, outside the process that is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mopsctl_hubspot.emulator import emulator

from mopsctl.emulator.server import Handle, running

OPTIONS = 10


@contextmanager
def local_stack(folder: Path, fields: int) -> Iterator[tuple[Path, Handle]]:
    """A stack with that many choice fields, half on people and half on companies, and a running emulated account."""
    with running(emulator) as handle:
        connection = handle.connection
        (folder / "environments").mkdir(parents=True)
        (folder / "mopsctl.yaml").write_text(
            "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: bench}\nspec:\n"
            "  include: [catalog/*.yaml]\n  systems: {hubspot: {role: marketing-automation}}\n"
        )
        (folder / "environments" / "bench.yaml").write_text(
            "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: bench}\nspec:\n  connections:\n"
            f'    hubspot: {{account: "{connection["account"]}", url: "{handle.url}", token: "${{env:BENCH_TOKEN}}"}}\n'
        )
        handle.limit("custom_properties", fields + 100)
        handle.limit("custom_properties_overall", 2 * fields + 100)
        scale(folder, fields)
        os.environ["BENCH_TOKEN"] = connection["token"]
        yield folder, handle


def scale(folder: Path, fields: int, *, changed: bool = False) -> None:
    """Write the catalogues; `changed` gives one label another word."""
    (folder / "catalog").mkdir(exist_ok=True)
    for concept, system_object in (("person", "contact"), ("company", "company")):
        rows = "".join(_field(concept, number, changed and concept == "person") for number in range(fields // 2))
        sets = "".join(_set(number) for number in range(fields // 2))
        (folder / "catalog" / f"{concept}.yaml").write_text(
            f"apiVersion: mopsctl/v1\nkind: FieldCatalog\nmetadata: {{name: {concept}, owner: ops}}\nspec:\n"
            f"  object: {concept}\n  bind: {{hubspot: {system_object}}}\n  value_sets:\n{sets}  fields:\n{rows}"
        )


def _set(number: int) -> str:
    values = ", ".join(f"v{each}" for each in range(OPTIONS))
    return f"    set_{number}: [{values}]\n"


def _field(concept: str, number: int, changed: bool) -> str:
    label = "Another word" if changed and number == 0 else f"Field {number}"
    return (
        f"    - {{key: f_{number}, type: choice, values: set_{number}, label: {label}, owner: hubspot, "
        f"in: {{hubspot: {concept}_f_{number}}}}}\n"
    )
