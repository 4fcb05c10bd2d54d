"""A source that the user holds and names: where it is, what is kept while it is worked on, and the report of what was
wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.data.broken import Problem
from harness.data.split import digest_hex
from harness.errors import RunFailed

_SALT = "leanmed/report/1/"
_SHOWN = 20
Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are done."""


@dataclass(frozen=True)
class Source:
    """The folder ``root`` that the user named, which is only read.

    ``work`` keeps what was made of it until the data set is finished, also over a kill. ``report`` is the file that
    lists what was wrong. Up to ``allow_skips`` files or rows may be left out. ``show_paths`` tells the user the paths
    of what is wrong, on the terminal alone: they may name patients.
    """

    root: Path
    work: Path
    report: Path
    allow_skips: int
    show_paths: bool
    say: Callable[[str], None]
    progress: Progress

    def settle(self, problems: Sequence[Problem]) -> None:
        """Write the report, tell the user, and go on only where no more was left out than is allowed.

        Raises `RunFailed` otherwise, which names the report and what can be done.
        """
        self._write(problems)
        for problem in problems[:_SHOWN]:
            self.say(f"  {self._name(problem)}: {problem.reason}{'; left out' if problem.skipped else ''}")
        if len(problems) > _SHOWN:
            self.say(f"  and {len(problems) - _SHOWN} more, in {self.report}")
        skipped = sum(problem.skipped for problem in problems)
        if skipped > self.allow_skips:
            whose = "" if self.show_paths else "; --show-paths names them on the terminal (paths may name patients)"
            raise RunFailed(
                f"{skipped} part(s) of the source can't be used, and {self.allow_skips} may be left out; "
                f"{self.report} lists them",
                remedy="mend them and call again (what is done is kept), or go on without them: "
                f"--allow-skips {skipped}{whose}",
            )

    def _write(self, problems: Sequence[Problem]) -> None:
        with self.report.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["part", "left out", "reason"])
            rows.writerows([salted(problem.where), int(problem.skipped), problem.reason] for problem in problems)

    def _name(self, problem: Problem) -> str:
        name = salted(problem.where)
        return f"{name} ({problem.where})" if self.show_paths else name


def salted(where: str) -> str:
    """A name for a part of a source that says nothing about it: paths may hold names of patients."""
    return digest_hex(_SALT, where)
