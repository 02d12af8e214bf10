"""The chassis of the vendor emulators: a store, faults, and a real HTTP server on the loopback address.

An emulator is a stand-in for trial and test. It answers the part of a vendor's API that an adapter calls, keeps its data
in SQLite and takes named faults. It needs the extra `mopsctl[emulator]`, so this package is imported only where an
emulator is really run.
"""

from mopsctl.emulator.base import Emulator, Switch, one_slash
from mopsctl.emulator.call import Call, Cut, Refusal
from mopsctl.emulator.faults import Fault
from mopsctl.emulator.server import Handle, running, serve_forever
from mopsctl.emulator.store import Doc, Store

__all__ = [
    "Call",
    "Cut",
    "Doc",
    "Emulator",
    "Fault",
    "Handle",
    "Refusal",
    "Store",
    "Switch",
    "one_slash",
    "running",
    "serve_forever",
]
