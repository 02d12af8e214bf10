"""The contract between the core and adapters, the registry that finds adapters, and the HTTP room they share."""
