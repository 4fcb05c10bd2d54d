from __future__ import annotations

import pytest

from harness.protocol import FAILURE_KINDS
from harness.workload.failure import (
    BadCommand,
    BadData,
    Diverged,
    Failure,
    Refused,
    failure_kind,
    failure_message,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused("no"), "refused"),
        (Diverged("no"), "diverged"),
        (BadCommand("no"), "protocol"),
        (BadData("no"), "error"),
        (MemoryError(), "out_of_memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "out_of_memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "out_of_memory"),
        (RuntimeError("shapes differ"), "error"),
        (ValueError("out of memory"), "error"),
        (KeyboardInterrupt(), "error"),
    ],
)
def test_kind(error: BaseException, kind: str) -> None:
    assert failure_kind(error) == kind
    assert kind in FAILURE_KINDS


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Failure("what it says"), "what it says"),
        (ValueError("first\nsecond"), "ValueError: first"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_message(error: BaseException, message: str) -> None:
    assert failure_message(error) == message


def test_message_is_not_endless() -> None:
    assert len(failure_message(ValueError("x" * 10_000))) == 500
