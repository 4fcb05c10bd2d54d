"""One conversation with a workload, from `hello` to `done` (DESIGN section 5).

The harness owns the clock, the labels and the decisions: data appears only at `go` and `predict`, every epoch is scored
here on labels that the workload does not have, and here it is decided whether training goes on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

from harness import protocol
from harness.data.dataset import Dataset
from harness.errors import InfrastructureFailed
from harness.run.estimate import Size
from harness.run.inert import inert
from harness.run.outcome import Ended, Unfinished
from harness.run.plan import Plan
from harness.run.surroundings import Surroundings, Wire
from harness.run.training import Trainer, decode
from harness.run.transcript import Epoch, Pass, Transcript, Window
from harness.run.windows import check_window


class Watcher(Protocol):
    """Who looks on: live bars, plain lines, or nobody. Nothing it does changes a result."""

    def decided(self, profile: str, why: str) -> None:
        """Which profile is used, and why."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, of ``total`` units where that is known."""

    def progress(self, fields: Mapping[str, Any]) -> None:
        """A `progress` event: ``phase``, ``done``, ``total``, ``unit``."""

    def epoch(self, epoch: Epoch, planned: int) -> None:
        """An epoch was scored."""

    def log(self, text: str) -> None:
        """A line of the workload's own output."""


class Session:
    """Conducts one conversation; what it learns stands in `transcript`, also when it ends early."""

    def __init__(
        self,
        plan: Plan,
        dataset: Dataset,
        link: Wire,
        watcher: Watcher,
        *,
        started: float,
        data_path: str,
        weights_path: str | None,
    ) -> None:
        self._plan, self._dataset = plan, dataset
        self._link, self._watcher = link, watcher
        self._around: Surroundings
        self._data_path, self._weights_path = data_path, weights_path
        self._limits = plan.benchmark.document["limits"]
        self.transcript = Transcript(started=started)

    def conduct(self, around: Surroundings) -> None:
        """Hold the whole conversation, with the meter running.

        Raises `Unfinished` where it can't go on, `InfrastructureFailed` where the engine, the disk or the meter fails.
        """
        self._around, self.transcript.sources = around, around.sources
        try:
            self._converse()
        except Unfinished:
            # Should the engine be lost just now: what ended the run is known already.
            with contextlib.suppress(InfrastructureFailed):
                self._link.keep_rest()
            raise

    def _converse(self) -> None:
        self._greet()
        self._agree_on_profile()
        self._idle()
        self._train()
        self._repeat()
        if self._holds_windows():
            self._infer("offline", self._profile["offline_s"], self._fit())
            self._infer("single", self._profile["single_s"], 1)
        self._finish()

    def _enter(self, state: str, total: int | None = None) -> None:
        self.transcript.state = state
        self._watcher.stage(state, total)

    def _mark(self, edge: str) -> None:
        """Read the meter."""
        self.transcript.readings.append(self._around.read(edge))

    def _metered(self) -> bool:
        """Whether anything counts energy."""
        sources = self._around.sources
        return any(source.name is not None for source in (sources.gpu, sources.cpu, sources.dram))

    def _greet(self) -> None:
        self._enter("start")
        hello = self._link.expect(
            protocol.HELLO, within=self._plan.ruleset.document["deadlines"]["hello_s"], doing="starting"
        )
        self.transcript.hello_at = hello.at
        spoken = hello.event.fields["protocol"]
        if spoken != protocol.VERSION:
            raise Unfinished(
                Ended.BROKE_PROTOCOL, f"the workload speaks protocol {spoken}, the harness {protocol.VERSION}"
            )
        self.transcript.versions = inert(hello.event.fields["versions"])

    def _agree_on_profile(self) -> None:
        requested = self._plan.requested_profile
        first = "official" if requested == "auto" else requested
        estimate = self._get_ready(first)
        why = f"as asked; estimated at {_about(estimate)}"
        if requested == "auto":
            limit = self._plan.ruleset.document["auto"]["limit_minutes"]
            why = f"auto: the official profile is estimated at {_about(estimate)}, the limit is {limit:g} minutes"
            if estimate > 60 * limit:
                first = "smoke"
                self._get_ready(first)
        self.transcript.profile, self.transcript.profile_why = first, why
        self._watcher.decided(first, why)

    def _get_ready(self, profile: str) -> float:
        """Give the plan under ``profile`` and wait for `ready`; returns the estimate in seconds."""
        self._enter("prepare")
        self._profile = self._plan.profile(profile)
        self._size = Size.of(self._profile, self._plan.hyperparameters, self._dataset.counts)
        self._link.send(protocol.PLAN, self._plan.for_workload(profile, self._data_path, self._weights_path))
        ready = self._link.expect(protocol.READY, within=self._limits["ready_s"], doing="preparing")
        self.transcript.ready, self.transcript.ready_at = inert(dict(ready.event.fields)), ready.at
        self._compare_initialization(ready.event.fields["initialization"])
        self.transcript.estimate_s = estimate = self._size.seconds(
            ready.event.fields["step_seconds"],
            ready.event.fields["predict_seconds_per_image"],
            metered=self._metered(),
            windows=self._holds_windows(),
        )
        return estimate

    def _compare_initialization(self, said: Mapping[str, Any]) -> None:
        planned = self._plan.initialization
        if said != planned:
            raise Unfinished(
                Ended.BROKE_PROTOCOL,
                f"`ready` says that the weights began as {_in_words(said)}; the plan says {_in_words(planned)}",
            )

    def _idle(self) -> None:
        """What the machine takes while the workload waits, ready to start: only where there is a meter for it."""
        seconds = self._profile["idle_s"]
        if not self._metered() or seconds <= 0:
            return
        self._enter("idle")
        self._mark("idle begins")
        self._around.wait(seconds)
        self._mark("idle ends")

    def _train(self) -> None:
        self._enter("train", self._size.epochs)
        self._trainer(show=True).conduct(self.transcript.first)

    def _repeat(self) -> None:
        """Where energy is counted, train again from the same seed until the window is long enough for it. Predictions
        and times of these passes are no result."""
        if not self._metered():
            return
        while sum(map(_seconds, self.transcript.passes)) < self._profile["training_s"]:
            self._enter("repeat")
            again = Pass(len(self.transcript.passes) + 1)
            self.transcript.repetitions.append(again)
            self._link.send(protocol.RENEW)
            self._link.expect(protocol.RENEWED, within=self._limits["ready_s"], doing="building the model again")
            self._trainer(show=False).conduct(again)

    def _trainer(self, *, show: bool) -> Trainer:
        return Trainer(
            self._plan,
            self._dataset,
            self._link,
            self._size,
            release=self._around.release,
            mark=self._mark,
            stamp=self._around.stamp,
            epoch_over=(lambda epoch: self._watcher.epoch(epoch, self._size.epochs)) if show else lambda epoch: None,
            predicting=(lambda: self._enter("predict", self._size.test)) if show else lambda: None,
        )

    def _holds_windows(self) -> bool:
        """Inference windows are held once an entry: in run 1, and in runs that stand alone. What an open submission's
        own program would say of its latencies could not be held against anything but its word."""
        return self._plan.number == 1 and not self._plan.submission.open

    def _fit(self) -> int:
        """The batch of the offline window: the largest that fits."""
        self._enter("fit")
        self._link.send(protocol.FIT, {"images": self._size.test})
        said = self._link.expect(protocol.FITTED, within=self._limits["infer_s"], doing="looking for the largest batch")
        batch = int(said.event.fields["batch"])
        if batch > self._size.test:
            raise Unfinished(
                Ended.BROKE_PROTOCOL, f"`fitted` gives a batch of {batch} where {self._size.test} images were asked for"
            )
        return batch

    def _infer(self, mode: str, seconds: float, batch: int) -> None:
        self._enter(f"infer {mode}")
        asked = {"mode": mode, "batch": batch, "seconds": seconds, "images": self._size.test}
        self._mark(f"{mode} begins")
        began = self._link.send(protocol.INFER, asked)
        said = self._link.expect(
            protocol.INFERRED, within=seconds + self._limits["infer_s"], doing=f"the {mode} inference window"
        )
        self._mark(f"{mode} ends")
        fields = dict(said.event.fields)
        predictions = decode(fields.pop("predictions"), self._size.test, f"{mode} window")
        check_window(fields, asked)
        self.transcript.windows.append(Window(mode, batch, seconds, began, said.at, fields, predictions))

    def _finish(self) -> None:
        self._enter("finish")
        self._mark("finish")
        self._link.send(protocol.FINISH)
        done = self._link.expect(protocol.DONE, within=self._limits["finish_s"], doing="finishing")
        self.transcript.done_at = done.at
        self._link.wait_for_end(self._limits["finish_s"])
        self.transcript.ended_at = self._around.stamp("over")
        self.transcript.state = "done"


def _in_words(initialization: Mapping[str, Any]) -> str:
    sha256 = initialization["weights_sha256"]
    return str(initialization["kind"]) + ("" if sha256 is None else f" with the SHA-256 {sha256}")


def _about(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} minutes"


def _seconds(training: Pass) -> float:
    assert training.go_at is not None
    assert training.predicted_at is not None
    return training.predicted_at - training.go_at
