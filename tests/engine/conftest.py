"""A world in memory for the engine's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.resource import Resource
from mopsctl.testing.memory import KINDS, MemorySystem, Store
from mopsctl.testing.world import World


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def world(tmp_path: Path, store: Store) -> World:
    return World("memory", MemorySystem(store), KINDS, tmp_path)


@pytest.fixture
def field() -> Callable[..., Resource]:
    """Makes a wanted field: `field("a", label="A", needs=["g"])`."""

    def make(name: str, *, needs: tuple[str, ...] = (), **attributes: Any) -> Resource:
        settings = {
            key: attributes.pop(key) for key in ("mode", "leave", "protect", "on_delete", "steps") if key in attributes
        }
        return Resource(
            Address("memory", "field", name),
            f"Field {name}",
            attributes or {"label": name},
            Source("catalog.yaml", 3, 5),
            "FieldCatalog/person",
            needs=tuple(Address("memory", "group", each) for each in needs),
            **settings,
        )

    return make


@pytest.fixture
def thing() -> Callable[..., Resource]:
    """Makes a wanted thing of any kind: `thing("group", "g", label="G")`."""

    def make(kind: str, name: str, *, needs: tuple[Address, ...] = (), **attributes: Any) -> Resource:
        address = Address("memory", kind, name)
        return Resource(address, name, attributes, Source("x.yaml", 1, 1), "FieldCatalog/person", needs=needs)

    return make
