"""A prepared data set on disk: its files, its labels, and whether its bytes are still what they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import MachineLacks
from harness.spec.digest import digest_of

DOCUMENT = "dataset.json"
CONTAINER, HOST = "container", "host"
TRAIN_FILES = ("train_images.npy", "train_cases.npy", "train_labels.npy", "val_images.npy")
TEST_FILES = ("test_images.npy",)


@dataclass(frozen=True, eq=False)
class Scored:
    """Cases with their scores float64, labels uint8, patients int32, the trivial model's scores float64 and, where the
    data set has some, strata int32, all [cases]."""

    scores: NDArray[np.float64]
    labels: NDArray[np.uint8]
    patients: NDArray[np.int32]
    trivial: NDArray[np.float64]
    strata: NDArray[np.int32] | None = None


@dataclass(frozen=True)
class Dataset:
    """A prepared data set: ``digest`` (``sha256:<hex>``) is over the checksums of all its files; ``root`` its folder.

    ``document`` is ``dataset.json``: Croissant metadata, and ours under the key ``leanmed``.
    """

    benchmark: str
    digest: str
    root: Path
    document: Mapping[str, Any]

    @property
    def train_files(self) -> tuple[Path, ...]:
        """What a workload is given at `go`."""
        return tuple(self.root / CONTAINER / name for name in TRAIN_FILES)

    @property
    def test_files(self) -> tuple[Path, ...]:
        """What a workload is given at `predict`."""
        return tuple(self.root / CONTAINER / name for name in TEST_FILES)

    @property
    def counts(self) -> Mapping[str, int]:
        """Images in ``train``, ``val`` and ``test`` by which training and predicting are counted; cases, where each has
        one."""
        counts: Mapping[str, int] = self.document["leanmed"]["counts"]["cases"]
        return counts

    @property
    def phantom(self) -> bool:
        """Whether it was made from a made-up source."""
        return bool(self.document["leanmed"].get("phantom", False))

    @property
    def strata(self) -> str | None:
        """What the strata are (machine), where the data set has some."""
        name: str | None = self.document["leanmed"].get("strata")
        return name

    def val_labels(self) -> NDArray[np.uint8]:
        """Labels of the validation cases, uint8 [cases], 1 = positive."""
        return self._host("val_labels", np.uint8)

    def test_labels(self) -> NDArray[np.uint8]:
        """Labels of the test cases, uint8 [cases], 1 = positive."""
        return self._host("test_labels", np.uint8)

    def val_patients(self) -> NDArray[np.int32]:
        """Patient of each validation case, int32 [cases], numbered from 0 within the split."""
        return self._host("val_patients", np.int32)

    def test_patients(self) -> NDArray[np.int32]:
        """Patient of each test case, int32 [cases], numbered from 0 within the split."""
        return self._host("test_patients", np.int32)

    def val_trivial(self) -> NDArray[np.float64]:
        """The trivial model's probability for each validation case, float64 [cases]."""
        return self._host("val_trivial", np.float64)

    def test_trivial(self) -> NDArray[np.float64]:
        """The trivial model's probability for each test case, float64 [cases]."""
        return self._host("test_trivial", np.float64)

    def scored(self, split: str, predictions: NDArray[np.float64]) -> Scored:
        """The predictions of the first images of ``split`` (val or test), float64 [images], as one score a case: the
        mean over its images. Most data sets have one image a case."""
        cases = self._cases(split)[: len(predictions)]
        count = int(cases.max()) + 1
        scores = np.bincount(cases, weights=predictions) / np.bincount(cases)
        return Scored(
            scores=scores,
            labels=self._host(f"{split}_labels", np.uint8)[:count],
            patients=self._host(f"{split}_patients", np.int32)[:count],
            trivial=self._host(f"{split}_trivial", np.float64)[:count],
            strata=None if self.strata is None else self._host(f"{split}_strata", np.int32)[:count],
        )

    def _cases(self, split: str) -> NDArray[np.int32]:
        """The case that each image shows, int32 [images], rising from 0; only where a case has several is there a
        file."""
        if (self.root / HOST / f"{split}_cases.npy").is_file():
            return self._host(f"{split}_cases", np.int32)
        return np.arange(len(self._host(f"{split}_labels", np.uint8)), dtype=np.int32)

    def _host(self, name: str, dtype: Any) -> NDArray[Any]:
        values: NDArray[Any] = np.load(self.root / HOST / f"{name}.npy", allow_pickle=False)
        if values.dtype != dtype:
            raise damaged(self.benchmark, f"{self.root / HOST / name}.npy holds {values.dtype}, not {np.dtype(dtype)}")
        return values


def read_dataset(benchmark: str, root: Path) -> Dataset:
    """The data set in the folder `root`; its ``dataset.json`` must agree with itself and with the folder's name.

    Raises MachineLacks, with the remedy, where it does not. The other files are not looked at: see `check`.
    """
    path = root / DOCUMENT
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        digest = document["leanmed"]["digest"]
        computed = content_digest(document["leanmed"]["checksums"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(benchmark, f"{path} cannot be read ({type(error).__name__}: {error})") from error
    if not digest == computed == f"sha256:{root.name}":
        raise damaged(benchmark, f"{path} was changed: its digest, its checksums and its folder's name disagree")
    return Dataset(benchmark, digest, root, document)


def check(dataset: Dataset) -> None:
    """Read every file of `dataset` and compare its SHA-256. Raises MachineLacks that names every file that differs."""
    wrong = []
    recorded: Mapping[str, str] = dataset.document["leanmed"]["checksums"]
    for name, expected in recorded.items():
        try:
            found = checksum(dataset.root / name)
        except OSError as error:
            wrong.append(f"{name} ({error.strerror})")
            continue
        if found != expected:
            wrong.append(f"{name} (changed)")
    if wrong:
        raise damaged(dataset.benchmark, f"the prepared data in {dataset.root} are damaged: {', '.join(wrong)}")


def damaged(benchmark: str, message: str) -> MachineLacks:
    """The error for prepared data that can't be used."""
    return MachineLacks(message, remedy=f"build them anew: `harness data prepare {benchmark} --rebuild`")


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(root: Path) -> dict[str, str]:
    """SHA-256 of every file below ``container/`` and ``host/``, by its path relative to `root`, sorted."""
    files = sorted(path for part in (CONTAINER, HOST) for path in (root / part).iterdir())
    return {path.relative_to(root).as_posix(): checksum(path) for path in files}


def content_digest(recorded: Mapping[str, str]) -> str:
    """The digest of a data set: over names and checksums of its files, ``sha256:<hex>``."""
    return digest_of(recorded)
