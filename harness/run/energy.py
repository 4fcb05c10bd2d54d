"""The energies of a run: windows between readings of the meter, and the quantities that follow from them.

Where the same training was repeated, the energy of a pass is the mean over all of them; times and scores are those of
the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from harness.checks.evidence import Metered
from harness.meter.base import Counters, Source, Sources
from harness.meter.trace import Trace
from harness.meter.window import WindowEnergy, gpu_window, mean_energy
from harness.quantity import Quantity
from harness.run.transcript import Transcript, Window
from harness.spec.model import Ruleset

ENERGIES = {
    "gpu_energy": "J",
    "training_gpu_energy": "J",
    "gpu_energy_to_target": "J",
    "gpu_energy_above_idle": "J",
    "idle_gpu_power": "W",
    "cpu_energy": "J",
    "dram_energy": "J",
    "offline_gpu_energy": "J",
    "single_gpu_energy": "J",
    "peak_gpu_memory": "B",
}
"""What `Measurement.quantities` gives, with the units."""

Take = Callable[[Counters], float | None]


@dataclass(frozen=True)
class Measurement:
    """All that was metered in one run."""

    transcript: Transcript
    sources: Sources
    trace: Trace
    hold_s: float

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record: where energies came from, and every window, in seconds since the start."""
        sources = self.sources
        return {
            "simulated": sources.simulated,
            "sources": {"gpu": asdict(sources.gpu), "cpu": asdict(sources.cpu), "dram": asdict(sources.dram)},
            "samples": len(self.trace),
            "repetitions": len(self.transcript.repetitions),
            "windows": [window.to_json(self.transcript.started) for window in self.windows()],
        }

    def evidence(self) -> Metered:
        """What the checks look at."""
        readings = [each.counters.gpu_j for each in self.transcript.readings]
        counted = tuple(value for value in readings if value is not None)
        return Metered(self.windows(), self.trace, counted, self.sources.gpu.reason)

    def counters(self, edge: str) -> Counters | None:
        """The counters at an edge, None where the run did not come so far."""
        return next((each.counters for each in self.transcript.readings if each.edge == edge), None)

    @property
    def passes(self) -> list[int]:
        """Numbers of the passes that were predicted."""
        return [each.number for each in self.transcript.passes if self.counters(f"predicted {each.number}")]

    def windows(self) -> tuple[WindowEnergy, ...]:
        """The GPU energy of every window that was held: idle, each pass, the inference windows."""
        edges = [("idle", "idle begins", "idle ends")]
        edges += [(f"pass {k}", f"go {k}", f"predicted {k}") for k in self.passes]
        edges += [(mode, f"{mode} begins", f"{mode} ends") for mode in ("offline", "single")]
        found = [(name, self.counters(first), self.counters(last)) for name, first, last in edges]
        return tuple(
            gpu_window(name, begin, end, self.trace, self.sources.gpu, hold_s=self.hold_s)
            for name, begin, end in found
            if begin is not None and end is not None
        )

    def quantities(self, target_epoch: int | None) -> dict[str, Quantity]:
        """Energies in joules and idle power in watts, each with its source or the reason for its absence.
        ``target_epoch`` is the epoch whose end is the time to target."""
        gpu, cpu, dram = self.sources.gpu, self.sources.cpu, self.sources.dram
        idle = self._idle_power()
        return {
            "gpu_energy": self._pass(gpu, _gpu, "go", "predicted"),
            "training_gpu_energy": self._pass(gpu, _gpu, "go", "trained"),
            "gpu_energy_to_target": self._to_target(target_epoch),
            "gpu_energy_above_idle": self._above_idle(idle),
            "idle_gpu_power": idle,
            "cpu_energy": self._pass(cpu, _cpu, "go", "predicted"),
            "dram_energy": self._pass(dram, _dram, "go", "predicted"),
            "offline_gpu_energy": self._inference("offline", 1000, "1,000 images"),
            "single_gpu_energy": self._inference("single", 1, "one image"),
            "peak_gpu_memory": self._peak_memory(),
        }

    def _between(self, take: Take, first: str, last: str) -> tuple[float, float] | None:
        """Energy and length of the window between two edges."""
        begin, end = self.counters(first), self.counters(last)
        if begin is None or end is None:
            return None
        before, after = take(begin), take(end)
        return None if before is None or after is None else (after - before, end.at - begin.at)

    def _pass(self, source: Source, take: Take, first: str, last: str) -> Quantity:
        scope = f"{source.scope}, {first} to {last}"
        if source.reason is not None:
            return Quantity.absent("J", source.reason, scope=scope)
        found = [self._between(take, f"{first} {k}", f"{last} {k}") for k in self.passes]
        value = mean_energy([None if each is None else each[0] for each in found])
        if value is None:
            return Quantity.absent("J", self._not_reached(), scope=scope)
        if value <= 0:
            return Quantity.absent("J", _did_not_rise(source, value), scope=scope)
        if len(found) > 1:
            scope += f", mean of {len(found)} times"
        return Quantity(round(value, 3), "J", source=source.name, scope=scope)

    def _to_target(self, epoch: int | None) -> Quantity:
        source, scope = self.sources.gpu, "go to the validation target"
        if source.reason is not None:
            return Quantity.absent("J", source.reason, scope=f"{source.scope}, {scope}")
        found = None if epoch is None else self._between(_gpu, "go 1", f"epoch 1.{epoch}")
        if found is None:
            return Quantity.absent("J", "there is no time to target", scope=f"{source.scope}, {scope}")
        if found[0] <= 0:
            return Quantity.absent("J", _did_not_rise(source, found[0]), scope=f"{source.scope}, {scope}")
        return Quantity(round(found[0], 3), "J", source=source.name, scope=f"{source.scope}, {scope}")

    def _idle_power(self) -> Quantity:
        source = self.sources.gpu
        scope = f"{source.scope}, the workload waiting with its model in memory"
        if source.reason is not None:
            return Quantity.absent("W", source.reason, scope=scope)
        found = self._between(_gpu, "idle begins", "idle ends")
        if found is None:
            return Quantity.absent("W", "this profile does not measure idle power", scope=scope)
        if found[0] <= 0:
            return Quantity.absent("W", _did_not_rise(source, found[0]), scope=scope)
        return Quantity(round(found[0] / found[1], 3), "W", source=source.name, scope=scope)

    def _above_idle(self, idle: Quantity) -> Quantity:
        source, scope = self.sources.gpu, f"{self.sources.gpu.scope}, go to predicted, less idle power × time"
        if idle.value is None:
            return Quantity.absent("J", idle.reason or "", scope=scope)
        found = [self._between(_gpu, f"go {k}", f"predicted {k}") for k in self.passes]
        value = mean_energy([None if each is None else each[0] - idle.value * each[1] for each in found])
        if value is None:
            return Quantity.absent("J", self._not_reached(), scope=scope)
        return Quantity(round(value, 3), "J", source=source.name, scope=scope)

    def _inference(self, mode: str, images: int, per: str) -> Quantity:
        source = self.sources.gpu
        scope = f"{source.scope}, {mode} window, per {per}"
        if source.reason is not None:
            return Quantity.absent("J", source.reason, scope=scope)
        window = _window(self.transcript, mode)
        found = self._between(_gpu, f"{mode} begins", f"{mode} ends")
        if window is None or found is None:
            return Quantity.absent("J", "no such window was held in this run", scope=scope)
        if found[0] <= 0:
            return Quantity.absent("J", _did_not_rise(source, found[0]), scope=scope)
        return Quantity(round(found[0] / window.said["images"] * images, 6), "J", source=source.name, scope=scope)

    def _peak_memory(self) -> Quantity:
        used = self.trace.memory_used_b
        known = used[used == used]  # not NaN
        if len(known) == 0:
            return Quantity.absent("B", self.sources.gpu.reason or "NVML told of no memory", scope="whole GPU")
        return Quantity(float(known.max()), "B", source="NVML, sampled", scope="whole GPU")

    def _not_reached(self) -> str:
        return f"the run ended in state `{self.transcript.state}`, before this was over"


def measurement_of(transcript: Transcript, ruleset: Ruleset) -> Measurement | None:
    """What was metered in a conversation; None where it ended before its meter was there."""
    if transcript.sources is None:
        return None
    return Measurement(transcript, transcript.sources, transcript.trace, ruleset.document["meter"]["hold_s"])


def _did_not_rise(source: Source, change_j: float) -> str:
    """Why there is no energy between two readings that don't follow each other upwards."""
    if change_j < 0:
        return "the counter began anew between the two readings"
    period = source.update_period_s or 0.0
    return f"the counter, which moves every {period:.3g} s, did not move: this was over too soon"


def _gpu(counters: Counters) -> float | None:
    return counters.gpu_j


def _cpu(counters: Counters) -> float | None:
    return counters.cpu_j


def _dram(counters: Counters) -> float | None:
    return counters.dram_j


def _window(transcript: Transcript, mode: str) -> Window | None:
    return next((window for window in transcript.windows if window.mode == mode), None)
