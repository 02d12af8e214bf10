"""Fixtures for the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mopsctl.manifest.base import Metadata
from mopsctl.manifest.catalog import Binding, Field, Value
from mopsctl.manifest.mapping import FieldMapping, Row, RowDefaults
from mopsctl.manifest.model import Stack
from tests.checks.seen import PLACE, catalog


@pytest.fixture
def mapped() -> Callable[..., Stack]:
    """Makes a stack that maps one field: `mapped({"type": "text"}, {"sync": "hub-wins"})`."""

    def make(field: Mapping[str, Any], row: Mapping[str, Any], values: tuple[Value, ...] = ()) -> Stack:
        names = {"hub": (("contact", "thing"),), "crm": (("Lead", "Thing"),), **field.get("names", {})}
        bound = {system: Binding(system=system, names=pairs) for system, pairs in names.items()}
        said = {"type": "text", "label": "Thing", **{key: each for key, each in field.items() if key != "names"}}
        made = Field(key="thing", in_=bound, **said)
        mapping = FieldMapping(
            metadata=Metadata(name="hub-crm"),
            catalog="person",
            between=("hub", "crm"),
            connector="native",
            defaults=RowDefaults(),
            rows={"thing": Row(field="thing", source=PLACE, **{"sync": "hub-wins", **row})},
        )
        return Stack(
            metadata=Metadata(name="small"),
            catalogs={"person": catalog(made, values)},
            mappings={"hub-crm": mapping},
        )

    return make
