"""Lead scores of the beta API: a draft is made or replaced, and never published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from mopsctl.errors import VendorError
from mopsctl.resource import Result, Write
from mopsctl_hubspot.names import OBJECT_IDS, split
from mopsctl_hubspot.wire import scores as wire
from mopsctl_hubspot.writing.common import Desk, attempt, done, read_back

NOTE = "it is a draft; nothing counts until a person publishes it in HubSpot"


def write(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """Each score by itself; scores are never removed."""
    for each in writes:
        if each.action == "remove":
            yield Result(each.address, "refused", error="HubSpot deletes scores for good, so mopsctl never does.")
        else:
            yield attempt(each, partial(_one, desk, each))


def _one(desk: Desk, write: Write) -> Result:
    object_name, name = split(write.address.name)
    if write.action == "add":
        body = wire.create_body(name, OBJECT_IDS[object_name], write.target)
        score_id = str(desk.api.write("POST", desk.api.paths.scores, body).get("id", ""))
    else:
        raw = desk.raw[write.address]
        score_id = str(raw["id"])
        desk.api.write("PUT", f"{desk.api.paths.scores}/{score_id}/draft", wire.draft_body(write.target, raw["draft"]))

    def look() -> list[str]:
        try:
            draft = desk.api.get(f"{desk.api.paths.scores}/{score_id}/draft")
        except VendorError as error:
            if error.status == 404:
                return ["draft"]
            raise
        seen = wire.attributes(draft)
        return sorted(key for key in write.touched() if key in write.target and seen.get(key) != write.target[key])

    if differing := read_back(look):
        said = f"HubSpot does not show the written {', '.join(differing)} of the draft yet."
        return Result(write.address, "unknown", remote_id=score_id, error=said, hint="open the draft in HubSpot")
    return done(write, remote_id=score_id, note=NOTE)
