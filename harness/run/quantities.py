"""The quantities of a run, each with its source and scope, or with the reason why there is none."""

from __future__ import annotations

from harness.quantity import Quantity
from harness.run.energy import ENERGIES, Measurement
from harness.run.transcript import Transcript, Window
from harness.runtime.usage import CONTAINER
from harness.score.histogram import percentile_ns
from harness.score.target import ScoredEpoch, epoch_of_target, time_to_target

CLOCK = "harness monotonic clock"


def collect(
    transcript: Transcript,
    measurement: Measurement | None,
    *,
    number: int,
    division: str,
    validation_target: float | None,
    no_target: str | None,
) -> dict[str, Quantity]:
    """All quantities that a record holds, by name. Times in seconds, throughput in images per second, energies in
    joules. ``measurement`` is None where the run ended before its meter was there."""
    first = transcript.first
    return {
        "initialisation_time": _between(transcript.started, transcript.ready_at, "start to ready", transcript.state),
        "time_to_predictions": _between(first.go_at, first.predicted_at, "go to predicted", transcript.state),
        "training_time": _between(first.go_at, first.trained_at, "go to trained", transcript.state),
        "time_to_target": _to_target(transcript, validation_target, no_target),
        **_energy(measurement, _target_epoch(transcript, validation_target), transcript.state),
        "peak_host_memory": _peak_memory(transcript),
        "cpu_time": _cpu_time(transcript),
        **_inference(transcript, _no_windows(transcript, number, division)),
    }


def _between(begin: float | None, end: float | None, scope: str, state: str) -> Quantity:
    if begin is None or end is None:
        return Quantity.absent("s", f"the run ended in state `{state}`, before this was over", scope=scope)
    return Quantity(round(end - begin, 6), "s", source=CLOCK, scope=scope)


def _to_target(transcript: Transcript, target: float | None, no_target: str | None) -> Quantity:
    go_at = transcript.first.go_at
    if go_at is None:
        return Quantity.absent("s", f"the run ended in state `{transcript.state}`, before training")
    epochs = [ScoredEpoch(round(epoch.at - go_at, 6), epoch.auc) for epoch in transcript.first.epochs]
    return time_to_target(epochs, target=target, no_target=no_target)


def _target_epoch(transcript: Transcript, target: float | None) -> int | None:
    go_at = transcript.first.go_at
    if go_at is None or target is None:
        return None
    return epoch_of_target([ScoredEpoch(epoch.at - go_at, epoch.auc) for epoch in transcript.first.epochs], target)


def _energy(measurement: Measurement | None, target_epoch: int | None, state: str) -> dict[str, Quantity]:
    if measurement is not None:
        return measurement.quantities(target_epoch)
    reason = f"the run ended in state `{state}`, before a meter was read"
    return {name: Quantity.absent(unit, reason) for name, unit in ENERGIES.items()}


def _peak_memory(transcript: Transcript) -> Quantity:
    if not transcript.readings:
        return Quantity.absent("B", f"the run ended in state `{transcript.state}`, before it was read")
    usage = transcript.readings[-1].usage
    if usage.memory_peak_b is None:
        return Quantity.absent("B", usage.reason or "it was not read", scope=usage.scope)
    # A control group is charged for the files that it read first, such as torch's libraries.
    scope = f"{usage.scope}, whole run" + (", page cache included" if usage.scope == CONTAINER else "")
    return Quantity(float(usage.memory_peak_b), "B", source=usage.source, scope=scope)


def _cpu_time(transcript: Transcript) -> Quantity:
    usages = {reading.edge: reading.usage for reading in transcript.readings}
    begin, end = usages.get("go 1"), usages.get("predicted 1")
    if begin is None or end is None:
        return Quantity.absent("s", f"the run ended in state `{transcript.state}`, before this was over")
    scope = f"{end.scope}, all processors, go to predicted"
    if begin.cpu_s is None or end.cpu_s is None:
        return Quantity.absent("s", end.reason or begin.reason or "it was not read", scope=scope)
    return Quantity(round(end.cpu_s - begin.cpu_s, 6), "s", source=end.source, scope=scope)


def _no_windows(transcript: Transcript, number: int, division: str) -> str:
    """Why there is no inference window, where there is none."""
    if division == "open":
        return "not collected in the open division: a program of its own reports its latencies itself"
    if number != 1:
        return "inference windows are held in run 1 of an entry"
    return f"no such window was held (the run ended in state `{transcript.state}`)"


def _inference(transcript: Transcript, reason: str) -> dict[str, Quantity]:
    windows = {window.mode: window for window in transcript.windows}
    return {
        "offline_throughput": _throughput(windows.get("offline"), reason),
        **{f"single_latency_p{share}": _latency(windows.get("single"), share, reason) for share in (50, 90, 99)},
    }


def _throughput(window: Window | None, reason: str) -> Quantity:
    if window is None:
        return Quantity.absent("1/s", reason, scope="offline inference window")
    rate = window.said["images"] / (window.at - window.began)
    return Quantity(round(rate, 4), "1/s", source=CLOCK, scope=f"offline inference window, batch {window.batch}")


def _latency(window: Window | None, share: int, reason: str) -> Quantity:
    scope = "single-stream inference window, batch 1"
    if window is None:
        return Quantity.absent("s", reason, scope=scope)
    value = percentile_ns(window.said["latency"]["buckets"], share) * 1e-9
    return Quantity(value, "s", source="workload's monotonic clock, checked against the window (T1)", scope=scope)
