"""A stand-in for the part of HubSpot's API that the adapter calls, for trial and test.

It is no HubSpot product and no copy of one: it behaves as public documents and reports describe, and where those
disagree the behaviour is a switch. Messages are worded here; statuses, categories and contexts are HubSpot's.
"""

from mopsctl_hubspot.emulator.hub import HubSpotEmulator

emulator = HubSpotEmulator
"""The class that `mopsctl.emulator.running` and the provider start."""

__all__ = ["HubSpotEmulator", "emulator"]
