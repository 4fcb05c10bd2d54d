"""The last lines of a run: what came out, how sure it is, and what could not be measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def lines_of(record: Mapping[str, Any], folder: Path) -> list[str]:
    """A run's record as a few lines for people."""
    outcome, profile = record["outcome"], record["profile"]
    lines = [f"  verdict {outcome['verdict']} ({outcome['ended']})"]
    lines += [f"    {reason}" for reason in outcome["reasons"]]
    if outcome["said"]:
        lines += [f"    the workload said: {line}" for line in outcome["said"].splitlines()[-5:]]
    quality, quantities = record["quality"], record["quantities"]
    if quality["auc"]["value"] is not None:
        lines += [
            f"  test AUC {interval(quality['auc'])}",
            f"  gain over the trivial model ({interval(quality['trivial']['auc'])}): "
            f"{interval(quality['trivial']['gain'], sign=True)}",
            f"  gate: {quality['gate']['verdict']}. {quality['gate']['reason']}",
        ]
        if (within := quality["within"]) is not None:
            lines.insert(-1, f"  test AUC within one {within['of']}: {interval(within['auc'])}")
        lines += [
            f"  {name.replace('_', ' ')}: {interval(found)}" for name, found in (quality["metrics"] or {}).items()
        ]
    for name, label in _SHOWN.items():
        lines.append(f"  {label}: {amount(quantities[name])}")
    failed = [check for check in record["checks"] if check["answer"] == "failed"]
    lines += [f"  check {check['id']} failed: {check['sentence']}\n    → {check['remedy']}" for check in failed]
    used = profile["used"] or "none"
    lines += [f"  profile {used} ({profile['why']})" if profile["why"] else f"  profile {used}", f"  record: {folder}"]
    return lines


_SHOWN = {
    "time_to_predictions": "time to predictions",
    "training_time": "training time",
    "time_to_target": "time to target",
    "gpu_energy": "GPU energy",
    "offline_throughput": "offline inference",
    "single_latency_p50": "single-stream latency, median",
    "single_latency_p99": "single-stream latency, p99",
}


def interval(estimate: Mapping[str, Any], *, sign: bool = False) -> str:
    """``0.783 [0.752, 0.812]``, or as much of it as there is."""
    form = "+.3f" if sign else ".3f"
    if estimate["value"] is None:
        return f"– ({estimate['reason']})"
    if estimate["lower"] is None:
        return f"{estimate['value']:{form}} ({estimate['reason']})"
    return f"{estimate['value']:{form}} [{estimate['lower']:{form}}, {estimate['upper']:{form}}]"


def amount(quantity: Mapping[str, Any]) -> str:
    """A quantity in units that read well, or the reason for its absence."""
    value = quantity["value"]
    if value is None:
        return f"– ({quantity['reason']})"
    if quantity["unit"] == "s":
        return duration(value)
    if quantity["unit"] == "1/s":
        return f"{value:,.1f} images/s"
    return f"{value:,.1f} {quantity['unit']}"


def duration(seconds: float) -> str:
    """``1.24 ms``, ``3.2 s``, ``4 min 05 s``, ``2 h 03 min``."""
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"
