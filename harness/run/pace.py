"""How long the runs that are left will take, from those that were made."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean


class Pace:
    """Wall seconds of finished runs, by submission."""

    def __init__(self) -> None:
        self._took: dict[str, list[float]] = {}

    def took(self, submission: str, seconds: float) -> None:
        """A run was made."""
        self._took.setdefault(submission, []).append(seconds)

    def left_s(self, submissions: Sequence[str]) -> float | None:
        """Seconds for one run of each of ``submissions`` (repeated where more are left), a submission that has not run
        yet counting as the mean of the others; None before the first."""
        if not self._took:
            return None
        means = {name: fmean(seconds) for name, seconds in self._took.items()}
        usual = fmean(means.values())
        return sum(means.get(name, usual) for name in submissions)

    def sentence(self, submissions: Sequence[str]) -> str | None:
        """For people, before the next run; None where there is nothing to say."""
        seconds = self.left_s(submissions)
        if seconds is None or not submissions:
            return None
        runs = "1 run" if len(submissions) == 1 else f"{len(submissions)} runs"
        about = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"
        return f"{runs} left, about {about}; Ctrl-C stops, and the same command goes on"
