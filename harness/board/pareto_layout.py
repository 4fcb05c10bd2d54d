"""Where everything of one plot of quality against a cost goes: axes, front, points, bars and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.board.axis import CostAxis, cost_axis
from harness.board.figures import area
from harness.board.front import front
from harness.board.labels import Box, Label, place
from harness.board.scale import Scale, nice_step, spread
from harness.board.words.table import PARETO

WIDTH, HEIGHT = 540, 380
LEFT, RIGHT, TOP, BOTTOM = 44, 24, 30, 46
MOST_NAMES, MOST_BARS, MOST_LINKS = 25, 60, 200
"""More entries than these, and only the front is named and has bars; and the others are dots without a link."""
LONGEST_NAME = 26
_STRETCH = 1.5


@dataclass(frozen=True)
class Point:
    """An entry: ``cost`` and ``auc`` with their 95 % intervals, None where there is none; ``said`` is all of it in
    words."""

    slug: str
    name: str
    said: str
    family: str
    ranked: bool
    cost: float
    costs: tuple[float, float] | None
    auc: float
    aucs: tuple[float, float] | None


@dataclass(frozen=True)
class Plot:
    """Two points or more over the cost ``name`` in the SI ``unit``."""

    name: str
    unit: str
    points: Sequence[Point]
    trivial: float | None

    @property
    def ranks(self) -> bool:
        """Whether the front is that of ranked entries; else it is that of all, and provisional."""
        return any(point.ranked for point in self.points)

    @property
    def front_named_only(self) -> bool:
        """Whether there are too many entries to name them all."""
        return len(self.points) > MOST_NAMES

    @cached_property
    def front(self) -> list[Point]:
        """The points of the front, by rising cost."""
        able = [point for point in self.points if point.ranked or not self.ranks]
        return [able[index] for index in front([(point.cost, point.auc) for point in able])]

    @cached_property
    def ordered(self) -> list[Point]:
        """The front first, then the others in the table's order."""
        on_front = {point.slug for point in self.front}
        return [*self.front, *(point for point in self.points if point.slug not in on_front)]

    @property
    def unnamed(self) -> int:
        """How many points that should have a name beside them have no room for it."""
        return sum(label is None for label in self.labels.values())

    @cached_property
    def x(self) -> CostAxis:
        """The axis of costs. An interval may widen it by `_STRETCH`, and no further."""
        values = [point.cost for point in self.points]
        low, high = min(values) / _STRETCH, max(values) * _STRETCH
        ends = [end for point in self.with_bars if point.costs for end in point.costs]
        return cost_axis(values + [min(max(end, low), high) for end in ends], self.unit, LEFT, WIDTH - RIGHT)

    @cached_property
    def y(self) -> tuple[Scale, float]:
        """The scale of the AUC and the step of its ticks."""
        values = [point.auc for point in self.points] + ([] if self.trivial is None else [self.trivial])
        values += [end for point in self.with_bars if point.aucs for end in point.aucs]
        step = nice_step(min(values), max(*values, min(values) + 0.02), 5)
        return Scale(*spread(values, step, least=0.0, most=1.0), HEIGHT - BOTTOM, TOP), step

    @cached_property
    def with_bars(self) -> Sequence[Point]:
        """The points whose intervals are drawn."""
        return self.points if len(self.points) <= MOST_BARS else self.front

    def at(self, point: Point) -> tuple[float, float]:
        """Where the point's dot is."""
        return self.x.scale.at(point.cost), self.y[0].at(point.auc)

    @cached_property
    def labels(self) -> dict[str, Label | None]:
        """By slug, of those that should have one."""
        named = (self.front if self.front_named_only else self.ordered)[:MOST_NAMES]
        dots = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in map(self.at, self.points)]
        trivial = [] if (label := self.trivial_label) is None else [label.box]
        bars = [box for point in self.with_bars for box in self.bars(point)]
        found = place(
            [(shortened(point.name), *self.at(point)) for point in named],
            [*dots, *trivial],
            Box(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM),
            [*bars, *self._steps()],
        )
        return {point.slug: label for point, label in zip(named, found, strict=True)}

    def _steps(self) -> list[Box]:
        """The front's level pieces."""
        corners = [self.at(point) for point in self.front]
        ends = [x for x, _ in corners[1:]] + [WIDTH - RIGHT]
        return [Box(x, y - 1, end, y + 1) for (x, y), end in zip(corners, ends, strict=True)]

    def bars(self, point: Point) -> list[Box]:
        """Its intervals: upright that of the AUC, level that of the cost, each as a box without breadth."""
        if point not in self.with_bars:
            return []
        (x, y), bars = self.at(point), list[Box]()
        if point.aucs is not None:
            bars.append(Box(x, self.y[0].at(point.aucs[1]), x, self.y[0].at(point.aucs[0])))
        if point.costs is not None:
            bars.append(Box(self.x.scale.at(point.costs[0]), y, self.x.scale.at(point.costs[1]), y))
        return bars

    @property
    def trivial_label(self) -> Label | None:
        """Below the trivial model's line."""
        if self.trivial is None:
            return None
        text = PARETO["trivial"].format(auc=area(self.trivial))
        return Label(text, WIDTH - RIGHT, self.y[0].at(self.trivial) + 14, "end")


def shortened(name: str) -> str:
    """A name short enough to stand beside a point."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
