from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def settings_come_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a conversation inside this process sets for the process is put back after each test.

    One thread: models this small are faster on one, above all beside other work on the same cores.
    """
    for name in ("CUBLAS_WORKSPACE_CONFIG", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
