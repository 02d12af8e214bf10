"""The pure half of the adapter: what Eloqua is, what it can do, and what the stack becomes on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.provider.capability import Right
from mopsctl.provider.rooms import RoomProvider
from mopsctl.resource import Observation, Write
from mopsctl_eloqua.rights import RIGHTS


class EloquaProvider(RoomProvider):
    """Oracle Eloqua: Application API 1.0 and 2.0 for what is written, Bulk API 2.0 for what only it shows."""

    stem: ClassVar[str] = "Eloqua"
    name: ClassVar[str] = "eloqua"
    title: ClassVar[str] = "Oracle Eloqua"
    rights: ClassVar[tuple[Right, ...]] = RIGHTS
    version: ClassVar[str] = "0.1.0"
    concurrent_writes: ClassVar[int] = 4  # Oracle publishes no limit; integrators report trouble from 10 at once on
    server_check: ClassVar[bool] = True
    settings: ClassVar[Mapping[str, str]] = {
        "account": "The site id that must answer, for instance 42; any other account is refused.",
        "url": "The log-in host; leave it out for login.eloqua.com, an emulator says its own.",
        "company": "The company (site) name in front of the user name, as on the log-in screen.",
        "user": "The API user's name.",
        "password": "The API user's password; for Basic, and for OAuth's password grant.",
        "client_id": "The client id of the app under Settings > AppCloud Developer; makes the connection use OAuth.",
        "client_secret": "The client secret of that app.",
        "refresh_token": "A refresh token of that app; each use brings a new one, which is kept in token_file.",
        "redirect_uri": "The callback address registered for that app; needed where it was authorised with one.",
        "token_file": "Where the newest refresh token is kept (mode 0600, outside any repository).",
        "subscription_landing_page": "Id of the page shown after subscribing to an e-mail group that mopsctl makes.",
        "unsubscription_landing_page": "Id of the page shown after leaving an e-mail group that mopsctl makes.",
    }
    connectors: ClassVar[tuple[str, ...]] = ("eloqua-app", "salesforce-integration-app")
    opt_outs: ClassVar[tuple[str, ...]] = ("isSubscribed",)
    secret_settings: ClassVar[frozenset[str]] = frozenset({"password", "client_secret", "refresh_token"})
    hosts: ClassVar[tuple[str, ...]] = (  # fact: eloqua-hosts
        "login.eloqua.com",
        "secure.eloqua.com",
        "secure.*.eloqua.com",
    )
    switches: ClassVar[Mapping[str, str]] = {
        "bulk-counts": "Counts records that a REST search cannot count through a Bulk export, which mopsctl makes and"
        " removes again on the account, also during a plan.",
    }

    def refused(self, writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterable[Diagnostic]:
        """Contact fields that would get another database name, names that are taken, lists in use, more than an account takes."""
        from mopsctl_eloqua.refusals import refused

        return refused(writes, seen)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """Where a field is observed: contact and account fields by themselves, others as part of their custom object."""
        from mopsctl_eloqua.names import field_address

        return field_address(system, object_name, field_name)
