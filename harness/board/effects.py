"""An effect with its interval beside the line of no effect, small enough for a table's cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.board.markup import Html, tag
from harness.board.scale import LogScale, Scale

WIDTH, HEIGHT, MARGIN = 168, 30, 8
_NOTHING = {"ratio": 1.0, "difference": 0.0}
_ROOM = {"ratio": 0.1, "difference": 0.01, "value": 0.02}
"""What an axis covers at least: a factor less 1, or an area."""
_REACH = 2
"""An interval may widen the axis by so many times what the effects span; one that meets the edge goes on."""


@dataclass(frozen=True)
class Forest:
    """The common axis of effects of one ``kind``: ratio (logarithmic), difference or value."""

    kind: str
    scale: Scale | LogScale

    @classmethod
    def over(cls, kind: str, parts: Iterable[Mapping[str, Any]]) -> Forest:
        """An axis that holds every effect and bound of ``parts`` of a claim, those of other kinds left out."""
        found = [part for part in parts if part["kind"] == kind]
        logarithmic = kind == "ratio"
        fixed = [*([nothing] if (nothing := _NOTHING.get(kind)) is not None else []), *map(bound_of, found)]
        values = _positions([*fixed, *(part["effect"]["value"] for part in found)], logarithmic=logarithmic)
        ends = _positions(
            [end for part in found for end in (part["effect"]["lower"], part["effect"]["upper"])],
            logarithmic=logarithmic,
        )
        values = values or ends or [0.5]
        room = _ROOM[kind]
        reach = _REACH * max(max(values) - min(values), room)
        low = min([*values, *(max(end, min(values) - reach) for end in ends)])
        high = max([*values, *(min(end, max(values) + reach) for end in ends)])
        margin = max(room - (high - low), 0.0) / 2 + 0.05 * max(high - low, room)
        if logarithmic:
            return cls(kind, LogScale(math.exp(low - margin), math.exp(high + margin), MARGIN, WIDTH - MARGIN))
        return cls(kind, Scale(low - margin, high + margin, MARGIN, WIDTH - MARGIN))

    @property
    def nothing(self) -> float | None:
        """The effect that is none: 1 for a ratio, 0 for a difference."""
        return _NOTHING.get(self.kind)

    def row(self, part: Mapping[str, Any], label: str) -> Html:
        """The drawing of one part, said in words by ``label``."""
        effect, at, middle = part["effect"], self.scale.at, HEIGHT / 2
        marks = [tag("path", d=f"M{MARGIN} {middle}H{WIDTH - MARGIN}", class_="rule")]
        if self.nothing is not None:
            marks.append(tag("path", d=f"M{at(self.nothing)} 2V{HEIGHT - 2}", class_="nothing"))
        if (bound := bound_of(part)) is not None:
            marks.append(tag("path", d=f"M{at(bound)} 2V{HEIGHT - 2}", class_="target"))
        if effect["lower"] is not None:
            marks.append(tag("path", d=f"M{at(effect['lower'])} {middle}H{at(effect['upper'])}", class_="range"))
        if effect["value"] is not None:
            marks.append(tag("circle", cx=at(effect["value"]), cy=middle, r=4, class_="value"))
        return tag(
            "svg", marks, class_="forest-row", viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT, role="img",
            aria_label=label,
        )  # fmt: skip


def line_key(kind: str) -> Html:
    """One of the drawings' lines for a legend."""
    return tag(
        "svg", tag("path", d="M8 1V15", class_=kind), width=16, height=16, viewBox="0 0 16 16", aria_hidden="true"
    )


def bound_of(part: Mapping[str, Any]) -> float | None:
    """The effect at which the part's answer turns, where that is not the line of no effect: a margin, a tolerance, a
    target. None where the document does not say it."""
    bound: float | None = part.get("bound")
    return bound


def _positions(values: Iterable[float | None], *, logarithmic: bool) -> list[float]:
    known = [value for value in values if value is not None]
    return [math.log(value) for value in known if value > 0] if logarithmic else known
