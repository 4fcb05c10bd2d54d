"""The labels that a site takes: each data set is prepared once, and only where an entry was run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.data.dataset import Dataset
from harness.data.prepare import named_digest, prepare
from harness.errors import HarnessError, MachineLacks
from harness.places import Home
from harness.standings.entry import Entry

Say = Callable[[str], None]


class Labels:
    """Data sets by benchmark, asked for once each."""

    def __init__(self, entries: Iterable[Entry], home: Home, say: Say) -> None:
        self._home = home
        self._say = say
        self._used = {(entry.place.benchmark, entry.place.data_digest) for entry in entries}
        self._known: dict[str, Dataset | HarnessError] = {}

    def of(self, benchmark: str) -> Dataset:
        """The prepared data. Raises `HarnessError` where they can't be had, and `MachineLacks` where they would be
        other ones than any entry was run on, before they are prepared for nothing."""
        if benchmark not in self._known:
            self._known[benchmark] = self._ask(benchmark)
        found = self._known[benchmark]
        if isinstance(found, HarnessError):
            raise found
        return found

    def maybe(self, benchmark: str) -> Dataset | None:
        """The prepared data, or None where they can't be had."""
        try:
            return self.of(benchmark)
        except HarnessError:
            return None

    def _ask(self, benchmark: str) -> Dataset | HarnessError:
        try:
            named = named_digest(benchmark)
            if named is not None and (benchmark, named) not in self._used:
                raise MachineLacks(
                    f"no entry on {benchmark} was run on the data that this version prepares",
                    remedy="quality is compared by the version of LeanMed that the runs were made with",
                )
            return prepare(benchmark, self._home, self._say)
        except HarnessError as error:
            return error
