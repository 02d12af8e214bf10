"""Locks between processes of one machine: they end with the process, however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def exclusive(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of this file alone; the file is made where it is missing, for its owner only.

    Raises BlockingIOError where another holds it and `wait` is false, OSError where the disk knows no locks.
    """
    # Imported here, because a preview locks nothing. The library chooses what the machine has: flock, or its like elsewhere.
    from portalocker import AlreadyLocked, LockException, LockFlags, lock

    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+") as file:
        try:
            lock(file, LockFlags.EXCLUSIVE | (LockFlags(0) if wait else LockFlags.NON_BLOCKING))
        except AlreadyLocked as error:
            raise BlockingIOError(*error.args) from error
        except LockException as error:
            cause = error.__cause__ or error.__context__
            raise (cause if isinstance(cause, OSError) else OSError(str(error.strerror or error))) from None
        yield
