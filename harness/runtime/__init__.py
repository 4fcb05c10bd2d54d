"""Runtimes: where a workload runs, and how the harness talks with it, watches it and ends it."""
