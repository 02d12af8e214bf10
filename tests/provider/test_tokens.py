"""One token for everybody: fetched once, renewed once, and a second refusal stands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from mopsctl.provider.tokens import TokenCache

THREADS = 8


class Over(Exception):
    """The token is refused."""


class Vendor:
    """Hands out numbered tokens, and takes only those that are new enough."""

    def __init__(self) -> None:
        self.oldest = 1
        self.asked = list[int]()
        self._numbers: Iterator[int] = count(1)

    def fetch(self) -> int:
        """The next token."""
        return next(self._numbers)

    def answer(self, token: int) -> str:
        """A word, where the token still counts."""
        self.asked.append(token)
        if token < self.oldest:
            raise Over
        return f"with {token}"


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def cache(vendor: Vendor) -> TokenCache[int]:
    return TokenCache(vendor.fetch)


def test_a_token_is_fetched_when_it_is_needed_and_kept(vendor: Vendor, cache: TokenCache[int]) -> None:
    assert [cache.used(vendor.answer, Over) for _ in range(3)] == ["with 1"] * 3
    assert vendor.fetch() == 2


def test_a_refused_token_is_renewed_and_the_request_sent_once_more(vendor: Vendor, cache: TokenCache[int]) -> None:
    cache.current()
    vendor.oldest = 2
    assert cache.used(vendor.answer, Over) == "with 2"
    assert vendor.asked == [1, 2]


def test_a_second_refusal_stands(vendor: Vendor, cache: TokenCache[int]) -> None:
    vendor.oldest = 9
    with pytest.raises(Over):
        cache.used(vendor.answer, Over)
    assert vendor.asked == [1, 2]


def test_what_cannot_be_renewed_is_not_tried_again(vendor: Vendor, cache: TokenCache[int]) -> None:
    vendor.oldest = 2
    with pytest.raises(Over):
        cache.used(vendor.answer, ())
    assert vendor.asked == [1]


def test_a_token_that_is_too_old_is_not_sent(vendor: Vendor) -> None:
    cache = TokenCache(vendor.fetch, lambda token: token >= vendor.oldest)
    cache.current()
    vendor.oldest = 2
    assert cache.used(vendor.answer, Over) == "with 2"
    assert vendor.asked == [2]


def test_a_fetch_that_fails_is_tried_again_by_the_next(vendor: Vendor) -> None:
    troubles = [Over()]

    def fetch() -> int:
        if troubles:
            raise troubles.pop()
        return vendor.fetch()

    cache = TokenCache(fetch)
    with pytest.raises(Over):
        cache.current()
    assert cache.current() == 1


def test_all_threads_that_saw_a_token_die_share_the_next(vendor: Vendor, cache: TokenCache[int]) -> None:
    dead = cache.current()
    together = threading.Barrier(THREADS)

    def renewed(_: int) -> int:
        together.wait()
        return cache.renew(dead)

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(renewed, range(THREADS))) == {2}
