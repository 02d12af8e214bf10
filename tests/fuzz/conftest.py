"""The command line, run in this process: a mutation costs milliseconds."""

from tests.cli.conftest import cli

__all__ = ["cli"]
