"""Quality against time: one point for each listed entry of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import area, tick
from harness.board.labels import Box, Label, place
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 24, 30, 44
LONGEST_NAME = 28


def scatter(entries: Sequence[Mapping[str, Any]]) -> Html | None:
    """Test AUC (with interval) over time to predictions, or None for fewer than two entries that have both."""
    points = [
        (entry["submission"]["name"], entry["summary"]["quantities"]["time_to_predictions"]["value"], entry["summary"])
        for entry in entries
    ]
    points = [
        (name, time, each) for name, time, each in points if time is not None and each["auc"]["value"] is not None
    ]
    if len(points) < 2:
        return None
    areas = [
        value
        for _, _, each in points
        for value in (each["auc"]["value"], each["auc"]["lower"], each["auc"]["upper"], each["trivial"]["value"])
        if value is not None
    ]
    step = nice_step(min(areas), max(*areas, min(areas) + 0.02), 5)
    low, high = spread(areas, step, least=0.0, most=1.0)
    y = Scale(low, high, HEIGHT - BOTTOM, TOP)
    most = max(time for _, time, _ in points)
    time_step = _time_step(most)
    x = Scale(0.0, spread([0.0, most], time_step)[1], LEFT, WIDTH - RIGHT)
    trivial = _trivial_label(points[0][2]["trivial"]["value"], y)
    parts = [*_grid(x, y, step, time_step), *_trivial(trivial, y)]
    taken = [] if trivial is None else [trivial.box]
    for name, time, each in points:
        parts += _point(name, x.at(time), y, each["auc"])
        taken += _boxes(x.at(time), y, each["auc"])
    parts += _names([(name, x.at(time), y.at(each["auc"]["value"])) for name, time, each in points], taken)
    return tag(
        "svg", parts, class_="plot wide", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
        aria_label="Test AUC against time to predictions; the table above holds every number.",
    )  # fmt: skip


def _time_step(most: float) -> float:
    """Ticks at whole seconds, minutes or hours that people count in."""
    steps = (0.01, 0.1, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
    return next((step for step in steps if most / step <= 6), most / 4)


def _grid(x: Scale, y: Scale, step: float, time_step: float) -> list[Html]:
    parts = [tag("text", "Test AUC with 95 % interval", x=0, y=16, class_="strong")]
    for value in ticks(y.low, y.high, step):
        height = y.at(value)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height, class_="rule"))
        parts.append(
            tag("text", f"{value:.{2 if step >= 0.0099 else 3}f}", x=LEFT - 6, y=height + 4, text_anchor="end")
        )
    for value in ticks(x.low, x.high, time_step):
        parts.append(tag("text", tick(value), x=x.at(value), y=HEIGHT - BOTTOM + 18, text_anchor="middle"))
    parts.append(tag("text", "time to predictions", x=WIDTH - RIGHT, y=HEIGHT - 6, text_anchor="end", class_="quiet"))
    return parts


def _trivial_label(value: float | None, y: Scale) -> Label | None:
    return None if value is None else Label(f"trivial model {area(value)}", WIDTH - RIGHT, y.at(value) + 14, "end")


def _trivial(label: Label | None, y: Scale) -> list[Html]:
    if label is None:
        return []
    height = label.y - 14
    return [
        tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height, class_="trivial"),
        tag("text", label.text, x=label.x, y=label.y, text_anchor=label.anchor, class_="quiet"),
    ]


def _boxes(x: float, y: Scale, auc: Mapping[str, Any]) -> list[Box]:
    """What a point takes up: its dot and its interval."""
    middle = y.at(auc["value"])
    boxes = [Box(x - 5, middle - 5, x + 5, middle + 5)]
    if auc["lower"] is not None:
        boxes.append(Box(x - 1, y.at(auc["upper"]), x + 1, y.at(auc["lower"])))
    return boxes


def _point(name: str, x: float, y: Scale, auc: Mapping[str, Any]) -> list[Html]:
    parts = []
    if auc["lower"] is not None:
        parts.append(tag("line", x1=x, x2=x, y1=y.at(auc["lower"]), y2=y.at(auc["upper"]), class_="range"))
    parts.append(tag("circle", tag("title", name), cx=x, cy=y.at(auc["value"]), r=5, class_="value"))
    return parts


def _names(points: list[tuple[str, float, float]], taken: list[Box]) -> list[Html]:
    """The submissions' names, from the left to the right."""
    short = [(name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…", x, y) for name, x, y in points]
    labels = place(sorted(short, key=lambda point: point[1]), taken, Box(LEFT, 0, WIDTH, HEIGHT - BOTTOM))
    return [
        tag("text", label.text, x=round(label.x, 1), y=round(label.y, 1), text_anchor=label.anchor, class_="name")
        for label in labels
    ]
