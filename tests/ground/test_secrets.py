"""A secret has no text form, and what is known to be secret is hidden wherever it shows up."""

from __future__ import annotations

import base64
import copy
import html
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import canonical
from mopsctl.errors import Refused
from mopsctl.secrets import MASK, MaskingFilter, Secret, forget_all, mask, refuse_in, register

CANARY = "canary-5f0e9a1b"


@dataclass(frozen=True)
class Holder:
    """Something that keeps a secret."""

    token: Secret


TEXTS: dict[str, Callable[[Secret], str]] = {
    "str": str,
    "repr": repr,
    "f-string": lambda secret: f"{secret} {secret!r} {secret!s} {secret!a}",
    "format": lambda secret: "{} {!r}".format(secret, secret),  # noqa: UP032
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    "in a list": lambda secret: str([secret, {"token": secret}]),
    "in a dataclass": lambda secret: repr(Holder(secret)),
    "pretty": lambda secret: pprint.pformat({"token": secret}),
    "JSON by default=str": lambda secret: json.dumps({"token": secret}, default=str),
    "JSON by default=repr": lambda secret: json.dumps({"token": secret}, default=repr),
    "an exception": lambda secret: "".join(traceback.format_exception(ValueError(secret))),
}
WRITERS: dict[str, Callable[[Secret], object]] = {
    "JSON": lambda secret: json.dumps({"token": secret}),
    "canonical": lambda secret: canonical.dumps({"token": secret}),
    "pickle": pickle.dumps,
    "pickle of a holder": lambda secret: pickle.dumps(Holder(secret)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "vars": vars,
    "as text": lambda secret: "x" + secret,  # type: ignore[operator]
}


@pytest.mark.parametrize("way", TEXTS)
def test_a_secret_reads_as_a_mask(way: str) -> None:
    said = TEXTS[way](Secret(CANARY, "token"))
    assert MASK in said
    assert CANARY not in said


@pytest.mark.parametrize("way", WRITERS)
def test_a_secret_is_never_written_down(way: str) -> None:
    with pytest.raises(TypeError) as refused:
        WRITERS[way](Secret(CANARY))
    assert CANARY not in str(refused.value)


def test_a_secret_is_revealed_only_when_asked() -> None:
    secret = Secret(CANARY, "token")
    assert (secret.reveal(), secret.name) == (CANARY, "token")


def test_secrets_compare_by_value_and_with_nothing_else() -> None:
    assert Secret(CANARY, "a") == Secret(CANARY, "b")
    assert Secret(CANARY) != Secret("canary-other")
    assert Secret(CANARY) != CANARY
    assert len({Secret(CANARY), Secret(CANARY)}) == 1


@pytest.mark.parametrize(
    "wrapped", [lambda secret: secret, lambda secret: {"token": secret}, lambda secret: [Holder(secret)]]
)
def test_a_secret_is_not_told_by_a_comparison(wrapped: Callable[[Secret], Any]) -> None:
    found = DeepDiff(wrapped(Secret(CANARY)), wrapped(Secret("canary-other")))
    assert "canary" not in f"{found} {found.to_json(default_mapping={Secret: str})} {found.pretty()}"


def test_what_is_registered_is_hidden() -> None:
    assert mask(f"Bearer {CANARY}!") == f"Bearer {CANARY}!"
    Secret(CANARY)
    assert mask(f"Bearer {CANARY}! {CANARY}") == f"Bearer {MASK}! {MASK}"
    register("fetched-in-mid-run")
    assert mask("fetched-in-mid-run") == MASK
    forget_all([CANARY])
    assert mask(f"{CANARY} fetched-in-mid-run") == f"{CANARY} {MASK}"


def test_a_secret_inside_another_leaves_no_rest() -> None:
    for value in ("canary", "canary-5f0e", CANARY):
        register(value)
    assert mask(f"{CANARY} canary-5f0e canary") == f"{MASK} {MASK} {MASK}"


@pytest.mark.parametrize("short", ["", "a", "12345"])
def test_short_values_hide_no_words(short: str) -> None:
    Secret(short)
    assert mask("a word of 12345") == "a word of 12345"


@given(st.text(st.characters(exclude_characters="()"), min_size=6), st.text(), st.text())
def test_whatever_surrounds_it_a_known_secret_is_gone(value: str, before: str, after: str) -> None:
    forget_all()
    register(value)
    hidden = mask(f"{before}{value}{after}")
    assert value not in hidden.replace(MASK, "\0")


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("p+q/r==secret", "p%2Bq%2Fr%3D%3Dsecret"),
        ("two words", "two+words"),
        ('quo"ted-secret', 'quo\\"ted-secret'),
        ("sécret-é", "s\\u00e9cret-\\u00e9"),
    ],
)
def test_a_secret_is_hidden_as_addresses_and_json_spell_it(value: str, spelled: str) -> None:
    Secret(value)
    assert mask(f"token={spelled}&x") == f"token={MASK}&x"


def test_a_log_hides_what_its_arguments_hold(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("test.secrets")
    masking = MaskingFilter()
    logger.addFilter(masking)
    try:
        Secret(CANARY)
        logger.warning("sent %s of %d to %s", {"token": CANARY}, 3, "hub")
        logger.warning(f"100% of {CANARY}")  # noqa: G004
    finally:
        logger.removeFilter(masking)
    assert caplog.messages == [f"sent {{'token': '{MASK}'}} of 3 to hub", f"100% of {MASK}"]


def test_forgetting_empties_the_register() -> None:
    Secret(CANARY)
    forget_all()
    assert mask(CANARY) == CANARY


@pytest.mark.parametrize(
    "text",
    ["{}", '{{"a": "x{}y"}}', "https://h/{}?q=1"],
)
@pytest.mark.parametrize("value", [CANARY, 'p"q/r&s <t>', "pässwörd/=+", "line\nbreak"])
def test_no_file_is_written_with_a_secret_in_any_spelling(text: str, value: str) -> None:
    register(value, "token of x")
    whole = value.encode()
    for spelled in (
        value, json.dumps(value)[1:-1], quote(value), quote(value, safe=""), quote_plus(value), html.escape(value),
        base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode(),
    ):  # fmt: skip
        with pytest.raises(Refused, match=r"plan.json would hold a secret \(token of x\)") as refused:
            refuse_in(text.format(spelled), "plan.json")
        assert refused.value.hint
        assert value not in refused.value.message
    refuse_in(text.format("something else"), "plan.json")


def test_a_token_of_no_name_is_refused_too() -> None:
    register("fetched-in-mid-run")
    with pytest.raises(Refused, match=r"\(a token\)"):
        refuse_in("x fetched-in-mid-run", "state.json")
