"""Measures what docs/performance.md claims, as ratios of one run: medians, never absolute promises.

Run all with `make bench`, or one with `python bench/run.py startup plan apply`.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stack import local_stack, scale

TIMES = 5
os.environ.pop(
    "PYTHONDONTWRITEBYTECODE", None
)  # an installed program has its bytecode at hand, as its libraries have theirs
HERE = Path(__file__).parent


def median(once: Callable[[], object], times: int = TIMES) -> float:
    """The median wall time of some runs, in seconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        once()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def command(*words: str) -> Callable[[], object]:
    """A command to be run quietly; it must succeed."""
    return lambda: subprocess.run(words, check=True, capture_output=True)


def startup() -> None:
    """`mopsctl --version` against `python -c "import click"`."""
    mopsctl = str(Path(sys.executable).with_name("mopsctl"))
    bare, ours = _interleaved(command(sys.executable, "-c", "import click"), command(mopsctl, "--version"), times=15)
    _say("mopsctl --version / python -c 'import click'", ours / bare, 1.6)


def plan() -> None:
    """A plan over 1,000 declared properties, one of them changed, against a bare script that does the same reads."""
    with tempfile.TemporaryDirectory() as name, local_stack(Path(name), 1000) as (folder, handle):
        _mopsctl(folder, "apply", "--yes")()
        scale(folder, 1000, changed=True)
        handle.reset_counters()
        ours = _mopsctl(folder, "plan", "--no-counts", "--format", "json")
        ours()
        print(f"  calls of one plan: {handle.counters()['requests']}, writes: {handle.counters()['writes']}")
        bare = command(sys.executable, str(HERE / "bare.py"), handle.url, handle.connection["token"], str(folder))
        ours = command(
            sys.executable, "-m", "mopsctl", "plan", str(folder), "-e", "bench", "--no-counts", "--format", "json"
        )
        slow, fast = _interleaved(bare, ours)
        _say("plan of 1,000 properties / the same reads and YAML in a bare script", fast / slow, 2.0)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    _say("peak memory of a plan, MiB", peak, 200)


def apply() -> None:
    """What journal and state add to an apply of 500 changes, with 20 ms a call."""
    from apply import beside_the_ideal, share

    _say("journal and state / an apply of 500 changes at 20 ms a call", share(), 0.10)
    _say("1,000 independent writes / their calls at 50 ms, four at once", beside_the_ideal(), 1.3)


def _mopsctl(folder: Path, word: str, *options: str) -> Callable[[], object]:
    return command(sys.executable, "-m", "mopsctl", word, str(folder), "-e", "bench", *options)


def _interleaved(one: Callable[[], object], other: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Both medians, the runs taking turns, so that a busy machine slows both."""
    one()
    other()
    pairs = [(median(one, 1), median(other, 1)) for _ in range(times)]
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs)


def _say(what: str, figure: float, budget: float) -> None:
    verdict = "ok" if figure <= budget else "OVER"
    print(f"{what}: {figure:.2f} (budget {budget:g}) {verdict}")


BENCHES: dict[str, Callable[[], None]] = {"startup": startup, "plan": plan, "apply": apply}


def main(names: Sequence[str]) -> None:
    """Run the benches of these names, or all."""
    for name in names or BENCHES:
        print(f"# {name}")
        BENCHES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
