"""The state: a small model, and one module per place it can be kept in."""
