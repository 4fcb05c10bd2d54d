"""Fixtures that every room may use: a real Docker engine, a real browser. And property tests without a stopwatch."""

from hypothesis import settings

pytest_plugins = ["tests.engine", "tests.browser"]

# A deadline is a timing, and on a busy machine it is the machine that fails.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
