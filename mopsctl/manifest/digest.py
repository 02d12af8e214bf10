"""One number for what the manifests say, however they are laid out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from mopsctl.manifest.documents import Raw


def digest(documents: Iterable[Raw]) -> str:
    """`sha256:` over the content of the documents, in the order of kind and name.

    File names, order of files and keys, comments and layout do not count; values do, and so does the order of lists.
    References stand as they are written, so no value from outside is in it.
    """
    found = sorted((each.kind, each.name, _canonical(each.root)) for each in documents)
    text = "\n".join(canonical for _, _, canonical in found)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def digests(parts: Mapping[str, object]) -> dict[str, str]:
    """The same for the values of a mapping, one by one."""
    return {key: f"sha256:{hashlib.sha256(_canonical(each).encode()).hexdigest()}" for key, each in parts.items()}


def _canonical(root: object) -> str:
    return json.dumps(root, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
