"""What the classifier says, "OS Independent": commands do their work where Python has no `fcntl`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "stacks" / "example"
ELSEWHERE = "import sys; sys.modules['fcntl'] = None; from mopsctl.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("command", [["validate", str(EXAMPLE)], ["providers"], ["--version"]])
def test_no_posix_lock(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "Something unexpected" in done.stderr) == (0, False), done.stderr
