"""The last gate before an adapter: whatever goes wrong inside it stops that one system, with a sentence.

No answer of a vendor is meant to come this far: adapters read answers by their shapes. The gate is for mistakes in an adapter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mopsctl.address import Address
from mopsctl.errors import MopsctlError, OutcomeUnknown, SystemError_
from mopsctl.provider.contract import Account, Calls, Pending, System
from mopsctl.resource import Impact, Reading, Resource, Result, Write
from mopsctl.secrets import mask


class Gated(System):
    """A system whose adapter's mistakes arrive as SystemError_, or as OutcomeUnknown where it was writing."""

    def __init__(self, system: System, name: str) -> None:
        self.inner = system
        system.steps_to = self.on_step
        self._name = name

    def identify(self) -> Account:
        """Who is on the other end."""
        with self._gate(SystemError_):
            return self.inner.identify()

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Every collection that these touch."""
        with self._gate(SystemError_):
            return self.inner.read(wanted, known)

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """These addresses again."""
        with self._gate(SystemError_):
            return self.inner.reread(addresses)

    def write(self, writes: Sequence[Write]) -> Iterator[Result]:
        """One unit of writes; what a mistake leaves without a result is settled by reading."""
        with self._gate(OutcomeUnknown):
            yield from self.inner.write(writes)

    def settle(self, pending: Pending) -> None:
        """Wait for what a broken run handed over."""
        with self._gate(SystemError_):
            self.inner.settle(pending)

    def check(self, writes: Sequence[Write]) -> Iterable[Result]:
        """What the server would say."""
        with self._gate(SystemError_):
            return list(self.inner.check(writes))

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """How many records are touched."""
        with self._gate(SystemError_):
            return self.inner.impact(writes)

    @property
    def calls(self) -> Calls:
        """Calls made so far."""
        return self.inner.calls

    def close(self) -> None:
        """Let go of the connection."""
        self.inner.close()

    @contextlib.contextmanager
    def _gate(self, sort: type[SystemError_]) -> Iterator[None]:
        try:
            yield
        except MopsctlError:
            raise
        except Exception as error:
            said = mask(f"{type(error).__name__}: {error}")
            raise sort(
                f"The adapter of {self._name} failed in a way that nobody foresaw ({said}).",
                hint="this is a mistake in the adapter: please report it",
                system=self._name,
            ) from error
