"""Where to write a name beside its point, so that names don't lie on one another or on other points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEIGHT, CHARACTER = 14.0, 7.4
"""Height of a line and width of an average character of the plots' text."""
_ASIDE = 10
_OFFSETS = (0, 14, -14, 28, -28, 42, -42, 56, -56)


@dataclass(frozen=True)
class Box:
    """A rectangle that something is drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """True where the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: Box) -> bool:
        """True where ``other`` holds all of this one."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True)
class Label:
    """A text with the place of its baseline: ``anchor`` is start, middle or end, as in SVG."""

    text: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> Box:
        """About where the text is drawn."""
        width = CHARACTER * len(self.text)
        left = self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * width
        return Box(left, self.y - HEIGHT + 3, left + width, self.y + 3)


def place(
    points: Sequence[tuple[str, float, float]], taken: Iterable[Box], frame: Box, crossed: Iterable[Box] = ()
) -> list[Label | None]:
    """A label for each (text, x, y), inside ``frame``, on no other label and on nothing that is ``taken``; None where
    no such place is near its point.

    Of the places that are free the one that overlaps least of ``crossed``, then the nearest, right before left. Points
    are served in their order.
    """
    hard, soft = list(taken), list(crossed)
    labels = list[Label | None]()
    for text, x, y in points:
        candidates = [(label, box) for label in _candidates(text, x, y) if (box := label.box).inside(frame)]
        near = _around([box for _, box in candidates])
        occupied = [box for box in hard if box.meets(near)]
        free = [(label, box) for label, box in candidates if not any(box.meets(other) for other in occupied)]
        beside = [box for box in soft if box.meets(near)] if free else []
        best = min(free, key=lambda each: sum(each[1].meets(box) for box in beside), default=None)
        if best is not None:
            hard.append(best[1])
        labels.append(None if best is None else best[0])
    return labels


def _candidates(text: str, x: float, y: float) -> list[Label]:
    sides = [
        Label(text, round(x + side * _ASIDE, 1), round(y + 4 + offset, 1), "start" if side > 0 else "end")
        for offset in _OFFSETS
        for side in (1, -1)
    ]
    above, below = (Label(text, x, round(y + offset, 1), "middle") for offset in (-10, 19))
    return [*sides[:2], above, below, *sides[2:]]


def _around(boxes: Sequence[Box]) -> Box:
    """What holds all of them."""
    if not boxes:
        return Box(0, 0, 0, 0)
    return Box(
        min(box.left for box in boxes), min(box.top for box in boxes),
        max(box.right for box in boxes), max(box.bottom for box in boxes),
    )  # fmt: skip
