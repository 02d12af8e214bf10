"""The HubSpot provider: what it knows without a network. The open connection is in `mopsctl_hubspot.system`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.provider.capability import Right
from mopsctl.provider.rooms import RoomProvider
from mopsctl.resource import Observation, Write
from mopsctl_hubspot.rights import RIGHTS


class HubSpot(RoomProvider):
    """HubSpot through its REST API, version 2026-09 unless the connection names another."""

    stem: ClassVar[str] = "HubSpot"
    name: ClassVar[str] = "hubspot"
    title: ClassVar[str] = "HubSpot"
    rights: ClassVar[tuple[Right, ...]] = RIGHTS
    version: ClassVar[str] = "0.1.0"
    concurrent_writes: ClassVar[int] = 4  # an account takes 10 calls a second and more; each takes some 150 ms
    settings: ClassVar[Mapping[str, str]] = {
        "account": "The account's id (portal id), which every run compares with the account that answers.",
        "token": "A service key or the token of a private app.",
        "client_id": "The client id of an OAuth app, in place of a token.",
        "client_secret": "The client secret of that app.",
        "refresh_token": "The refresh token that the app got for this account.",
        "api_version": "The version of HubSpot's API: 2026-09 (the default), 2026-03 or v3.",
        "scoring_version": "The beta of the lead scoring API: 2026-09-beta (the default) or 2027-03-beta.",
        "sensitive_data": "true where the account holds sensitive data and the token may read and write it.",
        "url": "Another base address than api.hubapi.com, for an emulator.",
    }
    connectors: ClassVar[tuple[str, ...]] = ("hubspot-native",)
    opt_outs: ClassVar[tuple[str, ...]] = ("hs_email_optout", "hs_email_optout_*")
    secret_settings: ClassVar[frozenset[str]] = frozenset({"token", "client_secret", "refresh_token"})
    hosts: ClassVar[tuple[str, ...]] = (  # fact: hubspot-hosts
        "api.hubapi.com",
        "api-ap1.hubapi.com",
        "api-eu1.hubapi.com",
        "api-na2.hubapi.com",
        "api-na3.hubapi.com",
    )
    switches: ClassVar[Mapping[str, str]] = {
        "lifecycle-stage-writes": "Write lifecycle stages through calls that HubSpot does not document, and read them back.",
        "lead-scoring-beta": "Save scoring models as drafts through HubSpot's beta API; nothing is ever published.",
    }

    def refused(self, writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterable[Diagnostic]:
        """Labels that two things of one list would share, ids that two objects would share, and lists that are too long."""
        from mopsctl_hubspot.refusals import refused

        return refused(writes, seen)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """The property of that object and name."""
        from mopsctl_hubspot.names import singular

        return Address(system, "property", f"{singular(object_name)}.{field_name}")
