"""Checks of mapping: what the documents of this topic must not say."""

from __future__ import annotations

from mopsctl.checks.rules import Rule

RULES: list[Rule] = []
