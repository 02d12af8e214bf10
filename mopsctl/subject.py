"""What people mean when they speak of a thing on a system: the manifest element that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What plans speak of, in the order in which people read it.
SubjectKind = Literal[
    "lifecycle",
    "scoring model",
    "consent policy",
    "field mapping",
    "pipeline",
    "field catalog",
    "field",
    "field group",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """The manifest element that a thing on a system stands for: its document (`Kind/name`), its kind in the words of the language
    (`field`, `lifecycle`), its key in the document (empty for the whole of it), and what people call it.
    """

    document: str = ""
    kind: SubjectKind | Literal[""] = ""
    key: str = ""
    label: str = ""


NOBODY = Subject()  # of what stands for no single element, such as a permission set over many fields
