"""What Marketo's API only shows: channels, tag types with bracketed lists, segmentations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import asset, asset_page, asset_time, params
from mopsctl_marketo.emulator.lists import READ


def bracketed(text: str) -> list[str]:
    """The entries of a list in brackets."""
    return [entry.strip() for entry in text.strip("[]").split(",") if entry.strip()]


class Shown(Area):
    """Read-only lists."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Channels, tags, segmentations."""
        yield Endpoint("GET", "/rest/asset/v1/channels.json", self._channels, READ)
        yield Endpoint("GET", "/rest/asset/v1/channel/byName.json", self._channel, READ)
        yield Endpoint("GET", "/rest/asset/v1/tagTypes.json", self._tag_types, READ)
        yield Endpoint("GET", "/rest/asset/v1/tagType/byName.json", self._tag_type, READ)
        yield Endpoint("GET", "/rest/asset/v1/segmentation.json", self._segmentations, READ)
        yield Endpoint("GET", "/rest/asset/v1/segmentation/{id:int}/segments.json", self._segments, READ)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Admin > Tags, Database > Segmentations, Admin > Workspaces & Partitions."""
        return {
            "add_channel": self.add_channel,
            "add_tag_type": self.add_tag_type,
            "add_segmentation": self.add_segmentation,
            "add_partition": self.add_partition,
        }

    def _channels(self, call: Call) -> Response:
        return asset_page(call, self.store.list("channels"))

    def _channel(self, call: Call) -> Response:
        given = params(call)
        found = self.named("channels", given.get("name", given.get("Name", "")))
        return asset(call, [found] if found else [])

    def _tag_types(self, call: Call) -> Response:
        docs = [_tag_shown(doc) for doc in self.store.list("tagtypes")]
        return asset_page(call, [{key: doc[key] for key in doc if key != "allowableValues"} for doc in docs])

    def _tag_type(self, call: Call) -> Response:
        found = self.named("tagtypes", params(call).get("name", ""))
        return asset(call, [_tag_shown(found)] if found else [])

    def _segmentations(self, call: Call) -> Response:
        status = params(call).get("status")
        docs = [doc for doc in self.store.list("segmentations") if status in (None, doc["status"])]
        return asset(call, [{key: value for key, value in doc.items() if key != "_segments"} for doc in docs])

    def _segments(self, call: Call) -> Response:
        message = "Segmentation not found"
        doc = self.find(call, "segmentations", call.params["id"], "702", message)
        return asset_page(call, doc["_segments"])

    # -- by hand

    def add_channel(self, name: str, sort: str = "program", statuses: list[str] | None = None) -> None:
        """New Channel: the status of those who are not in the program is always the first."""
        names = ["Not in Program", *(statuses or ["Member"])]
        steps = [
            {"name": each, "description": "", "hidden": False, "step": step, "success": step == len(names) - 1}
            for step, each in enumerate(names)
        ]
        number, stamp = self.store.next_id("channels"), asset_time(self.now())
        doc = {"id": number, "name": name, "applicableProgramType": sort, "progressionStatuses": steps}
        self.store.put("channels", str(number), {**doc, "createdAt": stamp, "updatedAt": stamp})

    def add_tag_type(self, name: str, values: list[str], required: bool = False, sorts: str = "program, event") -> None:
        """New Tag Type."""
        doc = {"name": name, "applicableProgramTypes": f"[{sorts}]", "required": required}
        self.store.put("tagtypes", name, {**doc, "allowableValues": f"[{', '.join(values)}]"})

    def add_segmentation(self, name: str, segments: list[str], status: str = "approved") -> None:
        """New Segmentation, with Default at its end."""
        number, stamp = self.store.next_id("segmentations", 1001), asset_time(self.now())
        own = [
            {"id": number * 10 + place, "name": each, "description": "", "status": status, "segmentationId": number}
            for place, each in enumerate([*segments, "Default"])
        ]
        doc = {"id": number, "name": name, "description": "", "createdAt": stamp, "updatedAt": stamp, "status": status}
        doc |= {"folder": {"type": "Folder", "value": 3, "folderName": "Segmentations"}, "workspace": "Default"}
        self.store.put("segmentations", str(number), {**doc, "_segments": own})

    def add_partition(self, name: str) -> None:
        """New Person Partition."""
        number = self.store.next_id("partitions")
        self.store.put("partitions", str(number), {"id": number, "name": name, "description": ""})


def _tag_shown(doc: dict[str, Any]) -> dict[str, Any]:
    """A tag type calls its name `tagType`."""
    return {"tagType" if key == "name" else key: value for key, value in doc.items()}
