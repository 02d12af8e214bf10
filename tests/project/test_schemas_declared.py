"""The schemas in `schemas/` are those that the manifest's types declare."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "scripts" / "schemas.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("schemas_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schemas_are_as_declared() -> None:
    writer = script()
    for name, schema in writer.schemas().items():
        text = (writer.FOLDER / f"{name}.json").read_text(encoding="utf-8")
        assert text == writer.text(schema) + "\n", f"{name}.json: run: .venv/bin/python scripts/schemas.py"
