"""What a person sees while runs go on: live bars on a terminal, plain lines elsewhere. All on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from harness.cli.summary import lines_of
from harness.live.stages import STAGES
from harness.run.entry import Display
from harness.run.plan import Plan
from harness.run.transcript import Epoch

_VALIDATING = "validate"


@contextmanager
def display_for() -> Iterator[Display]:
    """The display that fits standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if console.is_terminal:
        with Bars.shown(console) as bars:
            yield bars
    else:
        yield Lines()


class Lines:
    """Plain lines: one a stage and one an epoch, for logs and pipes."""

    def say(self, text: str) -> None:
        """One line."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def decided(self, profile: str, why: str) -> None:
        """The profile, said first; the summary says it last."""
        self.say(f"  profile {profile} ({why})")

    def stage(self, name: str, total: int | None) -> None:
        """A line a stage."""
        self.say(f"  {STAGES.get(name, name)}")

    def progress(self, fields: Mapping[str, Any]) -> None:
        """Nothing: a log is no place for a moving bar."""

    def epoch(self, epoch: Epoch, planned: int) -> None:
        """A line an epoch."""
        self.say("  " + epoch_line(epoch, planned))

    def log(self, text: str) -> None:
        """Nothing: the workload's output is in the run's ``workload.log``."""

    def run_begins(self, plan: Plan) -> None:
        """The headline of a run."""
        self.say(headline(plan))

    def run_ended(self, record: Mapping[str, Any], folder: Path) -> None:
        """The summary of a run."""
        for line in lines_of(record, folder):
            self.say(line)

    def run_skipped(self, record: Mapping[str, Any], folder: Path) -> None:
        """Said in one line, with the result that stands."""
        self.say(skipped_line(record, folder))


class Bars:
    """Live bars: the epochs with the last score and the time left, and what is being done right now with its rate."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console, self._progress = console, progress
        self._outer: TaskID | None = None
        self._inner: TaskID | None = None
        self._phase = ""
        self._since = (0.0, 0)

    @classmethod
    @contextmanager
    def shown(cls, console: Console) -> Iterator[Bars]:
        """Bars that live as long as the block."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            yield cls(console, progress)

    def say(self, text: str) -> None:
        """One line above the bars."""
        self._console.print(escape(text))

    def decided(self, profile: str, why: str) -> None:
        """The profile, said first; the summary says it last."""
        self.say(f"  profile {profile} ({why})")

    def stage(self, name: str, total: int | None) -> None:
        """A new outer bar; it counts epochs while training."""
        self._clear()
        unit_total = total if name == "train" else None
        self._outer = self._progress.add_task(STAGES.get(name, name), total=unit_total, note="", count="")

    def progress(self, fields: Mapping[str, Any]) -> None:
        """Move the inner bar: images within an epoch, with their rate."""
        phase, done, total = str(fields["phase"]), int(fields["done"]), fields["total"]
        now = time.monotonic()
        if self._inner is None or phase != self._phase or done < self._since[1]:
            if self._inner is not None:
                self._progress.remove_task(self._inner)
            self._phase, self._since = phase, (now, done)
            name = "validation" if phase == _VALIDATING else phase
            self._inner = self._progress.add_task(f"  {name}", total=total or None, note="", count="")
        seconds, moved = now - self._since[0], done - self._since[1]
        unit = escape(str(fields["unit"]))
        of = "" if total is None else f"/{int(total):,}"
        # Of a window that is counted in seconds, seconds a second would say nothing.
        rate = f"{moved / seconds:,.0f} {unit}/s" if seconds > 0 and moved > 0 and unit != "s" else ""
        self._progress.update(self._inner, completed=done, note=rate, count=f"{done:,}{of} {unit}")

    def epoch(self, epoch: Epoch, planned: int) -> None:
        """The epoch's line stays above the bars; the outer bar moves on."""
        self.say("  " + epoch_line(epoch, planned))
        if self._outer is not None:
            count = f"{epoch.n}/{planned} epochs"
            self._progress.update(self._outer, completed=epoch.n, note=f"AUC {score(epoch.auc)}", count=count)

    def log(self, text: str) -> None:
        """Nothing: the workload's output is in the run's ``workload.log``."""

    def run_begins(self, plan: Plan) -> None:
        """The headline of a run."""
        self._console.print(f"[bold]{escape(headline(plan))}[/bold]")

    def run_ended(self, record: Mapping[str, Any], folder: Path) -> None:
        """The summary of a run, below which the bars are gone."""
        self._clear()
        for line in lines_of(record, folder):
            self.say(line)

    def run_skipped(self, record: Mapping[str, Any], folder: Path) -> None:
        """Said in one line, with the result that stands."""
        self.say(skipped_line(record, folder))

    def _clear(self) -> None:
        for task in (self._inner, self._outer):
            if task is not None:
                self._progress.remove_task(task)
        self._inner = self._outer = None


def headline(plan: Plan) -> str:
    """Which run this is, where, and with what seed."""
    seed = f"seed {plan.seed}" + (", your own: never ranked" if plan.own_seed else "")
    return (
        f"{plan.submission.name} on {plan.benchmark.id}, run {plan.number} "
        f"({plan.runtime}, {plan.device}, {len(plan.cpus)} CPUs, {seed})"
    )


def epoch_line(epoch: Epoch, planned: int) -> str:
    """One epoch in one line."""
    seconds = epoch.at - epoch.began
    mark = "  best so far" if epoch.kept else ""
    return (
        f"epoch {epoch.n}/{planned}  loss {epoch.train_loss:.4f}  validation loss {epoch.loss:.4f}  "
        f"AUC {score(epoch.auc)}  {epoch.images / seconds:,.0f} images/s  {seconds:.1f} s{mark}"
    )


def skipped_line(record: Mapping[str, Any], folder: Path) -> str:
    """Why a run is not repeated, and what came of it."""
    name, number = record["submission"]["name"], record["number"]
    return f"{name}, run {number}: finished before, verdict {record['outcome']['verdict']}; see {folder}"


def score(auc: float | None) -> str:
    """Three digits, or an en dash where there is no AUC."""
    return "–" if auc is None else f"{auc:.3f}"
