"""Commands, exit codes and environment variables: none is missing in the documentation, and none is there too many."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import click
import pytest

from mopsctl import errors
from mopsctl.cli.lazy import COMMANDS
from mopsctl.cli.main import main, root
from tests.docs.pages import REPOSITORY, documentation, pages

PAGE = pages()["docs/commands.md"]


def commands(group: click.Group = root, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, and those inside groups, as people type them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_a_command_is_documented_and_helps_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"`mopsctl {' '.join(command)} " in PAGE or f"`mopsctl {' '.join(command)}`" in PAGE
    assert main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Usage: mopsctl ")
    example = said.split("Example:\n")[-1]
    lines = [line.split("#")[0].split() for line in example.splitlines() if line.strip()]
    assert any(line[: len(command) + 1] == ["mopsctl", *command] for line in lines), said


def test_the_page_names_no_command_that_is_not_there() -> None:
    known = {" ".join(command) for command in commands()}
    for name, text in documentation().items():
        for found in re.findall(r"mopsctl ((?:state )?[a-z]+)\b(?![.:/_])", _code(text)):
            assert found in known or found.split()[0] in known or found == "state", f"{name}: mopsctl {found}"


def _code(text: str) -> str:
    """What stands in code: blocks of shell, and words in backticks."""
    shell = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    return "\n".join([*shell, *re.findall(r"`([^`\n]+)`", text)])


def exit_codes() -> set[int]:
    """Every exit code that an error can end in, and those that are no errors."""
    classes = [
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.MopsctlError)
    ]
    return {0, 2} | {each.exit_code for each in classes}


def test_every_exit_code_is_documented_once() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == sorted(exit_codes())


def test_the_help_and_the_first_page_name_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    for text in (capsys.readouterr().out, pages()["README.md"]):
        said = text[text.index("Exit codes:") :][:500]
        assert {int(code) for code in re.findall(r"(?:^|[·:\s])(\d+) [a-z]", said)} >= exit_codes()


def environment_variables() -> set[str]:
    """The names that the product asks the environment for."""
    found = set()
    for folder in ("mopsctl", "providers"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            for node in ast.walk(ast.parse(text)) if "environ" in text or "getenv" in text else ():
                found |= {name for name in [_asked(node)] if name}
    return found


def _asked(node: ast.AST) -> str:
    """The name in `os.environ["NAME"]`, `os.environ.get("NAME")` or `os.getenv("NAME")`."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        return ast.literal_eval(node.slice) if isinstance(node.slice, ast.Constant) else ""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv", "environ.get"):
        return ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else ""
    return ""


def test_every_environment_variable_is_documented() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == environment_variables()


@pytest.mark.parametrize("text", ["os.environ['A']", "os.environ.get('A', '')", "os.getenv('A')"])
def test_a_variable_that_is_asked_for_is_seen(text: str) -> None:
    assert [name for node in ast.walk(ast.parse(text)) if (name := _asked(node))] == ["A"]


def test_the_list_of_commands_is_the_design_s() -> None:
    assert {command[0] for command in commands()} == set(COMMANDS)
