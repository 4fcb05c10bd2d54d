"""Learning curves of all runs of an entry in one plot: validation AUC by epoch, and training and validation loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks
from harness.board.words.entry import LEARNING

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 34, 32, 34
NUMBER_HEIGHT = 12
MOST_POINTS = 200
"""More points than this can't be told apart; a longer curve is drawn through evenly chosen epochs and the kept one."""

_KINDS = {"train": "training", "val": "validation"}

Run = Mapping[str, Any]
Points = list[tuple[int, float]]


@dataclass(frozen=True)
class _Frame:
    """The axes of one plot."""

    x: Scale
    y: Scale
    step: float

    @classmethod
    def around(cls, curves: Sequence[Points], *, also: Sequence[float] = (), most: float | None = None) -> _Frame:
        """Axes that hold all points, and the values in ``also``."""
        epochs = [n for points in curves for n, _ in points]
        values = [value for points in curves for _, value in points] + list(also)
        low, high = min(values), max(values)
        step = nice_step(low, max(high, low + 0.02), 3)
        low, high = spread(values, step, least=0.0, most=most)
        x = Scale(min(epochs), max(*epochs, min(epochs) + 1), LEFT + 8, WIDTH - RIGHT - 8)
        return cls(x, Scale(low, high, HEIGHT - BOTTOM, TOP), step)

    def axes(self, curves: Sequence[Points]) -> list[Html]:
        parts = []
        for value in ticks(self.y.low, self.y.high, self.step):
            y = self.y.at(value)
            parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="rule"))
            digits = 2 if self.step >= 0.0099 else 4
            parts.append(tag("text", f"{value:.{digits}f}", x=LEFT - 6, y=y + 4, text_anchor="end"))
        for epoch in _labelled(sorted({n for points in curves for n, _ in points})):
            parts.append(tag("text", str(epoch), x=self.x.at(epoch), y=HEIGHT - BOTTOM + 16, text_anchor="middle"))
        parts.append(tag("text", LEARNING["epoch"], x=WIDTH - RIGHT, y=HEIGHT - 2, text_anchor="end", class_="quiet"))
        return parts

    def at(self, point: tuple[int, float]) -> tuple[float, float]:
        return self.x.at(point[0]), self.y.at(point[1])

    def line(self, points: Points, kind: str) -> list[Html]:
        places = [self.at(point) for point in points]
        if len(places) == 1:
            x, y = places[0]
            return [tag("circle", cx=x, cy=y, r=2.5, class_=f"dot {kind}")]
        return [tag("polyline", points=" ".join(f"{x},{y}" for x, y in places), class_=f"curve {kind}")]


def auc_curves(runs: Sequence[Run], target: float | None) -> Html | None:
    """Validation AUC by epoch, a line a run with its kept epoch ringed; None where no epoch could be scored."""
    drawn = [(run, points) for run in runs if (points := _points(run, "val_auc"))]
    if not drawn:
        return None
    curves = [points for _, points in drawn]
    frame = _Frame.around(curves, also=[] if target is None else [target], most=1.0)
    parts = frame.axes(curves)
    if target is not None:
        y = frame.y.at(target)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="target"))
        parts.append(
            tag("text", LEARNING["target"].format(value=area(target)), x=LEFT + 4, y=y - 4, class_="target-label")
        )
    said = []
    for run, points in drawn:
        parts += frame.line(points, "val" if run["counts"] else "val aside")
        said.append(_said(run))
        if (best := kept(run)) is not None:
            x, y = frame.at(best)
            parts.append(tag("circle", cx=x, cy=y, r=4.5, class_="kept"))
    parts += _numbers(frame, drawn)
    return _plot(LEARNING["auc"], parts, LEARNING["auc chart"].format(runs="; ".join(said)))


def loss_curves(runs: Sequence[Run]) -> Html | None:
    """Training and validation loss by epoch, two lines a run, or None where there is no loss."""
    kinds = (("train", "train_loss"), ("val", "val_loss"))
    drawn = [(run, kind, points) for run in runs for kind, key in kinds if (points := _points(run, key))]
    if not drawn:
        return None
    frame = _Frame.around([points for _, _, points in drawn])
    parts = frame.axes([points for _, _, points in drawn])
    for run, kind, points in drawn:
        parts += frame.line(points, kind if run["counts"] else f"{kind} aside")
    said = [
        LEARNING["loss line"].format(
            number=run["number"], kind=LEARNING[_KINDS[kind]], first=points[0][1], last=points[-1][1]
        )
        for run, kind, points in drawn
    ]
    return _plot(LEARNING["loss"], [*parts, _key()], LEARNING["loss chart"].format(lines="; ".join(said)))


def kept(run: Run) -> tuple[int, float] | None:
    """Number and validation AUC of the epoch whose weights made the predictions."""
    found = [(each["n"], each["val_auc"]) for each in run["epochs"] if each["kept"] and each["val_auc"] is not None]
    return found[-1] if found else None


def _said(run: Run) -> str:
    """What the plot shows of a run, in words."""
    known = {"number": run["number"], "count": len(run["epochs"])}
    if (best := kept(run)) is None:
        return LEARNING["auc run"].format(**known)
    return LEARNING["auc run kept"].format(**known, kept=best[0], value=area(best[1]))


def _numbers(frame: _Frame, drawn: Sequence[tuple[Run, Points]]) -> list[Html]:
    """Each run's number at the end of its line, where there are several, as far as there is room for them."""
    if len(drawn) < 2:
        return []
    ends = sorted(((frame.at(points[-1]), run["number"]) for run, points in drawn), key=lambda end: end[0][1])
    parts, free = [], 0.0
    for (x, y), number in ends:
        if (free := max(free, y + 4)) > HEIGHT - BOTTOM:
            break
        parts.append(tag("text", str(number), x=x + 9, y=round(free, 1), class_="strong"))
        free += NUMBER_HEIGHT
    return parts


def _key() -> Html:
    """Which line is which, in the top right corner."""
    parts: list[Html] = []
    for x, kind in ((WIDTH - 172, "train"), (WIDTH - 90, "val")):
        parts.append(tag("line", x1=x, x2=x + 16, y1=12, y2=12, class_=f"curve {kind}"))
        parts.append(tag("text", LEARNING[_KINDS[kind]], x=x + 21, y=16))
    return tag("g", parts)


def _plot(title: str, parts: list[Html], label: str) -> Html:
    heading = tag("text", title, x=0, y=16, class_="strong")
    return tag("svg", heading, parts, class_="plot", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)


def _points(run: Run, key: str) -> Points:
    """The epochs that have this value, thinned to about `MOST_POINTS` but for the kept one and the last."""
    found = [(each["n"], each[key]) for each in run["epochs"] if each[key] is not None]
    stride = -(-len(found) // MOST_POINTS) or 1
    chosen = kept(run)
    must = {found[-1][0] if found else 0, 0 if chosen is None else chosen[0]}
    return [point for index, point in enumerate(found) if index % stride == 0 or point[0] in must]


def _labelled(epochs: Sequence[int]) -> list[int]:
    """About ten epochs to write on the axis, first and last always."""
    stride = -(-len(epochs) // 10) or 1
    chosen = list(epochs[::stride])
    if chosen[-1] != epochs[-1]:
        chosen = [*chosen[:-1], epochs[-1]] if len(chosen) > 1 else [*chosen, epochs[-1]]
    return chosen
