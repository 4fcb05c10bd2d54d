"""The small bar in a table row: an AUC with its interval, the trivial model's, and the target, on one common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale, spread

WIDTH, HEIGHT, MARGIN = 148, 26, 6
_STEP = 0.05


@dataclass(frozen=True)
class Axis:
    """The common axis of a table's bars."""

    scale: Scale

    @classmethod
    def over(cls, summaries: Sequence[Mapping[str, Any]]) -> Axis:
        """An axis that holds every AUC, interval and target of ``summaries``."""
        values = [
            value
            for each in summaries
            for estimate in (each["auc"], each["trivial"])
            for value in (estimate["value"], estimate["lower"], estimate["upper"])
            if value is not None
        ]
        values += [each["gate"]["target"] for each in summaries if each["gate"]["target"] is not None]
        low, high = spread(values or [0.5, 1.0], _STEP, least=0.0, most=1.0)
        return cls(Scale(low, high, MARGIN, WIDTH - MARGIN))

    def legend(self) -> Html:
        """The ends of the axis, for the head of the column. Hidden from screen readers: the cells hold the numbers."""
        ends = (self.scale.low, self.scale.high)
        texts = [
            tag("text", f"{end:.2f}", x=x, y=10, text_anchor=anchor)
            for end, x, anchor in zip(ends, (MARGIN, WIDTH - MARGIN), ("start", "end"), strict=True)
        ]
        line = tag("line", x1=MARGIN, x2=WIDTH - MARGIN, y1=14.5, y2=14.5, class_="rule")
        return tag(
            "svg", texts, line, class_="axis", viewBox=f"0 0 {WIDTH} 18", width=WIDTH, height=18, aria_hidden="true"
        )

    def bar(self, summary: Mapping[str, Any], runs: Sequence[float]) -> Html:
        """The bar of one entry, said in words by its label. ``runs`` are the AUCs of its valid runs: rings where there
        are several."""
        middle, at = HEIGHT / 2, self.scale.at
        auc, trivial, target = summary["auc"], summary["trivial"], summary["gate"]["target"]
        parts = [tag("line", x1=MARGIN, x2=WIDTH - MARGIN, y1=middle, y2=middle, class_="rule")]
        if trivial["lower"] is not None:
            left, right = at(trivial["lower"]), at(trivial["upper"])
            parts.append(
                tag("rect", x=left, y=4, width=round(right - left, 1), height=HEIGHT - 8, class_="trivial-range")
            )
        if trivial["value"] is not None:
            x = at(trivial["value"])
            parts.append(tag("line", x1=x, x2=x, y1=3, y2=HEIGHT - 3, class_="trivial"))
        if target is not None:
            parts.append(tag("line", x1=at(target), x2=at(target), y1=1, y2=HEIGHT - 1, class_="target"))
        if auc["lower"] is not None:
            parts.append(tag("line", x1=at(auc["lower"]), x2=at(auc["upper"]), y1=middle, y2=middle, class_="range"))
        if len(runs) > 1:
            parts += [tag("circle", cx=at(value), cy=middle, r=6, class_="run-value") for value in runs]
        if auc["value"] is not None:
            parts.append(tag("circle", cx=at(auc["value"]), cy=middle, r=4, class_="value"))
        label = _label(auc, trivial, target)
        return tag(
            "svg", parts, class_="bar", viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT, role="img",
            aria_label=label,
        )  # fmt: skip


def _label(auc: Mapping[str, Any], trivial: Mapping[str, Any], target: float | None) -> str:
    parts = [f"Test AUC {_said(auc)}", f"trivial model {_said(trivial)}"]
    return "; ".join([*parts, "no target" if target is None else f"target {area(target)}"])


def _said(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "not known"
    if estimate["lower"] is None:
        return area(estimate["value"])
    return f"{area(estimate['value'])}, 95 % interval {area(estimate['lower'])} to {area(estimate['upper'])}"
