"""A stand-in for a Marketo account, for trial and test: the part of its REST API that the adapter calls, oddities included."""

from mopsctl_marketo.emulator.account import MarketoEmulator

__all__ = ["MarketoEmulator"]
