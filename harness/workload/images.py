"""Images: from the data folder onto the device, and from bytes to what the network is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from harness.workload.failure import BadData

_COUNT_AT_ONCE = 1024


def load_array(path: Path, dtype: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """The .npy file at ``path``, mapped, not read. None in ``shape`` stands for any length.

    Raises `BadData` where the file is missing, is no such file, or differs from ``dtype`` or ``shape``.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise BadData(f"{path.name} is not in the data folder") from error
    except (ValueError, EOFError) as error:
        raise BadData(f"{path.name} is not a whole .npy file") from error
    fits = len(array.shape) == len(shape) and all(
        want in (None, have) for have, want in zip(array.shape, shape, strict=True)
    )
    if array.dtype != np.dtype(dtype) or not fits:
        wanted = " × ".join("any" if length is None else str(length) for length in shape)
        raise BadData(f"{path.name} holds {array.dtype} {list(array.shape)}; the plan says {dtype} [{wanted}]")
    if len(array) == 0:
        raise BadData(f"{path.name} is empty")
    return array  # type: ignore[no-any-return]


def load_images(
    path: Path, image: tuple[int, int, int], device: torch.device, limit: int | None = None
) -> torch.Tensor:
    """The images of the file at ``path``: uint8 [N, C, H, W] on the device; with a limit only the first ones."""
    array = load_array(path, "uint8", (None, *image))
    return torch.from_numpy(np.array(array[:limit])).to(device)


@dataclass(frozen=True)
class Standardiser:
    """Makes float32 [N, C, size, size] of uint8 [N, C, H, W]: (value / 255 − mean) / deviation, then resized.

    ``scale`` and ``shift`` are float32 [1, C, 1, 1] on the device. Resizing is bilinear with half-pixel centres, and
    smoothed where it makes images smaller.
    """

    scale: torch.Tensor
    shift: torch.Tensor
    size: int

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """See the class."""
        values = images.to(torch.float32).mul_(self.scale).add_(self.shift)
        height, width = values.shape[2:]
        if (height, width) == (self.size, self.size):
            return values
        shrinks = height > self.size or width > self.size
        return functional.interpolate(values, (self.size, self.size), mode="bilinear", antialias=shrinks)


def measure_standardiser(images: torch.Tensor, size: int) -> Standardiser:
    """The standardiser that gives ``images`` (uint8 [N, C, H, W]) mean 0 and deviation 1 in each channel.

    Counts how often each of the 256 values occurs: whole numbers, so that the result is exact and the same on every
    device. Raises `BadData` for a channel that has only one value.
    """
    channels = images.shape[1]
    counts = torch.zeros(channels, 256, dtype=torch.int64, device=images.device)
    for part in torch.split(images, _COUNT_AT_ONCE):
        for channel in range(channels):
            counts[channel] += torch.bincount(part[:, channel].reshape(-1), minlength=256)
    weights = counts.cpu().numpy() / counts.sum(dim=1, keepdim=True).cpu().numpy()
    levels = np.arange(256) / 255
    means = weights @ levels
    deviations = np.sqrt(np.maximum(weights @ levels**2 - means**2, 0))
    if not (deviations > 0).all():
        raise BadData(f"channel {int(deviations.argmin())} of the training images has only one value")
    return make_standardiser(means, deviations, images.device, size)


def make_standardiser(means: np.ndarray, deviations: np.ndarray, device: torch.device, size: int) -> Standardiser:
    """The standardiser that makes ``means`` 0 and ``deviations`` 1; both float64 [C], on the scale from 0 to 1."""
    shape = (1, len(means), 1, 1)
    return Standardiser(
        scale=torch.tensor(1 / (255 * deviations), dtype=torch.float32, device=device).reshape(shape),
        shift=torch.tensor(-means / deviations, dtype=torch.float32, device=device).reshape(shape),
        size=size,
    )
