"""An entry's test AUC and that of each run, with intervals, against target and trivial model: a forest plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks
from harness.board.words.entry import QUALITY

WIDTH, LEFT, RIGHT, TOP, LINE, BOTTOM = 480, 104, 52, 30, 22, 26

Estimate = Mapping[str, Any]


def forest(summary: Mapping[str, Any], runs: Sequence[tuple[int, Estimate]]) -> Html | None:
    """One line for the entry and one a run, or None where nothing has an AUC. ``runs`` are the valid runs' numbers
    and AUCs."""
    rows = _rows(summary["auc"], runs)
    if not rows:
        return None
    trivial, target = summary["trivial"], summary["gate"]["target"]
    scale, step = _scale([each for _, each, _ in rows], trivial, target)
    bottom = TOP + LINE * len(rows)
    parts = [*_grid(scale, step, bottom), *_trivial(scale, trivial, bottom), *_target(scale, target, bottom)]
    for index, (name, estimate, whole) in enumerate(rows):
        parts += _row(scale, TOP + LINE * (index + 0.5), name, estimate, whole)
    height = bottom + BOTTOM
    label = _label(rows, trivial, target)
    return tag("svg", parts, class_="plot forest", viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=label)


def _rows(mean: Estimate, runs: Sequence[tuple[int, Estimate]]) -> list[tuple[str, Estimate, bool]]:
    whole = QUALITY["one run"] if len(runs) == 1 else QUALITY["mean"].format(count=len(runs))
    each = [] if len(runs) == 1 else [(QUALITY["run"].format(number=n), auc, False) for n, auc in runs]
    return [row for row in [(whole, mean, True), *each] if row[1]["value"] is not None]


def _scale(estimates: Sequence[Estimate], trivial: Estimate, target: float | None) -> tuple[Scale, float]:
    values = [
        each[key] for each in [*estimates, trivial] for key in ("value", "lower", "upper") if each[key] is not None
    ]
    values += [] if target is None else [target]
    step = nice_step(min(values), max(*values, min(values) + 0.02), 5)
    low, high = spread(values, step, least=0.0, most=1.0)
    return Scale(low, high, LEFT, WIDTH - RIGHT), step


def _grid(scale: Scale, step: float, bottom: float) -> list[Html]:
    parts = []
    for value in ticks(scale.low, scale.high, step):
        x = scale.at(value)
        parts.append(tag("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="rule"))
        parts.append(tag("text", f"{value:.{2 if step >= 0.0099 else 3}f}", x=x, y=bottom + 18, text_anchor="middle"))
    return parts


def _trivial(scale: Scale, trivial: Estimate, bottom: float) -> list[Html]:
    if trivial["value"] is None:
        return []
    parts = []
    if trivial["lower"] is not None:
        left, right = scale.at(trivial["lower"]), scale.at(trivial["upper"])
        shape = {"x": left, "y": TOP, "width": round(right - left, 1), "height": bottom - TOP}
        parts.append(tag("rect", class_="trivial-range", **shape))
    x = scale.at(trivial["value"])
    parts.append(tag("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="trivial"))
    said = QUALITY["trivial"].format(value=area(trivial["value"]))
    return [*parts, tag("text", said, x=LEFT, y=12)]


def _target(scale: Scale, target: float | None, bottom: float) -> list[Html]:
    if target is None:
        return []
    x = scale.at(target)
    said = QUALITY["target"].format(value=area(target))
    return [
        tag("line", x1=x, x2=x, y1=TOP - 6, y2=bottom, class_="target"),
        tag("text", said, x=WIDTH - RIGHT, y=12, text_anchor="end", class_="target-label"),
    ]


def _row(scale: Scale, y: float, name: str, estimate: Estimate, whole: bool) -> list[Html]:
    kind = "strong" if whole else None
    parts = [tag("text", name, x=0, y=y + 4, class_=kind)]
    if estimate["lower"] is not None:
        x1, x2 = scale.at(estimate["lower"]), scale.at(estimate["upper"])
        parts.append(tag("line", x1=x1, x2=x2, y1=y, y2=y, class_="range" if whole else "range run-range"))
    shape = {"cx": scale.at(estimate["value"]), "cy": y, "r": 5 if whole else 3.5}
    parts.append(tag("circle", class_="value", **shape))
    parts.append(tag("text", area(estimate["value"]), x=WIDTH, y=y + 4, text_anchor="end", class_=kind))
    return parts


def _label(rows: Sequence[tuple[str, Estimate, bool]], trivial: Estimate, target: float | None) -> str:
    what = ", ".join(f"{name}: {area(estimate['value'])}" for name, estimate, _ in rows)
    worth = "" if trivial["value"] is None else QUALITY["chart trivial"].format(value=area(trivial["value"]))
    aim = QUALITY["chart no target"] if target is None else QUALITY["chart target"].format(value=area(target))
    return QUALITY["chart"].format(what=what, trivial=worth, target=aim)
