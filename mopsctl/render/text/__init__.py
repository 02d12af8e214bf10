"""Text for a terminal, and for a file when it is piped: the same words, with colour only where somebody looks."""

from __future__ import annotations

from mopsctl.render.text.adapters import provider, providers, rights
from mopsctl.render.text.failure import failure
from mopsctl.render.text.findings import validated
from mopsctl.render.text.page import Screen
from mopsctl.render.text.plan import plan
from mopsctl.render.text.progress import event
from mopsctl.render.text.report import applied

__all__ = ["Screen", "applied", "event", "failure", "plan", "provider", "providers", "rights", "validated"]
