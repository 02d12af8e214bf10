"""`--trusted-rev`: what decides about trust comes from a git revision, whatever lies in the work tree."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.trusted import OPEN
from mopsctl.revision import read
from tests.journeys.conftest import EXAMPLE, Run, Stack
from tests.journeys.test_env_exfiltration import CANARY, everything

ENVIRON = {"HS_STAGE_SAL": "111", "HS_STAGE_RECYCLED": "222"}
PRODUCTION = "environments/production.yaml"
Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The example in a folder of a repository, committed as the branch `main`; the work tree is on another branch."""
    folder = tmp_path / "repository"
    shutil.copytree(EXAMPLE, folder / "marketing" / "stack", ignore=shutil.ignore_patterns(".mopsctl"))
    git(folder, "init", "-q", "-b", "main")
    consent = folder / "marketing" / "stack" / "consent" / "marketing.yaml"
    consent.write_text(consent.read_text("utf-8").replace("sample: true", "sample: false"), "utf-8")
    commit(folder, "The stack as it was reviewed")
    git(folder, "checkout", "-q", "-b", "change")
    return folder


@pytest.fixture
def pull(repository: Path, stack: Stack) -> Stack:
    """The work tree of a pull request."""
    return Stack(repository / "marketing" / "stack", stack.run)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def one(text: str) -> str:
    return " ".join(text.split())


def validated(pull: Stack, *more: str) -> Run:
    return pull.run("validate", pull.folder, "--trusted-rev", "main", *more)


def test_a_pull_request_that_changes_nothing_of_trust_is_checked_like_any(
    pull: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    pull.edit("catalog/person.yaml", "label: First source", "label: Very first source")
    pull.edit("environments/sandbox.yaml", "mql_review_hours: 1", "mql_review_hours: 2")
    for environment in ("local", "sandbox", "production"):
        made = validated(pull, "-e", environment)
        assert made.code == 0, made.out
        assert "TR0" not in made.out
    loaded = load_stack(pull.folder, "sandbox", ENVIRON, read(pull.folder, "main"))
    assert loaded.environment is not None
    assert loaded.environment.variables["mql_review_hours"] == 2
    assert loaded.digest == load_stack(pull.folder, "sandbox", ENVIRON).digest


CHANGES = {
    "connections.hubspot.account": ('account: "2200002"', 'account: "666"', '"2200002"'),
    "connections.hubspot.token": ("${env:HUBSPOT_PROD_TOKEN}", "${env:ANOTHER}", "${env:HUBSPOT_PROD_TOKEN}"),
    "connections.hubspot.url": (
        '{account: "2200002"',
        '{url: "https://evil.example", account: "2200002"',
        "no such thing",
    ),
    "connections.hubspot.experimental": (
        '{account: "2200002"',
        '{experimental: [x], account: "2200002"',
        "no such thing",
    ),
    "connections.eloqua.company": ("company: NorthwindAPAC\n", "company: Other\n", '"NorthwindAPAC"'),
    "env.AWS_SECRET_ACCESS_KEY": (
        "  env:\n",
        "  env:\n    AWS_SECRET_ACCESS_KEY: {reason: Why not.}\n",
        "no such thing",
    ),
    "limits.remove.count": ("remove: {count: 0}", "remove: {count: 99}", "has 0"),
    "protected": ("protected: true", "protected: false", "has true"),
    "tier": ("protected: true", "protected: true\n  tier: sandbox", "no such thing"),
    "emulated": ("protected: true", "protected: true\n  emulated: true", "no such thing"),
    "apply.only_saved_plan": ("only_saved_plan: true", "only_saved_plan: false", "has true"),
    "apply.approvals": ("    approvals: 2\n", "", "has 2"),
    "apply.freeze": ("      - {weekdays: [sat, sun]}\n", "", "has ["),
}


@pytest.mark.parametrize("path", sorted(CHANGES))
def test_trusted_revision_decides_and_says_what_has_no_effect(
    pull: Stack, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    before = load_stack(pull.folder, "production", ENVIRON)
    old, new, has = CHANGES[path]
    pull.edit(PRODUCTION, old, new)
    made = validated(pull, "-e", "production")
    assert made.code == 0, made.out
    assert f"TR001 '{path}' has no effect: the trusted revision main has" in one(made.out)
    assert has in one(made.out)
    assert f"{PRODUCTION}:" in made.out
    after = load_stack(pull.folder, "production", ENVIRON, read(pull.folder, "main"))
    assert after.digest == before.digest
    assert before.environment is not None
    assert after.environment is not None
    for key in ("connections", "env", "limits", "protected", "tier", "emulated", "apply"):
        assert plain(getattr(after.environment, key)) == plain(getattr(before.environment, key)), key


def plain(value: object) -> object:
    """A value without the places it came from."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    slots = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    return {name: plain(getattr(value, name)) for name in slots if name not in ("source", "marks")} if slots else value


def test_trusted_revision_decides_about_every_key_but_what_systems_hold() -> None:
    assert set(OPEN) == {"variables", "overrides", "ignore"}


def test_trusted_revision_keeps_adapters_and_drift(pull: Stack) -> None:
    pull.edit("mopsctl.yaml", "hubspot: {role", "hubspot: {provider: eloqua, role")
    pull.edit("mopsctl.yaml", "on_drift: warn", "on_drift: overwrite")
    made = validated(pull)
    assert "'systems.hubspot.provider' has no effect: the trusted revision main has \"hubspot\"" in one(made.out)
    assert "'defaults.on_drift' has no effect: the trusted revision main has \"warn\"" in one(made.out)
    loaded = load_stack(pull.folder, "local", {}, read(pull.folder, "main"))
    assert loaded.stack is not None, loaded.diagnostics
    assert loaded.stack.systems["hubspot"].provider == "hubspot"
    assert loaded.stack.defaults.on_drift == "warn"


def test_trusted_revision_keeps_a_strict_drift_that_was_taken_out(repository: Path, pull: Stack) -> None:
    pull.edit("mopsctl.yaml", "on_drift: warn", "on_drift: fail")
    commit(repository, "Stop at drift")
    pull.edit("mopsctl.yaml", "  defaults:\n", "")
    pull.edit("mopsctl.yaml", "    on_delete: keep", "  # on_delete: keep")
    pull.edit("mopsctl.yaml", "    on_drift: fail", "  # on_drift: fail")
    loaded = load_stack(pull.folder, "local", {}, read(pull.folder, "change"))
    assert loaded.stack is not None, loaded.diagnostics
    assert loaded.stack.defaults.on_drift == "fail"


def test_trusted_revision_gives_a_new_system_no_connection(pull: Stack, repository: Path) -> None:
    pull.edit(
        PRODUCTION, "    hubspot: {account", "    spare: {account: '1', token: '${env:SPARE}'}\n    hubspot: {account"
    )
    commit(repository, "A connection that no system has")
    pull.edit("mopsctl.yaml", "    hubspot: {role", "    spare: {provider: hubspot}\n    hubspot: {role")
    loaded = load_stack(pull.folder, "production", ENVIRON, read(pull.folder, "change"))
    assert loaded.environment is not None
    assert "spare" not in loaded.environment.connections


def test_trusted_revision_has_no_new_environment(pull: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pull.folder / "environments" / "mine.yaml"
    text = (pull.folder / PRODUCTION).read_text("utf-8").replace("name: production", "name: mine")
    path.write_text(text.replace('account: "2200002"', 'account: "666"'), "utf-8")
    monkeypatch.setenv("HUBSPOT_PROD_TOKEN", CANARY)
    for command, more in (("validate", []), ("plan", []), ("drift", []), ("apply", ["--yes"])):
        made = pull.run(command, pull.folder, "-e", "mine", "--trusted-rev", "main", *more)
        assert made.code == 3
        said = one(made.out + made.err)
        assert "environments/mine.yaml:" in said
        assert "TR002 The trusted revision main has no environment 'mine'" in said
        assert CANARY not in said
    without = validated(pull)
    assert "warning environments/mine.yaml" in one(without.out)
    assert everything(pull) == ""


def test_env_exfiltration_is_not_helped_by_changing_the_list(pull: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_CANARY", CANARY)
    pull.edit(
        "environments/local.yaml",
        "  connections:\n",
        "  env: {CI_CANARY: {reason: Why not.}}\n  variables: {consent_notice: '${env:CI_CANARY}'}\n  connections:\n",
    )
    saved = pull.folder / "plan.json"
    made = pull.run("plan", pull.folder, "-e", "local", "--trusted-rev", "main", "-o", saved)
    assert made.code == 3
    assert "NV011" in made.err
    assert CANARY not in made.err + made.out
    assert not saved.exists()


@pytest.mark.parametrize("command", ["plan", "apply", "drift"])
def test_trusted_revision_holds_for_every_command(pull: Stack, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pull request points production at its own stand-ins; the trusted revision asks for the real token."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    pull.edit(PRODUCTION, "protected: true", "emulated: true")
    pull.edit(PRODUCTION, "    only_saved_plan: true\n", "")
    more = ["--yes"] if command == "apply" else []
    made = pull.run(command, pull.folder, "-e", "production", "--trusted-rev", "main", "--only", "hubspot:*", *more)
    said = one(made.err + made.out)
    assert made.code in (1, 3), said
    assert "takes saved plans only" in said or "HUBSPOT_PROD_TOKEN" in said


def test_trusted_revision_plan_and_apply_agree(pull: Stack) -> None:
    saved = pull.folder / "plan.json"
    more = ("--trusted-rev", "main")
    made = pull.run("plan", pull.folder, "-e", "local", "--only", "hubspot:*", "-o", saved, *more)
    assert made.code == 0, made.err
    made = pull.run("apply", saved, "--stack", pull.folder, "--yes", *more)
    assert made.code == 0, made.err + made.out


# -- revisions that do not work


@pytest.mark.parametrize("rev", ["nowhere", "-x", "--help", "main:x", "HEAD~99", "", " ", "main^{tree}", "a\nb", "*"])
def test_trusted_revision_that_is_none_is_a_sentence(pull: Stack, rev: str) -> None:
    made = pull.run("validate", pull.folder, f"--trusted-rev={rev}")
    assert made.code == 64, made.out
    assert "revision" in made.err
    assert "Hint" in made.err
    assert "Traceback" not in made.err


def test_trusted_revision_outside_of_git_is_a_sentence(stack: Stack) -> None:
    made = stack.run("validate", stack.folder, "--trusted-rev", "main")
    assert made.code == 64
    assert "is in no git work tree" in one(made.err)


def test_trusted_revision_without_the_stack_is_a_sentence(repository: Path, pull: Stack) -> None:
    git(repository, "mv", "marketing/stack", "moved")
    made = pull.run("validate", repository / "moved", "--trusted-rev", "main")
    assert made.code == 64
    assert "has no moved/mopsctl.yaml" in one(made.err)


def test_trusted_revision_that_a_shallow_clone_lacks_is_a_sentence(
    repository: Path, tmp_path: Path, pull: Stack
) -> None:
    commit_of_main = git(repository, "rev-parse", "main")
    pull.edit("catalog/person.yaml", "label: First source", "label: Other")
    commit(repository, "Change a label")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "change", f"file://{repository}", str(shallow))
    made = pull.run("validate", shallow / "marketing" / "stack", "--trusted-rev", commit_of_main)
    assert made.code == 64
    assert "this clone is shallow" in one(made.err)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (PRODUCTION, "kind: Environment\nspec: [\n"),
        (
            PRODUCTION,
            "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: production}\nspec: {protected: maybe}\n",
        ),
        ("mopsctl.yaml", "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: x}\nspec: {}\n"),
    ],
)
def test_trusted_revision_that_is_not_sound_is_a_finding(repository: Path, pull: Stack, file: str, text: str) -> None:
    good = (pull.folder / file).read_text("utf-8")
    (pull.folder / file).write_text(text, "utf-8")
    commit(repository, "Break it")
    (pull.folder / file).write_text(good, "utf-8")
    made = pull.run("validate", pull.folder, "--trusted-rev", "change")
    assert made.code == 3
    assert "TR003 The trusted revision is not sound" in one(made.out)
    assert f"change:{file}:" in made.out


def test_trusted_revision_may_lie_in_the_root_and_hold_a_link(tmp_path: Path, stack: Stack) -> None:
    (stack.folder / "environments" / "linked.yaml").symlink_to("local.yaml")
    git(stack.folder, "init", "-q", "-b", "main")
    commit(stack.folder, "The stack, and a link in it")
    (stack.folder / "environments" / "linked.yaml").unlink()
    files = read(stack.folder, "main").files
    assert sorted(files) == [
        "environments/local.yaml",
        "environments/production.yaml",
        "environments/sandbox.yaml",
        "mopsctl.yaml",
    ]
    assert stack.run("validate", stack.folder, "--trusted-rev", "main").code == 0


@pytest.mark.parametrize("where", ["", "environments"])
def test_trusted_revision_is_not_that_of_a_repository_inside_the_pull_request(
    repository: Path, pull: Stack, tmp_path: Path, where: str
) -> None:
    """A folder with HEAD, objects and refs in it is a repository to git, and a pull request can bring such files along."""
    inner = tmp_path / "inner"
    shutil.copytree(pull.folder, inner, ignore=shutil.ignore_patterns(".mopsctl"))
    text = (inner / PRODUCTION).read_text("utf-8")
    (inner / PRODUCTION).write_text(text.replace('account: "2200002"', 'account: "666"'), "utf-8")
    git(inner, "init", "-q", "-b", "main")
    commit(inner, "A main of my own")
    for name in ("HEAD", "objects", "refs", "config"):
        part = inner / ".git" / name
        copy = shutil.copytree if part.is_dir() else shutil.copy
        copy(part, pull.folder / where / name)
    (pull.folder / where / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n", "utf-8"
    )
    (pull.folder / PRODUCTION).write_text(text.replace('account: "2200002"', 'account: "666"'), "utf-8")
    made = pull.run("validate", pull.folder, "--trusted-rev", "main")
    said = one(made.out + made.err)
    if where:  # git looks upwards from the stack's folder only
        assert "'connections.hubspot.account' has no effect" in said
    else:
        assert made.code == 64, said
        assert "is in no git work tree that it can read" in said


@pytest.mark.parametrize("kept", ["repository", "worktree"])
def test_trusted_revision_of_a_second_work_tree(repository: Path, pull: Stack, tmp_path: Path, kept: str) -> None:
    folder = repository
    if kept == "worktree":
        folder = tmp_path / "second"
        git(repository, "worktree", "add", "-q", str(folder), "-b", "other")
    made = pull.run("validate", folder / "marketing" / "stack", "--trusted-rev", "main")
    assert made.code == 0, made.err
