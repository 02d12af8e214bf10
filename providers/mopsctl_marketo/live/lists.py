"""What Marketo's API only shows: channels, tags, segmentations, partitions."""

from __future__ import annotations

from typing import Any

from mopsctl.errors import VendorError
from mopsctl.resource import Observation
from mopsctl_marketo.api import first, result
from mopsctl_marketo.convert.native import bracketed, text_of
from mopsctl_marketo.live.collection import Collection, Found

_NOT_THERE = frozenset({"702"})


class Shown(Collection):
    """Things that are declared on Marketo's screens."""

    kinds = ("channel", "tag", "segmentation", "partition")

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """All things of this kind; of tag types and segmentations the details only of those that were asked for."""
        docs = {
            "channel": self._channels,
            "tag": self._tags,
            "segmentation": self._segmentations,
            "partition": self._partitions,
        }[kind](names)
        return {
            name: Observation(self.address(kind, name), docs[name], writable=frozenset(), removable=False, builtin=True)
            for name in sorted(docs)
        }

    def _channels(self, _names: frozenset[str]) -> dict[str, dict[str, Any]]:
        docs = self.api.asset_pages("/rest/asset/v1/channels.json")
        return {
            str(doc["name"]): {
                "program_type": text_of(doc.get("applicableProgramType")),
                "statuses": {
                    str(status["name"]): {}
                    for status in doc.get("progressionStatuses") or []
                    if not status.get("hidden")
                },
            }
            for doc in docs
        }

    def _tags(self, names: frozenset[str]) -> dict[str, dict[str, Any]]:
        """Every tag type; only one that is asked for by name shows its values (fact: marketo-tag-types)."""
        found = {str(doc["tagType"]): _tag(doc) for doc in self.api.asset_pages("/rest/asset/v1/tagTypes.json")}
        for name in sorted(names):
            doc = self._tag(name)
            if doc is not None:
                values = bracketed(doc.get("allowableValues"))
                found[name] = {**_tag(doc), "values": {value: {} for value in values}}
        return found

    def _tag(self, name: str) -> dict[str, Any] | None:
        try:
            return first(self.api.get("/rest/asset/v1/tagType/byName.json", name=name))
        except VendorError as error:
            if error.code in _NOT_THERE:
                return None
            raise

    def _segmentations(self, names: frozenset[str]) -> dict[str, dict[str, Any]]:
        docs = result(self.api.get("/rest/asset/v1/segmentation.json"))
        return {
            str(doc["name"]): {"status": text_of(doc.get("status"))}
            | ({"segments": self._segments(int(doc["id"]))} if str(doc["name"]) in names else {})
            for doc in docs
        }

    def _segments(self, segmentation_id: int) -> list[str]:
        """Segments in order; Default is always the last and needs no declaring."""
        docs = self.api.asset_pages(f"/rest/asset/v1/segmentation/{segmentation_id}/segments.json")
        return [str(doc["name"]) for doc in docs if doc.get("name") != "Default"]

    def _partitions(self, _names: frozenset[str]) -> dict[str, dict[str, Any]]:
        return {str(doc["name"]): {} for doc in self.api.lead_pages("/rest/v1/leads/partitions.json")}


def _tag(doc: dict[str, Any]) -> dict[str, Any]:
    types = bracketed(doc.get("applicableProgramTypes"))
    return {"program_types": {each: {} for each in types}, "required": doc.get("required") is True}
