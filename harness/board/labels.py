"""Where to write a name beside its point, so that names don't lie on one another or on other points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, CHARACTER = 14.0, 7.4
"""Height of a line and width of an average character of the plots' text."""


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
    """A text with the place of its baseline: ``anchor`` is start or end, as in SVG."""

    text: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> Box:
        """About where the text is drawn."""
        width = CHARACTER * len(self.text)
        left = self.x if self.anchor == "start" else self.x - width
        return Box(left, self.y - HEIGHT + 3, left + width, self.y + 3)


def place(points: Sequence[tuple[str, float, float]], taken: Sequence[Box], frame: Box) -> list[Label]:
    """A label for each (text, x, y): at the nearest place, right before left, that overlaps least.

    ``taken`` is drawn already; labels stay inside ``frame`` if they can.
    """
    occupied, labels = list(taken), list[Label]()
    for text, x, y in points:
        offsets = (0, 14, -14, 28, -28, 42, -42)
        candidates = [
            Label(text, x + side * 10, y + 4 + offset, "start" if side > 0 else "end")
            for offset in offsets
            for side in (1, -1)
        ]
        costs = [
            sum(label.box.meets(box) for box in occupied) + 100 * (not label.box.inside(frame)) for label in candidates
        ]
        best = candidates[costs.index(min(costs))]
        occupied.append(best.box)
        labels.append(best)
    return labels
