"""Manifests against their JSON Schemas: jsonschema-rs accepts what is right, jsonschema words what is wrong.

A finding is one sentence for the person who wrote the manifest; the schemas help with three words of their own: `title` is
what an element is called, `x-expects` completes "has to be ...", `x-says` is a whole sentence.

Rules: MS001 unknown key, MS002 missing key, MS003 wrong sort of value, MS004 unknown value, MS005 wrong form, MS006 number
out of range, MS007 too few, too many or twice, MS008 keys that do not go together, MS010 unknown language version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.manifest.prune import prune
from mopsctl.manifest.tree import Map, Path
from mopsctl.manifest.words import Problem, word

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema_rs import Draft202012Validator as FastValidator

KINDS: Final[Mapping[str, str]] = {
    "Stack": "stack",
    "Environment": "environment",
    "FieldCatalog": "field-catalog",
    "Lifecycle": "lifecycle",
    "ScoringModel": "scoring-model",
    "FieldMapping": "field-mapping",
    "ConsentPolicy": "consent-policy",
}
_LOCAL: Final = '"#/$defs/'
_SHARED: Final = '"common.json#/$defs/'
_PREFIX: Final = "common_"


def findings(kind: str, document: Map) -> tuple[Diagnostic, ...]:
    """What in the document does not fit the schema of its kind, by place."""
    fast = fast_validator(kind)
    if fast.is_valid(document):
        return ()
    paths = {_path(document, error.instance_path) for error in fast.iter_errors(document)}
    small, where = prune(document, paths)
    problems = [Problem(error, where(error.absolute_path)) for error in validator(kind).iter_errors(small)]
    ours = [problem for problem in problems if problem.path in paths]
    return in_order(_worded(ours, document) if ours else _unworded(fast, document))


@cache
def bundled(kind: str) -> dict[str, Any]:
    """The schema of a kind with the shared parts inside, so that nothing has to be looked up."""
    schema: dict[str, Any] = json.loads(_text(KINDS[kind]).replace(_SHARED, _LOCAL + _PREFIX))
    common = json.loads(_text("common").replace(_LOCAL, _LOCAL + _PREFIX))
    shared = {_PREFIX + name: part for name, part in common["$defs"].items()}
    return {**schema, "$defs": {**shared, **schema["$defs"]}}


@cache
def fast_validator(kind: str) -> FastValidator:
    """The validator that says yes or no, built once."""
    from jsonschema_rs import Draft202012Validator as Fast

    return Fast(bundled(kind))


@cache
def validator(kind: str) -> Draft202012Validator:
    """The validator whose errors can be worded, built once."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_to_the_end(bundled(kind)))


def worded(errors: Iterable[ValidationError], document: Map) -> tuple[Diagnostic, ...]:
    """The errors of `validator` in plain words."""
    return in_order(_worded([Problem(error, tuple(error.absolute_path)) for error in errors], document))


def _worded(problems: Iterable[Problem], document: Map) -> list[Diagnostic]:
    return [each.at(document) for problem in problems for each in word(problem)]


def _path(document: Map, path: Iterable[str | int]) -> Path:
    """A path of jsonschema-rs, which takes a key such as `1` for the place in a list and leaves out an empty key."""
    node: Any = document
    real: Path = ()
    for part in path:
        if isinstance(node, dict) and str(part) not in node and "" in node:
            node, real = node[""], (*real, "")
        step = str(part) if isinstance(node, dict) else part
        try:
            node, real = node[step], (*real, step)
        except (KeyError, IndexError, TypeError):  # as near as the path can be followed
            break
    return real


def _text(name: str) -> str:
    return resources.files("mopsctl_schemas").joinpath(f"{name}.json").read_text("utf-8")


def _to_the_end(schema: Any) -> Any:
    r"""Patterns that end in `$` mean the end of the text; Python's `$` would let one line break follow."""
    if isinstance(schema, dict):
        return {
            key: value.removesuffix("$") + r"\Z"
            if key == "pattern" and isinstance(value, str) and value.endswith("$")
            else _to_the_end(value)
            for key, value in schema.items()
        }
    return [_to_the_end(each) for each in schema] if isinstance(schema, list) else schema


def _unworded(fast: FastValidator, document: Map) -> list[Diagnostic]:
    """Both validators read one schema; should they ever differ, the strict one wins and nothing is let through."""
    return [
        Diagnostic("MS003", "error", "This document does not fit its schema.", document.source, error.message)
        for error in fast.iter_errors(document)
    ]
