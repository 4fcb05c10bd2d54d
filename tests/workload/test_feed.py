from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.failure import BadData, Refused
from harness.workload.feed import Feed, batch_sizes, load_training_set
from harness.workload.plan import Plan, read_plan
from tests.workload.material import plan

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")
CASES = 21


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Case k has 1 + k % 4 images; pixel 0 of an image says its case, pixel 1 its rater."""
    rng = np.random.default_rng(4)
    pairs = rng.permutation([(case, rater) for case in range(CASES) for rater in range(1 + case % 4)])
    images = np.zeros((len(pairs), 1, 1, 2), np.uint8)
    images[:, 0, 0, :] = pairs
    np.save(tmp_path / "train_images.npy", images)
    np.save(tmp_path / "train_cases.npy", pairs[:, 0].astype(np.int32))
    np.save(tmp_path / "train_labels.npy", (np.arange(CASES) % 3 == 0).astype(np.uint8))
    return tmp_path


def _plan(folder: Path, batch: int = 8, augmentation: tuple[str, ...] = (), seed: int = 1) -> Plan:
    fields = plan(folder, seed=seed, hyperparameters={"batch": batch, "augmentation": list(augmentation)})
    return dataclasses.replace(read_plan(fields), image=(1, 1, 2))


def _pairs(made: Plan, epoch: int) -> list[tuple[int, int]]:
    feed = Feed(load_training_set(made, CPU), made)
    seen = []
    for batch in feed.epoch(epoch):
        for image, label in zip(batch.images, batch.labels, strict=True):
            case, rater = image[0, 0].tolist()
            assert label == (case % 3 == 0)
            seen.append((case, rater))
    return seen


def test_each_case_once_with_an_image_of_its_own(folder: Path) -> None:
    for epoch in range(1, 5):
        seen = _pairs(_plan(folder), epoch)
        assert sorted(case for case, _ in seen) == list(range(CASES))
        assert all(rater <= case % 4 for case, rater in seen)


def test_every_rater_is_drawn(folder: Path) -> None:
    seen = {pair for epoch in range(60) for pair in _pairs(_plan(folder), epoch)}
    assert len(seen) == sum(1 + case % 4 for case in range(CASES))


def test_seed_and_epoch_decide(folder: Path) -> None:
    first = _pairs(_plan(folder), 1)
    assert first == _pairs(_plan(folder), 1)
    assert first != _pairs(_plan(folder), 2)
    assert first != _pairs(_plan(folder, seed=2), 1)


def test_an_epoch_does_not_depend_on_earlier_ones(folder: Path) -> None:
    made = _plan(folder)
    feed = Feed(load_training_set(made, CPU), made)
    list(feed.epoch(1))
    second = torch.cat([batch.images for batch in feed.epoch(2)])
    assert [tuple(pair) for pair in second[:, 0, 0].tolist()] == _pairs(made, 2)


def test_steps_cut_the_epoch_short(folder: Path) -> None:
    made = dataclasses.replace(_plan(folder), steps=2)
    feed = Feed(load_training_set(made, CPU), made)
    assert feed.sizes == (8, 8)
    assert [len(batch.labels) for batch in feed.epoch(1)] == [8, 8]


@given(cases=st.integers(2, 500), batch=st.integers(2, 70))
def test_batches_hold_every_case_and_none_is_alone(cases: int, batch: int) -> None:
    sizes = batch_sizes(cases, batch)
    assert sum(sizes) == cases
    assert all(size == batch for size in sizes[:-1])
    assert 2 <= sizes[-1] <= batch + 1


def test_one_case_is_too_few() -> None:
    with pytest.raises(BadData, match="at least 2 cases"):
        batch_sizes(1, 8)


def test_turns_need_squares(folder: Path) -> None:
    made = _plan(folder, augmentation=("quarter_turns",))
    with pytest.raises(Refused, match="quarter_turns need square images; these are 1 × 2"):
        Feed(load_training_set(made, CPU), made)


@pytest.mark.parametrize(
    ("name", "array", "says"),
    [
        ("train_labels", np.full(CASES, 2, np.uint8), "train_labels.npy holds labels other than 0 and 1"),
        ("train_labels", np.ones(CASES - 1, np.uint8), r"train_cases.npy names a case outside 0\.\.19"),
        ("train_labels", np.ones(CASES + 1, np.uint8), "train_cases.npy has no image of case 21"),
        ("train_cases", np.zeros(3, np.int32), r"train_cases.npy holds int32 \[3\]; the plan says int32 \["),
        ("train_cases", np.zeros(52, np.int64), "train_cases.npy holds int64"),
    ],
)
def test_files_that_do_not_fit_together(folder: Path, name: str, array: np.ndarray, says: str) -> None:
    np.save(folder / f"{name}.npy", array)
    with pytest.raises(BadData, match=says):
        load_training_set(_plan(folder), CPU)
