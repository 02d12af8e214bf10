"""What holds for every test: no network beyond this machine, nothing left behind, the same run twice."""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from mopsctl import secrets

REPOSITORY = Path(__file__).resolve().parents[1]
CACHES = {
    "__pycache__",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    ".venv-latest",
    ".venv-lowest",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
PASSED_ON = ("COVERAGE", "LANG", "LC_", "PATH", "PYTEST", "PYTHON", "SYSTEMROOT", "TEMP", "TMP", "TZ", "VIRTUAL_ENV")

# No deadline and no complaint about slow input: a busy machine is no failure. `--hypothesis-profile=explore` looks further.
settings.register_profile(
    "repeatable",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("repeatable"), max_examples=1000, derandomize=False)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would every process that a test starts and interrupts."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Forbidden(RuntimeError):
    """A test did what no test may do. Not an OSError, which the product would take for the weather."""


class Guard:
    """Hears what the interpreter is about to do, refuses what no test may do, and remembers it.

    An audit hook cannot be imported around, and it sees only this process: files that other work leaves in the
    repository at the same time are not blamed on a test.
    """

    def __init__(self) -> None:
        self.active = False
        self.offences: list[str] = []
        self._rules: dict[str, Callable[..., None]] = {
            "open": self._opens,
            "os.link": self._links,
            "os.mkdir": self._changes,
            "os.remove": self._changes,
            "os.rename": self._renames,
            "os.rmdir": self._changes,
            "os.symlink": self._links,
            "socket.bind": self._binds,
            "socket.connect": self._connects,
            "socket.getaddrinfo": self._resolves,
            "socket.gethostbyaddr": self._resolves,
            "socket.gethostbyname": self._resolves,
            "socket.sendto": self._connects,
            "sqlite3.connect": self._stores,
        }

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        rule = self._rules.get(event)
        if rule is not None and self.active:
            rule(*arguments)

    def settle(self) -> list[str]:
        """The offences since the last call."""
        offences, self.offences = self.offences, []
        return offences

    def _refuse(self, offence: str) -> None:
        self.offences.append(offence)
        raise Forbidden(offence)

    def _opens(self, path: Any, _mode: Any, flags: int) -> None:
        if flags & WRITING:
            self._changes(path)

    def _renames(self, source: Any, target: Any, *folders: int) -> None:
        self._changes(source, *folders[:1])
        self._changes(target, *folders)

    def _links(self, _existing: Any, link: Any, *folders: int) -> None:
        self._changes(link, *folders)

    def _stores(self, database: Any) -> None:
        if database not in {":memory:", ""} and not str(database).startswith("file:"):
            self._changes(database)

    def _changes(self, path: Any, *rest: Any) -> None:
        relative_to_an_open_folder = bool(rest) and rest[-1] not in {-1, None}
        if isinstance(path, int) or relative_to_an_open_folder:
            return
        place = Path(os.path.abspath(os.fsdecode(path)))
        if place.is_relative_to(REPOSITORY) and not CACHES & set(place.relative_to(REPOSITORY).parts):
            self._refuse(f"it writes in the repository: {place.relative_to(REPOSITORY)}; use tmp_path")

    def _connects(self, _socket: Any, address: Any) -> None:
        if isinstance(address, tuple):
            self._resolves(address[0])

    def _binds(self, _socket: Any, address: Any) -> None:
        if isinstance(address, tuple):
            self._resolves(address[0] or "every address of this machine")

    def _resolves(self, host: Any, *_rest: Any) -> None:
        if host and not _is_this_machine(os.fsdecode(host)):
            self._refuse(f"it uses the network beyond this machine: {os.fsdecode(host)}")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


GUARD = Guard()
sys.addaudithook(GUARD)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Watch from the first fixture of a test to the last, not while pytest writes its own reports."""
    GUARD.active = True
    try:
        return (yield)
    finally:
        GUARD.active = False


@pytest.fixture(scope="session", autouse=True)
def _own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment of few variables, an empty HOME and a current folder outside the repository."""
    world = tmp_path_factory.mktemp("world")
    (world / "home").mkdir()
    (world / "here").mkdir()
    environment = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    environment |= {"HOME": str(world / "home"), "USERPROFILE": str(world / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Test", f"GIT_{role}_EMAIL": "test@example.com"}
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(world / "here")
        yield world / "here"


@pytest.fixture(autouse=True)
def _nothing_left_behind(_own_world: Path) -> Iterator[None]:
    """Fail a test that leaves a changed environment, another current folder, files in it, or an offence it swallowed."""
    secrets.forget_all()
    before = _environment()
    yield
    secrets.forget_all()
    left = GUARD.settle() + _put_back_environment(before) + _put_back_folder(_own_world)
    if left:
        pytest.fail("This test leaves the world changed: " + "; ".join(left), pytrace=False)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def _put_back_environment(before: dict[str, str]) -> list[str]:
    after = _environment()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    for name in changed:
        os.environ.pop(name, None)
        if name in before:
            os.environ[name] = before[name]
    return [f"the environment variable {name}; use monkeypatch" for name in changed]


def _put_back_folder(here: Path) -> list[str]:
    moved = Path.cwd() != here
    litter = sorted(os.listdir(here))
    if litter:
        shutil.rmtree(here)
        here.mkdir()
    os.chdir(here)
    return ["the current folder; use monkeypatch.chdir"] * moved + [f"a file: {name}; use tmp_path" for name in litter]
