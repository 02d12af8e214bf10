"""mopsctl: declarative configuration for the marketing stack."""

__version__ = "0.1.0"
