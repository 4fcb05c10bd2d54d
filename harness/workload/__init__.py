"""The workload of the closed division: the program that trains, predicts and is timed inside the container.

It imports `harness.protocol` and the torch stack and nothing else of the harness, so that the container holds only what
it needs. Start it with ``python -m harness.workload``; it reads commands on standard input and says events on standard
output (rules/PROTOCOL.md).
"""
