"""One conversation with a workload, from `hello` to `done` (DESIGN section 5).

The harness owns the clock, the labels and the decisions: data appears only at `go` and `predict`, every epoch is scored
here on labels that the workload does not have, and here it is decided whether training goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from harness import protocol
from harness.data.dataset import Dataset
from harness.protocol import ProtocolError, decode_predictions
from harness.record.folder import RunFolder
from harness.run.estimate import Size
from harness.run.journal import Journal
from harness.run.link import Link, Stamped
from harness.run.outcome import Ended, Unfinished
from harness.run.plan import Plan
from harness.run.transcript import Epoch, Transcript, Window
from harness.score.auc import OneClassOnlyError, roc_auc
from harness.score.loss import binary_cross_entropy
from harness.score.stopping import EarlyStopping

Labels = NDArray[np.uint8]


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
        folder: RunFolder,
        link: Link,
        journal: Journal,
        watcher: Watcher,
        *,
        started: float,
        data_path: str,
    ) -> None:
        self._plan, self._dataset, self._folder = plan, dataset, folder
        self._link, self._journal, self._watcher = link, journal, watcher
        self._data_path = data_path
        self._limits = plan.benchmark.document["limits"]
        self.transcript = Transcript(started=started)

    def conduct(self) -> None:
        """Hold the whole conversation. Raises `Unfinished` where it can't go on, `InfrastructureFailed` where the
        engine or the disk fails."""
        self._greet()
        self._agree_on_profile()
        self._train()
        self._predict()
        for mode, seconds, batch in self._planned_windows():
            self._infer(mode, seconds, batch)
        self._finish()

    def _enter(self, state: str, total: int | None = None) -> None:
        self.transcript.state = state
        self._watcher.stage(state, total)

    def _greet(self) -> None:
        self._enter("start")
        hello = self._link.expect(
            protocol.HELLO, within=self._plan.ruleset.document["deadlines"]["hello_s"], doing="starting"
        )
        spoken = hello.event.fields["protocol"]
        if spoken != protocol.VERSION:
            raise Unfinished(
                Ended.BROKE_PROTOCOL, f"the workload speaks protocol {spoken}, the harness {protocol.VERSION}"
            )
        self.transcript.versions = hello.event.fields["versions"]

    def _agree_on_profile(self) -> None:
        requested = self._plan.requested_profile
        first = "official" if requested == "auto" else requested
        estimate = self._get_ready(first)
        why = "as asked" if requested != "auto" else ""
        if requested == "auto":
            limit = self._plan.ruleset.document["auto"]["limit_minutes"]
            why = f"auto: the official profile is estimated at {estimate / 60:.1f} minutes, the limit is {limit:g}"
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
        self._link.send(protocol.PLAN, self._plan.for_workload(profile, self._data_path))
        ready = self._link.expect(protocol.READY, within=self._limits["ready_s"], doing="preparing")
        self.transcript.ready, self.transcript.ready_at = dict(ready.event.fields), ready.at
        estimate = self._size.seconds(
            ready.event.fields["step_seconds"], ready.event.fields["predict_seconds_per_image"]
        )
        self.transcript.estimate_s = estimate
        return estimate

    def _train(self) -> None:
        self._enter("train", self._size.epochs)
        # The clock starts before the first file is there: nothing can be looked at for free.
        self.transcript.go_at = began = time.monotonic()
        self._release(self._dataset.train_files)
        self._link.send(protocol.GO)
        stopping = EarlyStopping(self._plan.hyperparameters["patience"])
        for n in range(1, self._size.epochs + 1):
            said = self._while_training(protocol.EPOCH)
            epoch, stopping, stop = self._score(said, n, began, stopping)
            self.transcript.epochs.append(epoch)
            self._watcher.epoch(epoch, self._size.epochs)
            if stop and n < self._size.epochs:
                self.transcript.stopped_early = True
                began = self._link.send(protocol.STOP, {"keep": epoch.kept})
                break
            began = self._link.send(protocol.SCORED, {"auc": epoch.auc, "loss": epoch.loss, "keep": epoch.kept})
        trained = self._while_training(protocol.TRAINED)
        self.transcript.trained_at = trained.at
        self.transcript.observed = trained.event.fields["observed"]
        self.transcript.allocator = trained.event.fields["allocator"]

    def _while_training(self, name: str) -> Stamped:
        assert self.transcript.go_at is not None
        limit = self._limits["train_s"]
        left = max(0.0, self.transcript.go_at + limit - time.monotonic())
        try:
            return self._link.expect(name, within=left, doing="training")
        except Unfinished as end:
            if end.ended is Ended.TIMED_OUT:
                raise Unfinished(
                    Ended.TIMED_OUT, f"training took longer than the {limit:g} s that the benchmark allows"
                ) from end
            raise

    def _score(self, said: Stamped, n: int, began: float, stopping: EarlyStopping) -> tuple[Epoch, EarlyStopping, bool]:
        fields = said.event.fields
        if fields["n"] != n:
            raise Unfinished(Ended.BROKE_PROTOCOL, f"epoch {fields['n']} came where epoch {n} was due")
        labels: Labels = self._dataset.val_labels()[: self._size.validation]
        probabilities = np.asarray(self._decode(fields["predictions"], len(labels), "validation"))
        try:
            auc = roc_auc(probabilities, labels)
        except OneClassOnlyError:
            auc = None
        stopping, decision = stopping.after(auc)
        epoch = Epoch(
            n=n,
            train_loss=fields["loss"],
            auc=auc,
            loss=binary_cross_entropy(probabilities, labels),
            images=fields["images"],
            steps=fields["steps"],
            began=began,
            at=said.at,
            kept=decision.keep,
        )
        return epoch, stopping, decision.stop

    def _predict(self) -> None:
        self._enter("predict", self._size.test)
        self._release(self._dataset.test_files)
        self._link.send(protocol.PREDICT)
        said = self._link.expect(
            protocol.PREDICTED, within=self._limits["predict_s"], doing="predicting the test images"
        )
        self.transcript.predictions = self._decode(said.event.fields["predictions"], self._size.test, "test")
        self.transcript.predicted_at = said.at

    def _planned_windows(self) -> list[tuple[str, float, int]]:
        """Inference windows are held once an entry: in run 1, and in runs that stand alone."""
        if self._plan.number != 1:
            return []
        batch = self._profile["batch"] or self._plan.hyperparameters["batch"]
        windows = [("offline", self._profile["offline_s"], batch), ("single", self._profile["single_s"], 1)]
        return [window for window in windows if window[1] > 0]

    def _infer(self, mode: str, seconds: float, batch: int) -> None:
        self._enter(f"infer {mode}")
        asked = {"mode": mode, "batch": batch, "seconds": seconds, "images": self._size.test}
        began = self._link.send(protocol.INFER, asked)
        said = self._link.expect(
            protocol.INFERRED, within=seconds + self._limits["infer_s"], doing=f"the {mode} inference window"
        )
        fields = dict(said.event.fields)
        predictions = self._decode(fields.pop("predictions"), self._size.test, f"{mode} window")
        self.transcript.windows.append(Window(mode, batch, seconds, began, said.at, fields, predictions))

    def _finish(self) -> None:
        self._enter("finish")
        self._link.send(protocol.FINISH)
        self._link.expect(protocol.DONE, within=self._limits["finish_s"], doing="finishing")
        self._link.wait_for_end(self._limits["finish_s"])
        self.transcript.state = "done"

    def _release(self, files: tuple[Any, ...]) -> None:
        self._journal.note(time.monotonic(), "released " + ", ".join(file.name for file in files))
        self._folder.release(files)

    def _decode(self, text: object, count: int, what: str) -> tuple[float, ...]:
        try:
            return decode_predictions(text, count)
        except ProtocolError as error:
            raise Unfinished(Ended.BAD_OUTPUT, f"{what} predictions: {error}") from error
