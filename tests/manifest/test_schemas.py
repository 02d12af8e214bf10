"""The schemas: editors can explain every key, examples are right, both validators agree, and no error is left unworded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from mopsctl.manifest import schema
from mopsctl.manifest.load import parse
from mopsctl.manifest.tree import Map
from mopsctl.manifest.writer import to_yaml
from tests.manifest.damage import broken

Step = tuple[str, str, dict[str, Any]]


def properties(kind: str) -> Iterator[Step]:
    """Every key that a schema describes: where, its name, its schema."""
    waiting: list[tuple[str, Any]] = [(kind, schema.bundled(kind))]
    while waiting:
        where, node = waiting.pop()
        if isinstance(node, dict):
            described = (
                node.get("properties", {})
                if "x-says" not in node and "disabled" not in node.get("required", ())
                else {}
            )
            for name, part in described.items():
                yield where, name, part
            waiting.extend((f"{where}/{key}", part) for key, part in node.items() if key != "examples")
        elif isinstance(node, list):
            waiting.extend((where, part) for part in node)


KEYS = [(kind, *step) for kind in schema.KINDS for step in properties(kind)]


@pytest.mark.parametrize("kind", schema.KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schema.bundled(kind))
    jsonschema_rs.meta.validate(schema.bundled(kind))


@pytest.mark.parametrize("kind", schema.KINDS)
def test_a_schema_can_be_used_by_editors_as_it_lies_there(kind: str) -> None:
    text = resources.files("mopsctl_schemas").joinpath(f"{schema.KINDS[kind]}.json").read_text("utf-8")
    names = {part.split('"')[0] for part in text.split("common.json#/$defs/")[1:]}
    common = json.loads(resources.files("mopsctl_schemas").joinpath("common.json").read_text("utf-8"))
    assert names <= set(common["$defs"])
    assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_one_schema_knows_the_schemas_of_all_kinds() -> None:
    text = resources.files("mopsctl_schemas").joinpath("document.json").read_text("utf-8")
    branches = json.loads(text)["allOf"]
    named = {each["if"]["properties"]["kind"]["const"]: each["then"]["$ref"] for each in branches}
    assert named == {kind: f"{file}.json" for kind, file in schema.KINDS.items()}
    assert json.loads(text)["properties"]["kind"]["enum"] == list(schema.KINDS)


def test_every_key_is_described_with_an_example() -> None:
    assert [
        f"{where}: {name}" for _, where, name, part in KEYS if not part.get("description") or not part.get("examples")
    ] == []


def test_every_description_is_a_sentence() -> None:
    assert [part["description"] for _, _, _, part in KEYS if not part["description"].endswith(".")] == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_example_is_right(kind: str) -> None:
    definitions = schema.bundled(kind)["$defs"]
    wrong = [
        (where, name, example)
        for one, where, name, part in KEYS
        if one == kind
        for example in part["examples"]
        if not Draft202012Validator({**part, "$defs": definitions}).is_valid(example)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_only_connections_and_hints_take_unknown_keys(kind: str) -> None:
    open_rows = []
    waiting: list[tuple[str, Any]] = [("", schema.bundled(kind))]
    while waiting:
        where, node = waiting.pop()
        if isinstance(node, dict):
            named = node.get("type") == "object" or "properties" in node
            if named and "additionalProperties" not in node and "required" not in node.get("if", {}):
                open_rows.append(where)
            waiting.extend((f"{where}/{key}", part) for key, part in node.items() if key not in ("if", "examples"))
        elif isinstance(node, list):
            waiting.extend((where, part) for part in node)
    allowed = {
        "/$defs/spec/properties/connections/additionalProperties",
        "/$defs/spec/properties/in/additionalProperties",
    }
    assert set(open_rows) <= allowed


# -- both validators, on documents that were right once


@given(broken())
def test_both_validators_agree(root: Map) -> None:
    fast = schema.fast_validator(root["kind"]).is_valid(root)
    assert schema.validator(root["kind"]).is_valid(root) == fast


@given(broken())
def test_what_is_refused_is_worded(root: Map) -> None:
    found = schema.findings(root["kind"], root)
    errors = [each for each in schema.validator(root["kind"]).iter_errors(root) if "${" not in str(each.instance)]
    assert not errors or found
    for each in found:
        assert each.message.endswith(".")
        assert each.message != "This document does not fit its schema."
        assert each.source.line >= 1


@given(broken())
def test_leaving_out_what_is_right_changes_no_word(root: Map) -> None:
    """The slow validator sees only the wrong part of a document; it says the same about the whole."""
    whole = schema.worded(schema.validator(root["kind"]).iter_errors(root), root)
    assert schema.findings(root["kind"], root) == whole


def test_a_large_document_is_worded_where_it_is_wrong() -> None:
    rows = [{"key": f"f{number}", "type": "text", "in": {"hubspot": f"f{number}"}} for number in range(2000)]
    rows[1234]["type"] = "txt"
    spec = {"object": "person", "bind": {"hubspot": "contact"}, "fields": rows}
    root, _ = parse(
        to_yaml({"apiVersion": "mopsctl/v1", "kind": "FieldCatalog", "metadata": {"name": "a"}, "spec": spec}), "f.yaml"
    )
    assert root is not None
    (only,) = schema.findings("FieldCatalog", root)
    assert only.rule == "MS004"
    assert only.source == root["spec"]["fields"][1234].value_source("type")
