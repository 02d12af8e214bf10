"""The locked versions: they fit the ranges of pyproject.toml, carry hashes, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN_TIME = [
    *PROJECT["dependencies"],
    *(PROJECT["optional-dependencies"][each][0] for each in ("salesforce", "emulator")),
]
LOCKS = ["dev", "lowest"]


def locked(name: str) -> dict[str, Requirement]:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line.removesuffix(" \\") for line in text.splitlines() if not line.startswith((" ", "#"))]
    return {each.name.lower(): each for each in map(Requirement, lines)}


def direct() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    texts = [*PROJECT["dependencies"], *(text for texts in extras.values() for text in texts)]
    return [each for each in map(Requirement, texts) if each.name != "mopsctl"]


def version(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    return pin.version


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_fits_the_ranges(name: str) -> None:
    """A changed range without `make lock` fails here."""
    pins = locked(name)
    for wanted in direct():
        assert wanted.name.lower() in pins, f"{wanted.name} is not in requirements/{name}.txt: run make lock"
        assert version(pins[wanted.name.lower()]) in wanted.specifier, f"{wanted.name}: run make lock"


def test_the_lowest_versions_are_those_of_the_ranges() -> None:
    pins = locked("lowest")
    for wanted in map(Requirement, RUN_TIME):
        (least,) = wanted.specifier
        found, asked = (
            tuple(map(int, each.split("."))) for each in (version(pins[wanted.name.lower()]), least.version)
        )
        assert found[: len(asked)] == asked
        assert not any(found[len(asked) :])


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "//" not in text
    assert "--index" not in text
    for entry in re.split(r"\n(?=\w)", text.strip()):
        assert "--hash=sha256:" in entry, entry.split("\n")[0]
