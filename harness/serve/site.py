"""The site's folder, made again when a record appears. How it is made is the caller's business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.live.live import sealed
from harness.standings.fields import clean

Build = Callable[[], object]
"""Makes the site. Raises `HarnessError` where it can't."""


@dataclass
class Site:
    """The pages in ``root``. ``watched`` are the folders whose records they are made from; a new record directly in one
    of them has the pages made again. ``build`` is None where they are to be left as they are."""

    root: Path
    watched: tuple[Path, ...]
    build: Build | None
    builds: int = 0
    problem: str | None = None
    _seen: frozenset[tuple[str, int]] = field(default_factory=frozenset)

    def make(self) -> None:
        """Make the pages. Where that fails the old ones stay, and the reason is kept for `to_json`."""
        if self.build is None:
            return
        self._seen |= frozenset(sealed(self.watched))
        try:
            self.build()
        except HarnessError as error:
            self.problem = clean(str(error))
        else:
            self.builds, self.problem = self.builds + 1, None

    def make_if_new(self) -> bool:
        """Make the pages again if a record is there that was not there before; whether it was."""
        if self.build is None or self._seen.issuperset(sealed(self.watched)):
            return False
        self.make()
        return True

    def to_json(self) -> dict[str, Any]:
        """As ``site`` in schemas/live.schema.json."""
        return {"builds": self.builds, "problem": self.problem}
