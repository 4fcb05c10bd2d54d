"""One moving bar for work of many parts: how many are done, how fast, and how long it will take. On standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]
# Between two lines where there is no terminal.
_EVERY_S = 10.0


@contextmanager
def bar() -> Iterator[tuple[Say, Progress]]:
    """What says a line, and what moves the bar: told what is being done, and how many of how many are done."""
    # Here, because most commands have no bar.
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield lambda line: click.echo(line, err=True), _Lines()
        return
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        tasks: dict[str, tuple[TaskID, float, int]] = {}

        def move(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(escape(what), total=total or None, rate=""), time.monotonic(), done
            task, began, before = tasks[what]
            shown.update(task, completed=done, total=total or None, rate=_rate(done - before, time.monotonic() - began))

        yield lambda line: console.print(escape(line)), move


class _Lines:
    """A line now and then, for logs and pipes."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, int]] = {}
        self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        began, before = self._began.setdefault(what, (now, done))
        if now - self._last < _EVERY_S and done < total:
            return
        self._last = now
        of = f" of {total:,}" if total else ""
        click.echo(f"{what}: {done:,}{of}{_rate(done - before, now - began, lead=', ')}", err=True)


def _rate(moved: int, seconds: float, *, lead: str = "") -> str:
    return f"{lead}{moved / seconds:,.1f}/s" if moved > 0 and seconds > 0.5 else ""
