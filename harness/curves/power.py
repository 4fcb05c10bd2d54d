"""The power of the GPU over a run, thinned to what a drawing can show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.curves.part import Part, column, missing, rounded
from harness.curves.windows import GO, Moments, before_go
from harness.meter.trace import Trace

MOST_BINS = 160
_FEWEST_SAMPLES = 2
"""In a bin, on average: with fewer, an even trace would show gaps where a sample came a little late."""
_COLUMNS = ("begin", "width", "mean", "least", "most", "samples", "kind", "simulated")
INSTANT = "instantaneous"
AVERAGED = "averaged by the driver over about 1 s"


def power(trace: Trace, moments: Moments, record: Mapping[str, Any]) -> Part:
    """Bins of equal ``width`` (s), the first from ``begin`` (seconds since `go`): ``mean``, ``least`` and ``most`` of
    the watts that were sampled in each, null where none was. ``samples`` in all; ``kind`` says what the GPU told;
    ``simulated`` that nobody measured it. A mean is that of samples, which come ten a second."""
    state = str(record["outcome"]["state"])
    if GO not in moments:
        return missing(_COLUMNS, before_go(state))
    watts = trace.power_w
    known = ~np.isnan(watts)
    if known.sum() < 2:
        return missing(_COLUMNS, _no_trace(record, state))
    at, watts = trace.at[known], watts[known]
    bins = max(1, min(MOST_BINS, len(at) // _FEWEST_SAMPLES))
    width = float(at[-1] - at[0]) / bins
    place = np.minimum(((at - at[0]) / width).astype(np.intp), bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = np.bincount(place, weights=watts, minlength=bins)
    mean = np.divide(sums, count, out=np.full(bins, np.nan), where=count > 0)
    least, most = np.full(bins, np.nan), np.full(bins, np.nan)
    np.fmin.at(least, place, watts)
    np.fmax.at(most, place, watts)
    return {
        "begin": rounded(float(at[0]) - moments[GO]),
        "width": rounded(width),
        "mean": column(mean),
        "least": column(least),
        "most": column(most),
        "samples": len(at),
        "kind": AVERAGED if np.isnan(trace.power_instant_w).all() else INSTANT,
        "simulated": bool(record["measurement"]["simulated"]),
        "reason": None,
    }


def _no_trace(record: Mapping[str, Any], state: str) -> str:
    """The run's own reason."""
    measurement = record["measurement"]
    if measurement is None:
        return f"the run ended in state `{state}`, before a meter was there"
    reason = measurement["sources"]["gpu"]["reason"]
    return str(reason) if reason is not None else "the GPU told of no power"
