"""What is installed is what is here: every package, every schema, every adapter, and no other top-level name."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PROJECT["tool"]["setuptools"]
PARTS = ("pyproject.toml", "LICENSE", "README.md", "mopsctl", "providers", "schemas")

PROBE = """
import importlib.util, json
from importlib.metadata import entry_points, version
from importlib.resources import files
adapters = {point.name: point.load().__class__.__name__ for point in entry_points(group="mopsctl.providers")}
names = ("providers", "schemas", "tests", "stacks", "scripts", "bench", "docs")
leaked = [name for name in names if importlib.util.find_spec(name)]
schemas = sorted(str(f.name) for f in files("mopsctl_schemas").iterdir() if f.name.endswith(".json"))
parsed = [json.loads((files("mopsctl_schemas") / name).read_text("utf-8")) for name in schemas]
import mopsctl
print(json.dumps({"adapters": sorted(adapters), "leaked": leaked, "schemas": schemas, "parsed": len(parsed),
                  "version": version("mopsctl"), "home": mopsctl.__file__}))
"""


def packages_here() -> dict[str, str]:
    """Every folder of the product that holds files by its dotted name; setuptools wants folders of data named too."""
    roots = {"mopsctl": "mopsctl", "mopsctl_schemas": "schemas"}
    roots |= {folder.name: f"providers/{folder.name}" for folder in (REPOSITORY / "providers").glob("*/")}
    found = {}
    for name, root in roots.items():
        for holder in {file.parent for file in (REPOSITORY / root).rglob("*") if file.is_file()}:
            if holder.name != "__pycache__":
                below = holder.relative_to(REPOSITORY / root).parts
                found[".".join((name, *below))] = holder.relative_to(REPOSITORY).as_posix()
    return found


def test_the_package_list_names_every_folder() -> None:
    assert SETUPTOOLS["packages"] == sorted(packages_here())


def test_package_folders_are_mapped() -> None:
    elsewhere = {name: folder for name, folder in packages_here().items() if folder != name.replace(".", "/")}
    tops = {name: folder for name, folder in elsewhere.items() if "." not in name}
    assert SETUPTOOLS["package-dir"] == tops


def test_every_adapter_is_an_entry_point() -> None:
    names = sorted(name for name in packages_here() if name.startswith("mopsctl_") and "." not in name)
    points = {name.removeprefix("mopsctl_"): f"{name}:provider" for name in names if name != "mopsctl_schemas"}
    assert PROJECT["project"]["entry-points"]["mopsctl.providers"] == points


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {file.parent for root in ("mopsctl", "providers") for file in (REPOSITORY / root).rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
    assert not (REPOSITORY / "providers" / "__init__.py").exists()


def test_the_files_that_the_description_names_exist() -> None:
    named = [PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]]
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_every_top_level_package_is_marked_as_typed() -> None:
    tops = [folder for name, folder in packages_here().items() if "." not in name and folder != "schemas"]
    assert [folder for folder in tops if not (REPOSITORY / folder / "py.typed").exists()] == []


@dataclass(frozen=True)
class Installed:
    """A wheel, what it was made of, the environment it was installed in, and a folder far from the repository."""

    source: Path
    wheel: Path
    bin: Path
    elsewhere: Path

    def run(self, *command: str | Path) -> str:
        done = subprocess.run(command, cwd=self.elsewhere, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("packaging")
    source = copy_of_the_repository(folder / "source")
    wheel = build(source, folder / "dist")
    place = folder / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(place),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(pip, check=True, timeout=60)
    lend_dependencies(place)
    (folder / "elsewhere").mkdir()
    return Installed(source, wheel, place / "bin", folder / "elsewhere")


def copy_of_the_repository(target: Path) -> Path:
    """The parts that make the wheel, apart, because a build leaves files next to its source."""
    target.mkdir()
    for source in (REPOSITORY / part for part in PARTS):
        if source.is_dir():
            shutil.copytree(source, target / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target)
    return target


def build(source: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


def lend_dependencies(place: Path) -> None:
    """Let the empty environment see the libraries of this one; a .pth file is not followed further, so not mopsctl's own."""
    paths = {"base": str(place), "platbase": str(place)}
    (Path(sysconfig.get_path("purelib", vars=paths)) / "lent.pth").write_text(sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def probe(installed: Installed) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(installed.run(installed.bin / "python", "-c", PROBE))
    return result


def test_the_wheel_holds_only_our_names(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        tops = {name.partition("/")[0] for name in wheel.namelist()}
    ours = {name for name in packages_here() if "." not in name}
    assert {top for top in tops if not top.endswith(".dist-info")} == ours


def test_the_wheel_holds_every_file_of_the_packages(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        held = set(wheel.namelist())
    tops = {name: installed.source / folder for name, folder in packages_here().items() if "." not in name}
    files = {(name, file.relative_to(top)) for name, top in tops.items() for file in top.rglob("*") if file.is_file()}
    assert sorted(str(file) for name, file in files if f"{name}/{file.as_posix()}" not in held) == []


def test_the_command_runs_elsewhere(installed: Installed) -> None:
    assert version_here() in installed.run(installed.bin / "mopsctl", "--version")


def version_here() -> str:
    tree = ast.parse((REPOSITORY / "mopsctl" / "__init__.py").read_text(encoding="utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    return str(ast.literal_eval(values[0]))


def test_the_installed_copy_is_the_one_probed(installed: Installed, probe: dict[str, Any]) -> None:
    assert Path(probe["home"]).is_relative_to(installed.bin.parent)
    assert probe["version"] == version_here()


def test_nothing_leaks_as_a_top_level_name(probe: dict[str, Any]) -> None:
    assert probe["leaked"] == []


def test_every_adapter_loads(probe: dict[str, Any]) -> None:
    assert probe["adapters"] == sorted(PROJECT["project"]["entry-points"]["mopsctl.providers"])
    assert probe["adapters"]


def test_the_schemas_are_found(probe: dict[str, Any]) -> None:
    assert probe["schemas"] == sorted(file.name for file in (REPOSITORY / "schemas").glob("*.json"))
    assert probe["parsed"] == len(probe["schemas"]) > 0
