"""Learning curves of one run: validation AUC by epoch, and training and validation loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 30, 34
MOST_POINTS = 200
"""More points than this can't be told apart; a longer curve is drawn through evenly chosen epochs and the kept one."""

Points = list[tuple[int, float]]


@dataclass(frozen=True)
class _Frame:
    """The axes of one plot."""

    x: Scale
    y: Scale
    step: float

    @classmethod
    def around(cls, epochs: Sequence[int], values: Sequence[float], *, most: float | None) -> _Frame:
        low, high = min(values), max(values)
        step = nice_step(low, max(high, low + 0.02), 3)
        low, high = spread(values, step, least=0.0, most=most)
        x = Scale(min(epochs), max(*epochs, min(epochs) + 1), LEFT + 8, WIDTH - RIGHT - 8)
        return cls(x, Scale(low, high, HEIGHT - BOTTOM, TOP), step)

    def axes(self, epochs: Sequence[int]) -> list[Html]:
        parts = []
        for value in ticks(self.y.low, self.y.high, self.step):
            y = self.y.at(value)
            parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="rule"))
            digits = 2 if self.step >= 0.0099 else 4
            parts.append(tag("text", f"{value:.{digits}f}", x=LEFT - 6, y=y + 4, text_anchor="end"))
        for epoch in _labelled(epochs):
            parts.append(tag("text", str(epoch), x=self.x.at(epoch), y=HEIGHT - BOTTOM + 16, text_anchor="middle"))
        parts.append(tag("text", "epoch", x=WIDTH - RIGHT, y=HEIGHT - 4, text_anchor="end", class_="quiet"))
        return parts

    def line(self, points: Points, kind: str) -> list[Html]:
        places = [(self.x.at(n), self.y.at(value)) for n, value in points]
        parts = [tag("polyline", points=" ".join(f"{x},{y}" for x, y in places), class_=f"curve {kind}")]
        if len(points) <= 40:
            parts += [tag("circle", cx=x, cy=y, r=2.5, class_=f"dot {kind}") for x, y in places]
        return parts


def auc_curve(epochs: Sequence[Mapping[str, Any]], target: float | None) -> Html | None:
    """Validation AUC by epoch with the kept one marked, or None where no epoch could be scored."""
    points = _points(epochs, "val_auc")
    if not points:
        return None
    numbers = [n for n, _ in points]
    frame = _Frame.around(numbers, [v for _, v in points] + ([] if target is None else [target]), most=1.0)
    kept = [(each["n"], each["val_auc"]) for each in epochs if each["kept"] and each["val_auc"] is not None]
    parts = frame.axes(numbers)
    if target is not None:
        y = frame.y.at(target)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="target"))
        parts.append(tag("text", f"target {area(target)}", x=LEFT + 4, y=y - 4, class_="target-label"))
    parts += frame.line(points, "val")
    said = f"Validation AUC by epoch: {len(points)} epochs"
    if kept:
        n, value = kept[-1]
        x, y = frame.x.at(n), frame.y.at(value)
        said += f", the kept one is epoch {n} with {area(value)}"
        parts.append(tag("circle", cx=x, cy=y, r=6, class_="kept"))
        right = x > WIDTH * 0.75
        anchor, place = ("end", x - 10) if right else ("start", x + 10)
        parts.append(tag("text", f"kept {area(value)}", x=place, y=y + 16, text_anchor=anchor, class_="strong"))
    return _plot("Validation AUC", parts, said)


def loss_curves(epochs: Sequence[Mapping[str, Any]]) -> Html | None:
    """Training and validation loss by epoch, or None where there is no loss."""
    train, validation = _points(epochs, "train_loss"), _points(epochs, "val_loss")
    if not train and not validation:
        return None
    both = train + validation
    numbers = sorted({n for n, _ in both})
    frame = _Frame.around(numbers, [value for _, value in both], most=None)
    parts = frame.axes(numbers)
    for points, kind in ((train, "train"), (validation, "val")):
        if points:
            parts += frame.line(points, kind)
    ends = [
        f"{name} loss from {points[0][1]:.3f} to {points[-1][1]:.3f}"
        for name, points in (("training", train), ("validation", validation))
        if points
    ]
    parts.append(_key())
    return _plot("Loss", parts, f"Loss by epoch: {', '.join(ends)}")


def _key() -> Html:
    """Which line is which, in the top right corner."""
    parts: list[Html] = []
    for x, kind, name in ((WIDTH - 172, "train", "training"), (WIDTH - 90, "val", "validation")):
        parts.append(tag("line", x1=x, x2=x + 16, y1=12, y2=12, class_=f"curve {kind}"))
        parts.append(tag("text", name, x=x + 21, y=16))
    return tag("g", parts)


def _plot(title: str, parts: list[Html], label: str) -> Html:
    heading = tag("text", title, x=0, y=16, class_="strong")
    return tag("svg", heading, parts, class_="plot", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)


def _points(epochs: Sequence[Mapping[str, Any]], key: str) -> Points:
    """The epochs that have this value, thinned to `MOST_POINTS` but for the kept one."""
    found = [(each["n"], each[key], each["kept"]) for each in epochs if each[key] is not None]
    stride = -(-len(found) // MOST_POINTS) or 1
    return [(n, value) for index, (n, value, kept) in enumerate(found) if index % stride == 0 or (kept and stride > 1)]


def _labelled(epochs: Sequence[int]) -> list[int]:
    """About ten epochs to write on the axis, first and last always."""
    stride = -(-len(epochs) // 10) or 1
    chosen = list(epochs[::stride])
    if chosen[-1] != epochs[-1]:
        chosen = [*chosen[:-1], epochs[-1]] if len(chosen) > 1 else [*chosen, epochs[-1]]
    return chosen
