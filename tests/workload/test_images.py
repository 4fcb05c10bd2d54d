from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.failure import BadData
from harness.workload.images import load_array, load_images, measure_standardiser

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")


@given(seed=st.integers(0, 1000), count=st.integers(2, 5), top=st.integers(2, 256))
def test_standardised_to_mean_0_and_deviation_1(seed: int, count: int, top: int) -> None:
    images = torch.randint(top, (count, 2, 8, 8), generator=torch.Generator().manual_seed(seed)).to(torch.uint8)
    values = measure_standardiser(images, 8)(images)
    assert values.dtype == torch.float32
    assert values.mean((0, 2, 3)).abs().max() < 1e-4
    assert (values.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-4


def test_figures_come_from_the_training_images_only() -> None:
    training = torch.tensor([[[[0, 255]]]], dtype=torch.uint8)
    other = torch.tensor([[[[51]]]], dtype=torch.uint8)
    assert measure_standardiser(training, 1)(other).item() == pytest.approx((0.2 - 0.5) / 0.5, abs=1e-6)


def test_more_images_than_are_counted_at_once() -> None:
    images = torch.zeros(3000, 1, 1, 2, dtype=torch.uint8)
    images[2999] = 255
    values = measure_standardiser(images, 1)
    share = 1 / 3000
    assert float(1 / (255 * values.scale)) == pytest.approx((share * (1 - share)) ** 0.5)


def test_constant_channel() -> None:
    images = torch.zeros(4, 2, 8, 8, dtype=torch.uint8)
    images[:2, 0] = 9
    with pytest.raises(BadData, match="channel 1 of the training images has only one value"):
        measure_standardiser(images, 8)


@pytest.mark.parametrize("size", [16, 32, 64, 128])
def test_resized_to_the_input(size: int) -> None:
    """A slope stays the same slope, away from the edges."""
    slope = torch.arange(64, dtype=torch.uint8).expand(2, 1, 64, 64).contiguous()
    standardise = measure_standardiser(slope, size)
    values = standardise(slope)
    assert values.shape == (2, 1, size, size)
    centres = (torch.arange(size) + 0.5) * 64 / size - 0.5
    expected = (centres / 255 - slope.float().mean() / 255) / (slope.float().std(correction=0) / 255)
    inside = slice(size // 8, -size // 8)
    assert torch.allclose(values[0, 0, size // 2, inside], expected[inside], atol=1e-3)


def test_resizing_makes_an_average() -> None:
    """A fine pattern turns grey when it is made smaller, instead of one of its colours."""
    board = (torch.arange(64)[:, None] + torch.arange(64)[None, :]) % 2 * 255
    board = board.to(torch.uint8).expand(1, 1, 64, 64)
    values = measure_standardiser(board, 16)(board)
    assert values[..., 2:-2, 2:-2].abs().max() < 0.1


def test_loads_the_first_ones(tmp_path: Path) -> None:
    stored = np.arange(5 * 12, dtype=np.uint8).reshape(5, 3, 2, 2)
    np.save(tmp_path / "x.npy", stored)
    assert torch.equal(load_images(tmp_path / "x.npy", (3, 2, 2), CPU), torch.from_numpy(stored))
    assert torch.equal(load_images(tmp_path / "x.npy", (3, 2, 2), CPU, 2), torch.from_numpy(stored[:2]))
    assert len(load_images(tmp_path / "x.npy", (3, 2, 2), CPU, 99)) == 5


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (
            np.zeros((5, 3, 2, 3), np.uint8),
            r"x\.npy holds uint8 \[5, 3, 2, 3\]; the plan says uint8 \[any × 3 × 2 × 2\]",
        ),
        (np.zeros((5, 3, 2), np.uint8), r"x\.npy holds uint8 \[5, 3, 2\]"),
        (np.zeros((5, 3, 2, 2), np.float32), r"x\.npy holds float32"),
        (np.zeros((0, 3, 2, 2), np.uint8), r"x\.npy is empty"),
    ],
)
def test_wrong_arrays(tmp_path: Path, stored: np.ndarray, says: str) -> None:
    np.save(tmp_path / "x.npy", stored)
    with pytest.raises(BadData, match=says):
        load_images(tmp_path / "x.npy", (3, 2, 2), CPU)


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_no_array_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(BadData, match=r"x\.npy is not a whole \.npy file"):
        load_array(tmp_path / "x.npy", "uint8", (None,))


def test_pickled_objects_are_not_run(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(BadData, match=r"x\.npy is not a whole \.npy file"):
        load_array(tmp_path / "x.npy", "uint8", (None,))
