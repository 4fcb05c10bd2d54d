"""The cases of lidc-nodules: which nodules, in which split, which rater is shown, and what is drawn of each.

An image is a function of one rater's contours and the scan's geometry. Whatever else knew the other raters (a common
crop, a consensus) would give the label away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from harness.data.lidc import projection
from harness.data.lidc.cluster import RATERS
from harness.data.lidc.mask import Mask, fill
from harness.data.lidc.source import Annotation, Scan
from harness.data.split import PatientSplit, digest_hex, shuffled

PREFIX = "leanmed/lidc-nodules/1/"
"""Published and fixed: with it anybody can work out splits, groups, case names and which rater is shown."""
SPLIT = PatientSplit(PREFIX, (50, 15, 35))
AGREEMENT = 3
"""Raters from which a nodule is positive."""


@dataclass(frozen=True, eq=False)
class Case:
    """A nodule: its annotations, the one that is shown first (fixed by hash), and where it belongs."""

    name: str
    split: str
    group: str
    scan: Scan
    annotations: tuple[Annotation, ...]

    @property
    def label(self) -> int:
        """1 where at least three raters outlined it."""
        return int(len(self.annotations) >= AGREEMENT)

    @property
    def shown(self) -> Annotation:
        """The one rater's annotation that stands for this case in val and test."""
        return self.annotations[0]


@dataclass(frozen=True, eq=False)
class RatedCase(Case):
    """A nodule that most of its raters found malignant, or most benign."""

    malignant: bool

    @property
    def label(self) -> int:
        """1 where the median rating is above 3."""
        return int(self.malignant)


@dataclass(frozen=True, eq=False)
class Drawing:
    """What one annotation comes to: its image and the scalars that trivial models are made of."""

    image: NDArray[np.uint8]
    mm3: Decimal
    extent_mm: float

    @classmethod
    def of(cls, mask: Mask) -> Drawing:
        """Project and measure `mask`."""
        longest = max(projection.extent(mask)) / 1000
        return cls(projection.project(mask), Decimal(mask.volume).scaleb(-18), longest)


def make_cases(nodules: Iterable[tuple[Scan, Sequence[Annotation]]]) -> list[Case]:
    """Cases by name, without the nodules that have more annotations than there were raters.

    Names are hashes, so that the order of cases says nothing about them; annotations stand in the order of a hash of
    their own, so that which comes first does not depend on the others.
    """
    cases = []
    for scan, nodule in nodules:
        if len(nodule) > RATERS:
            continue
        by_id = {str(annotation.id): annotation for annotation in nodule}
        name = digest_hex(f"{PREFIX}case/", f"{scan.id}:{','.join(sorted(by_id, key=int))}")
        order = shuffled(f"{PREFIX}rater/", list(by_id))
        cases.append(
            Case(
                name=name,
                split=SPLIT.of(scan.patient),
                group=SPLIT.group(scan.patient),
                scan=scan,
                annotations=tuple(by_id[one] for one in order),
            )
        )
    return sorted(cases, key=lambda case: case.name)


def draw(case: Case) -> tuple[Drawing, ...]:
    """Drawings of a case: of every annotation in training, of the one shown in val and test."""
    annotations = case.annotations if case.split == "train" else (case.shown,)
    return tuple(Drawing.of(fill(annotation, case.scan)) for annotation in annotations)


Cases = Mapping[str, Sequence[Case]]
Drawings = Mapping[str, Sequence[tuple[Drawing, ...]]]
