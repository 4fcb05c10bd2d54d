"""The runs of one configuration on the test cases, with all that comparing them with others takes, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from harness.score.auc import checked, patients_of
from harness.score.clustered import FloatArray, PatientSums, Placements, placements


@dataclass(frozen=True)
class Readings:
    """R runs on n cases. ``ranks`` are the midranks of each run's scores, float64 [R, n], ``placed`` its placement
    values, ``positive`` bool [n] and ``patients`` integers [n] as in `harness.score.clustered`."""

    ranks: FloatArray
    placed: tuple[Placements, ...]
    positive: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.integer]

    @classmethod
    def of(cls, scores: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike) -> Readings:
        """From finite real ``scores`` [R, n], ``labels`` 0 or 1 [n] and ``patients``, integers [n]. Raises
        `harness.score.auc.OneClassOnlyError` where a class has no case and `ValueError` where the arrays don't fit."""
        table = np.asarray(scores, dtype=np.float64)
        for row in table:
            positive = checked(row, labels)[1]
        return cls(
            rankdata(table, axis=1),
            tuple(placements(row, positive) for row in table),
            positive,
            patients_of(patients, table.shape[1]),
        )

    @property
    def runs(self) -> int:
        """R."""
        return len(self.placed)

    @cached_property
    def sums(self) -> PatientSums:
        """What each patient adds to each run's area. Raises `harness.score.clustered.TooFewPatientsError`."""
        return PatientSums.of(self.placed, self.positive, self.patients)

    def only(self, rows: Sequence[int]) -> Readings:
        """The runs in these ``rows``, counted from 0, in this order."""
        return Readings(self.ranks[list(rows)], tuple(self.placed[row] for row in rows), self.positive, self.patients)
