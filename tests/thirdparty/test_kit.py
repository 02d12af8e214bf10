"""The conformance kit catches what it is there for: each flaw, put into a sound adapter, fails the test that asks for it."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mopsctl_postbox import Postbox
from mopsctl_postbox.adapter import KINDS
from mopsctl_postbox.system import PostboxSystem

from mopsctl.address import Address
from mopsctl.element import Element, Field
from mopsctl.errors import OutcomeUnknown
from mopsctl.provider import http
from mopsctl.provider.capability import Cell
from mopsctl.provider.contract import Account, Attribute, Connection, Converted, Kind, Progress, System
from mopsctl.resource import Json, Observation, Reading, Resource, Result, Write
from mopsctl.testing.account import emulated
from mopsctl.testing.conformance import AdapterConformance
from mopsctl.testing.stories import Profile


class SendsALostWriteAgain(PostboxSystem):
    def _send(self, write: Write) -> None:
        try:
            super()._send(write)
        except OutcomeUnknown:
            super()._send(write)


class CallsALostAnswerAFailure(PostboxSystem):
    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        try:
            yield from super().write(writes)
        except OutcomeUnknown as error:
            yield Result(writes[0].address, "failed", error=error.message)


class SaysDoneAndDoesNothing(PostboxSystem):
    def _send(self, write: Write) -> None:
        pass


class OnlySaysThatItRemoves(PostboxSystem):
    def _send(self, write: Write) -> None:
        if write.action != "remove":
            super()._send(write)


class RetiresTheChoicesOfOthers(PostboxSystem):
    def _send(self, write: Write) -> None:
        named = {change.path[1] for change in write.fields if change.path[0] == "options" and len(change.path) > 1}
        options = write.target.get("options", {})
        items = {key: item if key in named else {**item, "hidden": True} for key, item in options.items()}
        super()._send(replace(write, target={**write.target, "options": items}))


class LeavesANoteOnWhatOthersMade(PostboxSystem):
    def _send(self, write: Write) -> None:
        super()._send(write)
        if write.address.name != "crowd_00":
            self._api.send("PATCH", "/v1/fields/crowd_00", json={"note": f"then {write.address.name}"})


class ReadsOtherWordsThanItWrites(PostboxSystem):
    def _observed(self, native: Mapping[str, Any]) -> Observation:
        return super()._observed({**native, "title": native["title"].upper()})


class NamesThingsByNumbers(PostboxSystem):
    numbers = itertools.count()

    def _observed(self, native: Mapping[str, Any]) -> Observation:
        seen = super()._observed(native)
        return replace(seen, address=Address(seen.address.system, "field", str(next(self.numbers))))


class SaysNothingOfItsFields(PostboxSystem):
    def _observed(self, native: Mapping[str, Any]) -> Observation:
        return replace(super()._observed(native), facts=None)


class TakesAFailedReadForAnEmptyAccount(PostboxSystem):
    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        return Reading(super().read(wanted, known).items, frozenset({"field"}))


class WritesWhileItReads(PostboxSystem):
    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        self._api.send("POST", "/v1/fields", json={"name": "helper", "title": "Helper", "type": "text"})
        self._api.send("DELETE", "/v1/fields/helper")
        return super().read(wanted, known)


class LooksOnlyOnce(PostboxSystem):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._before: dict[Address, Observation] = {}

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        found = super().read(wanted, known)
        self._before = dict(found.items)
        return found

    def reread(self, addresses: Sequence[Address]) -> Reading:
        there = {each: self._before[each] for each in addresses if each in self._before}
        return Reading(there, frozenset({"field"})) if there else super().reread(addresses)


class KnowsTheAccountByHeart(PostboxSystem):
    def identify(self) -> Account:
        return Account("PB-1001", "sandbox")


class OpensProductionAsSandbox(PostboxSystem):
    def identify(self) -> Account:
        return replace(super().identify(), sort="production")


class MinuteByMinute(Postbox):
    numbers = itertools.count()

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        made = super().convert(elements, connection)
        return replace(made, resources=tuple(replace(each, title=str(next(self.numbers))) for each in made.resources))


class KnowsNoOrder(Postbox):
    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        made = super().convert(elements, connection)
        return replace(made, resources=tuple(replace(each, attributes=unordered(each)) for each in made.resources))


def unordered(resource: Resource) -> dict[str, Json]:
    return {name: value for name, value in resource.attributes.items() if name != "options_order"}


class OverlooksHints(Postbox):
    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        return super().convert(
            [replace(each, hints={}) if isinstance(each, Field) else each for each in elements], connection
        )


class SaysNothingOfSomeRows(Postbox):
    @property
    def cells(self) -> Mapping[str, Cell]:
        return dict(list(super().cells.items())[:-1])


class ForgetsToNameASecret(Postbox):
    secret_settings = frozenset({"api_key", "password"})


class FixesATypeWithoutAWord(Postbox):
    @property
    def kinds(self) -> Mapping[str, Kind]:
        field = KINDS["field"]
        return {**KINDS, "field": replace(field, attributes={**field.attributes, "type": Attribute("fixed")})}


FLAWS: Mapping[type[PostboxSystem] | type[Postbox], str] = {
    CallsALostAnswerAFailure: "test_each_fault_at_each_write_ends_in_the_right_heap_and_after_resume_in_the_same_end",
    FixesATypeWithoutAWord: "test_every_attribute_that_cannot_change_says_why_and_what_instead",
    ForgetsToNameASecret: "test_settings_name_their_secrets",
    KnowsTheAccountByHeart: "test_only_the_right_credentials_open_the_account",
    LeavesANoteOnWhatOthersMade: "test_what_nobody_named_stays_as_it_is",
    LooksOnlyOnce: "test_what_moved_after_the_plan_is_refused_for_itself_alone",
    MinuteByMinute: "test_conversion_depends_on_nothing_but_what_is_wanted",
    NamesThingsByNumbers: "test_a_lost_record_makes_no_duplicates",
    OnlySaysThatItRemoves: "test_what_leaves_is_taken_away_and_can_come_back",
    OpensProductionAsSandbox: "test_only_the_right_credentials_open_the_account",
    OverlooksHints: "test_a_hint_that_the_adapter_does_not_know_is_said",
    ReadsOtherWordsThanItWrites: "test_each_step_of_each_story_is_written_once_and_stays",
    RetiresTheChoicesOfOthers: "test_what_somebody_else_put_into_a_list_stays",
    SaysDoneAndDoesNothing: "test_each_step_of_each_story_is_written_once_and_stays",
    SaysNothingOfItsFields: "test_every_field_that_is_read_says_what_it_is",
    SaysNothingOfSomeRows: "test_every_row_of_the_lowering_table_has_a_cell_with_a_sentence",
    SendsALostWriteAgain: "test_a_write_whose_answer_was_lost_is_read_back_and_not_sent_again",
    TakesAFailedReadForAnEmptyAccount: "test_a_read_that_fails_is_never_taken_for_absence",
    WritesWhileItReads: "test_a_plan_writes_nothing_and_says_the_same_twice",
}


class Through:
    """Stands in for pytest's subtests: what fails inside fails the whole, what is skipped inside is left out."""

    def test(self, msg: str = "") -> AbstractContextManager[None]:
        return suppress(pytest.skip.Exception)


class Kit(AdapterConformance):
    """The kit for Postbox; its tests are called one by one."""

    profile = Profile(object="subscriber", name=lambda key: key, types=frozenset({"text", "choice"}))


def flawed(flaw: type[PostboxSystem] | type[Postbox]) -> Postbox:
    """The Postbox adapter with this flaw in it."""
    if issubclass(flaw, Postbox):
        return flaw()

    class Flawed(Postbox):
        def open(self, connection: Connection, progress: Progress | None = None) -> System:
            return flaw(connection)

    return Flawed()


def arguments(test: Callable[..., None], **known: object) -> dict[str, object]:
    """What a test of the kit asks for."""
    names = test.__code__.co_varnames[1 : test.__code__.co_argcount]
    return {name: known[name] for name in names}


def run(name: str, provider: Postbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test of the kit, on one adapter."""
    monkeypatch.setattr(http, "sleep", lambda _seconds: None)
    monkeypatch.setattr(Kit, "provider", provider, raising=False)
    test = getattr(Kit(), name)
    with emulated(provider, folder) as account:
        test(**arguments(test, account=account, subtests=Through(), fault="lost_response"))


@pytest.mark.parametrize("name", sorted(set(FLAWS.values())))
def test_a_sound_adapter_passes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(name, Postbox(), tmp_path, monkeypatch)


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__)
def test_a_flaw_is_caught(
    flaw: type[PostboxSystem] | type[Postbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, KeyError)):
        run(FLAWS[flaw], flawed(flaw), tmp_path, monkeypatch)


def test_a_vendor_without_an_order_of_values_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="another order: nothing was written"):
        run(FLAWS[SaysDoneAndDoesNothing], KnowsNoOrder(), tmp_path, monkeypatch)
    monkeypatch.setattr(Kit, "profile", replace(Kit.profile, ordered=False))
    run(FLAWS[SaysDoneAndDoesNothing], KnowsNoOrder(), tmp_path, monkeypatch)


def test_an_adapter_that_loads_the_http_library_at_once_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mopsctl_heavy.py").write_text("import httpx\n", "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    heavy = type("Heavy", (Postbox,), {"__module__": "mopsctl_heavy"})
    monkeypatch.setattr(Kit, "provider", heavy(), raising=False)
    with pytest.raises(AssertionError):
        Kit().test_importing_it_imports_no_http_library()


def test_every_test_of_the_kit_has_a_flaw_to_catch() -> None:
    """But one: cutting and resuming is the engine's work, and tests/engine proves it."""
    elsewhere = {
        "test_a_run_cut_off_at_each_write_and_resumed_ends_like_an_unbroken_one",
        "test_importing_it_imports_no_http_library",
    }
    tests = {name for name in vars(AdapterConformance) if name.startswith("test_")}
    assert tests - elsewhere == set(FLAWS.values())
