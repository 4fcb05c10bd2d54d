"""What can go wrong, as a person should read it. Every error names the place, what was wrong, and the remedy."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command (DESIGN section 10)."""

    DONE = 0
    INTERNAL = 1
    INVALID_INPUT = 2
    MACHINE_LACKS = 3
    RUN_FAILED = 4


class HarnessError(Exception):
    """Base of every error the command explains instead of showing a traceback.

    ``message`` says what is wrong and where; ``remedy`` says what the user can do about it.
    """

    exit_code = Exit.INTERNAL

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message if self.remedy is None else f"{self.message}\n  → {self.remedy}"


class InvalidInput(HarnessError):
    """Something the user wrote or gave is wrong."""

    exit_code = Exit.INVALID_INPUT


class MachineLacks(HarnessError):
    """This machine lacks what was asked for: an engine, disk space, a package, processors."""

    exit_code = Exit.MACHINE_LACKS


class RunFailed(HarnessError):
    """A run failed or is invalid."""

    exit_code = Exit.RUN_FAILED


class InfrastructureFailed(RunFailed):
    """The engine, the disk or the machine failed in the middle of a run; the submission is not to blame."""
