"""Fixtures that every room may use: a real Docker engine, a real browser. And property tests without a stopwatch."""

import signal

from hypothesis import settings

pytest_plugins = ["tests.engine", "tests.browser"]

# A deadline is a timing, and on a busy machine it is the machine that fails.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell without job control starts what is to run in the background with Ctrl-C ignored, and that is inherited: the
# programs that these tests interrupt would never notice.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
