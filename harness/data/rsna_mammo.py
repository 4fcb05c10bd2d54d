"""The three providers of the RSNA screening mammography set: ``rsna-recall``, ``rsna-cancer`` and ``rsna-paper``.

docs/data/rsna-mammo.md says how and why. The user holds ``train.csv`` and the DICOM files. Images are scored by breast.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.data.broken import Problem
from harness.data.mammo.breast import DARKEST
from harness.data.mammo.image import PIXELS, make_square
from harness.data.mammo.metadata import metadata_model
from harness.data.mammo.table import TASKS, Row, doubtful_patients, read_table
from harness.data.provider import About, Built, Say
from harness.data.sheet import Tile, write_sheet
from harness.data.source import Source
from harness.data.split import SPLITS, PatientSplit, digest_hex
from harness.data.work import Done, Item, work
from harness.errors import InvalidInput

VERSION = 2
PREFIX = "leanmed/rsna-mammo/1/"
"""Published and fixed, and the same for the three tasks: a patient is in one split in all of them."""
SPLIT = PatientSplit(PREFIX, (50, 15, 35))
_SHEET_ROWS = 6


@dataclass(frozen=True, eq=False)
class Breast:
    """One case: a breast with its images, by the images' names. ``done`` says where their squares lie."""

    name: str
    split: str
    group: str
    label: int
    rows: tuple[Row, ...]
    done: tuple[Done, ...]


Breasts = Mapping[str, Sequence[Breast]]


class _Rsna:
    """What the three have in common; the methods are those of `harness.data.provider.Provider`."""

    name: str
    published: tuple[int, int]
    """Images and patients of the task in the published train.csv."""
    meaning: str
    """What a positive label means."""
    # 54,706 images of 64 KiB, twice while they are put together.
    needs_bytes: Final = 7_500_000_000
    asks_for: Final = "the folder that holds train.csv and train_images"

    @property
    def about(self) -> About:
        """The source, and what the label means here."""
        return About(
            title=f"RSNA screening mammography: {self.meaning}",
            description="Screening mammograms, 256 x 256, one breast each, shown as their headers say and turned to "
            f"one side. Label: {self.meaning}. Scored by breast.",
            license="https://www.kaggle.com/competitions/rsna-breast-cancer-detection/rules",
            url="https://www.kaggle.com/competitions/rsna-breast-cancer-detection",
            cite_as="Radiological Society of North America (2022). RSNA Screening Mammography Breast Cancer Detection "
            "[Data set]. Kaggle.",
            creators=("Radiological Society of North America",),
            published="2022",
            keywords=("mammography", "screening", "breast cancer"),
        )

    def recipe(self) -> Mapping[str, Any]:
        """All that the bytes depend on besides the user's files."""
        return {
            "provider": self.name,
            "version": VERSION,
            "source": "train.csv and train_images of the RSNA Screening Mammography Breast Cancer Detection data",
            "parameters": {
                "prefix": PREFIX,
                "percent": dict(zip(SPLITS, SPLIT.percent, strict=True)),
                "label": self.meaning,
                "image": {"pixels": PIXELS, "darkest": DARKEST},
            },
        }

    def build(self, folder: Path, say: Say, source: Source | None) -> Built:
        """Read the table, read the images, write."""
        assert source is not None
        table = source.root / "train.csv"
        if not table.is_file():
            raise InvalidInput(f"there is no train.csv in {source.root}", remedy=f"--source names {self.asks_for}")
        rows = read_table(table)
        chosen = TASKS[self.name].select(table, rows)
        self._count(chosen, say)
        done, problems = _read_images([row for row, _ in chosen], rows, source)
        source.settle([*doubtful_patients(rows), *problems])
        breasts = _breasts(chosen, done)
        _both_labels(self.name, breasts)
        trivial, scores = _metadata(breasts)
        _write(folder, breasts, scores)
        write_sheet(folder / "contact_sheet.png", *_sheet(self.name, self.meaning, breasts["train"]), zoom=1)
        phantom = any(bool(one.facts["phantom"]) for one in done.values())
        return Built(counts=_counts(breasts), trivial={"metadata": trivial}, phantom=phantom, strata="machine")

    def _count(self, chosen: Sequence[tuple[Row, int]], say: Say) -> None:
        """Tells how much of the published set this is."""
        images, patients = len(chosen), len({row.patient for row, _ in chosen})
        say(f"{images:,} images of {patients:,} patients belong to {self.name}")
        if (images, patients) != self.published:
            say(
                f"this is not the whole set: of the published train.csv {self.published[0]:,} images of "
                f"{self.published[1]:,} patients belong to {self.name}; results on it can't be compared with others'"
            )


class RsnaRecall(_Rsna):
    """Recalled, in site 1."""

    name: Final = "rsna-recall"
    meaning = "recalled for follow-up (BIRADS 0), against BIRADS 1 and 2; site 1"
    published = (23_686, 5_810)


class RsnaCancer(_Rsna):
    """Cancer, everywhere."""

    name: Final = "rsna-cancer"
    meaning = "cancer was found in this breast"
    published = (54_706, 11_913)


class RsnaPaper(_Rsna):
    """The paper's selection and label."""

    name: Final = "rsna-paper"
    meaning = "BIRADS 1 or 2 (not recalled), against BIRADS 0; for comparison with the paper"
    published = (26_257, 7_034)


def _read_images(rows: Sequence[Row], table: Sequence[Row], source: Source) -> tuple[dict[str, Done], list[Problem]]:
    """The squares by image, and what was wrong; files that no row names are told of."""
    items = [
        Item(row.where, source.root / row.where, row.laterality) for row in sorted(rows, key=lambda row: row.where)
    ]
    worked = work(items, make_square, source.work, partial(source.progress, "reading mammograms"))
    present = (path.relative_to(source.root).as_posix() for path in (source.root / "train_images").rglob("*.dcm"))
    # The table of a task leaves rows out; only files that the whole table does not know are strange.
    known = {row.where for row in table}
    strange = [Problem(where, "no row of train.csv names it", skipped=False) for where in sorted(set(present) - known)]
    by_where = {row.where: row.image for row in rows}
    return {by_where[one.item.where]: one for one in worked.done}, [*worked.problems, *strange]


def _breasts(chosen: Sequence[tuple[Row, int]], done: Mapping[str, Done]) -> Breasts:
    """Breasts by split and name, of the images that could be read."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    labels = {}
    for row, label in chosen:
        if row.image in done:
            grouped[row.breast].append(row)
            labels[row.breast] = label
    found = []
    for (patient, side), rows in grouped.items():
        ordered = sorted(rows, key=lambda row: digest_hex(f"{PREFIX}image/", row.image))
        found.append(
            Breast(
                name=digest_hex(f"{PREFIX}breast/", f"{patient}:{side}"),
                split=SPLIT.of(patient),
                group=SPLIT.group(patient),
                label=labels[patient, side],
                rows=tuple(ordered),
                done=tuple(done[row.image] for row in ordered),
            )
        )
    found.sort(key=lambda breast: breast.name)
    return {split: [breast for breast in found if breast.split == split] for split in SPLITS}


def _both_labels(name: str, breasts: Breasts) -> None:
    for split in SPLITS:
        if {breast.label for breast in breasts[split]} != {0, 1}:
            raise InvalidInput(
                f"too little of the set is here for {name}: the {len(breasts[split])} {split} breasts are not of both "
                "classes",
                remedy="give the whole set, or try the tool out on `harness data phantom rsna-mammo --out DIR`",
            )


def _metadata(breasts: Breasts) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    rows = {split: [breast.rows for breast in breasts[split]] for split in SPLITS}
    labels = {split: np.array([breast.label for breast in breasts[split]], dtype=np.uint8) for split in SPLITS}
    return metadata_model(rows, labels)


def _write(folder: Path, breasts: Breasts, scores: Mapping[str, NDArray[np.float64]]) -> None:
    container, host = folder / "container", folder / "host"
    container.mkdir()
    host.mkdir()
    for split in SPLITS:
        of_split = breasts[split]
        images = [one for breast in of_split for one in breast.done]
        _write_images(container / f"{split}_images.npy", images)
        shows = np.repeat(np.arange(len(of_split), dtype="<i4"), [len(breast.done) for breast in of_split])
        if split == "train":
            # Each image is a case of its own to train on, under its breast's label.
            labels = np.array([breast.label for breast in of_split for _ in breast.done], dtype="|u1")
            np.save(container / "train_labels.npy", labels)
            np.save(container / "train_cases.npy", np.arange(len(labels), dtype="<i4"))
            continue
        np.save(host / f"{split}_labels.npy", np.array([breast.label for breast in of_split], dtype="|u1"))
        np.save(host / f"{split}_cases.npy", shows)
        groups = {group: number for number, group in enumerate(sorted({breast.group for breast in of_split}))}
        patients = [groups[breast.group] for breast in of_split]
        np.save(host / f"{split}_patients.npy", np.array(patients, dtype="<i4"))
        np.save(host / f"{split}_trivial.npy", scores[split].astype("<f8"))
        np.save(host / f"{split}_strata.npy", _machines(of_split))
    _write_table(host / "cases.csv", breasts)


def _machines(breasts: Sequence[Breast]) -> NDArray[np.int32]:
    """The machine that took each breast's first image, int32 [breasts], numbered from 0 within the split."""
    names = [breast.rows[0].machine for breast in breasts]
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names], dtype="<i4")


def _write_images(path: Path, images: Sequence[Done]) -> None:
    """One image after the other into the file itself: memory does not grow with the set."""
    squares = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(len(images), 1, PIXELS, PIXELS))
    for row, one in enumerate(images):
        squares[row, 0] = one.image()
    squares.flush()


def _write_table(path: Path, breasts: Breasts) -> None:
    """A line an image; ``case`` names the image and ``breast`` what is scored."""
    with path.open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "split", "row", "patient", "breast", "view", "machine", "site"])
        for split in SPLITS:
            number = 0
            for breast in breasts[split]:
                for row in breast.rows:
                    name = digest_hex(f"{PREFIX}image/", row.image)
                    rows.writerow([name, split, number, breast.group, breast.name, row.view, row.machine, row.site])
                    number += 1


def _counts(breasts: Breasts) -> dict[str, Any]:
    return {
        "cases": {split: sum(len(breast.done) for breast in breasts[split]) for split in SPLITS},
        "breasts": {split: len(breasts[split]) for split in SPLITS},
        "positive": {split: sum(breast.label for breast in breasts[split]) for split in SPLITS},
        "patients": {split: len({breast.group for breast in breasts[split]}) for split in SPLITS},
    }


def _sheet(name: str, meaning: str, breasts: Sequence[Breast]) -> tuple[str, list[list[Tile]]]:
    """Some training breasts, negative left, positive right."""
    columns = []
    for label in (0, 1):
        chosen = [breast for breast in breasts if breast.label == label][:_SHEET_ROWS]
        columns.append([Tile(breast.done[0].image()[None], _caption(breast)) for breast in chosen])
    return f"{name}, training images; right: {meaning}.\nBrightness per case.", columns


def _caption(breast: Breast) -> tuple[str, ...]:
    first = breast.rows[0]
    return breast.name, f"label {breast.label}", f"view {first.view}", f"machine {first.machine}", f"site {first.site}"
