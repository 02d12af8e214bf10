"""HubSpot's JSON and mopsctl's attributes, one module per kind: the same words for what is wanted and what was seen."""
