"""The document ``leanmed/curves/v1`` (schemas/curves.schema.json): what a page draws of an entry and of each run."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.curves.latency import latency
from harness.curves.part import Part
from harness.curves.power import power
from harness.curves.quality import entry_quality, run_quality, scores_or_reason
from harness.curves.windows import moments_of, windows
from harness.data.dataset import Dataset
from harness.meter.trace import TRACE, Trace, read_trace
from harness.record.folder import RunFolder
from harness.reference.evidence import broken, journal_of, verified
from harness.score.clustered import FloatArray
from harness.score.metrics import Settings

SCHEMA = "leanmed/curves/v1"

Journal = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Material:
    """A finished run: its folder, unpacked, and its record."""

    folder: RunFolder
    record: Mapping[str, Any]

    @property
    def run(self) -> str:
        """The run's id."""
        return str(self.record["run"])


def document(
    runs: Sequence[Material], counted: Collection[str], dataset: Dataset | None, settings: Settings
) -> dict[str, Any]:
    """The document over ``runs``, of which those with an id in ``counted`` are the entry's valid ones.

    ``dataset`` is that of their benchmark; None where it is not prepared, and then there is no ROC curve. Raises
    `InvalidInput` where a run's files contradict its record.
    """
    ordered = sorted(runs, key=lambda one: (one.record["number"], one.run))
    read = [(one, *_read(one, dataset)) for one in ordered]
    valid = [(one.run, scores) for one, _, scores in read if one.run in counted]
    return {
        "schema": SCHEMA,
        "runs": {one.run: _parts(one, journal, scores, dataset) for one, journal, scores in read},
        "entry": {
            "runs": [run for run, _ in valid],
            **entry_quality([scores for _, scores in valid], dataset, settings),
        },
    }


def run_curves(folder: RunFolder | Path, record: Mapping[str, Any], dataset: Dataset | None) -> dict[str, Part]:
    """One run's parts: ``windows``, ``power``, ``latency``, ``roc`` and ``reliability``, and its ``number``. Raises as
    `document`."""
    one = Material(folder if isinstance(folder, RunFolder) else RunFolder(folder), record)
    return _parts(one, *_read(one, dataset), dataset)


def entry_curves(runs: Sequence[Material], dataset: Dataset | None, settings: Settings) -> dict[str, Part]:
    """``roc`` and ``reliability`` over ``runs``, the valid counted ones of an entry. Raises as `document`."""
    return entry_quality([_read(one, dataset)[1] for one in runs], dataset, settings)


def compact_text(document: Mapping[str, Any]) -> str:
    """The document as it stands in a file: compact, because it is mostly numbers."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"


def _read(one: Material, dataset: Dataset | None) -> tuple[Journal, FloatArray | str]:
    with _looking_at(one):
        journal = list(journal_of(one.folder, one.record))
        return journal, scores_or_reason(one.folder, one.record, journal, dataset)


def _parts(one: Material, journal: Journal, scores: FloatArray | str, dataset: Dataset | None) -> dict[str, Any]:
    with _looking_at(one):
        moments = moments_of(journal)
        return {
            "number": int(one.record["number"]),
            "windows": windows(moments, str(one.record["outcome"]["state"])),
            "power": power(_trace(one), moments, one.record),
            "latency": latency(journal, one.record),
            **run_quality(scores, dataset),
        }


@contextlib.contextmanager
def _looking_at(one: Material) -> Iterator[None]:
    """Record and journal may fit each other, and whoever wrote both may have written anything."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise broken(one.folder, f"its files are not those of a run: {type(error).__name__}: {error}") from error


def _trace(one: Material) -> Trace:
    if TRACE not in one.record["files"]:
        return Trace()
    verified(one.folder, one.record, TRACE)
    return read_trace(one.folder.root / TRACE)
