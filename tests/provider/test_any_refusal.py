"""Whatever body comes with whatever status, every adapter's judge has a verdict, and words for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_eloqua import answers as eloqua
from mopsctl_eloqua.auth import token_verdict
from mopsctl_hubspot.answers import Judge as HubSpotJudge
from mopsctl_hubspot.answers import Limits
from mopsctl_marketo.judge import Judge as MarketoJudge
from mopsctl_salesforce.api import Session

from mopsctl.errors import SystemError_
from mopsctl.provider.contract import Connection
from mopsctl.provider.http import Verdict
from mopsctl.provider.transport import Answer
from mopsctl.secrets import Secret

SESSION = Session(
    Connection("crm", {"url": "http://127.0.0.1:9", "client_id": "x"}, {"client_secret": Secret("canary-secret")})
)
JUDGES: Mapping[str, Callable[[Any], Verdict]] = {
    "eloqua": eloqua.judge("crm"),
    "eloqua, token": lambda answer: token_verdict("crm", answer),
    "hubspot": HubSpotJudge("crm", Limits()),
    "marketo": MarketoJudge("crm"),
    "marketo, token": MarketoJudge("crm").identity,
    "salesforce": SESSION._judge,
    "salesforce, token": SESSION.tokens._judge,
}
NAMES = (
    "error",
    "errors",
    "message",
    "errorCode",
    "code",
    "category",
    "context",
    "type",
    "requirement",
    "failures",
    "success",
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 700) | st.sampled_from(["", "x", "602", "REQUEST_LIMIT_EXCEEDED", "{"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
STATUSES = st.sampled_from([200, 204, 301, 400, 401, 403, 404, 409, 412, 413, 420, 423, 429, 477, 500, 503, 610])


@pytest.mark.parametrize("name", JUDGES)
@given(status=STATUSES, body=BODIES, retry_after=st.sampled_from(["", "soon", "-1", "1e400", "3"]))
def test_every_answer_has_a_verdict(name: str, status: int, body: Any, retry_after: str) -> None:
    headers = {"content-type": "application/json", "retry-after": retry_after}
    request = httpx.Request("GET", "https://crm.example/things")
    verdict = JUDGES[name](Answer(status, headers=headers, content=json.dumps(body).encode(), request=request))
    assert verdict.kind in ("ok", "retry", "fail")
    assert verdict.error is None or (isinstance(verdict.error, SystemError_) and verdict.error.message)
