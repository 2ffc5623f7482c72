"""Measurements: `make bench`, `make accuracy`, `make soak`. Their tables stand in docs/MEASURED.md."""
