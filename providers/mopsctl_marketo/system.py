"""One open connection to a Marketo account: reads whole collections, writes what a plan says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from mopsctl.address import Address
from mopsctl.errors import OutcomeUnknown, PermissionError_, SystemError_
from mopsctl.provider.collections import Refusal, gathered
from mopsctl.provider.contract import Account, Calls, Connection, Progress, System
from mopsctl.resource import Impact, Observation, Reading, Resource, Result, Write
from mopsctl_marketo import quota
from mopsctl_marketo.api import MarketoApi, result
from mopsctl_marketo.counting import PeopleCounter, is_question
from mopsctl_marketo.kinds import KINDS
from mopsctl_marketo.live.collection import Collection
from mopsctl_marketo.live.custom_objects import CustomObjects
from mopsctl_marketo.live.fields import CrmFields, Describe, Fields
from mopsctl_marketo.live.lists import Shown
from mopsctl_marketo.live.program_parts import CampaignRules, Campaigns, Tokens
from mopsctl_marketo.live.tree import Folders, Programs, Tree
from mopsctl_marketo.settings import Settings, check_instance, credentials

USAGE = "/rest/v1/stats/usage.json"
_NOT_ENTITLED = {
    "616": "The subscription has no custom objects in its API (616); leave them out of the manifests, or ask Adobe for them.",
    "703": "The subscription lacks the feature (703); leave it out of the manifests, or ask Adobe for it.",
    "1026": "Custom objects are not enabled for the subscription (1026); leave them out, or ask Adobe for them.",
}


class MarketoSystem(System):
    """A connection. Makes no call until it is used."""

    def __init__(self, connection: Connection, progress: Progress | None = None) -> None:
        self._settings = Settings.of(connection)
        check_instance(connection.system, self._settings)
        credentials(connection)
        self._tell = progress or (lambda _text: None)
        self._api = MarketoApi(connection, self._settings)
        self._describe = Describe(self._api)
        self._collections = _collections(self._api, self._settings, self._describe)
        for collection in self._collections.values():
            collection.on_step = self.on_step
        self._left: int | None = None

    @property
    def calls(self) -> Calls:
        """Requests sent so far."""
        return self._api.calls

    def close(self) -> None:
        """Let go of the connections; mopsctl leaves nothing of its own behind on Marketo."""
        self._api.close()

    def identify(self) -> Account:
        """The account that the address and the credentials belong to, with what is left of the day's calls.

        Marketo never says which account answers: credentials of one account are refused by every other, and each has an
        address of its own. It does not say either whether it is a sandbox.
        """
        left = self._calls_left()
        title = f"Marketo {self._settings.instance}"
        return Account(self._settings.instance, "unknown", title, (quota.words(left, self._settings.daily_quota),))

    def _calls_left(self) -> int:
        used = quota.used_today(result(self._api.get(USAGE)))
        self._left = max(0, self._settings.daily_quota - used)
        return self._left

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Read every collection that is touched. Programs and what is in them are read by the names asked for."""
        for collection in self._collections.values():
            collection.start_over()
        reading = self._observed([*(each.address for each in wanted), *known], tell=True)
        return replace(reading, archived=_hidden_twins(wanted, reading))

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """Look again at the collections of these addresses, and show these only."""
        found = self._observed(addresses)
        asked = set(addresses)
        return replace(found, items={address: seen for address, seen in found.items.items() if address in asked})

    def _observed(self, addresses: Iterable[Address], *, tell: bool = False) -> Reading:
        asked: dict[str, set[str]] = {}
        for address in addresses:
            if address.kind in self._collections:
                asked.setdefault(address.kind, set()).add(address.name)
        if tell and "program" in asked:
            asked.setdefault("tag", set())  # some tags are required of every program

        def look(kind: str) -> Iterable[Observation]:
            if tell:
                self._tell(f"reading every {KINDS[kind].noun}")
            return self._collections[kind].observe(kind, frozenset(asked[kind])).values()

        return gathered([(kind, partial(look, kind)) for kind in self._collections if kind in asked], _why)

    def write(self, writes: Sequence[Write]) -> Iterator[Result]:
        """Carry out the writes one by one: Marketo answers for each alone, so that one lost answer leaves one in doubt."""
        lost: list[OutcomeUnknown] = []
        in_doubt: list[Address] = []
        for write in writes:
            try:
                yield self._collections[write.address.kind].write(write)
            except OutcomeUnknown as error:
                lost.append(error)
                in_doubt.append(write.address)
            except SystemError_:
                yield from (Result(address, "unknown") for address in in_doubt)
                raise
        if lost:
            raise lost[0]

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """The people that hold what leaves, as far as Marketo can count; not while the day's calls run low."""
        asked = [write for write in writes if is_question(write)]
        if not asked:
            return {}
        left = self._left if self._left is not None else self._calls_left()
        if left <= self._settings.count_above:
            reason = (
                f"not counted: only {left:,} API calls are left today (count_above is {self._settings.count_above:,})"
            )
            return {write.address: Impact(None, reason) for write in asked}
        counter = PeopleCounter(self._api, self._describe)
        return {write.address: counter.of_write(write) for write in asked}


def _why(kind: str, error: Refusal) -> str:
    if isinstance(error, PermissionError_):
        return f"{error.message} To read every {KINDS[kind].noun}, {error.hint}."
    return _NOT_ENTITLED.get(error.code, f"No {KINDS[kind].noun} could be read. {error.message}")


def _collections(api: MarketoApi, settings: Settings, describe: Describe) -> dict[str, Collection]:
    """The collection of each kind, in the order in which they are read."""
    tree = Tree(api, settings.workspace)
    every: list[Collection] = [
        Fields(api, settings, describe),
        CrmFields(api, settings, describe),
        Folders(api, settings, tree),
        Programs(api, settings, tree),
        Tokens(api, settings, tree),
        Campaigns(api, settings, tree),
        CampaignRules(api, settings, tree),
        CustomObjects(api, settings),
        Shown(api, settings),
    ]
    return {kind: collection for collection in every for kind in collection.kinds}


def _hidden_twins(wanted: Sequence[Resource], reading: Reading) -> dict[Address, str]:
    """Fields that are hidden and shall be seen again, each with what comes back."""
    found = {}
    for each in wanted:
        seen = reading.items.get(each.address)
        if seen is not None and seen.retired and each.attributes.get("hidden") is False:
            found[each.address] = (
                f"Marketo has a hidden field {each.address.name}, '{seen.attributes.get('label', each.title)}': it is shown again,"
                " with the values that people held in it."
            )
    return found
