"""The columns of the overview: what each is called, what it holds, and which way it is sorted first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ASCENDING, DESCENDING = "ascending", "descending"


@dataclass(frozen=True)
class Column:
    """``name`` is that of the quantity where it holds one; ``unit`` is its SI symbol; ``usual`` columns are shown
    unless the reader chooses otherwise."""

    name: str
    group: str
    heading: str
    unit: str | None = None
    first: str = ASCENDING
    usual: bool = True

    def to_json(self) -> dict[str, Any]:
        """For the page's script."""
        return {"name": self.name, "group": self.group, "heading": self.heading, "unit": self.unit, "first": self.first}


QUALITY = (
    Column("auc", "Quality", "test AUC", "1", DESCENDING),
    Column("gain", "Quality", "gain over trivial", "1", DESCENDING, usual=False),
)
QUANTITIES = (
    Column("time_to_predictions", "Time", "to predictions", "s"),
    Column("training_time", "Time", "training", "s", usual=False),
    Column("time_to_target", "Time", "to target", "s", usual=False),
    Column("gpu_energy", "Energy", "GPU", "J"),
    Column("cpu_energy", "Energy", "CPU", "J", usual=False),
    Column("peak_gpu_memory", "Peak memory", "GPU", "B"),
    Column("peak_host_memory", "Peak memory", "host", "B", usual=False),
    Column("offline_gpu_energy", "Inference", "energy, 1,000 images", "J"),
    Column("offline_throughput", "Inference", "images", "1/s", DESCENDING, usual=False),
    Column("single_latency_p50", "Inference", "latency, median", "s", usual=False),
    Column("single_latency_p99", "Inference", "latency, p99", "s"),
)
"""Every quantity is measured in a run's record under its column's name."""
COLUMNS = (*QUALITY, *QUANTITIES)
_STANDS_IN = {
    "gpu_energy": "cpu_energy",
    "peak_gpu_memory": "peak_host_memory",
    "offline_gpu_energy": "offline_throughput",
}
"""What is shown in the place of a usual column that is empty in the whole table."""


def measured(rows: list[Mapping[str, Any]]) -> set[str]:
    """Names of the quantities that at least one entry has."""
    summaries = [row["summary"] for row in rows if row["summary"] is not None]
    return {
        column.name
        for column in QUANTITIES
        if any(summary["quantities"][column.name]["value"] is not None for summary in summaries)
    }


def shown(rows: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names of the columns that a table shows at first: the usual ones that hold anything, or what stands in."""
    there = measured(rows)
    names = {column.name for column in QUALITY if column.usual}
    for column in QUANTITIES:
        if column.usual:
            names.add(column.name if column.name in there else _STANDS_IN.get(column.name, column.name))
    return tuple(
        column.name for column in COLUMNS if column.name in names and (column in QUALITY or column.name in there)
    )
