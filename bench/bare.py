"""The yardstick: the least a program has to do to know what a plan needs to know. It loads the same YAML with the C loader and
makes the same reads with httpx, and compares nothing.

Arguments: base address, token, folder of the stack.
"""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import yaml

PATHS = (
    "/account-info/2026-09/details",
    "/crm/properties/2026-09/contacts",
    "/crm/properties/2026-09/companies",
)


def main(url: str, token: str, folder: str) -> None:
    """Load and read."""
    documents = [yaml.load(path.read_text(), yaml.CSafeLoader) for path in sorted(Path(folder).rglob("*.yaml"))]
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}) as client:
        found = [client.get(path).raise_for_status().json() for path in PATHS]
    print(len(documents), sum(len(each.get("results", [])) for each in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
