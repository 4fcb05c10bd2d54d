"""The small bar in a table row: an AUC with its interval, its runs, the trivial model's, the float32 baseline's and
the target, on one common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale, spread
from harness.board.words.table import BAR

WIDTH, HEIGHT, MARGIN = 148, 22, 6
_MIDDLE = HEIGHT // 2
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
        ends = zip((self.scale.low, self.scale.high), (MARGIN, WIDTH - MARGIN), ("start", "end"), strict=True)
        texts = [tag("text", f"{end:.2f}", x=x, y=11, text_anchor=anchor) for end, x, anchor in ends]
        return tag("svg", texts, class_="axis", viewBox=f"0 0 {WIDTH} 14", width=WIDTH, height=14, aria_hidden="true")

    def bar(self, summary: Mapping[str, Any], runs: Sequence[float], baseline: float | None) -> Html:
        """The bar of one entry. ``runs`` are the AUCs of its valid runs: ticks where there are several; ``baseline`` is
        the AUC of its model's float32 baseline. Its label says what the numbers beside it don't."""
        at, auc, trivial, target = self.scale.at, summary["auc"], summary["trivial"], summary["gate"]["target"]
        parts = []
        if trivial["lower"] is not None:
            left, right = at(trivial["lower"]), at(trivial["upper"])
            parts.append(_path("trivial-range", f"M{left:g} 3H{right:g}V{HEIGHT - 3}H{left:g}Z"))
        if trivial["value"] is not None:
            parts.append(_path("trivial", f"M{at(trivial['value']):g} 2V{HEIGHT - 2}"))
        if target is not None:
            parts.append(_path("target", f"M{at(target):g} 0V{HEIGHT}"))
        if auc["lower"] is not None:
            parts.append(_path("range", f"M{at(auc['lower']):g} {_MIDDLE}H{at(auc['upper']):g}"))
        if len(runs) > 1:
            ticks = "".join(f"M{at(value):g} {_MIDDLE + 3}v5" for value in runs)
            parts.append(_path("run-value", ticks))
        if baseline is not None:
            parts.append(_path("baseline", f"M{at(baseline):g} {_MIDDLE - 4}l-3.5-6h7Z"))
        if auc["value"] is not None:
            parts.append(tag("circle", cx=f"{at(auc['value']):g}", cy=_MIDDLE, r=4, class_="value"))
        label = _label(trivial, target, baseline)
        return tag(
            "svg", parts, class_="bar", viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT, role="img",
            aria_label=label,
        )  # fmt: skip


def _path(kind: str, way: str) -> Html:
    return tag("path", class_=kind, d=way)


def _label(trivial: Mapping[str, Any], target: float | None, baseline: float | None) -> str:
    said = {"target": target, "trivial": trivial["value"], "baseline": baseline}
    parts = [BAR[name].format(auc=area(value)) for name, value in said.items() if value is not None]
    return BAR["label"].format(marks=", ".join(parts) or BAR["nothing"])
