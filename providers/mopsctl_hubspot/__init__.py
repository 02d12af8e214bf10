"""The HubSpot adapter: properties, groups, pipelines, lifecycle stages, scores and consent of one HubSpot account."""

from mopsctl_hubspot.adapter import HubSpot

provider = HubSpot()

__all__ = ["HubSpot", "provider"]
