"""The Oracle Eloqua adapter of mopsctl."""

from mopsctl_eloqua.adapter import EloquaProvider

provider = EloquaProvider()

__all__ = ["EloquaProvider", "provider"]
