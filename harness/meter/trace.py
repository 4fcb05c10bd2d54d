"""What was sampled of a GPU while a workload ran, and its file: ``trace.csv.gz``."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.errors import InvalidInput

Column = NDArray[np.float64]

TRACE = "trace.csv.gz"
"""Name of the file in a run's folder."""

LARGEST = 128 * 1024**2
"""Bytes of the file, unpacked, that are still read: ten samples a second for more than a day."""

# Decimals in the file. Stamps to a microsecond; NVML gives milliwatts, whole MHz, degrees, per cent and bytes.
_DECIMALS = {
    "at": 6,
    "power_instant_w": 3,
    "power_average_w": 3,
    "sm_clock_mhz": 0,
    "memory_clock_mhz": 0,
    "temperature_c": 0,
    "gpu_utilisation": 2,
    "memory_utilisation": 2,
    "memory_used_b": 0,
    "throttle_reasons": 0,
    "power_limit_w": 3,
    "foreign_processes": 0,
}


def _none() -> Column:
    return np.empty(0)


@dataclass(frozen=True)
class Trace:
    """Samples in the order in which they were taken: columns float64 [n], NaN where the GPU does not tell.

    ``at`` is `time.monotonic` in seconds, strictly rising, in the middle of the sample. Powers in watts: instantaneous
    (NVML field 186) and averaged over about a second (field 185, or ``nvmlDeviceGetPowerUsage`` where the driver has no
    such field, which on Ampere and later but GA100 is the same average). Clocks in MHz, temperature in °C, utilisations
    from 0 to 1, memory in bytes of the whole GPU. ``throttle_reasons`` is NVML's bit mask
    (nvmlClocksEventReasons…), a whole number. ``foreign_processes`` counts processes on the GPU that are not the
    workload's: a number only, because names of other people's programs are nobody's business.
    """

    at: Column = field(default_factory=_none)
    power_instant_w: Column = field(default_factory=_none)
    power_average_w: Column = field(default_factory=_none)
    sm_clock_mhz: Column = field(default_factory=_none)
    memory_clock_mhz: Column = field(default_factory=_none)
    temperature_c: Column = field(default_factory=_none)
    gpu_utilisation: Column = field(default_factory=_none)
    memory_utilisation: Column = field(default_factory=_none)
    memory_used_b: Column = field(default_factory=_none)
    throttle_reasons: Column = field(default_factory=_none)
    power_limit_w: Column = field(default_factory=_none)
    foreign_processes: Column = field(default_factory=_none)

    def __post_init__(self) -> None:
        if any(len(getattr(self, name)) != len(self.at) for name in COLUMNS):
            raise ValueError("all columns of a trace have the same length")
        if not np.all(np.diff(self.at) > 0):
            raise ValueError("the stamps of a trace rise strictly")

    def __len__(self) -> int:
        return len(self.at)

    @property
    def power_w(self) -> Column:
        """The power to integrate: instantaneous where the GPU tells it, else averaged."""
        return np.where(np.isnan(self.power_instant_w), self.power_average_w, self.power_instant_w)

    def within(self, begin: float, end: float) -> Trace:
        """The samples taken in [begin, end], in monotonic seconds."""
        inside = (self.at >= begin) & (self.at <= end)
        return Trace(**{name: getattr(self, name)[inside] for name in COLUMNS})

    @classmethod
    def of(cls, samples: Sequence[Sequence[float]]) -> Trace:
        """From rows in the order of the columns."""
        if not samples:
            return cls()
        return cls(*(np.array(column, dtype=np.float64) for column in zip(*samples, strict=True)))


COLUMNS = tuple(each.name for each in fields(Trace))


def write_trace(trace: Trace, path: Path, *, origin: float) -> None:
    """Write ``trace`` with stamps in seconds since ``origin``; nothing stands for NaN. The same trace gives the same
    bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    columns = [trace.at - origin, *(getattr(trace, name) for name in COLUMNS[1:])]
    for row in zip(*columns, strict=True):
        writer.writerow(_cell(value, _DECIMALS[name]) for name, value in zip(COLUMNS, row, strict=True))
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def _cell(value: float, decimals: int) -> str:
    return "" if np.isnan(value) else f"{value:.{decimals}f}"


def read_trace(path: Path, *, origin: float = 0.0) -> Trace:
    """Read what `write_trace` wrote; stamps are moved by ``origin``. Raises `InvalidInput` for any other file."""
    try:
        with gzip.open(path, "rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise _unreadable(path, f"it unpacks to more than {LARGEST // 1024**2} MiB")
        rows = list(csv.reader(io.StringIO(text.decode("utf-8"), newline="")))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, f"it can't be read: {error}") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise _unreadable(path, "its first line does not name the columns of a trace")
    try:
        values = [[float(cell) if cell else np.nan for cell in row] for row in rows[1:]]
        moved = [[row[0] + origin, *row[1:]] for row in values]
        return Trace.of(moved)
    except (ValueError, IndexError) as error:
        raise _unreadable(path, f"its lines are not those of a trace: {error}") from error


def _unreadable(path: Path, why: str) -> InvalidInput:
    return InvalidInput(f"{path.name}: {why}", remedy="the file was changed after its run: make the run again")
