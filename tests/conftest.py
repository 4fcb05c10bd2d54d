"""Fixtures that every room may use: a real Docker engine, a real browser."""

pytest_plugins = ["tests.engine", "tests.browser"]
