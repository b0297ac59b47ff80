"""Benchmarks of the release binaries and of similar tools: `make bench`."""
