"""One pass of training, from `go` to `predicted`: each epoch is scored here, on labels the workload does not have."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import protocol
from harness.data.dataset import Dataset
from harness.protocol import ProtocolError, decode_predictions
from harness.run.estimate import Size
from harness.run.inert import inert
from harness.run.link import Stamped
from harness.run.outcome import Ended, Unfinished
from harness.run.plan import Plan
from harness.run.surroundings import Wire
from harness.run.transcript import Epoch, Pass
from harness.score.auc import OneClassOnlyError, roc_auc
from harness.score.loss import binary_cross_entropy
from harness.score.operating import best_threshold
from harness.score.stopping import EarlyStopping


@dataclass(frozen=True)
class Trainer:
    """Conducts passes. ``release`` makes files of the data set appear to the workload, ``mark`` reads the meter at an
    edge, ``stamp`` notes a moment and gives it in seconds; ``epoch_over`` and ``predicting`` are for who looks on."""

    plan: Plan
    dataset: Dataset
    link: Wire
    size: Size
    release: Callable[[tuple[Path, ...]], None]
    mark: Callable[[str], None]
    stamp: Callable[[str], float]
    epoch_over: Callable[[Epoch], None]
    predicting: Callable[[], None]

    @property
    def _limits(self) -> Any:
        return self.plan.benchmark.document["limits"]

    def conduct(self, into: Pass) -> None:
        """Train and predict; what is learnt stands in ``into``, also when it ends early. Raises `Unfinished`."""
        self.mark(f"go {into.number}")
        # The clock starts before the first file is there: nothing can be looked at for free.
        into.go_at = self.stamp(f"go {into.number}")
        if into.number == 1:
            self.release(self.dataset.train_files)
        self.link.send(protocol.GO)
        self._train(into, into.go_at)
        if into.number == 1:
            self.release(self.dataset.test_files)
        self.predicting()
        self.link.send(protocol.PREDICT)
        said = self.link.expect(
            protocol.PREDICTED, within=self._limits["predict_s"], doing="predicting the test images"
        )
        self.mark(f"predicted {into.number}")
        into.predictions = decode(said.event.fields["predictions"], self.size.test, "test")
        into.predicted_at = said.at

    def _train(self, into: Pass, began: float) -> None:
        deadline = began + self._limits["train_s"]
        stopping = EarlyStopping(self.plan.hyperparameters["patience"])
        for n in range(1, self.size.epochs + 1):
            said = self._while_training(protocol.EPOCH, deadline)
            self.mark(f"epoch {into.number}.{n}")
            epoch, stopping, stop = self._score(said, n, began, stopping)
            into.epochs.append(epoch)
            self.epoch_over(epoch)
            if stop and n < self.size.epochs:
                into.stopped_early = True
                self.link.send(protocol.STOP, {"keep": epoch.kept})
                break
            began = self.link.send(protocol.SCORED, {"auc": epoch.auc, "loss": epoch.loss, "keep": epoch.kept})
        trained = self._while_training(protocol.TRAINED, deadline)
        self.mark(f"trained {into.number}")
        into.trained_at = trained.at
        fields = trained.event.fields
        if fields["epochs"] != len(into.epochs):
            raise Unfinished(
                Ended.BROKE_PROTOCOL,
                f"`trained` tells of {fields['epochs']} epochs where {len(into.epochs)} were scored",
            )
        into.observed, into.allocator = inert(fields["observed"]), inert(fields["allocator"] or {})

    def _while_training(self, name: str, deadline: float) -> Stamped:
        try:
            return self.link.expect(name, within=max(0.0, deadline - time.monotonic()), doing="training")
        except Unfinished as end:
            if end.ended is Ended.TIMED_OUT:
                limit = self._limits["train_s"]
                raise Unfinished(
                    Ended.TIMED_OUT, f"training took longer than the {limit:g} s that the benchmark allows"
                ) from end
            raise

    def _score(self, said: Stamped, n: int, began: float, stopping: EarlyStopping) -> tuple[Epoch, EarlyStopping, bool]:
        fields = said.event.fields
        if fields["n"] != n:
            raise Unfinished(Ended.BROKE_PROTOCOL, f"epoch {fields['n']} came where epoch {n} was due")
        probabilities = np.asarray(decode(fields["predictions"], self.size.validation, "validation"))
        scored = self.dataset.scored("val", probabilities)
        try:
            auc = roc_auc(scored.scores, scored.labels)
        except OneClassOnlyError:
            auc = None
        stopping, decision = stopping.after(auc)
        epoch = Epoch(
            n=n,
            train_loss=fields["loss"],
            auc=auc,
            threshold=best_threshold(scored.scores, scored.labels == 1),
            loss=binary_cross_entropy(scored.scores, scored.labels),
            images=fields["images"],
            steps=fields["steps"],
            began=began,
            at=said.at,
            kept=decision.keep,
        )
        return epoch, stopping, decision.stop


def decode(text: object, count: int, what: str) -> tuple[float, ...]:
    """``count`` predictions from an event. Raises `Unfinished` where they are not that."""
    try:
        return decode_predictions(text, count)
    except ProtocolError as error:
        raise Unfinished(Ended.BAD_OUTPUT, f"{what} predictions: {error}") from error
