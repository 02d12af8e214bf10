"""A stand-in for the part of Eloqua's APIs that the adapter calls, for trial and test."""

from mopsctl_eloqua.emulator.app import EloquaEmulator

__all__ = ["EloquaEmulator"]
