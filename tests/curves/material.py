"""Curves of runs that nobody made, of the size and look of real ones. Their traces say that they are simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.curves.latency import latency
from harness.curves.power import power
from harness.curves.quality import entry_quality, run_quality
from harness.curves.windows import windows
from harness.meter.trace import Trace
from harness.score.metrics import Settings
from harness.spec.load import load_ruleset
from tests.meter.traces import trace_of

SETTINGS = Settings.of(load_ruleset().statistics)
CASES, PATIENTS = 916, 304
NO_GPU = "the run used no GPU (NVML does not answer on this machine: NVML Shared Library Not Found)"
NO_WINDOW = "inference windows are held in run 1 of an entry"
MOMENTS = {
    "idle begins": 40.0, "idle ends": 100.0, "go 1": 103.5, "trained 1": 241.0, "predicted 1": 243.2,
    "offline begins": 260.0, "offline ends": 320.4, "single begins": 321.0, "single ends": 381.3, "end": 384.0,
}  # fmt: skip
EPOCHS = {f"epoch 1.{n}": 103.5 + 13.7 * n for n in range(1, 11)}


@dataclass(frozen=True, eq=False)
class Labels:
    """As much of a data set as curves take."""

    labels: npt.NDArray[np.uint8]
    patients: npt.NDArray[np.int32]

    def test_labels(self) -> npt.NDArray[np.uint8]:
        return self.labels

    def test_patients(self) -> npt.NDArray[np.int32]:
        return self.patients


def invented_scores(runs: int) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Probabilities of each run, a little too sure of themselves, with labels and patients."""
    random = np.random.default_rng(7)
    labels = (random.random(CASES) < 0.52).astype(np.uint8)
    patients = random.integers(0, PATIENTS, CASES).astype(np.int32)
    case = random.normal(size=CASES)
    logits = [0.7 * (2.0 * labels - 1) + case + 0.5 * random.normal(size=CASES) for _ in range(runs)]
    return [1 / (1 + np.exp(-1.4 * logit)) for logit in logits], labels, patients


def invented_trace() -> Trace:
    """A GPU that idles, trains in epochs with a dip after each, predicts, and holds both inference windows."""
    random = np.random.default_rng(3)
    at = np.arange(10.0, 384.0, 0.1)
    watts = np.full(len(at), 78.0)
    phase = (at - 103.5) % 13.7
    watts = np.where((at > 103.5) & (at < 241), np.where(phase > 12.2, 180.0, 410.0), watts)
    watts = np.where((at > 241) & (at < 243.2), 330.0, watts)
    watts = np.where((at > 260) & (at < 320.4), 485.0, watts)
    watts = np.where((at > 321) & (at < 381.3), 148.0, watts)
    return trace_of(at.tolist(), (watts + random.normal(size=len(at)) * (3 + watts * 0.03)).round(3).tolist())


def invented_latency() -> dict[str, Any]:
    """An `inferred` event: most calls alike, some twice as long, few much longer."""
    random = np.random.default_rng(5)
    seconds = np.concatenate(
        [
            random.lognormal(np.log(4.1e-3), 0.06, 13_000),
            random.lognormal(np.log(7.9e-3), 0.15, 420),
            random.lognormal(np.log(3e-2), 0.4, 21),
        ]
    )
    ns = (seconds * 1e9).astype(int)
    buckets: dict[str, int] = {}
    for bucket in np.floor(16 * np.log2(ns)).astype(int).tolist():
        buckets[str(bucket)] = buckets.get(str(bucket), 0) + 1
    told = {"count": len(ns), "max_ns": int(ns.max()), "buckets": buckets}
    return {"event": "inferred", "mode": "single", "sum_ns": int(ns.sum()), "latency": told}


def invented(runs: int, *, gpu: bool = True) -> dict[str, Any]:
    """The document of an entry of ``runs`` runs; without a GPU there are no traces."""
    scores, labels, patients = invented_scores(runs)
    data: Any = Labels(labels, patients)
    sources = {"gpu": {"reason": None if gpu else NO_GPU}}
    record = {"outcome": {"state": "done"}, "measurement": {"simulated": gpu, "sources": sources}}
    quantities = {"quantities": {"single_latency_p50": {"reason": NO_WINDOW}}}
    moments = MOMENTS | EPOCHS
    later = {name: at for name, at in moments.items() if not name.startswith(("offline", "single"))} | {"end": 246.0}
    parts = {
        f"invented-r{number}": {
            "number": number,
            "windows": windows(moments if number == 1 else later, "done"),
            "power": power(invented_trace() if gpu else Trace(), moments, record),
            "latency": latency([invented_latency()] if number == 1 else [], quantities),
            **run_quality(each, data),
        }
        for number, each in enumerate(scores, start=1)
    }
    return {
        "schema": "leanmed/curves/v1",
        "runs": parts,
        "entry": {"runs": list(parts), **entry_quality(scores, data, SETTINGS)},
    }
