"""What a finished run's own files prove: its scores, computed again from its predictions and the hidden labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.protocol import EPOCH, PREDICTED, ProtocolError, decode_predictions
from harness.record import digest
from harness.record.folder import EVENTS, PLAN, RunFolder
from harness.reference.summary import TOLERANCE
from harness.score.auc import OneClassOnlyError, roc_auc


@dataclass(frozen=True)
class Scores:
    """``test`` holds the predictions for the test cases, float64 [cases]; ``test_auc`` their AUC; ``validation_auc``
    that of each epoch, None where the validation cases are of one class."""

    test: npt.NDArray[np.float64]
    test_auc: float
    validation_auc: tuple[float | None, ...]


def scores_of(folder: RunFolder, record: Mapping[str, Any], dataset: Dataset) -> Scores:
    """The scores of a run from its ``events.jsonl`` and the labels of ``dataset``.

    Raises `InvalidInput` where the file is not the one that the record was closed with, can't be read, or gives other
    scores than the record.
    """
    validation: list[float | None] = []
    test: npt.NDArray[np.float64] | None = None
    for event in _events(folder, record):
        if test is not None:
            continue  # what follows repeats the training for its energy's sake
        if event.get("event") == EPOCH:
            scored = dataset.scored("val", _predictions(folder, event, dataset.counts["val"]))
            validation.append(_auc(scored.scores, scored.labels))
        elif event.get("event") == PREDICTED:
            test = dataset.scored("test", _predictions(folder, event, dataset.counts["test"])).scores
    if test is None:
        raise broken(folder, f"{EVENTS} holds no test predictions")
    auc = _auc(test, dataset.test_labels())
    if auc is None:
        raise broken(folder, "the test cases are of one class, so there is no AUC")
    _compare(folder, "test AUC", auc, record["quality"]["auc"]["value"])
    recorded = [epoch["val_auc"] for epoch in record["epochs"]]
    if len(validation) != len(recorded):
        raise broken(folder, f"{EVENTS} holds {len(validation)} epochs, the record {len(recorded)}")
    for n, (ours, theirs) in enumerate(zip(validation, recorded, strict=True), start=1):
        _compare(folder, f"validation AUC of epoch {n}", ours, theirs)
    return Scores(test, auc, tuple(validation))


def plan_of(folder: RunFolder, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The run's ``plan.json``. Raises `InvalidInput` where it is not the one that the record was closed with."""
    try:
        plan = json.loads(verified(folder, record, PLAN))
    except ValueError as error:
        raise broken(folder, f"{PLAN} is not JSON") from error
    if not isinstance(plan, dict):
        raise broken(folder, f"{PLAN} holds no object")
    return plan


def broken(folder: RunFolder, what: str) -> InvalidInput:
    """The error for a run folder whose parts contradict each other."""
    return InvalidInput(
        f"{folder.root.name}: {what}",
        remedy="the folder was changed after its run: move it out of the home folder, and make the run again",
    )


def journal_of(folder: RunFolder, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The lines of the run's ``events.jsonl``, in order. Raises `InvalidInput` where it is not the one that the record
    was closed with."""
    for line in verified(folder, record, EVENTS).splitlines():
        try:
            event = json.loads(line)
        except ValueError as error:
            raise broken(folder, f"{EVENTS} holds a line that is not JSON") from error
        if isinstance(event, dict):
            yield event


def _events(folder: RunFolder, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the workload said, in order."""
    return (event for event in journal_of(folder, record) if event.get("from") == "workload")


def verified(folder: RunFolder, record: Mapping[str, Any], name: str) -> bytes:
    """The bytes of the run's file ``name``. Raises `InvalidInput` where they are not those that the record was closed
    with."""
    try:
        data = (folder.root / name).read_bytes()
    except OSError as error:
        raise broken(folder, f"{name} can't be read: {error.strerror or error}") from error
    if digest.of_bytes(data) != record["files"].get(name):
        raise broken(folder, f"{name} has another digest than the record gives")
    return data


def _predictions(folder: RunFolder, event: Mapping[str, Any], cases: int) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(decode_predictions(event.get("predictions"), cases), dtype=np.float64)
    except ProtocolError as error:
        raise broken(folder, f"{EVENTS}: {error}") from error


def _auc(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.uint8]) -> float | None:
    try:
        return roc_auc(scores, labels)
    except OneClassOnlyError:
        return None


def _compare(folder: RunFolder, what: str, ours: float | None, theirs: float | None) -> None:
    if ours is None and theirs is None:
        return
    if ours is None or theirs is None or abs(ours - theirs) > TOLERANCE:
        raise broken(folder, f"the {what} computed from its predictions is {ours}, its record says {theirs}")
