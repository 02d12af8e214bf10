"""A stack with every kind of thing that the adapters write, over four emulated accounts, and what it becomes later."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys import child
from tests.journeys.conftest import Run
from tests.journeys.estate import ALL, Estate, estate_of

KINDS = Path(__file__).parent / "kinds"
MORE = {
    "hubspot": {"experimental": ["lifecycle-stage-writes", "lead-scoring-beta"]},
    "marketo": {"calls_in_20_seconds": 100},
}

LATER = {
    "catalog/person.yaml": (
        ("label: A note", "label: Another note"),
        ("{key: blue, label: Blue}", "{key: green, label: Green}"),
        ("    - {key: spare, ", "    # - {key: spare, "),
        ("hubspot: kit_fit,", "hubspot: kit_fitness,"),
        ("label: Kit, in", "label: The kit, in"),
    ),
    "catalog/company.yaml": (
        ("label: Visitor", "label: Who came"),
        ("label: Seen on,", "label: Day,"),
        (
            "  fields:\n",
            "  fields:\n    - {key: place, type: text, label: Place, owner: shared, in: {marketo: place, eloqua: Place}}\n",
        ),
    ),
    "lifecycle/person.yaml": (
        ("label: Warm", "label: Warmed up"),
        ("label: Kit deals", "label: Deals"),
        (
            (
                "        - {key: open, label: Open, probability: 0.2, values: {hubspot: kit_open}}\n"
                "        - {key: offer, label: Offer, probability: 0.6, values: {hubspot: kit_offer}}\n"
            ),
            (
                "        - {key: talk, label: Talk, probability: 0.3, values: {hubspot: kit_talk}}\n"
                "        - {key: offer, label: An offer, probability: 0.7, values: {hubspot: kit_offer}}\n"
            ),
        ),
        ("  transitions:\n", "  transitions:\n    - {from: fresh, to: won, by: sales}\n"),
    ),
    "scoring/fit.yaml": (("points: 60", "points: 50"), ("program: Kit fit}", "program: Kit fit, description: Fits}")),
    "consent/policy.yaml": (("label: Kit letters", "label: Letters of the kit"),),
    "mopsctl.yaml": (
        (
            "  defaults:",
            "  moved:\n    - {from: hubspot:property/contact.kit_fit, to: hubspot:property/contact.kit_fitness}\n  defaults:",
        ),
    ),
}
"""Changes, removals and a rename: pieces of manifests, and what they become."""


@contextlib.contextmanager
def estate_of_every_kind(tmp_path: Path, run: Callable[..., Run], patch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """The stack of every kind over four fresh accounts."""
    shutil.copytree(KINDS, tmp_path / "kinds")
    with estate_of(tmp_path / "kinds", ALL, run, patch, MORE) as made:
        made.handles["marketo"].limit("calls_in_20_seconds", 1_000_000)
        made.handles["salesforce"].limit("deploy_steps", 8)  # still running when the next run begins
        child.preload()
        yield made


def moved_on(estate: Estate) -> Estate:
    """The same after its first apply, with manifests that want something else by now."""
    made = estate.apply("--yes")
    assert made.code == 0, made.out + made.err
    for name, pieces in LATER.items():
        path = estate.folder / name
        text = path.read_text(encoding="utf-8")
        for old, new in pieces:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    estate.options = ("--allow-remove",)
    return estate
