"""What a vendor answers can stop the plan of that vendor's system, with a sentence, and nothing else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings
from mopsctl_eloqua.system import EloquaSystem

from mopsctl.provider import transport as wires
from mopsctl.provider.contract import System
from tests.journeys import tampered_applies, tampering
from tests.journeys.conftest import CLOCK, Prepared, Stack
from tests.journeys.tampering import Fault, Look, looking

LISTS = {
    "eloqua": "assets/contact/fields",
    "hubspot": "/crm/properties/",
    "marketo": "/schema/fields.json",
    "salesforce": "/tooling/query",
}
SYSTEMS = tuple(LISTS)


def test_a_mistake_in_an_adapter_stops_its_own_system_only(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: System, wanted: Sequence[Any], known: Sequence[Any]) -> Any:
        raise KeyError("elements")

    monkeypatch.setattr(EloquaSystem, "read", read)
    made = stack.run("plan", stack.folder, "-e", "local", "--format", "json")
    assert "Something unexpected" not in made.err
    systems = {each["name"]: each for each in made.document["systems"]}
    assert systems["eloqua"]["status"] != "read"
    assert systems["eloqua"]["message"] == (
        "The adapter of eloqua failed in a way that nobody foresaw (KeyError: 'elements')."
        " This is a mistake in the adapter: please report it."
    )
    assert {each["address"].partition(":")[0] for each in made.document["changes"]} == set(SYSTEMS) - {"eloqua"}


@pytest.fixture(scope="module")
def look(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """The example as it is after its first apply, with its systems open."""
    folder = tmp_path_factory.mktemp("answers") / "stack"
    shutil.copytree(prepared.applied, folder)
    with pytest.MonkeyPatch.context() as patch:
        CLOCK.replace(patch)
        with looking(folder) as opened:
            yield opened


def some(number: int) -> Callable[[Sequence[Fault]], Sequence[Fault]]:
    """So many faults, the same in each run; under the hypothesis profile `explore` every one."""
    every = settings.get_current_profile_name() == "explore"

    def choose(every_one: Sequence[Fault]) -> Sequence[Fault]:
        return every_one if every else random.Random(number).sample(every_one, min(number, len(every_one)))

    return choose


@pytest.mark.parametrize("name", SYSTEMS)
def test_half_an_answer_is_no_answer(name: str, look: Look) -> None:
    """Whatever is wrong in one answer: a sentence or a plan, and nothing is to be added because of it."""
    count = tampering.tried(look, name, some(60))
    assert (count.tracebacks, count.additions) == ([], [])
    assert count.unreadable > count.tried // 5
    assert count.unreadable + count.same + count.other == count.tried


@pytest.mark.parametrize("name", SYSTEMS)
def test_half_an_answer_to_a_write_is_settled_by_reading(name: str, look: Look, tmp_path: Path) -> None:
    """Whatever is wrong in the answer to one write: a plain plan and apply afterwards end as an unbroken run does."""
    with tampered_applies.bench(look, name, tmp_path / "journal") as bench:
        count = tampered_applies.tried(bench, some(3))
    assert (count.tracebacks, count.additions) == ([], [])
    assert count.tried == count.unreadable + count.same + count.other


BODIES = {
    "eloqua": [b"null", b'{"total": 0}'],
    "hubspot": [b"[]", b'{"results": [{}]}'],
    "marketo": [b"{}", b'{"success": true, "result": true}'],
    "salesforce": [b"[]", b'{"records": [], "totalSize": 100, "done": true}'],
}


@pytest.mark.parametrize(("name", "body"), [(name, body) for name in SYSTEMS for body in BODIES[name]])
def test_a_body_of_another_shape_leaves_the_other_systems_planned(
    name: str, body: bytes, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the command line, before the first apply: nothing of that system is planned, everything of the others is."""
    real = wires.received

    def received(client: httpx.Client, request: httpx.Request, most: int) -> httpx.Response:
        answer = real(client, request, most)
        account = LISTS[name] in str(request.url) and answer.status_code == 200
        return (
            wires.Answer(200, headers={"content-type": "application/json"}, content=body, request=request)
            if account
            else answer
        )

    monkeypatch.setattr(wires, "received", received)
    made = stack.run("plan", stack.folder, "-e", "local", "--format", "json")
    assert "Something unexpected" not in made.err
    found = {each["name"]: each for each in made.document["systems"]}
    assert {each: found[each]["status"] for each in SYSTEMS} == dict.fromkeys(SYSTEMS, "read") | {name: "unreadable"}
    assert f"{name} answered " in found[name]["message"]
    assert "half an answer" in found[name]["message"]
    assert {each["address"].partition(":")[0] for each in made.document["changes"]} == set(SYSTEMS) - {name}
