"""The workload's end of the line to the harness (rules/PROTOCOL.md). Nothing in here is about forests: keep it as it is.

`harness.protocol` is the one module of the harness that every image of the open division holds; it is standard library.
"""

import os
import queue
import sys
import threading
import time

from harness.protocol import format_event, parse_command

# Events go to the real standard output; whatever a library prints from now on is log.
_EVENTS = os.dup(1)
os.dup2(2, 1)

_commands = queue.SimpleQueue()
_said = 0


def say(event, **fields):
    """Tell the harness something."""
    global _said
    line = format_event(event, _said, time.monotonic(), fields)
    _said += 1
    while line:
        line = line[os.write(_EVENTS, line) :]


def hear(*names):
    """Wait for the next command, which must be one of ``names``: its name and its fields."""
    name, fields = parse_command(_commands.get())
    if name not in names:
        say("failed", kind="protocol", message=f"{' or '.join(names)} was due; {name} came")
        sys.exit(1)
    return name, fields


def _listen():
    for line in sys.stdin.buffer:
        _commands.put(line)
    # The harness is gone, or has said all: nothing may go on running.
    os._exit(0 if _finished.is_set() else 3)


_finished = threading.Event()


def finish():
    """Say the last word."""
    _finished.set()
    say("done")


threading.Thread(target=_listen, daemon=True).start()
