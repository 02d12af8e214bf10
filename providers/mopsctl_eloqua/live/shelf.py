"""A shelf: one collection of assets, read whole, addressed by natural keys, written document by document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Json, Observation, Result, Write
from mopsctl_eloqua.answers import EXISTS, IN_USE
from mopsctl_eloqua.live.site import Site
from mopsctl_eloqua.rest import Doc

Seen = dict[Address, Observation]


class Shelf(ABC):
    """One collection."""

    kind: ClassVar[str]

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def read(self) -> Seen:
        """Everything in the collection."""

    def reread(self, addresses: Sequence[Address]) -> Seen:
        """These addresses, as fresh as can be; what is absent is left out."""
        found = self.read()
        return {address: found[address] for address in addresses if address in found}


class Refusal(Exception):
    """A write that is not sent, because its outcome would not be what was declared."""

    def __init__(self, error: str, hint: str, code: str = "") -> None:
        super().__init__(error)
        self.error, self.hint, self.code = error, hint, code


class Assets(Shelf):
    """A collection of the Application API whose documents can be made, replaced and deleted."""

    version: ClassVar[str] = "1.0"
    plural: ClassVar[str]
    singular: ClassVar[str]
    noun: ClassVar[str]

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.docs: dict[Address, Doc] = {}
        self._ahead: list[Doc] | None = None

    # -- what each kind says

    @abstractmethod
    def key(self, doc: Doc) -> str:
        """The natural key of a live document."""

    @abstractmethod
    def attributes(self, doc: Doc) -> dict[str, Json]:
        """A live document as attributes."""

    @abstractmethod
    def observed(self, address: Address, doc: Doc) -> Observation:
        """A live document as an observation."""

    @abstractmethod
    def born(self, write: Write) -> Doc:
        """The document to make. Refusal where that would not lead to what was declared."""

    @abstractmethod
    def merged(self, doc: Doc, write: Write) -> Doc:
        """A live document with the touched attributes put in; everything else as it is."""

    def amended(self, body: Doc, error: VendorError) -> Doc | None:
        """The document as it may be made after all once Eloqua refused it; None where the refusal stands."""
        return None

    def begins(self, write: Write) -> None:  # most things are made by one call, and need no step to be said
        """Say what a new thing looks like until `settled` is done with it."""
        return

    def settled(self, write: Write, doc: Doc) -> tuple[Doc, str]:
        """What else a new thing needs after it was made, and a note for people."""
        return doc, ""

    def note(self, write: Write) -> str:
        """Something the user should know about a change."""
        return ""

    def foresee(self, write: Write) -> None:
        """Refusal where the read shows already that a write would fail."""
        known = list(self.docs.values())  # other writes put theirs in meanwhile
        if write.action == "add" and any(self.key(doc) == self.plain_name(write.address) for doc in known):
            raise Refusal(f"There is a {self.noun} '{write.address.name}' now.", "plan again", EXISTS)

    def expected(self, write: Write, name: str) -> Json:
        """What an attribute will be once a change is done."""
        return write.target.get(name)

    def unlocked(self, error: VendorError) -> bool:
        """Whether something of mopsctl's own that held a deletion up was taken away."""
        return False

    # -- reading

    def look_ahead(self) -> list[Doc]:
        """The collection, for a question before the plan's read; that read then needs no second call."""
        if self._ahead is None:
            self._ahead = self._listed()
        return self._ahead

    def read(self) -> Seen:
        """Everything in the collection."""
        docs, self._ahead = self._ahead if self._ahead is not None else self._listed(), None
        self.docs = self._keyed(docs)
        return {address: self.observed(address, doc) for address, doc in self.docs.items()}

    def reread(self, addresses: Sequence[Address]) -> Seen:
        """One thing whose id is known by its id; anything else by reading the collection anew."""
        if len(addresses) != 1 or addresses[0] not in self.docs:
            self._ahead = None
            found = self.read()
            return {address: found[address] for address in addresses if address in found}
        (address,) = addresses
        doc = self.site.rest.one(self.version, self.singular, str(self.docs[address]["id"]))
        if doc is None or self.key(doc) != self.plain_name(address):
            return {}
        self.docs[address] = doc
        return {address: self.observed(address, doc)}

    def _listed(self) -> list[Doc]:
        return self.site.rest.all(self.version, self.plural)

    def plain_name(self, address: Address) -> str:
        """The natural key in an address."""
        return address.name

    def _keyed(self, docs: Iterable[Doc]) -> dict[Address, Doc]:
        """Documents by address; of several with one name the oldest has it, the others carry their id as well."""
        keyed: dict[Address, Doc] = {}
        for doc in sorted(docs, key=lambda each: int(each["id"])):
            name = self.key(doc)
            address = self.site.address(self.kind, name)
            if address in keyed:
                address = self.site.address(self.kind, f"{name} (id {doc['id']})")
            keyed[address] = doc
        return keyed

    def ambiguous(self, doc: Doc) -> bool:
        """Whether another live thing has the same name."""
        return sum(self.key(each) == self.key(doc) for each in self.docs.values()) > 1

    # -- writing

    def write(self, write: Write) -> Result:
        """Carry out one write. OutcomeUnknown, AuthenticationError, ConnectionFailed and RateLimited are raised."""
        try:
            if write.action == "add":
                return self._add(write)
            return self._change(write) if write.action == "change" else self._remove(write)
        except Refusal as refusal:
            return Result(write.address, "failed", error=refusal.error, hint=refusal.hint, code=refusal.code)
        except VendorError as error:
            return Result(
                write.address,
                "failed",
                error=error.message,
                hint=error.hint or self.advice(error, write),
                code=error.code,
            )
        except PermissionError_ as error:
            return Result(write.address, "failed", error=error.message, hint=error.hint, code="forbidden")

    def foreseen(self, write: Write) -> Result:
        """What can be told of a write before it is sent."""
        try:
            self.foresee(write)
        except Refusal as refusal:
            return Result(write.address, "failed", error=refusal.error, hint=refusal.hint, code=refusal.code)
        return Result(write.address, "done")

    def advice(self, error: VendorError, write: Write) -> str:
        """What to do about a refusal."""
        if error.code == EXISTS:
            return f"another {self.noun} has this name; adopt it, or choose another"
        if error.code == IN_USE:
            return f"take the {self.noun} out of what uses it, then apply again"
        return f"fix the {self.noun} {write.address.name} in the manifest, then plan again"

    def _add(self, write: Write) -> Result:
        self.foresee(write)
        body = self.born(write)
        self.begins(write)
        made = self._made(body)
        doc, note = self.settled(write, made)
        self.docs[write.address] = doc
        return Result(write.address, "done", remote_id=str(doc.get("id", "")) or None, note=note)

    def _made(self, body: Doc) -> Doc:
        try:
            return self.site.rest.create(self.version, self.singular, body)
        except VendorError as error:
            again = self.amended(body, error)
            if again is None:
                raise
            return self.site.rest.create(self.version, self.singular, again)

    def _change(self, write: Write) -> Result:
        key = write.observed.remote_id if write.observed else None
        doc = self.site.rest.one(self.version, self.singular, key) if key else None
        if doc is None or write.observed is None:
            return Result(write.address, "refused", error=f"The {self.noun} is gone.", hint="plan again")
        moved = sorted(self._moved(write.observed, doc, write.touched()))
        if moved:
            error = f"The {self.noun} was changed in the meantime: {', '.join(moved)}."
            return Result(write.address, "refused", error=error, hint="plan again and look at the difference")
        body = self.merged(doc, write)
        if body == doc:
            return Result(write.address, "done", remote_id=key, note="it was so already")
        self._kept(write, self.site.rest.replace(self.version, self.singular, body))
        return Result(write.address, "done", remote_id=key, note=self.note(write))

    def _moved(self, observed: Observation, doc: Doc, touched: frozenset[str]) -> list[str]:
        now = self.attributes(doc)
        return [name for name in touched if now.get(name) != observed.attributes.get(name)]

    def _kept(self, write: Write, answer: Doc) -> None:
        """Refusal where the server said yes and kept something else; an answer that shows too little proves nothing."""
        if self.key(answer) != self.plain_name(write.address):
            return
        now = self.attributes(answer)
        lost = sorted(name for name in write.touched() if now.get(name) != self.expected(write, name))
        if lost:
            raise Refusal(
                f"Eloqua took the write and kept its own value of {', '.join(lost)}.",
                "set it on the screen, or take it out of the manifest",
            )

    def _remove(self, write: Write) -> Result:
        key = write.observed.remote_id if write.observed else None
        if key is None:
            return Result(write.address, "done", note="it was gone already")
        try:
            self.site.rest.delete(self.version, self.singular, key)
        except VendorError as error:
            if error.code != IN_USE or not self.unlocked(error):
                raise
            self.site.rest.delete(self.version, self.singular, key)
        self.docs.pop(write.address, None)
        return Result(write.address, "done", remote_id=key)


def text_of(doc: Mapping[str, Json], name: str) -> str:
    """A property as text: what Eloqua leaves out is empty."""
    value = doc.get(name)
    return "" if value is None else str(value)


def is_true(doc: Mapping[str, Json], name: str) -> bool:
    """A boolean of the Application API, which is text."""
    return text_of(doc, name).lower() == "true"
