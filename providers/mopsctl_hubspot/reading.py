"""Reads whole collections, each once, and turns them into observations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import PermissionError_, SystemError_, VendorError
from mopsctl.provider import http
from mopsctl.provider.collections import gathered
from mopsctl.resource import Observation, Reading, Resource
from mopsctl_hubspot.api import HubSpotApi, is_absent
from mopsctl_hubspot.kinds import KINDS, MOST_PROPERTIES_PER_CALL
from mopsctl_hubspot.names import LEGAL_BASIS_PROPERTY, LIFECYCLE_PIPELINES, LIFECYCLE_PROPERTY, OBJECT_IDS, split
from mopsctl_hubspot.wire import consent, pipelines, properties, scores, stages

Raw = dict[str, Any]
Progress = Callable[[str], None]

READ_LAG = 1.0  # seconds; HubSpot has shown the state before a write for up to 0.7 seconds after it
_BY_OBJECT = ("pipeline", "property", "property-group")
_DEFAULT_PIPELINES = ("default", "0", *LIFECYCLE_PIPELINES.values())


class Shelf:
    """What one look at the account brought: each collection once, also where it failed.

    `only` are the properties asked for; None reads the lists whole.
    """

    def __init__(self, api: HubSpotApi, sensitivities: Sequence[str], only: Mapping[str, set[str]] | None) -> None:
        self._api = api
        self._sensitivities = sensitivities
        self._only = only
        self._kept: dict[str, list[Raw] | SystemError_] = {}

    def properties(self, object_name: str) -> list[Raw]:
        """The properties of an object: all of them, or those asked for."""
        names = sorted(self._only[object_name]) if self._only is not None and object_name in self._only else None
        return self._once(f"properties {object_name}", lambda: self._properties(object_name, names))

    def definition(self, object_name: str, name: str) -> Raw:
        """One property; an empty one where it is not there."""
        if self._only is not None and name not in self._only.get(object_name, set()):
            found = self._once(f"property {object_name}.{name}", lambda: self._properties(object_name, [name]))
        else:
            found = self.properties(object_name)
        return next((raw for raw in found if raw["name"] == name), {})

    def groups(self, object_name: str) -> list[Raw]:
        """The property groups of an object."""
        path = self._api.paths.properties(object_name, "groups")
        return self._once(f"groups {object_name}", lambda: self._api.collection(path))

    def pipelines(self, object_name: str) -> list[Raw]:
        """The pipelines of an object with their stages."""
        path = self._api.paths.pipelines(object_name)
        return self._once(f"pipelines {object_name}", lambda: self._api.collection(path))

    def subscriptions(self) -> list[Raw]:
        """The subscription types that people can choose."""
        found = self._once("subscriptions", lambda: self._api.collection(self._api.paths.subscriptions))
        return [one for one in found if not one.get("isInternal")]

    def scores(self) -> list[Raw]:
        """The lead scores, without what is in them."""
        return self._once("scores", lambda: self._api.collection(self._api.paths.scores, {"limit": "100"}))

    def _once(self, name: str, read: Callable[[], list[Raw]]) -> list[Raw]:
        if name not in self._kept:
            try:
                self._kept[name] = read()
            except (PermissionError_, VendorError) as error:
                self._kept[name] = error
        kept = self._kept[name]
        if isinstance(kept, SystemError_):
            raise kept
        return kept

    def _properties(self, object_name: str, names: list[str] | None) -> list[Raw]:
        found: dict[str, Raw] = {}
        for sensitivity in self._sensitivities:
            for raw in self._sort_of(object_name, sensitivity, names):
                found[raw["name"]] = raw
        return [found[name] for name in sorted(found)]

    def _sort_of(self, object_name: str, sensitivity: str, names: list[str] | None) -> list[Raw]:
        paths = self._api.paths
        params = {"archived": "false", "dataSensitivity": sensitivity}
        if names is None:
            return self._listed(object_name, sensitivity)
        if len(names) == 1:
            return self._single(paths.properties(object_name, names[0]), params)
        found: list[Raw] = []
        for start in range(0, len(names), MOST_PROPERTIES_PER_CALL):
            inputs = [{"name": name} for name in names[start : start + MOST_PROPERTIES_PER_CALL]]
            found += self._batch(object_name, sensitivity, inputs)
        return found

    def _listed(self, object_name: str, sensitivity: str) -> list[Raw]:
        params = {"archived": "false", "dataSensitivity": sensitivity}
        return self._api.collection(self._api.paths.properties(object_name), params)

    def _single(self, path: str, params: Mapping[str, str]) -> list[Raw]:
        try:
            return [self._api.get(path, params)]
        except VendorError as error:
            if is_absent(error):
                return []
            raise

    def _batch(self, object_name: str, sensitivity: str, inputs: list[dict[str, str]]) -> list[Raw]:
        paths = self._api.paths
        body = {"archived": False, "dataSensitivity": sensitivity, "inputs": inputs}
        try:
            answer = self._api.ask(paths.properties(object_name, "batch", "read"), body)
        except VendorError as error:
            if error.status not in (400, 404):
                raise
            # Sources do not settle how a batch answers to names that are not there; the list surely tells.
            return self._listed(object_name, sensitivity)
        if len(answer.get("results") or []) < len(inputs) and not answer.get("errors"):
            return self._listed(object_name, sensitivity)  # of some nothing is said, which is not that they are absent
        others = [one for one in answer.get("errors") or [] if one.get("category") != "OBJECT_NOT_FOUND"]
        if others:
            raise VendorError(
                f"{self._api.system} could not read all of {len(inputs)} properties: {others[0].get('message', '')}",
                system=self._api.system,
            )
        return list(answer.get("results") or [])


class Reader:
    """Turns what the shelf holds into observations; `raw` keeps HubSpot's own JSON for writing."""

    def __init__(self, api: HubSpotApi, *, sensitive: bool, progress: Progress | None = None) -> None:
        self._api = api
        self._progress = progress or (lambda _text: None)
        self._sensitivities = ("non_sensitive", *(("sensitive", "highly_sensitive") if sensitive else ()))
        self.raw: dict[Address, Raw] = {}
        self.unsettled = False

    def read(self, addresses: Iterable[Address], *, whole: bool = True) -> Reading:
        """Look at the collections of these addresses; `whole` keeps also what nobody asked for."""
        asked = {address for address in addresses if KINDS[address.kind].readable}
        shelf = Shelf(self._api, self._sensitivities, None if whole else _property_names(asked))
        self._settle()
        for address in asked:
            self.raw.pop(address, None)
        parts = [(kind, partial(self._READERS[kind], self, shelf, mine)) for kind, mine in _parts(asked)]
        return gathered(parts, lambda _kind, error: _said(error))

    def archived(self, missing: Iterable[Resource]) -> dict[Address, str]:
        """What lies in the archive under the names of properties that are wanted and not there: one more call per object.

        HubSpot may bring it back when a property of its name is made.
        """
        # Only the archive tells beforehand: answers to a creation tell afterwards, if at all (fact: hubspot-revival).
        found: dict[Address, str] = {}
        wanted = [each for each in missing if each.address.kind == "property" and each.mode == "write"]
        mine = [each.address for each in wanted]
        for _, object_name in _objects(mine):
            sorts = {
                str(each.attributes.get("dataSensitivity") or "non_sensitive")
                for each in wanted
                if _on(each, object_name)
            }
            try:
                shelf = {raw["name"]: raw for raw in self._archive(object_name, sorted(sorts))}
            except (PermissionError_, VendorError) as error:
                self._progress(f"archived {object_name} properties were not looked through: {error.message}")
                continue
            for address in mine:
                on, name = split(address.name)
                if on == object_name and name in shelf:
                    found[address] = properties.twin(object_name, shelf[name])
        return found

    def _archive(self, object_name: str, sensitivities: Sequence[str]) -> list[Raw]:
        """The archived properties of an object; of several of one name the one that was archived last comes last."""
        path = self._api.paths.properties(object_name)
        found = [
            raw
            for sensitivity in sensitivities
            for raw in self._api.archive(path, {"archived": "true", "dataSensitivity": sensitivity})
        ]
        return sorted(found, key=lambda raw: str(raw.get("archivedAt") or ""))

    def _settle(self) -> None:
        """After a write whose answer was lost, wait until reads surely show whether it took effect."""
        if self.unsettled:
            self.unsettled = False
            http.sleep(READ_LAG)

    def _properties(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for system, object_name in _objects(asked):
            self._progress(f"reading {object_name} properties")
            for raw in shelf.properties(object_name):
                yield self._property(Address(system, "property", f"{object_name}.{raw['name']}"), raw)

    def _property(self, address: Address, raw: Raw) -> Observation:
        self.raw[address] = raw
        allowed, why_not = properties.writable(raw)
        builtin = bool(raw.get("hubspotDefined"))
        return Observation(
            address=address,
            attributes=properties.attributes(raw),
            writable=allowed,
            why_not=why_not,
            removable=not builtin and (raw.get("modificationMetadata") or {}).get("archivable", True),
            facts=properties.facts(raw),
            builtin=builtin,
        )

    def _groups(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for system, object_name in _objects(asked):
            for raw in shelf.groups(object_name):
                address = Address(system, "property-group", f"{object_name}.{raw['name']}")
                self.raw[address] = raw
                yield Observation(address, {"label": raw.get("label", "")})

    def _pipelines(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for system, object_name in _objects(asked):
            for raw in shelf.pipelines(object_name):
                address = Address(system, "pipeline", f"{object_name}.{raw['id']}")
                self.raw[address] = raw
                builtin = raw["id"] in _DEFAULT_PIPELINES
                yield Observation(
                    address,
                    pipelines.attributes(object_name, raw),
                    remote_id=str(raw["id"]),
                    removable=not builtin,
                    builtin=builtin,
                )

    def _stage_lists(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address in asked:
            definition = shelf.definition(address.name, LIFECYCLE_PROPERTY)
            if definition:
                pipeline = stages.pipeline_of(address.name, self._lifecycle(shelf, address.name))
                self.raw[address] = {"pipeline": pipeline}
                seen = stages.attributes(definition)
                native = LIFECYCLE_PIPELINES[address.name]
                yield Observation(address, seen, remote_id=native, removable=False, builtin=True)

    def _agreements(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address in asked:
            definition = shelf.definition(address.name, LIFECYCLE_PROPERTY)
            if definition:
                found = {name: self._lifecycle(shelf, name) for name in LIFECYCLE_PIPELINES}
                said = stages.disagreements(address.name, definition, found)
                yield Observation(address, {"disagreements": said}, removable=False, builtin=True)

    def _lifecycle(self, shelf: Shelf, object_name: str) -> Iterable[Raw]:
        """The undocumented pipelines below the stages; the documented options count where these cannot be read."""
        try:
            return shelf.pipelines(object_name)
        except (PermissionError_, VendorError) as error:
            self._progress(f"the lifecycle pipeline of {object_name} was not compared: {error.message}")
            return []

    def _stamps(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address in asked:
            yield Observation(address, stages.stamps(shelf.properties(address.name)), removable=False, builtin=True)

    def _legal_bases(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address in asked:
            definition = shelf.definition(address.name, LEGAL_BASIS_PROPERTY)
            if definition:
                yield Observation(address, consent.bases(definition), removable=False, builtin=True)

    def _subscriptions(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for system in sorted({address.system for address in asked}):
            for raw in shelf.subscriptions():
                address = Address(system, "subscription-type", str(raw["name"]))
                yield Observation(address, consent.subscription(raw), remote_id=str(raw["id"]), removable=False)

    def _scores(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address, raw in self._listed_scores(shelf, asked):
            draft = self._draft(raw) if address in asked else {}
            self.raw[address] = {"id": raw["id"], "draft": draft}
            seen = scores.attributes(draft) if draft else {}
            yield Observation(address, seen, remote_id=str(raw["id"]), removable=False)

    def _publications(self, shelf: Shelf, asked: Sequence[Address]) -> Iterator[Observation]:
        for address, raw in self._listed_scores(shelf, asked):
            if address in asked:
                published = scores.is_published(self._published(raw), self._draft(raw))
                yield Observation(address, {"published": published}, remote_id=str(raw["id"]), removable=False)

    def _listed_scores(self, shelf: Shelf, asked: Sequence[Address]) -> list[tuple[Address, Raw]]:
        singulars = {native: name for name, native in OBJECT_IDS.items()}
        found: dict[Address, Raw] = {}
        for raw in shelf.scores():
            object_name = singulars.get(str(raw.get("scoredObjectTypeId")), str(raw.get("scoredObjectTypeId")))
            address = Address(asked[0].system, asked[0].kind, f"{object_name}.{raw['name']}")
            if address in found and address in asked:
                raise VendorError(
                    f"There are two lead scores called '{raw['name']}' in {self._api.system}, and mopsctl goes by the name.",
                    hint="rename one of them in HubSpot",
                    system=self._api.system,
                )
            found[address] = raw
        return sorted(found.items(), key=lambda pair: pair[0])

    def _draft(self, raw: Raw) -> Raw:
        return self._config(f"{self._api.paths.scores}/{raw['id']}/draft") or self._published(raw) or {}

    def _published(self, raw: Raw) -> Raw | None:
        return self._config(f"{self._api.paths.scores}/{raw['id']}")

    def _config(self, path: str) -> Raw | None:
        try:
            found: Raw = self._api.get(path)
        except VendorError as error:
            if error.status == 404:
                return None
            raise
        return found

    _READERS: Mapping[str, Callable[[Reader, Shelf, Sequence[Address]], Iterator[Observation]]] = {
        "property": _properties,
        "property-group": _groups,
        "pipeline": _pipelines,
        "lifecycle-stage-list": _stage_lists,
        "lifecycle-agreement": _agreements,
        "stage-stamps": _stamps,
        "legal-basis-list": _legal_bases,
        "subscription-type": _subscriptions,
        "lead-score": _scores,
        "score-publication": _publications,
    }


def _parts(asked: Iterable[Address]) -> list[tuple[str, list[Address]]]:
    """The addresses by what is read together: by object where each has collections of its own, else by kind."""
    found: dict[tuple[str, str], list[Address]] = {}
    for address in sorted(asked):
        object_name = split(address.name)[0] if address.kind in _BY_OBJECT else ""
        found.setdefault((address.kind, object_name), []).append(address)
    return [(kind, found[kind, object_name]) for kind, object_name in sorted(found)]


def _on(resource: Resource, object_name: str) -> bool:
    return split(resource.address.name)[0] == object_name


def _said(error: SystemError_) -> str:
    return f"{error.message} {error.hint[:1].upper()}{error.hint[1:]}.".removesuffix(" .")


def _objects(asked: Iterable[Address]) -> list[tuple[str, str]]:
    return sorted({(address.system, split(address.name)[0]) for address in asked})


def _property_names(asked: Collection[Address]) -> dict[str, set[str]]:
    """The properties asked for, by object; objects that are looked through for something else are left out."""
    searched = {address.name for address in asked if address.kind == "stage-stamps"}
    found: dict[str, set[str]] = {}
    for address in asked:
        object_name, name = split(address.name)
        if address.kind == "property" and object_name not in searched:
            found.setdefault(object_name, set()).add(name)
    return found
