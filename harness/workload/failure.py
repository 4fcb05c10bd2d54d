"""Why the workload can't go on, as the `failed` event says it."""

from __future__ import annotations

from typing import ClassVar

_LONGEST_MESSAGE = 500
_OUT_OF_MEMORY_SIGNS = (
    "out of memory",
    "can't allocate memory",  # torch's allocator on the CPU raises a plain RuntimeError
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


class Failure(Exception):
    """Base of the failures that the workload foresees. ``kind`` is one of `protocol.FAILURE_KINDS`."""

    kind: ClassVar[str] = "error"


class Refused(Failure):
    """The plan asks for something that this workload can't do, or did not do when it tried."""

    kind = "refused"


class Diverged(Failure):
    """A loss or a prediction is not a finite number."""

    kind = "diverged"


class BadCommand(Failure):
    """A command is malformed, or comes when another is due."""

    kind = "protocol"


class BadData(Failure):
    """The files in the data folder are not what the plan says."""


def failure_kind(error: BaseException) -> str:
    """Which kind of failure ``error`` is.

    Memory that ran out is recognised by its text too: torch has an exception class for the GPU only.
    """
    if isinstance(error, Failure):
        return error.kind
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, RuntimeError) and any(sign in str(error) for sign in _OUT_OF_MEMORY_SIGNS):
        return "out_of_memory"
    return "error"


def failure_message(error: BaseException) -> str:
    """One line for people: the failure's own sentence, or the class and first line of an unforeseen error."""
    text = str(error).strip()
    first = text.splitlines()[0] if text else ""
    message = first if isinstance(error, Failure) else f"{type(error).__name__}: {first}".removesuffix(": ")
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"
