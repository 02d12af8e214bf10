"""What an adapter or a plan says of a document can be silenced in it, for a time; what would end in a refusal cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Run, Stack

HEAD = "apiVersion: mopsctl/v1\nkind: {}\nmetadata: {{name: {}}}\nspec:"
FILES = {
    "mopsctl.yaml": f"{HEAD.format('Stack', 's')} {{systems: {{eloqua: {{}}}}}}\n",
    "environments/local.yaml": f"{HEAD.format('Environment', 'local')} {{emulated: true}}\n",
    "catalog/person.yaml": f"{HEAD.format('FieldCatalog', 'person')}\n  object: person\n  bind: {{eloqua: contact}}\n"
    "  fields:\n    - {key: amount, label: Amount, type: text, max: 300, in: {eloqua: C_Amount1}}\n",
}


@pytest.fixture
def small(tmp_path: Path, run: Callable[..., Run]) -> Stack:
    for name, text in FILES.items():
        path = tmp_path / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Stack(tmp_path / "small", run)


def silence(stack: Stack, check: str, until: str) -> None:
    path = stack.folder / "catalog" / "person.yaml"
    path.write_text(
        f"{FILES['catalog/person.yaml']}  ignore:\n    - {{check: {check}, until: {until}, reason: Autumn.}}\n", "utf-8"
    )


def told(stack: Stack) -> list[tuple[str, str]]:
    """What `validate` finds, which a plan has as well."""
    found = stack.run("validate", stack.folder, "-e", "local", "--format", "json").document["diagnostics"]
    return [(each["rule"], each["level"]) for each in found]


def test_a_warning_of_an_adapter_is_silent_in_validate_and_plan(small: Stack) -> None:
    assert told(small) == [("EL004", "warning")]
    assert "EL004" in [each["rule"] for each in small.plan()["verdicts"]]
    silence(small, "EL004", "2099-01-01")
    assert told(small) == []
    assert "EL004" not in [each["rule"] for each in small.plan()["verdicts"]]
    assert small.apply().code == 0


def test_a_silence_that_has_run_out_stops_the_apply(small: Stack) -> None:
    silence(small, "EL004", "2020-01-01")
    assert told(small) == [("EL004", "error")]
    assert [each["level"] for each in small.plan()["verdicts"] if each["rule"] == "EL004"] == ["error"]
    assert small.apply().code == 3


@pytest.mark.parametrize("check", ["PL001", "PL009", "SL001", "MS001", "FM999"])
def test_a_silence_of_what_cannot_be_silent_is_an_error(check: str, small: Stack) -> None:
    silence(small, check, "2099-01-01")
    assert told(small) == [("EL004", "warning"), ("LC029", "error")]


def test_an_error_of_an_adapter_stays(small: Stack) -> None:
    path = small.folder / "catalog" / "person.yaml"
    text = FILES["catalog/person.yaml"].replace("C_Amount1", "Amount 1")
    path.write_text(text, "utf-8")
    ((rule, level),) = [each for each in told(small) if each[1] == "error"]
    path.write_text(f"{text}  ignore:\n    - {{check: {rule}, until: 2099-01-01, reason: Autumn.}}\n", "utf-8")
    assert (rule, level) in told(small)
    assert small.apply().code != 0
