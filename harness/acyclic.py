"""Making many documents at once: they hold no cycles, so that nothing is gained by looking for some."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def acyclic() -> Iterator[None]:
    """Python looks for garbage in cycles ever again while objects are made. Over thousands of parsed records that took
    as long as parsing them; inside this block it does not."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
