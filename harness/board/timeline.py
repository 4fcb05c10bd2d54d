"""A time axis in seconds since `go`, with the windows of a run shaded and named on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.board.figures import MINUS, plain, tick
from harness.board.markup import Html, tag
from harness.board.scale import Scale, ticks

NAMES = {
    "idle": "idle",
    "training": "training",
    "prediction": "prediction",
    "repetitions": "repeated trainings",
    "offline": "offline inference",
    "single": "single images",
}
"""What the windows are called."""
ROW = 15
"""Height of a row of names."""
_LETTER = 6.4
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)

Spans = Sequence[Mapping[str, Any]]


def time_scale(begin: float, end: float, left: float, right: float) -> Scale:
    """The axis from ``begin`` to ``end``, at least a hundredth of a second."""
    return Scale(begin, max(end, begin + 0.01), left, right)


def time_axis(x: Scale, y: float) -> list[Html]:
    """Ticks at whole seconds, minutes or hours that people count in, below the height ``y``."""
    length = x.high - x.low
    step = next((step for step in _STEPS if length / step <= 8), length / 8)
    parts = [
        tag("text", _time(value), x=x.at(value), y=y + 16, text_anchor="middle") for value in ticks(x.low, x.high, step)
    ]
    return [*parts, tag("text", "time since go", x=x.end, y=y + 32, text_anchor="end", class_="quiet")]


def shades(spans: Spans, epochs: Sequence[float], x: Scale, top: float, bottom: float) -> list[Html]:
    """The windows, and in that of training the ends of its epochs."""
    parts = []
    for span in spans:
        left, right = x.at(span["begin"]), x.at(span["end"])
        kind = f"window {span['name']}" + ("" if span["whole"] else " cut")
        # At least so wide that it can be seen.
        width = max(round(right - left, 1), 1.0)
        parts.append(
            tag(
                "rect", tag("title", said(span)), x=left, y=top, width=width, height=round(bottom - top, 1), class_=kind
            )
        )
    marks = [x.at(end) for end in epochs]
    return [*parts, *(tag("line", x1=at, x2=at, y1=bottom - 8, y2=bottom, class_="epoch") for at in marks)]


@dataclass(frozen=True)
class Name:
    """A window's name: its ``middle`` is over the window, ``place`` where it is written, ``row`` 0 the lowest."""

    text: str
    middle: float
    place: float
    row: int


def named(spans: Spans, x: Scale) -> list[Name]:
    """Where the windows' names are written: each over its window, in the lowest row in which it covers no other."""
    ends: list[float] = []
    found = []
    for span in spans:
        text = NAMES[span["name"]]
        half = len(text) * _LETTER / 2
        middle = (x.at(span["begin"]) + x.at(span["end"])) / 2
        place = min(max(middle, x.start + half), x.end - half)
        row = next((row for row, end in enumerate(ends) if end + 8 <= place - half), len(ends))
        ends[row : row + 1] = [place + half]
        found.append(Name(text, round(middle, 1), round(place, 1), row))
    return found


def height_of(names: Sequence[Name]) -> int:
    """Of all rows together."""
    return ROW * (1 + max((name.row for name in names), default=-1))


def written(names: Sequence[Name], bottom: float) -> list[Html]:
    """The names above the height ``bottom``; from a higher row a fine line leads down to the window."""
    parts = []
    for name in names:
        y = bottom - 5 - name.row * ROW
        if name.row:
            parts.append(tag("line", x1=name.middle, x2=name.middle, y1=y + 3, y2=bottom, class_="leader"))
        parts.append(tag("text", name.text, x=name.place, y=y, text_anchor="middle"))
    return parts


def said(span: Mapping[str, Any]) -> str:
    """A window in words: ``training from 0 to 4 min 05 s``."""
    cut = "" if span["whole"] else ", in which the run ended"
    return f"{NAMES[span['name']]} from {when(span['begin'])} to {when(span['end'])}{cut}"


def when(seconds: float) -> str:
    """A time since `go` in words; before it, with a minus."""
    return "0" if seconds == 0 else (MINUS if seconds < 0 else "") + plain(abs(seconds), "s")


def _time(seconds: float) -> str:
    if 0 < abs(seconds) < 1:
        return (MINUS if seconds < 0 else "") + plain(abs(seconds), "s")
    return (MINUS if seconds < 0 else "") + tick(abs(seconds))
