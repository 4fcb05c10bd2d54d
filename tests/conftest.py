"""Fixtures that every room may use: a real Docker engine, a real browser. And property tests without a stopwatch."""

import os
import re
import signal
from functools import cache
from pathlib import Path
from typing import Any

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


_OF_ENGINE = re.compile(r"mark\.engine|local_base|dependency_image|second_engine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers (`-n`), all files with tests of the engine stay in one: images and containers are the
    machine's, and two tests that build or count them must not meet. Of the others a file stays together, for its
    fixtures' sake."""
    from xdist.scheduler import LoadScopeScheduling

    root = config.rootpath

    @cache
    def scope(name: str) -> str:
        return "engine" if _OF_ENGINE.search((root / name).read_text(encoding="utf-8")) else name

    class TwoKinds(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return scope(nodeid.partition("::")[0])

    return TwoKinds(config, log)
