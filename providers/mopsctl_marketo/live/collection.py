"""What every collection of a Marketo account has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import VendorError
from mopsctl.provider.contract import Step, unheard
from mopsctl.resource import Observation, Result, Write
from mopsctl_marketo.api import MarketoApi, said
from mopsctl_marketo.settings import Settings

Found = dict[str, Observation]
_TAKEN = ("already exist", "already in use", "same name", "duplicate", "must be unique", "already taken")


class Collection(ABC):
    """Things of one or more kinds that are read together."""

    kinds: tuple[str, ...] = ()
    on_step: Callable[[Step], None] = staticmethod(unheard)  # hears of each call of a write that takes several

    def __init__(self, api: MarketoApi, settings: Settings) -> None:
        self.api = api
        self.settings = settings

    def start_over(self) -> None:  # a collection that remembers nothing has nothing to forget
        """Forget what earlier reads brought."""
        return

    @abstractmethod
    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """Everything of this kind, by the name of its address; where the account cannot be listed, at least `names`."""

    def write(self, write: Write) -> Result:
        """Carry out one write; only collections that can be written override it."""
        return failed(write, f"Marketo's API cannot write a {write.address.kind}.")

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing of this account."""
        return Address(self.api.system, kind, name)


def done(write: Write, remote_id: Any = None, note: str = "") -> Result:
    """The write took effect."""
    return Result(write.address, "done", None if remote_id is None else str(remote_id), note=note)


def failed(write: Write, error: str, hint: str = "", code: str = "") -> Result:
    """The write was refused, and nothing of it took effect."""
    return Result(write.address, "failed", error=error, hint=hint, code=code)


def refused(write: Write, error: VendorError, hints: Mapping[str, str] | None = None) -> Result:
    """What Marketo's refusal means; `exists` as the code where a name is taken, so that the engine looks again."""
    words = said(error)
    taken = write.action == "add" and any(each in words for each in _TAKEN)
    hint = next((text for part, text in (hints or {}).items() if part in words or part == error.code), error.hint)
    return failed(write, error.message, hint, "exists" if taken else error.code)
