"""Use cases: what both processes do with what is remembered."""
