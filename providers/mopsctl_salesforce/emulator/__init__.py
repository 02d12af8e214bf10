"""A stand-in for one Salesforce org, for trial and test: the part of its APIs that the adapter calls, and its odd behaviour."""

from mopsctl_salesforce.emulator.org import SalesforceEmulator

__all__ = ["SalesforceEmulator"]
