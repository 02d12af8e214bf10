"""The Postbox adapter. Postbox is a made-up vendor; its adapter is a pattern for real ones."""

from mopsctl_postbox.adapter import Postbox

provider = Postbox()

__all__ = ["Postbox", "provider"]
