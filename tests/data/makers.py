"""Functions that workers call: they must be of a module, because workers are processes of their own."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.broken import Broken
from harness.data.work import Made


def size(path: Path, given: Any) -> Made:
    """An image that holds the file's size, and what was given."""
    text = path.read_text()
    if text == "broken":
        raise Broken("it says so itself")
    if text == "crash":
        os._exit(9)
    if text == "slow":
        time.sleep(0.3)
    (path.parent / "made").open("a").write(path.name + "\n")
    notes = ("it is long",) if len(text) > 10 else ()
    return Made(np.array([len(text), given or 0]), notes, {"process": os.getpid()})
