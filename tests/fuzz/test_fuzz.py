"""Damaged files of every sort end in findings or in one sentence, never in a mistake of mopsctl.

Five thousand damages with fixed seeds; `--hypothesis-profile=explore` makes forty times as many, with seeds further on.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mopsctl import workflow
from mopsctl.engine.journal import End, Journal
from mopsctl.state.local import LocalStore
from mopsctl.state.model import Entry, State
from tests.cli.conftest import Cli, Run
from tests.fuzz.mutations import damaged_document, damaged_text
from tests.render import samples

TIMES = max(1, settings.get_profile(settings._current_profile).max_examples // 25)
PLANS, RECORDS, JOURNALS, MANIFESTS = (number * TIMES for number in (1_300, 1_500, 1_000, 1_200))
ENVIRONMENT = "production"

STACK = {
    "mopsctl.yaml": """apiVersion: mopsctl/v1
kind: Stack
metadata: {name: small, owner: ops}
spec:
  systems: {hubspot: {provider: hubspot}, salesforce: {provider: salesforce}}
  defaults: {on_delete: keep}
  variables: {size: {type: string, default: Size, description: What people say}}
""",
    "environments/local.yaml": """apiVersion: mopsctl/v1
kind: Environment
metadata: {name: local}
spec: {tier: sandbox, emulated: true, limits: {remove: {count: 3}}}
""",
    "catalog/person.yaml": """apiVersion: mopsctl/v1
kind: FieldCatalog
metadata: {name: person, owner: ops}
spec:
  object: person
  bind: {hubspot: contact, salesforce: [Lead, Contact]}
  value_sets:
    size: [small, {key: large, label: Large}]
  fields:
    - {key: size, label: "${var.size}", type: choice, values: size, in: {hubspot: size}}
    - key: score
      label: Score
      type: integer
      in: {hubspot: score}
""",
    "scoring/fit.yaml": """apiVersion: mopsctl/v1
kind: ScoringModel
metadata: {name: fit, owner: ops}
spec:
  catalog: person
  dimension: fit
  writes: score
  range: {min: 0, max: 10}
  groups: [{key: g, rules: [{key: r, when: {field: size, is: large}, points: 10}]}]
""",
}


def judged(run: Run, codes: tuple[int, ...], seed: object, content: str) -> None:
    """One sentence or findings, and the documented exit code."""
    said = run.out + run.err
    sentences = run.err.count("Error: ")
    sound = (
        run.code in codes
        and "Something unexpected" not in said
        and "mistake in mopsctl" not in said
        and "Traceback" not in said
        and sentences <= 1
    )
    assert sound, f"seed {seed}, exit code {run.code}: {said}\n{content[:4000]}"


def damages(base: str, number: int) -> Iterator[tuple[int, str]]:
    """So many damaged texts, some damaged as a document where the text is JSON."""
    try:
        document: Any = json.loads(base)
    except ValueError:
        document = None
    for seed in range(number):
        chance = random.Random(seed)
        if document is not None and chance.random() < 0.7:
            yield seed, damaged_document(document, chance)
        else:
            yield seed, damaged_text(base, chance)


def written(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")


def test_fuzz_plan_files(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    changes = (samples.ADD_PROPERTY, samples.CHANGE_VALUES, samples.REMOVE, samples.MANUAL)
    workflow.write_plan(samples.replace(samples.RICH, changes=changes), path)
    for seed, text in damages(path.read_text(encoding="utf-8"), PLANS):
        written(path, text)
        judged(cli("show", path, "--format", ("text", "json", "markdown")[seed % 3]), (0, 1), seed, text)


def record() -> State:
    """A record with a few things in it."""
    names = (samples.ADD_PROPERTY, samples.CHANGE_VALUES, samples.REMOVE)
    entries = {
        each.address: Entry(each.address, dict(each.wanted), "7", each.title, "FieldCatalog/person") for each in names
    }
    return State("small", ENVIRONMENT, "lineage", 3, entries, ("sha256:" + "0" * 64,))


def test_fuzz_records(cli: Cli, tmp_path: Path) -> None:
    store = LocalStore(tmp_path, ENVIRONMENT)
    store.write(record())
    for seed, text in damages(store.path.read_text(encoding="utf-8"), RECORDS):
        written(store.path, text)
        command = ("list",) if seed % 2 else ("show", str(samples.REMOVE.address))
        judged(cli("state", *command, "-e", ENVIRONMENT, "--stack", tmp_path), (0, 1, 64), seed, text)


def test_fuzz_journals(cli: Cli, tmp_path: Path) -> None:
    made = samples.replace(samples.RICH, changes=(samples.ADD_PROPERTY, samples.REMOVE))
    diary = Journal(tmp_path, ENVIRONMENT)
    diary.start(made)
    diary.begin(made.changes)
    diary.end([(samples.ADD_PROPERTY, End("done", "7"))])
    diary.close()
    folder = tmp_path / ".mopsctl" / "journal"
    lines, kept = folder / f"{ENVIRONMENT}.jsonl", folder / f"{ENVIRONMENT}.plan.json"
    whole = {path: path.read_text(encoding="utf-8") for path in (lines, kept)}
    for path, number in ((lines, JOURNALS // 2), (kept, JOURNALS - JOURNALS // 2)):
        for seed, text in damages(whole[path], number):
            written(path, text)
            judged(cli("state", "list", "-e", ENVIRONMENT, "--stack", tmp_path), (0, 1, 64), seed, text)
        written(path, whole[path])


@pytest.mark.parametrize("name", STACK)
def test_fuzz_manifests(cli: Cli, tmp_path: Path, name: str) -> None:
    for file, text in STACK.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        written(tmp_path / file, text)
    whole = cli("validate", tmp_path, "-e", "local")
    assert whole.code == 0, whole.out + whole.err
    for seed, text in damages(STACK[name], MANIFESTS // len(STACK)):
        written(tmp_path / name, text)
        judged(cli("validate", tmp_path, "-e", "local"), (0, 3, 64), seed, text)
