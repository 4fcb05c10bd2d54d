"""Energy, power and what else a machine says of itself while a workload runs (DESIGN section 6).

A meter is started before the clock, read at the edges of windows and stopped after the end. What it could not measure
is absent with a reason; it is never 0.
"""
