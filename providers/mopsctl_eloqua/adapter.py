"""The pure half of the adapter: what Eloqua is, what it can do, and what the stack becomes on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.element import Element
from mopsctl.provider.capability import Cell
from mopsctl.provider.contract import Connection, Converted, Kind, Progress, Provider, System


class EloquaProvider(Provider):
    """Oracle Eloqua: Application API 1.0 and 2.0 for what is written, Bulk API 2.0 for what only it shows."""

    name: ClassVar[str] = "eloqua"
    title: ClassVar[str] = "Oracle Eloqua"
    version: ClassVar[str] = "0.1.0"
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
    secret_settings: ClassVar[frozenset[str]] = frozenset({"password", "client_secret", "refresh_token"})
    switches: ClassVar[Mapping[str, str]] = {
        "bulk-counts": "Counts records that a REST search cannot count through a Bulk export, which mopsctl makes and"
        " removes again on the account, also during a plan.",
    }

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The vendor's kinds by name."""
        from mopsctl_eloqua.kinds import KINDS

        return KINDS

    @property
    def cells(self) -> Mapping[str, Cell]:
        """One cell for every row of the lowering table."""
        from mopsctl_eloqua.cells import CELLS

        return CELLS

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """What the elements become on Eloqua."""
        from mopsctl_eloqua.convert import convert

        return convert(elements, connection)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """Where a field is observed: contact and account fields by themselves, others as part of their custom object."""
        from mopsctl_eloqua.names import field_address

        return field_address(system, object_name, field_name)

    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """Open a connection. AuthenticationError where credentials are missing; makes no call yet."""
        from mopsctl_eloqua.system import EloquaSystem

        return EloquaSystem(connection, progress)

    def emulator(self) -> object | None:
        """The emulator class."""
        from mopsctl_eloqua.emulator import EloquaEmulator

        return EloquaEmulator
