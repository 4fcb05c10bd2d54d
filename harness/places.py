"""Where things are: what LeanMed ships beside its code, and the home folder that holds what it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from harness.errors import MachineLacks


def resources() -> Path:
    """The folder that holds ``rules``, ``schemas`` and ``docker``: the checkout's top level, or the installed copy."""
    package = Path(__file__).resolve().parent
    checkout = package.parent
    return checkout if (checkout / "rules" / "v1.yaml").is_file() else package / "_resources"


@dataclass(frozen=True)
class Home:
    """The home folder: ``$LEANMED_HOME``, else ``$XDG_DATA_HOME/leanmed``, else ``~/.local/share/leanmed``."""

    root: Path

    @classmethod
    def named(cls) -> Home:
        """The home folder of this user, whether it is there or not."""
        if named := os.environ.get("LEANMED_HOME"):
            root = Path(named).expanduser()
        elif data := os.environ.get("XDG_DATA_HOME"):
            root = Path(data) / "leanmed"
        else:
            root = Path.home() / ".local" / "share" / "leanmed"
        return cls(root.absolute())

    @classmethod
    def find(cls) -> Home:
        """The home folder of this user, made if it is not there. Raises `MachineLacks` where it can't be made."""
        home = cls.named()
        try:
            home.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineLacks(
                f"the home folder {home.root} can't be made: {error.strerror}",
                remedy="give room and permission there, or set LEANMED_HOME to another folder",
            ) from error
        return home

    @property
    def data(self) -> Path:
        """Prepared data sets: ``data/<benchmark>/<digest>/``."""
        return self.root / "data"

    @property
    def weights(self) -> Path:
        """Pretrained weights: ``weights/<model>/``."""
        return self.root / "weights"

    @property
    def runs(self) -> Path:
        """Run folders, one a run, closed by ``record.json``."""
        return self.root / "runs"

    @property
    def wheels(self) -> Path:
        """Wheel folders for image builds: ``wheels/<lock digest>/``."""
        return self.root / "wheels"

    @property
    def cache(self) -> Path:
        """What can be made again from the rest of the home at any time."""
        return self.root / "cache"

    @property
    def ledger(self) -> Path:
        """The hash chain of starts and finishes."""
        return self.root / "ledger.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the one harness that is running in this home."""
        return self.root / "run.lock"
