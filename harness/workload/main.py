"""The program: from `hello` to `done`, and what happens when something goes wrong.

This module and what it imports at the top are free of torch, so that `hello` is said at once and the environment that
torch reads when it is imported can be set from the plan.
"""

from __future__ import annotations

import io
import os
import platform
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import TYPE_CHECKING

from harness.protocol import (
    DONE,
    FAILED,
    FINISH,
    FIT,
    FITTED,
    GO,
    HELLO,
    INFER,
    INFERRED,
    PLAN,
    PREDICT,
    PREDICTED,
    READY,
    RENEW,
    RENEWED,
    TRAINED,
    VERSION,
)
from harness.workload.channel import Channel
from harness.workload.failure import Failure, failure_kind, failure_message
from harness.workload.plan import Plan, read_plan

if TYPE_CHECKING:
    from harness.workload.session import Session

_LIBRARIES = ("torch", "torchvision", "timm", "bitsandbytes", "numpy")


def main() -> int:
    """Carry out what the harness orders. Returns the exit code: 0 after `done`, 1 after `failed`."""
    channel = open_channel()
    sys.excepthook = _Last(channel)
    return serve(channel)


def serve(channel: Channel) -> int:
    """The whole conversation, and `failed` at the end of one that failed in a foreseen way. Returns the exit code."""
    try:
        converse(channel)
    except Failure as failure:
        print(f"failed ({failure.kind}): {failure}", file=sys.stderr, flush=True)
        _say_failed(channel, failure)
        return 1
    return 0


def open_channel() -> Channel:
    """Take standard input and output for the protocol alone.

    Descriptor 1 then leads to standard error, so that no library's print, from Python or C, can break an event; and
    descriptor 0 leads nowhere, so that no library can swallow a command.
    """
    events, commands = os.dup(1), os.dup(0)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    return Channel(commands, events)


def converse(channel: Channel) -> None:
    """From `hello` to `done`. Raises whatever stops it."""
    channel.say(HELLO, protocol=VERSION, versions=_versions())
    plan = read_plan(channel.expect(PLAN).fields)
    _set_environment(plan)
    from harness.workload.session import Session  # now: it imports torch, which takes seconds

    while True:
        session = Session(plan, channel)
        channel.say(READY, **session.prepare())
        command = channel.expect(PLAN, GO)
        if command.name == GO:
            break
        del session  # two learners at once might not fit
        plan = read_plan(command.fields)
    _train_and_predict(session, channel)
    while (command := channel.expect(RENEW, FIT, INFER, FINISH)).name != FINISH:
        if command.name == RENEW:
            session.renew()
            channel.say(RENEWED)
            channel.expect(GO)
            _train_and_predict(session, channel)
        elif command.name == FIT:
            channel.say(FITTED, **session.fit(command))
        else:
            channel.say(INFERRED, **session.infer(command))
    channel.say(DONE)


def _train_and_predict(session: Session, channel: Channel) -> None:
    channel.say(TRAINED, **session.train())
    channel.expect(PREDICT)
    channel.say(PREDICTED, **session.predict())


def _set_environment(plan: Plan) -> None:
    """What libraries read once, when they are loaded: repeatable cuBLAS, and threads for every OpenMP runtime."""
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    os.environ["OMP_NUM_THREADS"] = str(plan.threads)


def _versions() -> dict[str, str | None]:
    """Versions from the installed packages' metadata, without importing them; None for one that is not there."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = None
    return versions


def _say_failed(channel: Channel, error: BaseException) -> None:
    channel.say(FAILED, kind=failure_kind(error), message=failure_message(error))


class _Last:
    """What the interpreter calls for an unforeseen exception: traceback to the log, then `failed`, exit code 1.

    A hook instead of a broad ``except``: nothing is swallowed, and the exit code is Python's own.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        sys.stderr.flush()
        _say_failed(self._channel, error)
