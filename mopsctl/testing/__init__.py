"""What adapter authors test with: an in-memory system and the conformance kit."""
