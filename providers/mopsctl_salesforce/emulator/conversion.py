"""Which lead fields an org lets convert into which others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator.access import is_calculated
from mopsctl_salesforce.emulator.refusals import ComponentError

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_TEXTS = ("Text", "TextArea", "Email", "Phone", "Url", "Picklist", "AutoNumber")
_LONG = ("LongTextArea", "Html")
_NUMBERS = ("Number", "Currency", "Percent")
_LENGTHS = {"Email": 80, "Phone": 40, "Url": 255, "TextArea": 255, "Picklist": 255, "AutoNumber": 30}


def check(org: SalesforceEmulator, mappings: Sequence[Doc]) -> None:
    """Look at every pair, old ones too."""
    # One that does not fit holds up all (fact: salesforce-conversion-pairs).
    for mapping in mappings:
        targets = [pair["outputField"] for pair in mapping["mappingFields"]]
        for pair in mapping["mappingFields"]:
            source, target = f"Lead.{pair['inputField']}", f"{mapping['outputObject']}.{pair['outputField']}"
            if targets.count(pair["outputField"]) > 1:
                raise ComponentError(f"Field {target} is mapped from more than one lead field")
            _check_pair(org, source, target)


def _check_pair(org: SalesforceEmulator, source: str, target: str) -> None:
    fields = [org.field(name) for name in (source, target)]
    for name, field in zip((source, target), fields, strict=True):
        calculated = field is not None and is_calculated(field) and field["metadata"]["type"] != "AutoNumber"
        if field is None or not field["custom"] or calculated:
            raise ComponentError(f"Field {name} cannot be mapped for lead conversion", "INVALID_CROSS_REFERENCE_KEY")
    before, after = (field["metadata"] for field in fields if field)
    if not _fits(before, after):
        raise ComponentError(f"Data types of {source} and {target} do not match")


def _fits(before: Doc, after: Doc) -> bool:
    """Text goes into text that is no shorter, or into long text; numbers where neither digits nor places are fewer."""
    one, other = before["type"], after["type"]
    if other in _LONG:
        return one in (*_TEXTS, *_LONG) and int(after.get("length", 0)) >= _length(before)
    if other == "Text" and one in _TEXTS:
        return _length(after) >= _length(before)
    if one == other and one in _NUMBERS:
        whole = [int(each.get("precision", 18)) - int(each.get("scale") or 0) for each in (before, after)]
        return whole[1] >= whole[0] and int(after.get("scale") or 0) >= int(before.get("scale") or 0)
    return bool(one == other)


def _length(metadata: Doc) -> int:
    return int(metadata.get("length") or _LENGTHS.get(str(metadata["type"]), 255))
