"""How long the leaderboard takes with many records: building it, opening it, filtering it.

Run as ``python -m benchmarks.leaderboard_scale``; it takes minutes and a headless Chromium. The records are made up, in
a temporary folder. Two seasons: 10,000 records in 20 tables, and as many in one, which no real table will reach.
Prints a table in Markdown; the goals are 10 s, 1 s and 100 ms.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from benchmarks.simulated_season import Size, write_season
from harness.acyclic import acyclic
from harness.site.build import Beside, plan
from harness.site.planned import Planned
from harness.site.write import write_site
from harness.standings.build import Standings, build
from harness.standings.collect import collect

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

SEASONS = {"20 tables of 100 entries": Size(4, 5, 100), "one table of 2,000 entries": Size(1, 1, 2000)}
TURNS, VISITS, FILTERS = 3, 7, 21
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
READY = """() => {
  const [page] = performance.getEntriesByType("navigation");
  return page.domContentLoadedEventEnd;
}"""
"""Milliseconds until the page's scripts, which stand at its end, have run."""
FILTER = """async words => {
  const box = document.querySelector("input[type=search]");
  const begin = performance.now();
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begin;
}"""
"""Milliseconds from a key press to the frame that shows what it left."""


@dataclass(frozen=True)
class Visit:
    """Seconds until a fresh page was interactive: by the clock, and of its main thread's processor."""

    clock: float
    processor: float


def main() -> int:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="A tenth of everything, to try the benchmark itself.")
    asked = parser.parse_args()
    print("| season | step | seconds |\n|---|---|---|")
    for name, size in SEASONS.items():
        chosen = Size(size.benchmarks, size.systems, size.entries // 10) if asked.small else size
        for step, seconds in measured(chosen):
            print(f"| {name} ({chosen.records:,} records) | {step} | {seconds:.3f} |", flush=True)
    return 0


def measured(size: Size) -> Iterator[tuple[str, float]]:
    """(step, seconds) over one season."""
    with tempfile.TemporaryDirectory(prefix="leanmed-scale-") as temporary:
        records, out = Path(temporary) / "results", Path(temporary) / "site"
        write_season(records, size)
        yield from _overviews(records, out)
        standings = _standings(records)
        yield "all entry pages, first time", _timed(lambda: _everything(standings, out))
        yield "all, nothing new", _timed(lambda: _everything(_standings(records), out))
        first = sorted(records.rglob("record.json"))[0]
        first.write_text(first.read_text() + "\n")
        yield "all, one record new", _timed(lambda: _everything(_standings(records), out))
        largest = max((out / "tables").glob("*.html"), key=lambda path: path.stat().st_size)
        for page in (out / "index.html", largest, out / "compare" / largest.name):
            yield from _browsed(page)


def _overviews(records: Path, out: Path) -> Iterator[tuple[str, float]]:
    """The overview from nothing, some times over: other programs make single times noisy."""
    taken = []
    for _ in range(TURNS):
        shutil.rmtree(out, ignore_errors=True)
        taken.append(_timed(lambda: _overview(_standings(records), out)))
    step = "overview: read, rank, write all tables"
    yield f"{step}, median of {TURNS}", statistics.median(taken)
    yield f"{step}, least", min(taken)
    yield f"{step}, most", max(taken)


def _standings(records: Path) -> Standings:
    return build(collect([records], doubt=lambda root: None), [])


def _planned(standings: Standings, out: Path) -> Iterator[Planned]:
    beside = Beside({}, lambda entry: {"reason": "simulated"}, lambda entry: "simulated")
    return plan(standings, beside, out)


def _overview(standings: Standings, out: Path) -> None:
    write_site(out, takewhile(lambda each: not each.path.startswith("entries/"), _planned(standings, out)))


def _everything(standings: Standings, out: Path) -> None:
    write_site(out, _planned(standings, out))


def _timed(step: Callable[[], object]) -> float:
    """Seconds, as `harness leaderboard build` does it."""
    begin = time.perf_counter()
    with acyclic():
        step()
    return time.perf_counter() - begin


def _browsed(page: Path) -> Iterator[tuple[str, float]]:
    """Medians over visits of a fresh page, and over filters within one that has a toolbar."""
    from playwright.sync_api import sync_playwright

    program = next(found for name in PROGRAMS if (found := which(name)))
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        visits = []
        for _ in range(VISITS):
            context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
            opened = context.new_page()
            session = context.new_cdp_session(opened)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            opened.goto(page.as_uri())
            visits.append(Visit(opened.evaluate(READY) / 1000, _busy(session)))
            if len(visits) < VISITS:
                context.close()
        size = f"{page.parent.name}/{page.name[:5]}…, {page.stat().st_size / 1e6:.1f} MB"
        yield f"interactive: {size}", statistics.median(visit.clock for visit in visits)
        yield f"processor until then: {size}", statistics.median(visit.processor for visit in visits)
        if opened.locator("form.controls").count() == 0:
            browser.close()
            return
        words = ("simulated 1", "dense", "mlp", "x", "")
        filters = [opened.evaluate(FILTER, words[turn % len(words)]) / 1000 for turn in range(FILTERS)]
        yield f"filter: {size}, median", statistics.median(filters)
        yield f"filter: {size}, slowest", max(filters)
        browser.close()


def _busy(session: CDPSession) -> float:
    """Seconds of the processor that the page's main thread took so far (Chrome DevTools protocol, Performance)."""
    return float(
        next(
            each["value"]
            for each in session.send("Performance.getMetrics")["metrics"]
            if each["name"] == "TaskDuration"
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
