"""Fixtures that every room may use: a real Docker engine, a real browser. And property tests without a stopwatch."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.engine", "tests.browser"]

# A deadline is a timing, and on a busy machine it is the machine that fails.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell without job control starts what is to run in the background with Ctrl-C ignored, and that is inherited: the
# programs that these tests interrupt would never notice.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Workers of pytest-xdist share the engine, and nothing in the home.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (home := os.environ.get("LEANMED_HOME")):
    os.environ["LEANMED_HOME"] = str(Path(home) / worker)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers (`--dist loadgroup`), all tests of the engine stay in one: images and containers are the
    machine's, and two tests that build or count them must not meet. Of the others a file stays together, for its
    fixtures' sake."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        of_engine = item.get_closest_marker("engine") or "engine" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("engine" if of_engine else str(item.path)))
