"""What stands behind the entries of a place: their runs' own files and the labels, read once, and only when asked.

Runs in a home lie there as they were made; those that were published lie in an archive. Both give the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.compare import runs as comparing
from harness.data.dataset import Dataset
from harness.errors import HarnessError, InvalidInput
from harness.publish.bundle import is_packed, unpacked
from harness.publish.reading import read_document
from harness.record import digest
from harness.record.folder import EVENTS, RECORD, RunFolder
from harness.reference.evidence import scores_of
from harness.score.clustered import FloatArray
from harness.spec.explain import findings
from harness.spec.schema import validator
from harness.standings.entry import Entry
from harness.standings.fields import clean
from harness.standings.run import Place, Run

Prepared = Callable[[str], Dataset]
"""Gives the data set of a benchmark by its id; raises `harness.errors.HarnessError` where it can't be had."""
Say = Callable[[str], None]


class LackingError(Exception):
    """Something can't be read. The text says what, in words that name no folder of this machine."""


def counts(entry: Entry) -> bool:
    """Whether an entry's quality may be compared: valid official runs with the rules' seeds, on patients' data and
    with nothing made up."""
    one = entry.first
    made_up = one.own_seed or one.simulated or one.phantom
    return one.profile == "official" and not made_up and bool(entry.valid)


class Labels:
    """The benchmarks' data sets, each asked for once, whether it is there or not."""

    def __init__(self, prepared: Prepared, say: Say) -> None:
        self._prepared = prepared
        self._say = say
        self._known: dict[str, Dataset | None] = {}

    def of(self, place: Place) -> Dataset:
        """The data set that the runs of ``place`` were made on. Raises `LackingError`."""
        name = place.benchmark
        if name not in self._known:
            self._known[name] = self._ask(name)
        found = self._known[name]
        if found is None:
            raise LackingError(
                f"the labels of {name} are not at hand; `harness data prepare {name}` says what is lacking"
            )
        if found.digest != place.data_digest:
            raise LackingError(f"the data of {name} that are prepared here are not those that it was run on")
        return found

    def _ask(self, name: str) -> Dataset | None:
        try:
            return self._prepared(name)
        except HarnessError as error:
            self._say(f"entries on {name} are not compared: {error}")
            return None


@dataclass(frozen=True)
class ReadRun(comparing.Found):
    """A run whose test scores, float64 [cases], were computed from its files, which need not be there any more."""

    scores: FloatArray = field(repr=False, compare=False)

    def test_scores(self, dataset: Dataset) -> FloatArray:
        """The scores that were read."""
        return self.scores


class Evidence:
    """The entries of one place, with their scores."""

    def __init__(self, place: Place, labels: Labels) -> None:
        self._place = place
        self._labels = labels
        self._read: dict[str, comparing.Entry | LackingError] = {}

    def dataset(self) -> Dataset:
        """The data set of the place. Raises `LackingError`."""
        return self._labels.of(self._place)

    def of(self, entry: Entry) -> comparing.Entry:
        """The entry as `harness.compare` takes it. Raises `LackingError` where labels or a run's files can't be read,
        or the files contradict the record."""
        if entry.slug not in self._read:
            try:
                self._read[entry.slug] = _read(entry, self.dataset())
            except LackingError as error:
                self._read[entry.slug] = error
        found = self._read[entry.slug]
        if isinstance(found, LackingError):
            raise LackingError(str(found))
        return found


def _read(entry: Entry, dataset: Dataset) -> comparing.Entry:
    valid = {run.number: _scored(run, dataset) for run in entry.valid}
    failed = tuple(_found(run, run.folder) for run in entry.counted if run.verdict != "valid")
    return comparing.Entry(entry.first.submission["name"], valid, failed)


def _scored(run: Run, dataset: Dataset) -> ReadRun:
    with _opened(run) as root:
        found = _found(run, root)
        try:
            scores = scores_of(found.folder, found.record, dataset).test
        except InvalidInput as error:
            # It names the folder, and a stranger's may have any name.
            raise LackingError(clean(error.message)) from error
    return ReadRun(RunFolder(run.folder), found.record, scores)


@contextlib.contextmanager
def _opened(run: Run) -> Iterator[Path]:
    """The folder with the run's files."""
    with contextlib.ExitStack() as stack:
        root = run.folder
        if is_packed(run.folder):
            try:
                root = stack.enter_context(unpacked(run.folder))
            except InvalidInput as error:
                # The message itself names folders of this machine.
                raise LackingError(f"{run.id}: its archive can't be read; `harness verify` says why") from error
        # An endless device would be read to its end.
        elif not (root / EVENTS).is_file() or (root / EVENTS).is_symlink():
            raise LackingError(f"{run.id}: its {EVENTS} is not there, or no file")
        yield root


def _found(run: Run, root: Path) -> comparing.Found:
    """The run's record, as it was when the standings were made."""
    try:
        record = read_document(root / RECORD)
        same = digest.of_file(root / RECORD) == run.document["digest"]
    except (InvalidInput, OSError) as error:
        raise LackingError(f"{run.id}: its record can't be read") from error
    if not same:
        raise LackingError(f"{run.id}: its record was changed while it was read")
    if broken := findings(validator("record"), record):
        raise LackingError(clean(f"{run.id}: its record breaks the schema ({broken[0].message})"))
    return comparing.Found(RunFolder(root), record)
