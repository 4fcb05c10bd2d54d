"""The cases of lidc-idri: one a nodule and slice, from the annotations alone.

What an image shows may not depend on how many raters drew: the patch is centred on *one* rater's contour, chosen by
hash among those who drew on the slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.lidc.cluster import RATERS, cluster
from harness.data.lidc.mask import enclosed
from harness.data.lidc.source import Annotation, Contour, Scan
from harness.data.split import PatientSplit, digest_hex, shuffled

PREFIX = "leanmed/lidc-idri/1/"
"""Published and fixed: with it anybody can work out splits, groups, case names and which rater is shown."""
SPLIT = PatientSplit(PREFIX, (50, 15, 35))
AGREEMENT = 3
"""Raters from which a slice of a nodule is positive; two of four are not enough."""


@dataclass(frozen=True, eq=False)
class SliceCase:
    """A nodule on one slice. ``row`` and ``column`` are the centre of the shown rater's outline in pixels, ``area_mm2``
    what it encloses, the outline's own pixels included; ``raters`` how many outlined the nodule on this slice."""

    name: str
    split: str
    group: str
    scan: Scan
    z: float
    row: float
    column: float
    area_mm2: float
    raters: int

    @property
    def label(self) -> int:
        """1 where at least three raters outlined it here."""
        return int(self.raters >= AGREEMENT)


def slice_cases(scans: Sequence[Scan]) -> list[SliceCase]:
    """The cases of ``scans`` by name, without those of nodules with more annotations than there were raters."""
    found = [case for scan in scans for nodule in cluster(scan) if len(nodule) <= RATERS for case in _of(scan, nodule)]
    return sorted(found, key=lambda case: case.name)


def _of(scan: Scan, nodule: Sequence[Annotation]) -> Iterator[SliceCase]:
    drawn: dict[float, dict[str, list[Contour]]] = {}
    for annotation in nodule:
        for contour in annotation.contours:
            if contour.inclusion:
                drawn.setdefault(contour.z, {}).setdefault(str(annotation.id), []).append(contour)
    members = ",".join(str(annotation.id) for annotation in sorted(nodule, key=lambda one: one.id))
    for z, by_rater in sorted(drawn.items()):
        name = digest_hex(f"{PREFIX}case/", f"{scan.id}:{members}:{z:.3f}")
        shown = by_rater[shuffled(f"{PREFIX}rater/{name}/", sorted(by_rater, key=int))[0]]
        # Stored as (x, y): the row is y.
        points = np.vstack([contour.points for contour in shown])
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        yield SliceCase(
            name=name,
            split=SPLIT.of(scan.patient),
            group=SPLIT.group(scan.patient),
            scan=scan,
            z=z,
            row=(top + bottom) / 2,
            column=(left + right) / 2,
            area_mm2=_pixels(shown) * scan.pixel_spacing**2,
            raters=len(by_rater),
        )


def _pixels(contours: Sequence[Contour]) -> int:
    points = np.vstack([contour.points for contour in contours])
    corner = points.min(axis=0)
    columns, rows = (points.max(axis=0) - corner + 1).tolist()
    covered = np.zeros((rows, columns), dtype=np.bool_)
    for contour in contours:
        inside, outline = enclosed(contour.points - corner, (rows, columns))
        covered |= inside | outline
    return int(covered.sum())
