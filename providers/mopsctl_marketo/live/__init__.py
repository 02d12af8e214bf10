"""What is done over a connection: one module per collection, each reads it and writes it."""
