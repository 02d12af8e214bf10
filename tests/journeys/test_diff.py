"""`mopsctl diff`: what changes in meaning between two revisions, without any system."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mopsctl.revision import checkout
from tests.journeys.conftest import Stack
from tests.journeys.test_trusted_revision import commit, git, pull, repository

__all__ = ["pull", "repository"]


def diff(pull: Stack, *words: object) -> str:
    said = pull.run("diff", *words, "--stack", pull.folder)
    assert said.code == 0, said.err
    return " ".join(said.out.split())


def test_what_is_written_otherwise_and_means_the_same_is_no_change(pull: Stack) -> None:
    path = pull.folder / "catalog" / "person.yaml"
    path.write_text("# a comment more\n\n" + path.read_text("utf-8"), "utf-8")
    assert "From main to the work tree: nothing changes in meaning." in diff(pull, "main")
    assert pull.run("diff", "main", "--stack", pull.folder, "--detailed-exitcode").code == 0


def test_a_change_is_told_by_element_with_before_and_after(pull: Stack) -> None:
    pull.edit("scoring/person-engagement.yaml", "points: 16, max_times: 2", "points: 18, max_times: 2")
    pull.edit("catalog/person.yaml", "label: Last inquiry", "label: Latest inquiry")
    said = diff(pull, "main")
    assert "rule pricing, points: 16 → 18" in said
    assert "label: Last inquiry → Latest inquiry" in said
    assert "0 added" not in said
    found = pull.run("diff", "main", "--stack", pull.folder, "--format", "json").document["differences"]
    assert [(each["sort"], each["document"]) for each in found] == [
        ("changed", "ScoringModel/person-engagement"),
        ("changed", "FieldCatalog/person"),
    ]
    assert all(each["source"] for each in found)
    assert pull.run("diff", "main", "--stack", pull.folder, "--detailed-exitcode").code == 2


def test_two_revisions_are_compared_whatever_the_work_tree_holds(pull: Stack, repository: Path) -> None:
    (pull.folder / "lifecycle" / "company.yaml").unlink()
    pull.edit("mopsctl.yaml", "name: northwind-cloud", "name: broken: twice")
    said = pull.run("diff", "main", "--stack", pull.folder)
    assert said.code == 3
    assert "of the work tree have errors" in said.err
    git(repository, "checkout", "-q", "--", ".")
    pull.edit("consent/marketing.yaml", "label: Events and webinars", "label: Webinars | *and* @events")
    commit(repository, "Rename a purpose")
    git(repository, "checkout", "-q", "main")
    comment = pull.run("diff", "main", "change", "--stack", pull.folder, "--format", "markdown")
    assert comment.code == 0
    assert "Webinars \\| \\*and\\* &#64;events" in comment.out
    assert "nothing changes" in diff(pull, "main")


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ("no-such-branch", "There is no revision"),
        ("--help-me", "no such option"),
        ("main:x", "There is no revision"),
        ("", "There is no revision"),
    ],
)
def test_a_revision_that_is_none_is_a_sentence(pull: Stack, revision: str, words: str) -> None:
    said = pull.run("diff", revision, "--stack", pull.folder)
    assert said.code in (1, 64)
    assert words.lower() in said.err.lower()
    assert "Traceback" not in said.err


def test_a_revision_without_the_stack_and_a_folder_without_git(pull: Stack, repository: Path, stack: Stack) -> None:
    git(repository, "checkout", "-q", "--orphan", "empty")
    git(repository, "rm", "-rq", "--cached", ".")
    (repository / "README").write_text("nothing\n", "utf-8")
    git(repository, "add", "README")
    git(repository, "commit", "-q", "-m", "Nothing")
    said = pull.run("diff", "empty", "--stack", pull.folder)
    assert "has no marketing/stack/mopsctl.yaml" in " ".join(said.err.split())
    assert "is in no git work tree" in " ".join(stack.run("diff", "main", "--stack", stack.folder).err.split())


def test_a_name_that_leads_out_of_the_folder_is_not_followed(pull: Stack, repository: Path) -> None:
    """A repository can be made by hand to hold names that git itself would never check out."""

    def made(words: list[str], told: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(repository), *words], input=told, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    blob = made(["hash-object", "-w", "--stdin"], "owned\n")
    out = made(["mktree"], f"100644 blob {blob}\tevil.yaml\n")
    stack = made(["ls-tree", "main:marketing/stack"], "")
    inner = made(["mktree"], f"{stack}\n040000 tree {out}\t..\n")
    root = made(
        ["mktree"], f"040000 tree {made(['mktree'], f'040000 tree {inner}{chr(9)}stack{chr(10)}')}\tmarketing\n"
    )
    revision = made(["commit-tree", root, "-m", "A way out"], "")
    kept = pull.folder.parent / "kept"
    kept.mkdir()
    checkout(pull.folder, revision, kept)
    assert (kept / "mopsctl.yaml").is_file()
    assert not (kept.parent / "evil.yaml").exists()
    assert "nothing changes" in diff(pull, revision)
