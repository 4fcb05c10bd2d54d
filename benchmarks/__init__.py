"""Timings, which stand in no test: `make bench` runs each and prints what docs/measurements/ keeps."""
