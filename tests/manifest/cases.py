"""The good and bad manifests of `tests/data/manifests`, each put on top of the stack `base`.

A case is a file, or a folder of files. A file stands at the path that its first line names (`# at: catalog/person.yaml`), else
in `more/`. Beside a bad case lies what is expected: `file:line:column RULE level message`, and the hint below it.
`python -m tests.manifest.cases` writes these anew, to be reviewed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.loader import Loaded, load_stack

DATA = Path(__file__).parents[1] / "data" / "manifests"
BASE = DATA / "base"
BAD = {path.stem: path for path in sorted((DATA / "bad").iterdir()) if path.suffix != ".txt"}
GOOD = {path.stem: path for path in sorted((DATA / "good").iterdir())}


def lay_out(case: Path, folder: Path) -> Path:
    """Put the case on top of the base stack, in a folder that is there; the folder."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    if case.is_dir():
        shutil.copytree(case, folder, dirs_exist_ok=True)
        return folder
    first = case.read_bytes().partition(b"\n")[0].decode("utf-8-sig")
    place = first.removeprefix("# at: ").strip() if first.startswith("# at: ") else f"more/{case.name}"
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(case, folder / place)
    return folder


def load(case: Path, folder: Path) -> Loaded:
    """The case, loaded without an environment."""
    return load_stack(lay_out(case, folder), environ={})


def worded(found: Iterable[Diagnostic]) -> str:
    """Findings as the expectation files hold them."""
    return "".join(_worded(each) for each in found)


def _worded(each: Diagnostic) -> str:
    hint = f"    {each.hint}\n" if each.hint else ""
    return f"{each.source} {each.rule} {each.level} {each.message}\n{hint}"


if __name__ == "__main__":
    for case in BAD.values():
        with tempfile.TemporaryDirectory() as there:
            case.with_suffix(".txt").write_text(worded(load(case, Path(there)).diagnostics), encoding="utf-8")
