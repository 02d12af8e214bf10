"""Manifests: YAML files become a typed stack, and every finding knows its file, line and column."""
