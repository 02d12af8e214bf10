"""The house stands: lower rooms never import higher ones, adapters stand alone, each library has its one room."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

REPOSITORY = Path(__file__).parents[2]

GROUND = {
    "address",
    "canonical",
    "condition",
    "diagnostics",
    "element",
    "errors",
    "files",
    "locks",
    "outside",
    "resource",
    "secrets",
    "spoken",
    "subject",
}
WORKFLOW = {
    "attesting",
    "connectors",
    "dry",
    "planning",
    "policy",
    "records",
    "refusing",
    "revision",
    "sessions",
    "signals",
    "trust",
    "workflow",
}
FLOORS = (
    GROUND,
    {"provider"},
    {"manifest", "state"},
    {"checks", "engine"},
    {"ledger", "render"},
    WORKFLOW,
    {"cli"},
)
WITH_EMULATORS = WORKFLOW | {"cli"}

SIDE_DOORS = {"http", "logging", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile"}

ROOMS_OF_LIBRARIES = {
    "click": ["mopsctl.cli"],
    "deepdiff": ["mopsctl.engine.diff"],
    "httpx": ["mopsctl.provider.http", "mopsctl.provider.transport"],
    "jsonschema": ["mopsctl.manifest.schema", "mopsctl.outside"],
    "jsonschema_rs": ["mopsctl.manifest.schema", "mopsctl.outside"],
    "jwt": ["mopsctl_salesforce.auth"],
    "portalocker": ["mopsctl.locks"],
    "pytest": ["mopsctl.testing"],
    "rich": ["mopsctl.cli", "mopsctl.render"],
    "starlette": ["mopsctl.emulator", "mopsctl_*.emulator"],
    "tenacity": ["mopsctl.provider.http"],
    "uvicorn": ["mopsctl.emulator"],
    "yaml": ["mopsctl.manifest.load", "mopsctl.manifest.writer"],
}
IMPORTED_AS = {"pyjwt": "jwt", "pyyaml": "yaml"}

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Module:
    """A module by its dotted name, with its syntax tree."""

    name: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def room(self) -> str:
        """The part below the package: `mopsctl.engine.diff` lies in the room `engine`; empty for the package itself."""
        return self.name.split(".")[1] if "." in self.name else ""


@dataclass(frozen=True)
class Import:
    """One name that a module imports: when it is loaded, when a function runs (`lazy`), or for annotations (`typing`)."""

    by: Module
    target: str
    line: int
    when: Literal["loaded", "lazy", "typing"]

    @property
    def package(self) -> str:
        return self.target.partition(".")[0]

    @property
    def room(self) -> str:
        parts = self.target.split(".")
        return parts[1] if len(parts) > 1 and not parts[1].startswith("__") else ""

    def __str__(self) -> str:
        return f"{self.by.name}:{self.line} imports {self.target}"


def parse(name: str, text: str) -> Module:
    return Module(name, ast.parse(text))


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """Every import of the module, also those in functions and under TYPE_CHECKING."""
    return tuple(_imports(module, module.tree, "loaded"))


def _imports(module: Module, node: ast.AST, when: Literal["loaded", "lazy", "typing"]) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            targets = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            targets = [f"{child.module}.{alias.name}" for alias in child.names]
        elif _is_for_types_only(child):
            yield from _imports(module, child, "typing")
            continue
        else:
            yield from _imports(module, child, "lazy" if isinstance(child, FUNCTIONS) else when)
            continue
        yield from (Import(module, target, child.lineno, when) for target in targets)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def permitted_rooms(module: Module) -> set[str]:
    """The rooms of the core that a module may import, its own among them."""
    if module.package != "mopsctl":
        return GROUND | {"provider"} | ({"emulator"} if module.room == "emulator" else set())
    if module.room in {"", "__main__"}:
        return {"cli"} if module.room else set()
    if module.room == "emulator":
        return GROUND | {"emulator"}
    if module.room == "testing":
        return set().union(*FLOORS[:-1]) | {"emulator", "testing"}
    floor = next(number for number, rooms in enumerate(FLOORS) if module.room in rooms)
    return set().union(*FLOORS[: floor + 1], {"emulator"} if module.room in WITH_EMULATORS else set())


def core_trespasses(modules: Iterable[Module]) -> list[str]:
    """Imports of rooms of the core that lie higher, or that an adapter has no business in."""
    found = [found for module in modules for found in imports(module)]
    return [
        str(one) for one in found if one.package == "mopsctl" and one.room and one.room not in permitted_rooms(one.by)
    ]


def adapter_trespasses(modules: Iterable[Module]) -> list[str]:
    """Imports of an adapter by the core or by another adapter."""
    found = [found for module in modules for found in imports(module)]
    return [str(one) for one in found if one.package.startswith("mopsctl_") and one.package != one.by.package]


def eager_emulators(modules: Iterable[Module]) -> list[str]:
    """Imports that would load an emulator, and so need the extra, where nobody asked for one."""
    found = [found for module in modules for found in imports(module) if module.room not in {"emulator", "testing"}]
    return [str(one) for one in found if one.room == "emulator" and one.when == "loaded"]


def library_trespasses(modules: Iterable[Module]) -> list[str]:
    """Imports of a library outside its room, and of libraries that have none; a name in an annotation uses nothing."""
    outside = [one for module in modules for one in imports(module) if not _is_ours_or_pythons(one.package)]
    return [str(one) for one in outside if one.when != "typing" and not _has_room(one)]


def _is_ours_or_pythons(package: str) -> bool:
    return package == "mopsctl" or package.startswith("mopsctl_") or package in sys.stdlib_module_names


def _has_room(one: Import) -> bool:
    names = {one.by.name, re.sub(r"^mopsctl_\w+", "mopsctl_*", one.by.name)}
    rooms = ROOMS_OF_LIBRARIES.get(one.package, [])
    return any(name == room or name.startswith(room + ".") for name in names for room in rooms)


def adapter_side_doors(modules: Iterable[Module]) -> list[str]:
    """Imports with which an adapter could read files, the environment or the network behind the core's back."""
    found = [one for module in modules for one in imports(module) if module.room != "emulator"]
    return [str(one) for one in found if one.package in SIDE_DOORS]


def circles(modules: Iterable[Module]) -> list[str]:
    """Pairs of rooms on one floor that import each other."""
    pairs = {
        (m.room, one.room) for m in modules if m.package == "mopsctl" for one in imports(m) if one.package == "mopsctl"
    }
    rooms = sorted(pair for pair in pairs if pair[0] < pair[1] and pair[::-1] in pairs)
    return [f"{a} and {b} import each other" for a, b in rooms if not {a, b} <= GROUND]


def named_adapters(module: Module, adapters: set[str]) -> list[str]:
    """Identifiers and strings of the core's logic that name an adapter; prose in docstrings and messages may, and the examples
    that declare what a manifest's keys are for.
    """
    packages = re.compile("|".join(rf"\bmopsctl_{name}\b" for name in sorted(adapters)))
    names = re.compile("|".join(sorted(adapters)), re.IGNORECASE)
    prose = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    prose |= {id(inner) for example in _examples(module.tree) for inner in ast.walk(example)}
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if node.value in adapters or packages.search(node.value):
                found.append(f"{module.name}:{node.lineno} names {node.value!r}")
        elif (name := _identifier(node)) and names.search(name):
            found.append(f"{module.name}:{getattr(node, 'lineno', 0)} names {name}")
    return found


def _examples(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in the annotations and decorators of classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from node.decorator_list
            yield from (each.annotation for each in node.body if isinstance(each, ast.AnnAssign))


def _identifier(node: ast.AST) -> str:
    for attribute in ("id", "attr", "arg", "name"):
        name = getattr(node, attribute, None)
        if isinstance(name, str):
            return name
    return ""


def read(folder: Path, package: str) -> list[Module]:
    files = sorted(folder.rglob("*.py"))
    names = [(package, *file.relative_to(folder).with_suffix("").parts) for file in files]
    return [
        parse(".".join(part for part in name if part != "__init__"), file.read_text(encoding="utf-8"))
        for name, file in zip(names, files, strict=True)
    ]


CORE = read(REPOSITORY / "mopsctl", "mopsctl")
ADAPTERS = {folder.name: read(folder, folder.name) for folder in sorted((REPOSITORY / "providers").glob("mopsctl_*/"))}
ALL = CORE + [module for modules in ADAPTERS.values() for module in modules]
VENDORS = {name.removeprefix("mopsctl_") for name in ADAPTERS}


def test_every_room_has_its_floor() -> None:
    known = set().union(*FLOORS) | {"", "__main__", "emulator", "testing"}
    assert {module.room for module in CORE} <= known, "give the new room a floor in FLOORS"


def test_no_room_imports_a_higher_one() -> None:
    assert core_trespasses(ALL) == []


def test_no_two_rooms_of_a_floor_import_each_other() -> None:
    assert circles(CORE) == []


def test_adapters_are_imported_by_nobody() -> None:
    assert adapter_trespasses(ALL) == []


def test_adapters_use_no_side_door() -> None:
    assert adapter_side_doors(module for modules in ADAPTERS.values() for module in modules) == []


def test_emulators_are_imported_on_demand() -> None:
    assert eager_emulators(ALL) == []


def test_each_library_stays_in_its_room() -> None:
    assert library_trespasses(ALL) == []


def test_the_core_names_no_adapter() -> None:
    assert VENDORS
    assert [found for module in CORE for found in named_adapters(module, VENDORS)] == []


def test_every_dependency_has_a_room() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(one for name in extras if name != "dev" for one in extras[name])]
    names = {re.split(r"[<>=\[ ]", one)[0].replace("-", "_") for one in wanted}
    names = {IMPORTED_AS.get(name, name) for name in names}
    assert names == ROOMS_OF_LIBRARIES.keys()


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("mopsctl.errors", "import mopsctl.engine.plan"),
        ("mopsctl.errors", "from mopsctl import provider"),
        ("mopsctl.provider.contract", "def f():\n    from mopsctl.engine import plan"),
        (
            "mopsctl.provider.contract",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mopsctl.state import model",
        ),
        ("mopsctl.manifest.load", "from mopsctl.checks import lifecycle"),
        ("mopsctl.engine.plan", "from mopsctl.render import text"),
        ("mopsctl.engine.execute", "from mopsctl.emulator import server"),
        ("mopsctl.render.text", "from mopsctl import workflow"),
        ("mopsctl.workflow", "from mopsctl.testing import kit"),
        ("mopsctl.workflow", "from mopsctl.cli import main"),
        ("mopsctl.emulator.server", "from mopsctl.provider import http"),
        ("mopsctl_a.adapter", "from mopsctl.engine import plan"),
        ("mopsctl_a.adapter", "from mopsctl.emulator import store"),
    ],
)
def test_a_trespass_in_the_core_is_seen(module: str, text: str) -> None:
    assert len(core_trespasses([parse(module, text)])) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("mopsctl.cli.main", "from mopsctl import __version__, emulator, workflow"),
        ("mopsctl.engine.plan", "from mopsctl.state import model\nfrom mopsctl.checks import rules"),
        ("mopsctl.workflow", "from mopsctl.emulator import server"),
        ("mopsctl.testing.kit", "from mopsctl.engine import execute"),
        ("mopsctl_a.adapter", "from mopsctl.provider import http\nfrom mopsctl import errors"),
        ("mopsctl_a.emulator.app", "from mopsctl.emulator import store"),
    ],
)
def test_a_lower_room_may_be_imported(module: str, text: str) -> None:
    assert core_trespasses([parse(module, text)]) == []


def test_an_import_of_an_adapter_is_seen() -> None:
    assert len(adapter_trespasses([parse("mopsctl.engine.plan", "import mopsctl_a")])) == 1
    assert len(adapter_trespasses([parse("mopsctl_a.adapter", "from mopsctl_b import convert")])) == 1
    assert adapter_trespasses([parse("mopsctl_a.adapter", "from mopsctl_a import convert")]) == []


def test_a_side_door_is_seen() -> None:
    assert len(adapter_side_doors([parse("mopsctl_a.api", "def f():\n    from os import environ")])) == 1
    assert (
        adapter_side_doors([parse("mopsctl_a.emulator", "import os"), parse("mopsctl_a.api", "import io, json")]) == []
    )


def test_an_eager_emulator_is_seen() -> None:
    assert len(eager_emulators([parse("mopsctl_a.adapter", "from mopsctl_a.emulator import A")])) == 1
    assert eager_emulators([parse("mopsctl_a.adapter", "def emulator():\n    from mopsctl_a.emulator import A")]) == []


def test_a_library_outside_its_room_is_seen() -> None:
    assert len(library_trespasses([parse("mopsctl.engine.plan", "import yaml")])) == 1
    assert len(library_trespasses([parse("mopsctl_a.adapter", "def f():\n    import httpx")])) == 1
    assert len(library_trespasses([parse("mopsctl.cli.main", "import requests")])) == 1
    assert library_trespasses([parse("mopsctl.cli.main", "import click, json")]) == []
    assert library_trespasses([parse("mopsctl_a.api", "if TYPE_CHECKING:\n    import httpx")]) == []
    assert library_trespasses([parse("mopsctl_a.emulator.app", "from starlette.routing import Route")]) == []


def test_a_circle_is_seen() -> None:
    one, other = (
        parse("mopsctl.checks.a", "import mopsctl.engine.b"),
        parse("mopsctl.engine.b", "import mopsctl.checks.a"),
    )
    assert circles([one, other]) == ["checks and engine import each other"]
    assert circles([one]) == []


@pytest.mark.parametrize(
    "text",
    ["if system == 'acme': pass", "def acme_fields(): pass", "import_module('mopsctl_acme.adapter')", "x.for_acme"],
)
def test_an_adapter_named_in_logic_is_seen(text: str) -> None:
    assert len(named_adapters(parse("mopsctl.engine.plan", text), {"acme"})) == 1


def test_an_adapter_named_in_prose_is_not_held_against_it() -> None:
    text = '"""For instance acme."""\nraise Wrong("Acme has no such field, see acme:property/x")'
    assert named_adapters(parse("mopsctl.engine.plan", text), {"acme"}) == []


def test_examples_of_keys_may_name_a_vendor_and_defaults_may_not() -> None:
    text = 'class A:\n    x: Annotated[str, Key("Where.", "acme")] = "%s"\n'
    assert named_adapters(parse("mopsctl.manifest.catalog", text % "other"), {"acme"}) == []
    assert len(named_adapters(parse("mopsctl.manifest.catalog", text % "acme"), {"acme"})) == 1
