"""A stand-in for the part of HubSpot's API that the adapter calls, for trial and test.

It is no HubSpot product and no copy of one: it behaves as public documents and reports describe, and where those
disagree the behaviour is a switch. Messages are worded here; statuses, categories and contexts are HubSpot's.

Assumed, because no source says it: option values and labels are unique within a property; a property's type can change
between text and phone number only; a group that exists is refused with 409; a POST to the subscription types is refused
with 405; a batch of definitions takes 100 inputs; the lifecycle pipelines themselves cannot be made, replaced or deleted;
a limit that is reached is a 400 without a sub-category; a score names only properties that exist.

Not there: custom objects, association labels, validation rules, lists, forms, campaigns, workflows, score histories, and
every write of a subscription status or an erasure.
"""

from mopsctl_hubspot.emulator.hub import HubSpotEmulator

emulator = HubSpotEmulator
"""The class that `mopsctl.emulator.running` and the provider start."""

__all__ = ["HubSpotEmulator", "emulator"]
