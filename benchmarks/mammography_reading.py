"""How fast mammograms are read: `harness.data.mammo.image` beside the paper's way, on made-up images of real size.

The paper's way is one process that decodes with pydicom, scales by the image's own maximum and resizes with
anti-aliasing. It resizes with scikit-image; here the same steps (a Gaussian filter, then interpolation) are taken with
SciPy, which scikit-image itself calls. Both in turns in one run; medians.

    python -m benchmarks.mammography_reading [--turns 5]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1, RLELossless
from scipy.ndimage import gaussian_filter, zoom

from harness.data.mammo import decode as decoding
from harness.data.mammo import image
from harness.data.mammo.decode import Decoded
from harness.data.phantom import rsna_mammo
from harness.data.work import Item, Made, work

ROWS, COLUMNS, BITS = 4096, 3328, 12
SYNTAXES = {
    "JPEG 2000": JPEG2000Lossless,
    "JPEG Lossless": JPEGLosslessSV1,
    "RLE": RLELossless,
    "uncompressed": ExplicitVRLittleEndian,
}


def papers_way(path: Path, given: Any = None) -> Made:
    """Decode, scale by the image's own maximum, resize to 256 × 256 with anti-aliasing."""
    pixels = pydicom.dcmread(path).pixel_array.astype(np.float64)
    pixels = pixels / pixels.max() * 255
    factors = [256 / side for side in pixels.shape]
    smooth = gaussian_filter(pixels, [max(0.0, (1 / factor - 1) / 2) for factor in factors], mode="mirror")
    resized: NDArray[np.uint8] = np.clip(zoom(smooth, factors, order=1, mode="mirror", grid_mode=True), 0, 255).astype(
        np.uint8
    )
    return Made(resized)


def _write(folder: Path, syntax: UID, number: int) -> Path:
    """A made-up mammogram of real size, with the noise of a real one."""
    rsna_mammo.ROWS, rsna_mammo.COLUMNS = ROWS, COLUMNS
    random = np.random.default_rng(number)
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    inside = ((rows - 2000) / 1700) ** 2 + (columns / 2300) ** 2 < 1
    texture = gaussian_filter(random.normal(size=(ROWS // 8, COLUMNS // 8)), 3).repeat(8, 0).repeat(8, 1)
    shown = np.where(inside, 0.45 + 1.5 * texture + random.normal(0, 0.006, (ROWS, COLUMNS)), 0.0)
    kind = rsna_mammo._Kind(syntax, BITS, False, "LINEAR", 1)
    path = folder / f"{number}.dcm"
    rsna_mammo._write_image(path, np.clip(shown, 0, 1), kind, 1, number, "L", "CC")
    return path


def _seconds(make: Any, *arguments: Any) -> float:
    begin = time.perf_counter()
    make(*arguments)
    return time.perf_counter() - begin


def _in_pool(paths: list[Path], repeats: int) -> float:
    """Seconds an image on all cores, without the time that starting the workers takes (which a large set hides)."""
    with tempfile.TemporaryDirectory() as folder:
        links = []
        for number in range(repeats):
            link = Path(folder) / f"{number}.dcm"
            link.symlink_to(paths[number % len(paths)])
            links.append(Item(str(number), link, "L"))
        stamps: list[float] = []
        work(links, image.make_square, Path(folder) / "work", lambda done, total: stamps.append(time.perf_counter()))
        # From the eighth image on: all workers are there by then.
        return (stamps[-1] - stamps[8]) / (len(stamps) - 9)


def _differences(path: Path) -> dict[str, float]:
    """Grey levels between the square from a reduced and from a whole decoding."""
    reduced = image.make_square(path, "L").image.astype(int)
    real = decoding.decode

    def whole(dataset: pydicom.Dataset, *, at_least: int) -> Decoded:
        return real(dataset, at_least=10**6)

    setattr(image, "decode", whole)  # noqa: B010  # the type checker knows that it is not image's own
    try:
        full = image.make_square(path, "L").image.astype(int)
    finally:
        setattr(image, "decode", real)  # noqa: B010
    off = np.abs(reduced - full)
    return {"mean": round(float(off.mean()), 3), "p99": float(np.percentile(off, 99)), "largest": int(off.max())}


def measure(turns: int) -> dict[str, Any]:
    """All figures; times in seconds an image."""
    found: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "image": [ROWS, COLUMNS, BITS]}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, syntax) in enumerate(SYNTAXES.items()):
            path = _write(Path(folder), syntax, number)
            paper, ours, decoder, pool = [], [], [], []
            for _ in range(turns):
                paper.append(_seconds(papers_way, path))
                ours.append(_seconds(image.make_square, path, "L"))
                decoder.append(_seconds(lambda path=path: pydicom.dcmread(path).pixel_array))
                pool.append(_in_pool([path], 300 if name == "JPEG 2000" else 24))
            found[name] = {
                "megabytes": round(path.stat().st_size / 1e6, 1),
                "paper_s": round(median(paper), 4),
                "ours_one_process_s": round(median(ours), 4),
                "ours_all_cores_s": round(median(pool), 4),
                "decoder_s": round(median(decoder), 4),
                "times_faster_than_paper": round(median(paper) / median(pool), 1),
                "ours_of_decoder": round(median(ours) / median(decoder), 3),
            }
            if name == "JPEG 2000":
                found[name]["difference_grey_levels"] = _differences(path)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    print(json.dumps(measure(parser.parse_args().turns), indent=2))
