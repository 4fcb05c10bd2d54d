"""``python -m harness.runtime``: does a Docker engine answer? Exit code 0, or 3 with the reason. `make demo` asks."""

from __future__ import annotations

import sys

from harness.errors import HarnessError
from harness.runtime.engine import connect


def _ask() -> int:
    try:
        connect()
    except HarnessError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    return 0


sys.exit(_ask())
