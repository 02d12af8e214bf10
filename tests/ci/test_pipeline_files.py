"""What pipelines run: the files that sites read, and the script behind them, against the emulators."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
GITLAB = yaml.safe_load((REPOSITORY / "ci" / "gitlab.yml").read_text("utf-8"))
WORKFLOW = yaml.safe_load(re.findall(r"```yml\n(.*?)```", (REPOSITORY / "docs/ci.md").read_text("utf-8"), re.DOTALL)[0])


def ci(mode: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`ci/run` as a pipeline runs it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {name: value for name, value in os.environ.items() if not name.startswith("MOPSCTL_")}
    return subprocess.run(
        ["sh", str(REPOSITORY / "ci" / "run"), mode],
        cwd=folder,
        env={**known, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    from mopsctl.cli.main import main

    folder = tmp_path / "a stack; with $(odd) name"
    assert main(["init", str(folder)]) == 0
    return folder


def test_a_pipeline_validates_plans_applies_and_looks_for_drift(stack: Path, tmp_path: Path) -> None:
    known = {"MOPSCTL_STACK": str(stack), "MOPSCTL_ENVIRONMENT": "local"}
    assert ci("validate", tmp_path, **known).returncode == 0
    planned = ci("plan", tmp_path, **known)
    assert planned.returncode == 0, planned.stderr
    comment = (tmp_path / "plan.md").read_text("utf-8")
    assert comment.startswith("<!-- mopsctl:")
    other = ci("apply", tmp_path, **known, MOPSCTL_EXPECT="0" * 12)
    assert other.returncode == 4
    (digest,) = re.findall(r"Plan `([0-9a-f]{12})`", comment)
    applied = ci("apply", tmp_path, **known, MOPSCTL_EXPECT=digest)
    assert applied.returncode == 0, applied.stderr
    assert ci("drift", tmp_path, **known).returncode == 0


def test_what_is_wrong_fails_the_job(stack: Path, tmp_path: Path) -> None:
    known = {"MOPSCTL_STACK": str(stack)}
    assert ci("no-such-mode", tmp_path).returncode == 64
    unnamed = ci("plan", tmp_path, **known)
    assert (unnamed.returncode, "set MOPSCTL_ENVIRONMENT" in unnamed.stderr) == (64, True)
    manifest = next(path for path in stack.rglob("*.yaml") if "kind: FieldCatalog" in path.read_text("utf-8"))
    manifest.write_text("kind: FieldCatalog\n", "utf-8")
    assert ci("validate", tmp_path, **known).returncode == 3
    assert ci("plan", tmp_path, **known, MOPSCTL_ENVIRONMENT="local").returncode == 3
    assert not (tmp_path / "plan.md").exists()


def scripts(thing: Any) -> list[str]:
    """Everything in a file of a site that a shell runs."""
    if isinstance(thing, dict):
        own = [each for key in ("run", "script", "before_script") for each in _texts(thing.get(key))]
        return own + [each for value in thing.values() for each in scripts(value)]
    return [each for value in thing for each in scripts(value)] if isinstance(thing, list) else []


def _texts(value: Any) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [each for each in value if isinstance(each, str)]
        if isinstance(value, list)
        else []
    )


@pytest.mark.parametrize("thing", [ACTION, GITLAB], ids=["action", "gitlab"])
def test_scripts_take_what_they_are_told_from_variables_and_run_what_is_there(thing: Any) -> None:
    found = scripts(thing)
    assert found
    assert not [each for each in found if "${{" in each]
    named = {name for each in found for name in re.findall(r"/((?:ci|scripts)/[\w.]+)", each)}
    assert {"ci/run", "scripts/bootstrap", "ci/comment.py"} <= named
    assert all((REPOSITORY / name).is_file() for name in named)


def test_the_jobs_of_forks_see_no_secret_and_only_the_plan_may_write_comments() -> None:
    jobs = WORKFLOW["jobs"]
    assert "secrets." not in str(jobs["validate"])
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name for name, job in jobs.items() if "write" in str(job.get("permissions"))} == {"plan"}
    assert "secrets.HUBSPOT_TOKEN" not in str(jobs["plan"]) + str(jobs["drift"])
    assert jobs["apply"]["environment"] == "production"
    inputs = set(ACTION["inputs"])
    steps = [step for job in jobs.values() for step in job["steps"] if "mopsctl@" in step["uses"]]
    assert all(set(step["with"]) <= inputs for step in steps)
    assert {step["with"]["mode"] for step in steps} == {"validate", "plan", "apply", "drift"}


def test_the_image_runs_as_nobody_special_and_names_no_host() -> None:
    lines = (REPOSITORY / "Dockerfile").read_text("utf-8").splitlines()
    words = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert words.index("USER") > words.index("RUN")
    assert "USER mopsctl" in lines
    assert "://" not in "\n".join(lines)
    assert shutil.which("sh")
