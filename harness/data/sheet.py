"""A contact sheet: a picture of some cases for people to look at before they believe any figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

ZOOM = 2
_GAP, _CAPTION, _HEADING = 8, 150, 48
_INK, _PAPER = 0, 255


@dataclass(frozen=True, eq=False)
class Tile:
    """One case: its image uint8 [views, height, width] and the lines that stand beside it."""

    image: NDArray[np.uint8]
    lines: tuple[str, ...]


def write_sheet(path: Path, heading: str, columns: Sequence[Sequence[Tile]], *, zoom: int = ZOOM) -> None:
    """Write a PNG with one column of cases for each of `columns`; a row of views for each case, ``zoom`` times as
    large.

    Each case is stretched to its own brightest pixel, so that thin nodules show; its caption should give the scale.
    """
    views, height, width = columns[0][0].image.shape
    row = height * zoom + _GAP
    across = views * (width * zoom + _GAP) + _CAPTION
    rows = max(len(column) for column in columns)
    sheet = Image.new("L", (across * len(columns) + _GAP, row * rows + _HEADING + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default()
    draw.multiline_text((_GAP, _GAP), heading, fill=_INK, font=font)
    for number, column in enumerate(columns):
        for place, tile in enumerate(column):
            corner = (_GAP + number * across, _HEADING + place * row)
            for view, projection in enumerate(tile.image):
                brightest = max(int(tile.image.max()), 1)
                stretched = (projection.astype(np.uint16) * 255 // brightest).astype(np.uint8)
                picture = ImageOps.scale(Image.fromarray(stretched), zoom, Image.Resampling.NEAREST)
                sheet.paste(picture, (corner[0] + view * (width * zoom + _GAP), corner[1]))
            beside = (corner[0] + views * (width * zoom + _GAP), corner[1])
            draw.multiline_text(beside, "\n".join(tile.lines), fill=_INK, font=font)
    sheet.save(path, format="PNG", optimize=True)
