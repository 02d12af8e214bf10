"""Example documents for every rule: `tests/rules/RULE/bad*.yaml` and `good*.yaml`, each put on top of the stack in `base`.

A bad document says in its first line what is found in it: `# finds LINE:COLUMN LEVEL`. It breaks its rule there, once, and no
other rule; a good one breaks none. What each bad one is told stands in `words.txt`; `python -m tests.rules.examples` writes
that file anew, to be reviewed.
"""

from __future__ import annotations

import datetime
import re
import shutil
import tempfile
from pathlib import Path

from mopsctl import checks
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.loader import load_stack

HERE = Path(__file__).parent
BASE = HERE / "base"
BAD = {f"{path.parent.name}/{path.stem}": path for path in sorted(HERE.glob("*/bad*.yaml"))}
GOOD = {f"{path.parent.name}/{path.stem}": path for path in sorted(HERE.glob("*/good*.yaml"))}
WORDS = HERE / "words.txt"
TODAY = datetime.date(2026, 6, 1)
FOLDERS = {
    "FieldCatalog": "catalog",
    "Lifecycle": "lifecycle",
    "ScoringModel": "scoring",
    "FieldMapping": "mappings",
    "ConsentPolicy": "consent",
}


def place(example: Path) -> str:
    """Where the document stands in a stack: by its kind and name, so that it may take the place of one of the base."""
    text = example.read_text("utf-8")
    kind, name = re.search(r"^kind: (\w+)$", text, re.M), re.search(r"^metadata: {name: ([a-z-]+)", text, re.M)
    assert kind, f"{example} does not say its kind in a line of its own"
    assert name, f"{example} does not say its name as 'metadata: {{name: …}}'"
    return f"{FOLDERS[kind[1]]}/{name[1]}.yaml"


def expected(example: Path) -> list[str]:
    """What the first line of a bad document says is found in it."""
    first = example.read_text("utf-8").partition("\n")[0]
    found = re.fullmatch(r"# finds (\d+:\d+) (error|warning)", first)
    assert found, f"{example} does not begin with '# finds LINE:COLUMN LEVEL'"
    return [f"{place(example)}:{found[1]} {example.parent.name} {found[2]}"]


def findings(example: Path, folder: Path) -> tuple[Diagnostic, ...]:
    """Every finding of the checks about the base with this document in it."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    shutil.copyfile(example, folder / place(example))
    loaded = load_stack(folder, environ={})
    assert loaded.stack is not None, [f"{each.source} {each.rule} {each.message}" for each in loaded.diagnostics]
    return checks.run(loaded.stack, TODAY)


def shown(found: tuple[Diagnostic, ...]) -> list[str]:
    """Findings as the expectations word them."""
    return [f"{each.source} {each.rule} {each.level}" for each in found]


def worded(name: str, found: tuple[Diagnostic, ...]) -> str:
    """What is said about an example: the sentence, and what to do."""
    return f"{name}\n" + "".join(f"  {each.message}\n    {each.hint}\n" for each in found)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as there:
        said = [worded(name, findings(path, Path(there) / name)) for name, path in BAD.items()]
    WORDS.write_text("".join(said), encoding="utf-8")
