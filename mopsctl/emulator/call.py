"""One request to an emulator, and the two ways to end it early."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response

from mopsctl.emulator.faults import Fault


class Refusal(Exception):
    """Raised by a handler: nothing that it stored is kept, and `response` is the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class Cut(Exception):
    """Raised by a hook: the connection is cut without an answer."""


@dataclass(frozen=True)
class Call:
    """One request, read completely.

    `path` is decoded; `params` are the values of the route's placeholders; `number` counts the requests of this store
    from 1; `kind` is `read`, `write` or `other`; `faults` are those that hit this request.
    """

    method: str
    path: str
    query: QueryParams = field(default_factory=QueryParams)
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    params: dict[str, Any] = field(default_factory=dict)
    number: int = 0
    kind: str = "other"
    faults: tuple[Fault, ...] = ()

    def json(self) -> Any:
        """The body as JSON; ValueError if it is none."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The fields of an URL-encoded form; the last one wins where a name is repeated."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        """The token of the `Authorization` header, or the empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def fault(self, name: str) -> Fault | None:
        """The fault of this name that hits the request, if one does."""
        return next((fault for fault in self.faults if fault.name == name), None)
