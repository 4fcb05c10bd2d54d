"""An entry's curves: as they were published with it, else computed from the raw files of the runs in the home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.curves.document import SCHEMA, Material, document
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.publish.bundle import is_packed
from harness.publish.places import CURVES
from harness.publish.reading import read_document
from harness.record import digest
from harness.record.cache import Cache
from harness.record.folder import RECORD, RunFolder
from harness.score.metrics import Settings
from harness.site.labels import Labels
from harness.spec.explain import findings
from harness.spec.schema import validator
from harness.standings.entry import Entry

UNPUBLISHED = "its curves were not published with it"


@dataclass(frozen=True)
class Drawn:
    """Gives the curves of entries. ``labels`` is asked only where something new is computed."""

    labels: Labels
    settings: Settings
    cache: Cache

    def curves(self, entry: Entry) -> Mapping[str, Any]:
        """The document of `schemas/curves.schema.json`, or ``{"reason": …}``: a text that names no folder."""
        if is_packed(entry.first.folder):
            return _published(entry)
        try:
            return self._computed(entry)
        except InvalidInput:
            return {"reason": "a run's files contradict its record or can't be read; `harness verify` says where"}

    def version(self, entry: Entry) -> str:
        """What the curves follow from beside the records, as a text: it changes wherever they might."""
        if not is_packed(entry.first.folder):
            dataset = self._labels(entry)
            return "no labels" if dataset is None else dataset.digest
        path = entry.first.folder.parent / CURVES
        return digest.of_file(path) if path.is_file() else UNPUBLISHED

    def _labels(self, entry: Entry) -> Dataset | None:
        """The data set that the entry was run on, if it can be had here."""
        place = entry.place
        dataset = self.labels.maybe(place.benchmark)
        return dataset if dataset is not None and dataset.digest == place.data_digest else None

    def _computed(self, entry: Entry) -> Mapping[str, Any]:
        dataset = self._labels(entry)
        key = {
            "schema": SCHEMA,
            "records": sorted(str(run.document["digest"]) for run in entry.runs),
            "data": None if dataset is None else dataset.digest,
        }
        found: dict[str, Any] | None = self.cache.get(key)
        if found is None:
            runs = [Material(RunFolder(run.folder), read_document(run.folder / RECORD)) for run in entry.runs]
            found = document(runs, {run.id for run in entry.valid}, dataset, self.settings)
            self.cache.put(key, found)
        return found


def _published(entry: Entry) -> Mapping[str, Any]:
    """What stands beside the published entry. Its digest is in the published ledger, and whoever wrote it is a
    stranger all the same."""
    try:
        found = read_document(entry.first.folder.parent / CURVES)
    except InvalidInput:
        return {"reason": UNPUBLISHED}
    if findings(validator("curves"), found):
        return {"reason": "the curves that were published with it are not in a form that this version reads"}
    return found
