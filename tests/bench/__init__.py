"""Measurements of the release binaries beside their peers, in one run: `make bench`."""
