from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from mopsctl_hubspot.emulator import HubSpotEmulator

from mopsctl.emulator import Handle, running

V3 = "/crm/v3/{area}"
DATED = "/crm/{area}/2026-09"


class Client(httpx.Client):
    """A client of one emulated account with one token; `family` is the path family that `crm` builds."""

    family = DATED

    def crm(self, method: str, area: str, rest: str, body: Any = None) -> httpx.Response:
        return self.request(method, self.family.format(area=area) + rest, json=body)

    def properties(self, method: str, rest: str, body: Any = None) -> httpx.Response:
        return self.crm(method, "properties", rest, body)

    def pipelines(self, method: str, rest: str, body: Any = None) -> httpx.Response:
        return self.crm(method, "pipelines", rest, body)


@pytest.fixture
def hubspot() -> Iterator[Handle]:
    with running(HubSpotEmulator) as handle:
        yield handle


@pytest.fixture
def emulator(hubspot: Handle) -> HubSpotEmulator:
    assert isinstance(hubspot.emulator, HubSpotEmulator)
    return hubspot.emulator


@pytest.fixture
def connect(hubspot: Handle) -> Iterator[Callable[[str], Client]]:
    """A function from a token to a client."""
    made = list[Client]()

    def connect_(token: str) -> Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # `verify=False` spares reading the certificates of the world; nothing here is encrypted.
        made.append(Client(base_url=hubspot.url, headers=headers, verify=False))
        return made[-1]

    yield connect_
    for client in made:
        client.close()


@pytest.fixture
def client(hubspot: Handle, connect: Callable[[str], Client]) -> Client:
    return connect(hubspot.connection["token"])


@pytest.fixture(params=[V3, DATED], ids=["v3", "dated"])
def either(request: pytest.FixtureRequest, client: Client) -> Client:
    """A client of each path family."""
    client.family = request.param
    return client
