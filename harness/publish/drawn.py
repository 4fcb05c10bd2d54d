"""What a page draws of an entry's runs: the document ``curves.json`` beside ``entry.json``."""

from __future__ import annotations

from typing import Any

from harness.curves.document import Material, document
from harness.data.dataset import Dataset
from harness.publish.attempts import Attempts
from harness.publish.summary import entry_of
from harness.score.metrics import Settings
from harness.spec.model import Ruleset


def curves_of(attempts: Attempts, dataset: Dataset, ruleset: Ruleset) -> dict[str, Any]:
    """The curves of every attempt that has a record, whatever came of it, and of the valid ones that count together.
    Raises `InvalidInput` where a run's files contradict its record."""
    runs = [Material(each.folder, each.record) for each in attempts.all if each.record is not None]
    entry = entry_of(attempts)
    counted = set() if entry is None else {str(run.record["run"]) for run in entry.runs.values()}
    return document(runs, counted, dataset, Settings.of(ruleset.statistics))
