"""What every area of the emulated API shares: the account it belongs to, and the two path families."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Store

if TYPE_CHECKING:
    from mopsctl_hubspot.emulator.hub import HubSpotEmulator

DATES = ("2025-09", "2026-03", "2026-09")
"""The dated versions that are served."""

Handler = Callable[[Call], Response]


class _Date(StringConvertor):
    """One of the dated versions in a path."""

    regex = "|".join(DATES)


register_url_convertor("date", _Date())


class Area:
    """One area of the API; `hub` is the emulated account."""

    def __init__(self, hub: HubSpotEmulator) -> None:
        self.hub = hub

    @property
    def store(self) -> Store:
        """The account's data."""
        return self.hub.store

    def routes(self) -> list[Route]:
        """The paths of this area."""
        return []


def both_families(area: str, table: Sequence[tuple[str, str, Handler]]) -> list[Route]:
    """Routes below `/crm/v3/AREA` and `/crm/AREA/DATE`; the table has method, rest of the path and handler.

    Fixed names must stand before placeholders, as the first match is taken.
    """
    prefixes = (f"/crm/v3/{area}", f"/crm/{area}/{{version:date}}")
    return [Route(prefix + rest, handler, methods=[method]) for prefix in prefixes for method, rest, handler in table]
