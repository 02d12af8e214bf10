"""The Marketo adapter: person and program-member fields, scoring programs with their tokens and campaigns, custom objects."""

from mopsctl_marketo.adapter import Marketo

provider = Marketo()

__all__ = ["Marketo", "provider"]
