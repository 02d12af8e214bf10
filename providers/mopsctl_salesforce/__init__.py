"""The Salesforce adapter: fields, value sets, permissions, formulas, lead conversion and consent rows of one org."""

from mopsctl_salesforce.adapter import Salesforce

provider = Salesforce()

__all__ = ["Salesforce", "provider"]
