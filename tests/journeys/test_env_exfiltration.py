"""A pull request names the variables of the machine that checks it: none gets out that its environment does not declare."""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mopsctl.cli.main import main
from mopsctl.secrets import forget_all, register
from tests.journeys.conftest import Run, Stack

CANARY = "canary-8731-of-the-ci"
WHY = "{reason: It differs from account to account.}"
LOCAL = """apiVersion: mopsctl/v1
kind: Environment
metadata: {{name: local}}
spec:
  emulated: true
  variables: {{note: "${{env:ANY_CI_VARIABLE}}"}}
{more}"""
OTHER = """apiVersion: mopsctl/v1
kind: Environment
metadata: {name: other}
spec:
  connections: {hubspot: {account: "1", token: "${env:ANY_CI_VARIABLE}"}}
"""


@pytest.fixture
def pull(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The example, changed so that a label would show a variable of the machine."""
    stack.edit("mopsctl.yaml", "  variables:\n", "  variables:\n    note: {type: string, default: x, description: n}\n")
    stack.edit("catalog/person.yaml", "label: First source", 'label: "First ${var.note}"')
    write(stack, LOCAL.format(more=""))
    monkeypatch.setenv("ANY_CI_VARIABLE", CANARY)
    return stack


def write(stack: Stack, text: str, name: str = "local") -> None:
    (stack.folder / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")


def everything(stack: Stack) -> str:
    """What every file of a run says."""
    there = [path for path in sorted((stack.folder / ".mopsctl").rglob("*")) if path.is_file()]
    there += sorted(stack.folder.glob("*.json"))
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in there)


def runs(stack: Stack) -> list[Run]:
    saved = stack.folder / "plan.json"
    return [
        stack.run("validate", stack.folder),
        stack.run("validate", stack.folder, "-e", "local", "--format", "sarif"),
        stack.run("plan", stack.folder, "-e", "local", "-o", saved, "--format", "markdown"),
        stack.run("apply", stack.folder, "-e", "local", "--yes"),
        stack.run("drift", stack.folder, "-e", "local"),
    ]


def refused(stack: Stack, rule: str, place: str) -> None:
    for made in runs(stack):
        said = " ".join((made.out + made.err).split())
        assert made.code == 3, said
        assert rule in said
        assert CANARY not in said
        assert "not set" not in said
    assert place in stack.run("validate", stack.folder).out
    assert everything(stack) == ""
    assert not (stack.folder / ".mopsctl").exists()


def test_env_exfiltration_of_a_variable_that_nobody_declared(pull: Stack) -> None:
    refused(pull, "NV011", "environments/local.yaml:6:21")


def test_env_exfiltration_of_a_secret_of_another_environment(pull: Stack) -> None:
    write(pull, OTHER, "other")
    refused(pull, "NV012", "environments/local.yaml:6:21")


def test_env_exfiltration_of_a_secret_that_is_declared_as_a_plain_name(pull: Stack) -> None:
    write(pull, OTHER, "other")
    write(pull, LOCAL.format(more=f"  env: {{ANY_CI_VARIABLE: {WHY}}}\n"))
    refused(pull, "NV013", "environments/local.yaml:7:9")


def test_env_exfiltration_of_the_secret_of_the_same_connection(pull: Stack) -> None:
    more = f'  env: {{ANY_CI_VARIABLE: {WHY}}}\n  connections: {{marketo: {{client_id: "${{env:ANY_CI_VARIABLE}}"}}}}\n'
    write(pull, LOCAL.format(more=more))
    refused(pull, "NV012", "environments/local.yaml:6:21")


@pytest.mark.parametrize("value", [CANARY, f"x{CANARY}y"])
def test_env_exfiltration_of_a_secret_under_another_name(
    pull: Stack, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("THE_SECRET", CANARY)
    monkeypatch.setenv("ANY_CI_VARIABLE", value)
    write(pull, OTHER.replace("ANY_CI_VARIABLE", "THE_SECRET"), "other")
    write(pull, LOCAL.format(more=f"  env: {{ANY_CI_VARIABLE: {WHY}}}\n"))
    made = pull.run("plan", pull.folder, "-e", "local", "-o", pull.folder / "plan.json")
    assert made.code == 3
    assert "NV014" in made.err + made.out
    assert "THE_SECRET" in made.err + made.out
    assert CANARY not in made.err + made.out + everything(pull)


def test_env_exfiltration_is_no_matter_where_a_plain_name_is_declared(pull: Stack) -> None:
    """What is declared may be seen, and that is the point of it."""
    write(pull, OTHER.replace("ANY_CI_VARIABLE", "THE_SECRET"), "other")
    write(pull, LOCAL.format(more=f"  env: {{ANY_CI_VARIABLE: {WHY}}}\n"))
    made = pull.run("plan", pull.folder, "-e", "local", "-o", pull.folder / "plan.json", "--only", "hubspot:*")
    assert made.code == 0, made.err
    assert f"First {CANARY}" in (pull.folder / "plan.json").read_text(encoding="utf-8")


# -- the last gate


def test_env_exfiltration_a_plan_that_holds_a_secret_is_not_written(stack: Stack) -> None:
    stack.edit("catalog/person.yaml", "label: First source", f"label: {CANARY}")
    saved = stack.folder / "plan.json"
    saved.write_text("as it was", encoding="utf-8")
    register(CANARY, "token of somewhere")
    made = stack.run("plan", stack.folder, "-e", "local", "--only", "hubspot:*", "-o", saved)
    assert made.code == 3
    said = " ".join(made.err.split())
    assert "plan.json would hold a secret (token of somewhere)" in said
    assert "hint" in said.lower()
    assert CANARY not in made.out + made.err
    assert saved.read_text(encoding="utf-8") == "as it was"


def test_env_exfiltration_an_apply_whose_record_would_hold_a_secret_writes_nothing(stack: Stack) -> None:
    stack.edit("catalog/person.yaml", "label: First source", f"label: {CANARY}")
    register(CANARY, "token of somewhere")
    made = stack.run("apply", stack.folder, "-e", "local", "--only", "hubspot:*", "--yes")
    assert made.code == 3
    assert "would hold a secret" in " ".join(made.err.split())
    kept = stack.folder / ".mopsctl"
    assert not list((kept / "state").iterdir())
    assert not any(CANARY in path.read_text(encoding="utf-8") for path in (kept / "journal").glob("*"))
    forget_all()
    made = stack.run("plan", stack.folder, "-e", "local", "--only", "hubspot:*", "--detailed-exitcode")
    assert made.code == 2, made.err
    assert CANARY in made.out  # nothing had been made


# -- wherever a pull request puts it

NAMES = st.sampled_from(["CI_CANARY", "CI_CANARY", "THE_SECRET"])
FORMS = st.sampled_from(
    ["${env:@}", "a ${env:@} b", "${env:@}${env:@}", "$${env:@}", "${ env:@}", "${env:@", "${ENV:@}", "${var.note}"]
)
PLACES = (
    "stack title", "stack variable", "environment variable", "title", "label", "description", "value", "in", "account",
    "nested", "override", "reason", "url",
)  # fmt: skip
SMALL = {
    "mopsctl.yaml": """apiVersion: mopsctl/v1
kind: Stack
metadata: {name: small, title: "<stack title>"}
spec:
  systems: {hubspot: {}}
  variables: {note: {type: string, default: "<stack variable>"}}
""",
    "catalog/person.yaml": """apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {name: person, owner: ops, title: "<title>"}
spec:
  object: person
  bind: {hubspot: contact}
  value_sets: {sizes: [{key: small, label: Small}, {key: large, label: Large, in: {hubspot: "<value>"}}]}
  fields:
    - {key: size, label: "<label>", description: "<description>", reason: "<reason>", type: choice, values: sizes, owner: hubspot,
       in: {hubspot: "<in>"}}
""",
    "environments/local.yaml": """apiVersion: mopsctl/v1
kind: Environment
metadata: {name: local}
spec:
  emulated: true
  env: {PLAIN: {reason: It may be seen.}<declared>}
  variables: {note: "<environment variable>"}
  connections: {hubspot: {account: "<account>", connector: {deep: ["<nested>"]}<secret>, login_url: "<url>"}}
  overrides: [{target: FieldCatalog/person, set: {fields.size.description: "<override>"}, reason: It differs.}]
""",
    "environments/real.yaml": """apiVersion: mopsctl/v1
kind: Environment
metadata: {name: real}
spec:
  connections: {hubspot: {account: "1", token: "${env:THE_SECRET}"}}
""",
}
USUAL = {
    "stack title": "S", "stack variable": "n", "environment variable": "m", "title": "T", "label": "Size",
    "description": "How large", "value": "large", "in": "company_size", "account": "48100001", "nested": "x",
    "override": "How large it is", "reason": "Asked.", "url": "http://127.0.0.1:9",
}  # fmt: skip


def lay_out(folder: Path, said: dict[str, str], declared: str, secret: str) -> None:
    words = {**USUAL, **said, "declared": declared, "secret": secret}
    for name, text in SMALL.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        filled = re.sub("<([a-z ]+)>", lambda place: words[place[1]], text)
        (folder / name).write_text(filled, encoding="utf-8")


def said_by(*arguments: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(list(arguments))
    return out.getvalue() + err.getvalue()


@settings(max_examples=20)
@given(
    said=st.dictionaries(st.sampled_from(PLACES), st.tuples(FORMS, NAMES), min_size=1, max_size=3),
    declared=st.booleans(),
)
def test_property_env_exfiltration_a_canary_reaches_no_file_and_no_screen(
    said: dict[str, tuple[str, str]], declared: bool
) -> None:
    """`CI_CANARY` belongs to the machine and is declared nowhere; `THE_SECRET` to a connection, and may be declared as well."""
    forget_all()
    with tempfile.TemporaryDirectory() as room, pytest.MonkeyPatch.context() as patch:
        folder = Path(room) / "stack"
        texts = {place: form.replace("@", name) for place, (form, name) in said.items()}
        lay_out(folder, texts, ", THE_SECRET: {reason: Why not.}" if declared else "", "")
        patch.setenv("CI_CANARY", "canary-of-the-machine")
        patch.setenv("THE_SECRET", "canary-of-a-connection")
        patch.setenv("PLAIN", "plain-as-can-be")
        heard = said_by("validate", str(folder)) + said_by("validate", str(folder), "-e", "local", "--format", "json")
        for form in ("json", "markdown", "html"):
            heard += said_by("plan", str(folder), "-e", "local", "-o", str(folder / "plan.json"), "--format", form)
        heard += said_by("apply", str(folder), "-e", "local", "--yes")
        kept = [path for path in [folder / "plan.json", *(folder / ".mopsctl").rglob("*")] if path.is_file()]
        heard += "".join(path.read_bytes().decode("utf-8", "replace") for path in kept)
    assert "canary" not in heard.replace("CI_CANARY", "").lower()
    assert "Traceback" not in heard


def test_the_small_stack_of_the_property_is_good_and_shows_what_is_plain(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAIN", "plain-as-can-be")
        patch.setenv("THE_SECRET", "canary-of-a-connection")
        lay_out(tmp_path, {"environment variable": "${env:PLAIN}", "label": "${var.note}"}, "", "")
        assert "plain-as-can-be" in said_by("apply", str(tmp_path), "-e", "local", "--yes")
        kept = (tmp_path / ".mopsctl" / "state" / "local.json").read_text(encoding="utf-8")
    assert "plain-as-can-be" in kept
