"""Running emulators: for the length of a `with` block, or until a signal."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mopsctl.emulator.app import App
from mopsctl.emulator.base import Emulator
from mopsctl.emulator.desk import Desk, Hook
from mopsctl.emulator.faults import Fault
from mopsctl.emulator.store import Doc, Store
from mopsctl.errors import UsageError

LOOPBACK = "127.0.0.1"


class EmulatorFailed(Exception):
    """A handler of an emulator raised: a mistake of the emulator, not of its client."""


class Handle:
    """A running emulator, as the process that runs it sees it."""

    def __init__(self, url: str, emulator: Emulator, desk: Desk, app: App) -> None:
        self.url = url
        self.emulator = emulator
        self.store: Store = emulator.store
        self._desk = desk
        self._app = app

    @property
    def connection(self) -> dict[str, str]:
        """The settings and secrets of a connection to this emulator, `url` among them."""
        return {"url": self.url, **self.emulator.credentials(self.emulator.persona)}

    def counters(self) -> dict[str, int]:
        """Requests so far: `requests`, `reads`, `writes`, `others`, `failed`; and `in_flight_max` of this server."""
        return {**self._desk.counters(), "in_flight_max": self._app.in_flight_max}

    def reset_counters(self) -> None:
        """Count from zero again and empty the request log."""
        self._desk.reset_counters()
        self._app.in_flight_max = 0

    def requests(self) -> list[Doc]:
        """The request log, oldest first."""
        return self._desk.requests()

    def fault(
        self,
        name: str,
        method: str = "",
        path: str = "",
        *,
        after: int = 0,
        times: int = 1,
        kind: str = "",
        **params: Any,
    ) -> Fault:
        """Set a fault; see `mopsctl.emulator.faults` for the names."""
        return self.emulator.faults.add(Fault(name, method, path, after, times, params, kind))

    def clear_faults(self) -> None:
        """Take all faults back."""
        self.emulator.faults.clear()

    def do(self, action: str, **body: Any) -> Any:
        """Do what a person does on the vendor's screens."""
        return self.emulator.do(action, body)

    def switch(self, name: str, value: Any) -> None:
        """Set a disputed behaviour."""
        self.emulator.set_switch(name, value)

    def limit(self, name: str, value: int) -> None:
        """Set a limit of the account."""
        self.emulator.set_limit(name, value)

    def before_write(self, hook: Hook) -> None:
        """Call this in the server's thread before each write; it may raise `Cut`. It must not call the server."""
        self._desk.before_write.append(hook)

    def after_write(self, hook: Hook) -> None:
        """Call this after each write took effect and before it is answered; it may raise `Cut`."""
        self._desk.after_write.append(hook)

    def dump(self, without: Sequence[str] = ()) -> Doc:
        """Everything stored, for comparing two runs; see `Store.dump`."""
        return self.store.dump(without)

    def reset(self) -> None:
        """Start over as a fresh account; hooks are forgotten too."""
        self._desk.before_write.clear()
        self._desk.after_write.clear()
        self._desk.reset()
        self.reset_counters()


@contextmanager
def running(
    emulator: Emulator | type[Emulator],
    data_dir: Path | None = None,
    port: int = 0,
    persona: str | None = None,
) -> Iterator[Handle]:
    """Run an emulator on the loopback address in a thread of this process.

    The data lies in `data_dir/NAME-PERSONA.sqlite` and is kept, or in memory. The persona is the emulator's first if
    left out. EmulatorFailed at the end if a handler raised.
    """
    made = emulator() if isinstance(emulator, type) else emulator
    persona = persona or made.personas[0]
    store = Store(data_dir / f"{made.name}-{persona}.sqlite" if data_dir else None)
    try:
        made.attach(store, persona)
        desk = Desk(made)
        with _serving(App(desk), port) as (url, app):
            yield Handle(url, made, desk, app)
        if desk.crashes:
            raise EmulatorFailed(desk.crashes[0])
    finally:
        store.close()


def serve_forever(
    emulators: Sequence[Emulator | type[Emulator]],
    data_dir: Path | None = None,
    port: int = 0,
    persona: str | None = None,
    on_start: Callable[[Sequence[Handle]], None] = lambda _: None,
) -> None:
    """Run emulators until SIGINT or SIGTERM; several get the ports `port`, `port + 1` and so on.

    `on_start` is told the handles once all of them answer. Only for the main thread.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.callback(signal.signal, number, signal.signal(number, lambda *_: stop.set()))
        ports = [port + place if port else 0 for place in range(len(emulators))]
        handles = [
            stack.enter_context(running(emulator, data_dir, number, persona))
            for emulator, number in zip(emulators, ports, strict=True)
        ]
        on_start(handles)
        stop.wait()


@contextmanager
def _serving(app: App, port: int) -> Iterator[tuple[str, App]]:
    listener = _listener(port)
    url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=120,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name=f"emulator {url}", daemon=True)
    thread.start()
    server.answering.wait()
    if not server.started:
        raise EmulatorFailed(f"the server at {url} did not start")
    try:
        yield url, app
    finally:
        server.stop()
        thread.join()


def _listener(port: int) -> socket.socket:
    # Only a socket that says it is TCP gets TCP_NODELAY from asyncio; without it each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        hint = "choose another port, or leave it out to get a free one"
        raise UsageError(f"port {port} cannot be used: {error.strerror}", hint=hint) from None
    return listener


class _Protocol(H11Protocol):
    """uvicorn's protocol, with the connection within reach of the application, which may have to cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn's server without its polling: it says when it answers, and stops at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.answering.set()

    async def main_loop(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.answering.set()
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)

    def stop(self) -> None:
        """End the server from another thread."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
