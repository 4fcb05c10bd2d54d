"""The ``lidc-malignancy`` provider: the outlines of lidc-nodules; did their raters find the nodule malignant?

For comparison with the literature. Size alone nearly tells, so that it is never ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from harness.data.lidc import source as database
from harness.data.lidc.baseline import trivial_model
from harness.data.lidc.case import Case, RatedCase, draw, make_cases
from harness.data.lidc.cluster import cluster
from harness.data.lidc_nodules import SHOWN, LidcNodules, sheet_of, write_files
from harness.data.provider import About, Built, Say
from harness.data.sheet import write_sheet
from harness.data.source import Source
from harness.data.split import SPLITS
from harness.data.trivial import logarithm

VERSION = 1
UNDECIDED = 3
"""The middle of the scale from 1 to 5: nodules with this median are left out."""
_HEADING = f"lidc-malignancy, training cases from the smallest to the largest; left: below 3, right: above.\n{SHOWN}"


class LidcMalignancy:
    """See the module's text; the methods are those of `harness.data.provider.Provider`."""

    name: Final = "lidc-malignancy"
    needs_bytes: Final = 150_000_000
    asks_for: Final = None
    about: Final[About] = replace(
        LidcNodules.about,
        title="LIDC-IDRI nodules: malignancy as raters saw it, from one rater's outline",
        description="The images of lidc-nodules. Label: is the median of the raters' malignancy ratings above 3 of 5, "
        "against below? That is an impression, not pathology, and size alone nearly tells it.",
    )

    def recipe(self) -> Mapping[str, Any]:
        """All that the bytes depend on."""
        nodules = LidcNodules().recipe()
        parameters = {key: value for key, value in nodules["parameters"].items() if key != "positive_from_raters"}
        return {
            "provider": self.name,
            "version": VERSION,
            "source": nodules["source"],
            "parameters": {**parameters, "median_rating_other_than": UNDECIDED},
        }

    def build(self, folder: Path, say: Say, source: Source | None = None) -> Built:
        """Read, cluster, rate, draw, write; about ten seconds."""
        path = database.locate()
        ratings = database.read_malignancy(path)
        scans = database.read_scans(path)
        say(f"read {len(scans):,} scans; grouping their annotations into nodules")
        every = make_cases((scan, nodule) for scan in scans for nodule in cluster(scan))
        cases = [rated for case in every if (rated := rate(case, ratings)) is not None]
        say(f"{len(cases):,} cases; drawing their outlines")
        by_split = {split: [case for case in cases if case.split == split] for split in SPLITS}
        drawings = {split: [draw(case) for case in by_split[split]] for split in SPLITS}
        labels = {split: np.array([case.label for case in by_split[split]], dtype=np.uint8) for split in SPLITS}
        sizes = {split: np.array([[logarithm(one[0].mm3)] for one in drawings[split]]) for split in SPLITS}
        raters = {split: np.array([[float(len(case.annotations))] for case in by_split[split]]) for split in SPLITS}
        size, scores = trivial_model(("ln(volume / mm3)",), sizes, labels)
        write_files(folder, by_split, drawings, scores)
        write_sheet(folder / "contact_sheet.png", *sheet_of(_HEADING, by_split["train"], drawings["train"]))
        return Built(
            counts={
                "cases": {split: len(by_split[split]) for split in SPLITS},
                "positive": {split: int(labels[split].sum()) for split in SPLITS},
                "patients": {split: len({case.group for case in by_split[split]}) for split in SPLITS},
                "source": {"undecided": len(every) - len(cases)},
            },
            trivial={"size": size, "rater_count": trivial_model(("raters",), raters, labels)[0]},
        )


def rate(case: Case, ratings: Mapping[int, int]) -> RatedCase | None:
    """The case with its label, or None for one whose raters are undecided."""
    middle = median(ratings[annotation.id] for annotation in case.annotations)
    if middle == UNDECIDED:
        return None
    return RatedCase(case.name, case.split, case.group, case.scan, case.annotations, malignant=middle > UNDECIDED)
