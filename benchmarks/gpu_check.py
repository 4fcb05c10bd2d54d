"""Does the meter tell the truth on this GPU? Its checks on a real card, and a report for docs/measurements/.

- how often the energy counter moves;
- counter against the integral of sampled power, at rest and under load, ten windows each: how far they disagree, and
  how far the windows differ among themselves;
- what the meter takes: processor time of sampling, time of a reading.

The load is a product of two matrices, again and again, in a process of its own (it needs torch).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, stdev

from harness.errors import MachineLacks
from harness.meter.base import Counters, Meter
from harness.meter.device import meter_for
from harness.meter.trace import Trace
from harness.meter.window import WindowEnergy, gpu_window
from harness.spec.load import load_ruleset
from harness.system.gpu import Gpu
from harness.system.system import System, capture

_LOAD = """
import sys, torch
a = torch.randn(8192, 8192, device="cuda", dtype=torch.float16)
print("ready", flush=True)
while True:
    for _ in range(20):
        b = a @ a
    torch.cuda.synchronize()
"""
_SETTLE_S = 3.0
"""After a change of load, until NVML's averages over a second have forgotten it."""


@dataclass(frozen=True)
class Series:
    """Windows of equal length under one load."""

    name: str
    windows: tuple[WindowEnergy, ...]


def main() -> int:
    """Measure, print the report, and write it where ``--out`` says. Raises `MachineLacks` without a GPU."""
    asked = _arguments()
    system = capture()
    if not system.gpus:
        raise MachineLacks(f"there is no GPU to check: {system.no_gpu_reason}")
    gpu = system.gpus[0]
    meter = meter_for(gpu.uuid, "", lambda pid: True)
    meter.start()
    try:
        edges = {"at rest": _hold(meter, asked.windows, asked.seconds)}
        if asked.load:
            with _loaded():
                edges["under load"] = _hold(meter, asked.windows, asked.seconds)
        sampling = _share_of_a_core(asked.seconds)
        reading = _reading_s(meter)
    finally:
        trace = meter.stop()
    series = [_series(name, counters, trace, meter) for name, counters in edges.items()]
    report = _report(system, gpu, meter, series, trace, sampling, reading)
    sys.stdout.write(report)
    if asked.out is not None:
        asked.out.write_text(report, encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The meter's checks on a real GPU.")
    parser.add_argument("--windows", type=int, default=10, help="windows of each series")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a window")
    parser.add_argument("--no-load", dest="load", action="store_false", help="at rest only; needs no torch")
    parser.add_argument("--out", type=Path, help="file for the report")
    return parser.parse_args()


def _hold(meter: Meter, windows: int, seconds: float) -> list[Counters]:
    """Readings at the edges of windows that follow each other."""
    time.sleep(_SETTLE_S)
    readings = [meter.read()]
    for _ in range(windows):
        time.sleep(seconds)
        readings.append(meter.read())
    return readings


@contextmanager
def _loaded() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", _LOAD], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise MachineLacks("the load did not start", remedy="it needs torch with CUDA: make setup-workload")
        yield
    finally:
        process.kill()
        process.wait()


def _share_of_a_core(seconds: float) -> float:
    begin, used = time.monotonic(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - used) / (time.monotonic() - begin)


def _reading_s(meter: Meter) -> float:
    spreads = []
    for _ in range(200):
        begin = time.perf_counter()
        meter.read()
        spreads.append(time.perf_counter() - begin)
    return median(spreads)


def _series(name: str, counters: Sequence[Counters], trace: Trace, meter: Meter) -> Series:
    hold_s = load_ruleset().document["meter"]["hold_s"]
    edges = pairwise(counters)
    return Series(
        name,
        tuple(
            gpu_window(f"{name} {number}", begin, end, trace, meter.sources.gpu, hold_s=hold_s)
            for number, (begin, end) in enumerate(edges, start=1)
        ),
    )


def _report(
    system: System,
    gpu: Gpu,
    meter: Meter,
    series: Sequence[Series],
    trace: Trace,
    sampling: float,
    reading_s: float,
) -> str:
    source = meter.sources.gpu
    lines = [
        f"# The meter on {gpu.name}",
        "",
        f"`make gpu-check`; driver {system.graphics.driver}, power limit {_number(gpu.power_limit_w, 'W')}, "
        f"{system.cpu.model}.",
        "",
        f"- Energy counter: {source.name or f'none ({source.reason})'}, {source.scope}; "
        f"moves every {_number(source.update_period_s and source.update_period_s * 1e3, 'ms')}.",
        f"- Sampling takes {sampling:.2%} of a core, a reading {reading_s * 1e6:.0f} µs; {len(trace)} samples in all.",
        "",
        "| load | windows | length, s | mean power, W | spread of the windows | counter against integral | coverage |",
        "|---|---|---|---|---|---|---|",
        *(_row(each) for each in series),
        "",
        "Spread: standard deviation of the windows' mean power as a share of the mean. Counter against integral: "
        "smallest to largest disagreement of a window; check E3 allows 10 %.",
        "",
    ]
    return "\n".join(lines)


def _row(series: Series) -> str:
    windows = series.windows
    powers = [window.mean_power_w for window in windows if window.mean_power_w is not None]
    apart = [window.disagreement for window in windows if window.disagreement is not None]
    covered = [window.coverage for window in windows if window.coverage is not None]
    power = f"{mean(powers):.1f}" if powers else "–"
    spread = f"{stdev(powers) / mean(powers):.2%}" if len(powers) > 1 else "–"
    difference = f"{min(apart):+.2%} to {max(apart):+.2%}" if apart else "–"
    coverage = f"{min(covered):.1%}" if covered else "–"
    length = mean(window.seconds for window in windows)
    return f"| {series.name} | {len(windows)} | {length:.1f} | {power} | {spread} | {difference} | {coverage} |"


def _number(value: float | None, unit: str) -> str:
    return "not known" if value is None else f"{value:.4g} {unit}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MachineLacks as lack:
        sys.stderr.write(f"{lack.message}\n" + (f"→ {lack.remedy}\n" if lack.remedy else ""))
        sys.exit(3)
