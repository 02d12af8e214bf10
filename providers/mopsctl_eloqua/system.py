"""One open connection to one Eloqua account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from mopsctl.address import Address
from mopsctl.errors import OutcomeUnknown, PermissionError_, VendorError
from mopsctl.provider.collections import Refusal, gathered
from mopsctl.provider.contract import Account, Calls, Connection, Progress, System
from mopsctl.provider.refresh import TokenStore
from mopsctl.resource import Impact, Observation, Reading, Resource, Result, Write
from mopsctl_eloqua.live.fields import ContactFields
from mopsctl_eloqua.live.groups import EmailGroups
from mopsctl_eloqua.live.helpers import swept_quietly
from mopsctl_eloqua.live.impact import Counter
from mopsctl_eloqua.live.lists import OptionLists
from mopsctl_eloqua.live.objects import CustomObjects
from mopsctl_eloqua.live.seen_only import AccountFields, ContactStates, ScoringModels
from mopsctl_eloqua.live.shelf import Assets, Seen, Shelf
from mopsctl_eloqua.live.site import Site
from mopsctl_eloqua.rejects import MOST_CUSTOM_FIELDS
from mopsctl_eloqua.rest import Bulk, Rest
from mopsctl_eloqua.session import Session

BULK_COUNTS = "bulk-counts"
_TOGETHER = {"field": "option-list", "option-list": "field"}  # a field holds its list's id, a list is used by fields


class EloquaSystem(System):
    """Reads collections whole, writes document by document; `store` keeps the newest refresh token."""

    def __init__(
        self, connection: Connection, progress: Progress | None = None, store: TokenStore | None = None
    ) -> None:
        self._progress = progress or (lambda _text: None)
        self._session = Session(connection, store)
        self._site = Site(connection, self._session, Rest(self._session), Bulk(self._session))
        self._site.on_step = self.on_step
        self._fields = ContactFields(self._site)
        self._lists = OptionLists(self._site, self._fields)
        shelves: tuple[Shelf, ...] = (
            self._lists,
            self._fields,
            CustomObjects(self._site),
            EmailGroups(self._site),
            AccountFields(self._site),
            ScoringModels(self._site),
            ContactStates(self._site),
        )
        self._shelves: Mapping[str, Shelf] = {shelf.kind: shelf for shelf in shelves}
        self._counted_in_bulk = False

    def identify(self) -> Account:
        """The site; Eloqua does not say whether it is a sandbox. How many contact fields are left is a line of limits."""
        identity = self._session.identity()
        return Account(identity.site, "unknown", identity.title, self._limits())

    def _limits(self) -> tuple[str, ...]:
        try:
            custom = self._fields.custom()
        except (PermissionError_, VendorError):
            return ()  # the read that follows says why
        return (f"{custom} of {MOST_CUSTOM_FIELDS} custom contact fields",)

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Every collection that `wanted` or `known` touch."""
        self._site.wanted = {resource.address: resource for resource in wanted}
        kinds = {address.kind for address in (*self._site.wanted, *known)}
        kinds |= {_TOGETHER[kind] for kind in kinds & _TOGETHER.keys()}
        return self._read({kind: shelf.read for kind, shelf in self._shelves.items() if kind in kinds})

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """These addresses again."""
        by_kind = {
            kind: [address for address in addresses if address.kind == kind]
            for kind in self._shelves
            if any(address.kind == kind for address in addresses)
        }
        return self._read({kind: partial(self._shelves[kind].reread, asked) for kind, asked in by_kind.items()})

    def _read(self, looks: Mapping[str, Callable[[], Seen]]) -> Reading:
        def told(kind: str, look: Callable[[], Seen]) -> Iterable[Observation]:
            self._progress(f"reading {kind.replace('-', ' ')}s")
            return look().values()

        def why(kind: str, error: Refusal) -> str:
            return f"{error.message} The {kind.replace('-', ' ')}s could not be read."

        found = gathered([(kind, partial(told, kind, look)) for kind, look in looks.items()], why)
        if "option-list" not in found.unreadable or "field" not in looks:
            return found
        lists = f"Contact fields name their option lists. {found.unreadable['option-list']}"
        items = {address: each for address, each in found.items.items() if address.kind != "field"}
        return Reading(items, found.kinds - {"field"}, {"field": lists, **found.unreadable})

    def write(self, writes: Sequence[Write]) -> Iterator[Result]:
        """One result per write. A write whose answer was lost is not repeated; the others go on, then it is raised."""
        lost: OutcomeUnknown | None = None
        for write in writes:
            shelf = self._shelves[write.address.kind]
            assert isinstance(shelf, Assets)
            try:
                yield shelf.write(write)
            except OutcomeUnknown as error:
                lost = lost or error
        if lost is not None:
            raise lost

    def check(self, writes: Sequence[Write]) -> Iterable[Result]:
        """What the server would refuse, as far as the read shows it: names that are taken, and too many fields."""
        custom = self._fields.custom()
        for write in writes:
            shelf = self._shelves[write.address.kind]
            assert isinstance(shelf, Assets)
            custom += write.action == "add" and write.address.kind == "field"
            if write.action == "add" and write.address.kind == "field" and custom > MOST_CUSTOM_FIELDS:
                error = f"it would be custom contact field number {custom}; an account takes {MOST_CUSTOM_FIELDS}."
                yield Result(write.address, "failed", error=error, hint="let a field go first")
            else:
                yield shelf.foreseen(write)

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """Contacts that hold what would change or go; with the switch, what an interrupted run left is taken away first."""
        allowed = BULK_COUNTS in self._site.connection.experimental
        if allowed:
            self._counted_in_bulk = True
            swept_quietly(self._site.bulk)
        counter = Counter(self._site, self._fields, self._lists, allowed)
        found = {write.address: counter.of(write) for write in writes}
        return {address: impact for address, impact in found.items() if impact is not None}

    @property
    def calls(self) -> Calls:
        """Calls made so far."""
        return self._session.calls

    def close(self) -> None:
        """Take away what counting may have left on the account, and close the connection."""
        if self._counted_in_bulk:
            swept_quietly(self._site.bulk)
        self._session.close()
