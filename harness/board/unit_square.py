"""A square plot whose axes both go from 0 to 1, with its diagonal."""

from __future__ import annotations

from harness.board.markup import Html, tag
from harness.board.scale import Scale, ticks

WIDTH = 420
LEFT, RIGHT, TOP = 44, 14, 26
SIDE = WIDTH - LEFT - RIGHT
BOTTOM = TOP + SIDE
X = Scale(0.0, 1.0, LEFT, WIDTH - RIGHT)
Y = Scale(0.0, 1.0, BOTTOM, TOP)


def square(across: str, up: str, diagonal: str) -> list[Html]:
    """The grid, the names of both axes, and what the diagonal stands for."""
    parts = []
    for value in ticks(0.0, 1.0, 0.25):
        x, y = X.at(value), Y.at(value)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="rule"))
        parts.append(tag("line", x1=x, x2=x, y1=TOP, y2=BOTTOM, class_="rule"))
        parts.append(tag("text", f"{value:g}", x=LEFT - 6, y=y + 4, text_anchor="end"))
        parts.append(tag("text", f"{value:g}", x=x, y=BOTTOM + 16, text_anchor="middle"))
    parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=BOTTOM, y2=TOP, class_="diagonal"))
    y = Y.at(0.04)
    parts.append(tag("text", diagonal, x=WIDTH - RIGHT - 6, y=y, text_anchor="end", class_="quiet"))
    sample = WIDTH - RIGHT - 14 - len(diagonal) * 6.4
    parts.append(tag("line", x1=round(sample - 20, 1), x2=round(sample, 1), y1=y - 4, y2=y - 4, class_="diagonal"))
    parts.append(tag("text", up, x=0, y=14, class_="quiet"))
    parts.append(tag("text", across, x=WIDTH - RIGHT, y=BOTTOM + 34, text_anchor="end", class_="quiet"))
    return parts
