"""Writes: one metadata deployment for what is deployed, collections of rows for the rest."""
