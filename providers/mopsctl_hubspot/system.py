"""One open connection to a HubSpot account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from mopsctl.address import Address
from mopsctl.errors import OutcomeUnknown
from mopsctl.provider.contract import Account, Calls, Connection, Progress, System
from mopsctl.resource import Impact, Reading, Resource, Result, Write
from mopsctl_hubspot.api import HubSpotApi
from mopsctl_hubspot.convert.common import is_on
from mopsctl_hubspot.impact import impact
from mopsctl_hubspot.reading import Reader
from mopsctl_hubspot.writing import Desk, carry_out

_Sort = Literal["sandbox", "production", "test", "unknown"]
_SORTS: Mapping[str, _Sort] = {
    "STANDARD": "production",
    "SANDBOX": "sandbox",
    "DEVELOPER_TEST": "test",
    "APP_DEVELOPER": "test",
}


class HubSpotSystem(System):
    """HubSpot over HTTP; reads are kept as HubSpot sent them, so that writes give back what is not ours."""

    def __init__(self, connection: Connection, progress: Progress | None = None) -> None:
        self._api = HubSpotApi(connection)
        sensitive = is_on(connection.settings.get("sensitive_data"))
        self._reader = Reader(self._api, sensitive=sensitive, progress=progress)

    def identify(self) -> Account:
        """The account behind the token, with its limits."""
        body = self._api.get(self._api.paths.account)
        sort = _SORTS.get(str(body.get("accountType")), "unknown")
        name = str(body.get("portalName") or "HubSpot account")
        place = str(body.get("dataHostingLocation") or "")
        title = f"{name} {body['portalId']} ({', '.join(part for part in (body.get('accountType'), place) if part)})"
        return Account(str(body["portalId"]), sort, title, self._api.limits.lines())

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Each collection that these touch, once and whole."""
        reading = self._reader.read([*(resource.address for resource in wanted), *known])
        missing = [each for each in wanted if each.address not in reading.items and not reading.gap(each.address.kind)]
        return replace(reading, archived=self._reader.archived(missing))

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """These addresses again."""
        return self._reader.read(addresses, whole=False)

    def write(self, writes: Sequence[Write]) -> Iterator[Result]:
        """Carry out one unit of writes."""
        try:
            yield from carry_out(Desk(self._api, self._reader.raw, self.on_step), writes)
        except OutcomeUnknown:
            self._reader.unsettled = True
            raise

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """Records that hold what these writes take away."""
        return impact(self._api, writes)

    @property
    def calls(self) -> Calls:
        """Calls made so far."""
        return self._api.calls

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
