"""The ROC curve of an entry: the mean of its runs with a band, and each run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.drawing import absent, between, drawing, numbers, polyline, sentence, table
from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.unit_square import BOTTOM, LEFT, WIDTH, X, Y, square

TITLE = "ROC curve"
HEIGHT = BOTTOM + 64
_SAID = (0.1, 0.3)
"""False-positive rates at which the label says the sensitivity."""


def roc(document: Mapping[str, Any]) -> Html:
    """Of a curves document: its entry's mean curve, and the curves of the runs that it is the mean of."""
    mean = document["entry"]["roc"]
    if mean["sensitivity"] is None:
        return absent(TITLE, mean["reason"])
    parts = square("false-positive rate (1 − specificity)", "sensitivity", "chance")
    places = [(X.at(rate), Y.at(value)) for rate, value in _points(mean)]
    banded = mean["lower"] is not None and None not in (*mean["lower"], *mean["upper"])
    if banded:
        upper, lower = (
            [(X.at(rate), Y.at(value)) for rate, value in zip(mean["rate"], mean[name], strict=True)]
            for name in ("upper", "lower")
        )
        parts.append(between(upper, lower, "confidence"))
    runs = document["entry"]["runs"]
    for run in runs:
        one = document["runs"][run]["roc"]
        if one["sensitivity"] is not None and len(runs) > 1:
            parts.append(polyline([(X.at(rate), Y.at(value)) for rate, value in _points(one)], "run-curve"))
    # From the corner up to the sensitivity that is had without a single false alarm.
    parts.append(polyline([(X.at(0.0), Y.at(0.0)), *places], "curve"))
    many = f"mean of {len(runs)} runs" if len(runs) > 1 else "one run"
    parts.append(_key(many, several=len(runs) > 1, banded=banded))
    shown = [f"sensitivity {_at(mean, rate)} at a false-positive rate of {rate:g}" for rate in _SAID]
    label = sentence(f"{TITLE}, {many}: {'; '.join(shown)}")
    caption = sentence(
        "Averaged at each false-positive rate" if len(runs) > 1 else None,
        f"Band: {mean['method']}; it holds for each rate by itself" if banded else mean["reason"],
    )
    rows = [
        (f"{rate:.2f}", area(value), _bound(mean["lower"], index), _bound(mean["upper"], index))
        for index, (rate, value) in enumerate(_points(mean))
    ]
    listed = table(f"Sensitivity, {many}", ("False-positive rate", "sensitivity", "lower", "upper"), rows)
    return drawing(TITLE, parts, size=(WIDTH, HEIGHT), label=label, caption=caption, numbers=numbers(listed))


def _points(curve: Mapping[str, Any]) -> list[tuple[float, float]]:
    return list(zip(curve["rate"], curve["sensitivity"], strict=True))


def _at(mean: Mapping[str, Any], rate: float) -> str:
    """The sensitivity at the rate next to ``rate``, in words, with its interval."""
    index = min(range(len(mean["rate"])), key=lambda index: abs(mean["rate"][index] - rate))
    value = area(mean["sensitivity"][index])
    if mean["lower"] is None or mean["lower"][index] is None:
        return value
    return f"{value}, 95 % interval {area(mean['lower'][index])} to {area(mean['upper'][index])},"


def _bound(values: list[float | None] | None, index: int) -> str:
    value = None if values is None else values[index]
    return "—" if value is None else area(value)


def _key(many: str, *, several: bool, banded: bool) -> Html:
    y = HEIGHT - 8
    parts = [
        tag("line", x1=LEFT, x2=LEFT + 18, y1=y - 4, y2=y - 4, class_="curve"),
        tag("text", many, x=LEFT + 24, y=y),
    ]
    if banded:
        parts.append(tag("rect", x=LEFT + 140, y=y - 9, width=18, height=10, class_="confidence"))
        parts.append(tag("text", "95 % band", x=LEFT + 164, y=y))
    if several:
        parts.append(tag("line", x1=LEFT + 250, x2=LEFT + 268, y1=y - 4, y2=y - 4, class_="run-curve"))
        parts.append(tag("text", "each run", x=LEFT + 274, y=y))
    return tag("g", parts)
