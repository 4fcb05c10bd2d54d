"""The line to the harness (rules/PROTOCOL.md). Nothing in here is about forests: keep it as it is.

`harness.protocol`, in every image of the open division, is the one module of the harness there is; standard library.
"""

import itertools
import os
import queue
import sys
import threading
import time

from harness.protocol import format_event, parse_command

# Events go to the real standard output; whatever a library prints from now on is log.
_EVENTS = os.dup(1)
os.dup2(2, 1)

_numbers = itertools.count()
_commands = queue.SimpleQueue()
_finished = threading.Event()


def say(event, **fields):
    """Tell the harness something."""
    line = format_event(event, next(_numbers), time.monotonic(), fields)
    while line:
        line = line[os.write(_EVENTS, line) :]


def hear(*names):
    """Wait for the next command, which must be one of ``names``: its name and its fields."""
    name, fields = parse_command(_commands.get())
    if name not in names:
        say("failed", kind="protocol", message=f"{' or '.join(names)} was due; {name} came")
        sys.exit(1)
    return name, fields


def finish():
    """Say the last word."""
    _finished.set()
    say("done")


def _listen():
    for line in sys.stdin.buffer:
        _commands.put(line)
    if not _finished.is_set():
        # The harness is gone: nothing may go on running, also in the middle of a training.
        os._exit(3)


threading.Thread(target=_listen, daemon=True).start()
