"""The Salesforce provider: what the core sees of this adapter. Importing it imports no HTTP library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from mopsctl import __version__
from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.provider.capability import Right
from mopsctl.provider.rooms import RoomProvider
from mopsctl.resource import Observation, Write
from mopsctl_salesforce.rights import RIGHTS


class Salesforce(RoomProvider):
    """One Salesforce org."""

    stem: ClassVar[str] = "Salesforce"
    name: ClassVar[str] = "salesforce"
    title: ClassVar[str] = "Salesforce"
    rights: ClassVar[tuple[Right, ...]] = RIGHTS
    version: ClassVar[str] = __version__
    server_check: ClassVar[bool] = True
    concurrent_writes: ClassVar[int] = 1  # setup changes lock the org
    settings: ClassVar[Mapping[str, str]] = {
        "account": "The org's id, 18 characters beginning with 00D; a refreshed sandbox has a new one.",
        "url": "The org's My Domain address, for instance https://acme--uat.sandbox.my.salesforce.com.",
        "login_url": "Where tokens are fetched, if not at url; https://login.salesforce.com or https://test.salesforce.com.",
        "audience": "The audience of the JWT assertion, if it is not the usual one of the environment's tier.",
        "flow": "How to sign in: jwt, client_credentials or refresh_token; otherwise it follows from the secrets.",
        "username": "The user that mopsctl signs in as, for the JWT flow.",
        "api_version": "The version of the API to use, 66.0 if left out; an older org is asked for what it has.",
        "connector_users": "Username by system, for instance {hubspot: sync@example.com}: who gets the connector's permission set.",
        "deploy_minutes": "How long to wait for a deployment, 60 if left out.",
        "client_id": "The consumer key of the External Client App.",
        "client_secret": "Its consumer secret, for the client credentials flow, and for refresh tokens where the app asks for it.",
        "private_key": "The private key of the app's certificate in PEM form, for the JWT flow.",
        "refresh_token": "A refresh token, for that flow; where the org rotates them, the next one is kept in token_file.",
        "token_file": "Where the newest refresh token is kept (mode 0600, outside any repository).",
    }
    opt_outs: ClassVar[tuple[str, ...]] = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")
    secret_settings: ClassVar[frozenset[str]] = frozenset({"client_secret", "private_key", "refresh_token"})
    hosts: ClassVar[tuple[str, ...]] = (  # fact: salesforce-hosts
        "login.salesforce.com",
        "test.salesforce.com",
        "*.my.salesforce.com",
        "*.my.salesforce.mil",
        "*.my.sfcrmproducts.cn",
    )

    def refused(self, writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterable[Diagnostic]:
        """Picklist values that are live in another letter case, and those that go while other picklists depend on them."""
        from mopsctl_salesforce.refusals import refused

        return refused(writes, seen)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """The address of a field, `salesforce:field/Lead.Business_Unit__c`."""
        return Address(system, "field", f"{object_name}.{field_name}")
