"""Salesforce's own shapes: one normalisation per kind, used for what is wanted and for what was seen."""
