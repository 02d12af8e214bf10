"""Writes the parts of the documentation that have a source: docs/checks.md, and the code blocks that name a file.

    python scripts/docs.py            write them
    python scripts/docs.py --check    only say which are out of date; exit code 1 where one is

A block follows a comment that says where it comes from: a whole file, or after `#` one function, class or assignment of it:

    <!-- from tests/thirdparty/postbox/mopsctl_postbox/adapter.py#KINDS -->
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mopsctl import checks
from mopsctl.checks.rules import Rule
from mopsctl.engine.rules import RULES as PLANNING
from mopsctl.engine.rules import PlanRule
from mopsctl.manifest.rules import RULES as LOADING
from mopsctl.manifest.rules import LoadingRule
from mopsctl.provider import registry

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
PAGE = DOCS / "checks.md"
ID = re.compile(r"[A-Z]{2}[0-9]{3}")
FAMILIES: Mapping[str, str] = {
    "LC": "Lifecycles, and documents in general",
    "SC": "Scoring models",
    "FM": "Field mappings",
    "CP": "Consent policies",
    "PL": "Plans",
    "SL": "A plan as a whole: safety limits and drift",
    "YM": "Loading: files and their YAML",
    "MS": "Loading: the shape of a document",
    "RF": "Loading: what documents say about each other",
    "NV": "Loading: environments and variables",
    "TR": "Loading: what a trusted revision decides",
}
INTRO = """# Checks

<!-- Written by scripts/docs.py from the rules themselves; changes made here are lost. -->

Every finding has the id of a rule. An **error** stops an apply (exit code 3) and never a preview; a **warning** should be settled or
explained; a **note** is for your information.

A check of a document can be silenced in that document, for a time and with a reason; when the day has come it speaks up again, as an
error. Warnings and notes of a plan (PL) and of adapters are silenced in the same way, in the document they point at. What stops an
apply because the vendor would refuse it cannot be silenced, nor loading errors (MS), limits (SL), and what is for whoever reviews the
plan (PL004, PL009, PL010).

```yaml
spec:
  ignore:
    - {check: FM021, until: 2027-06-30, reason: The field moves in the autumn release.}
```

The two safety limits are lifted for one plan with `mopsctl apply --accept DIGEST`, or raised in the environment's `limits`.
"""
ADAPTERS = """
## Adapters

What a vendor would refuse, or take otherwise than it was meant, is said at the manifest's line before anything is planned. Such
findings carry the adapter's own letters. `…` stands for a name or number of yours.
"""
SUBJECT = re.compile(r"([A-Z]{2}[0-9]{3}) (.+?)(?= ·| +[A-Z]{2}[0-9]{3}|  |$)")
BLOCK = re.compile(r"(<!-- from (?P<source>\S+) -->\n)```(?P<language>\w+)\n.*?^```$", re.DOTALL | re.MULTILINE)


# -- the page of checks


@dataclass(frozen=True)
class Row:
    """One rule, whichever room declares it."""

    id: str
    level: str
    title: str
    why: str


def rules() -> list[Row]:
    """Every rule of the core, by id."""
    every: list[Rule | PlanRule | LoadingRule] = [*checks.all_rules(), *PLANNING.values(), *LOADING.values()]
    return sorted((Row(each.id, each.level, _sentence(each.title), each.why) for each in every), key=lambda row: row.id)


def checks_page() -> str:
    """The text of docs/checks.md."""
    known = rules()
    parts = [INTRO]
    for letters, title in FAMILIES.items():
        parts.append(f"\n## {title}\n")
        parts += [_section(row) for row in known if row.id.startswith(letters)]
    parts.append(ADAPTERS)
    parts += [_adapter(name) for name in registry.names()]
    return "".join(parts)


def _section(row: Row) -> str:
    return f"\n### {row.id}\n\n**{row.title}** ({row.level}) {row.why}\n{_examples(row.id)}"


def _examples(rule: str) -> str:
    folder = REPOSITORY / "tests" / "rules" / rule
    found = {word: sorted(folder.glob(f"{word}*.yaml")) for word in ("bad", "good")}
    if not all(found.values()):
        return ""
    bad, good = (files[0].relative_to(REPOSITORY).as_posix() for files in found.values())
    return f"Examples: one that [breaks it](../{bad}), one that [keeps it](../{good}).\n"


def _sentence(title: str) -> str:
    return f"{title[0].upper()}{title[1:].rstrip('.')}."


# -- what adapters say


def _adapter(name: str) -> str:
    provider = registry.load(name)
    folder = Path(str(sys.modules[type(provider).__module__].__file__)).parent
    lines = [f"| {id_} | {said} |" for id_, said in sorted(findings(folder).items())]
    return "\n".join([f"\n### {provider.title}\n", "| id | says |", "|---|---|", *lines]) + "\n"


def findings(folder: Path) -> dict[str, str]:
    """Every rule id in an adapter's modules, with the first sentence that the code utters with it, or its subject."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(folder.rglob("*.py"))]
    found: dict[str, str] = {}
    for id_, said in (each for tree in trees for each in _uttered(tree)):
        found[id_] = found.get(id_, "") or said
    subjects = {
        id_: said
        for tree in trees
        for id_, said in SUBJECT.findall(" ".join((ast.get_docstring(tree) or "").split("\n")))
    }
    letters = Counter(id_[:2] for id_ in found)
    ours = {id_ for id_ in found if letters[id_[:2]] > 1 or id_[:2] in FAMILIES}
    return {id_: found[id_] or subjects.get(id_, "as the finding says").strip().capitalize() for id_ in ours}


def _uttered(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for scope in ast.walk(tree):
        for parts in map(_parts, ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ()):
            for id_ in filter(ID.fullmatch, map(_text, parts)):
                yield id_, _words(parts, scope)


def _parts(node: ast.AST) -> list[ast.expr]:
    """What stands together: the arguments of a call, or the entries of a tuple."""
    if isinstance(node, ast.Call):
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    else:
        parts = node.elts if isinstance(node, ast.Tuple) else []
    return [inner for part in parts for inner in (part.elts if isinstance(part, ast.Tuple) else [part])]


def _words(parts: Sequence[ast.expr], scope: ast.AST) -> str:
    """The first sentence among the parts; a name stands for what it was assigned last before."""
    texts = (_text(value) for part in parts for value in _values(part, scope))
    return next((text.replace("|", "\\|") for text in texts if " " in text and text.endswith(".")), "")


def _values(part: ast.expr, scope: ast.AST) -> list[ast.expr]:
    if isinstance(part, ast.IfExp):
        return [part.body]
    if not isinstance(part, ast.Name):
        return [part]
    assigned = [node for node in ast.walk(scope) if isinstance(node, ast.Assign) and node.lineno < part.lineno]
    named = [node for node in assigned if any(isinstance(to, ast.Name) and to.id == part.id for to in node.targets)]
    return [max(named, key=lambda node: node.lineno).value] if named else []


def _text(value: ast.expr) -> str:
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    said = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
    text = "".join(part for part in said if isinstance(part, str)) if said != ["…"] else ""
    return re.sub("(… ?)+", lambda run: "… " if run[0].endswith(" ") else "…", text)


# -- the blocks


def refreshed(page: str) -> str:
    """A page with every block that names its source as the source is now."""
    return BLOCK.sub(lambda found: f"{found[1]}```{found['language']}\n{excerpt(found['source'])}\n```", page)


def excerpt(source: str) -> str:
    """The text of a file of the repository, or of one definition in it. LookupError where it is not there."""
    name, _, part = source.partition("#")
    text = (REPOSITORY / name).read_text("utf-8")
    if not part:
        return text.rstrip("\n")
    node = _defined(ast.parse(text), part)
    lines = text.splitlines()[_first_line(node) - 1 : node.end_lineno]
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] for line in lines)


def _defined(tree: ast.AST, dotted: str) -> ast.stmt:
    """The definition of a name such as `KINDS` or `Postbox.convert`."""
    name, _, rest = dotted.partition(".")
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt) and name in _names(node):
            return _defined(node, rest) if rest else node
    raise LookupError(f"there is no {dotted}")


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


# -- the command


def pages() -> dict[Path, str]:
    """Every page with a source, as it should be."""
    written = {path: refreshed(path.read_text("utf-8")) for path in sorted(DOCS.glob("*.md"))}
    return {**written, PAGE: checks_page()}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` say which are out of date."""
    stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        print(f"{path.relative_to(REPOSITORY)} {'is out of date' if '--check' in arguments else 'is written'}")
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
