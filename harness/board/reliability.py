"""Do the probabilities come true? The reliability diagram, with how many predictions stand behind each point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.drawing import absent, drawing, numbers, polyline, sentence, table, whole
from harness.board.figures import area
from harness.board.markup import Html, tag
from harness.board.scale import Scale
from harness.board.unit_square import BOTTOM, LEFT, RIGHT, WIDTH, X, Y, square

TITLE = "Reliability"
COUNTS = 34
"""Height of the small histogram below the square."""
HEIGHT = BOTTOM + 42 + COUNTS + 22


def reliability(found: Mapping[str, Any]) -> Html:
    """Of the ``reliability`` part of an entry, or of a single run, in a curves document."""
    if found["observed"] is None:
        return absent(TITLE, found["reason"])
    lower = found.get("lower") or [None] * len(found["observed"])
    upper = found.get("upper") or [None] * len(found["observed"])
    bins = list(zip(found["predicted"], found["observed"], lower, upper, found["count"], strict=True))
    parts = square("mean prediction", "observed share of positive cases", "as predicted")
    parts.append(polyline([(X.at(predicted), Y.at(observed)) for predicted, observed, *_ in bins], "joint"))
    for predicted, observed, low, high, _ in bins:
        x = X.at(predicted)
        if low is not None and high is not None:
            parts.append(tag("line", x1=x, x2=x, y1=Y.at(low), y2=Y.at(high), class_="range"))
        parts.append(tag("circle", cx=x, cy=Y.at(observed), r=4, class_="value"))
    parts += _counts(found)
    total = sum(found["count"])
    ends = [
        f"{_share(observed, low, high)} where {area(predicted)} was predicted"
        for predicted, observed, low, high, _ in (bins[0], bins[-1])
    ]
    label = sentence(
        f"{TITLE} of {whole(total)} predictions in {len(bins)} bins: observed share of positive cases "
        + (" and ".join(ends) if len(bins) > 1 else ends[0])
    )
    caption = sentence(
        "Each point is a bin of predictions; on the dashed line they come true",
        found.get("method") and f"Intervals: {found['method']}" if found.get("lower") else None,
        found["reason"],
    )
    rows = [
        (area(predicted), area(observed), *("—" if each is None else area(each) for each in (low, high)), whole(count))
        for predicted, observed, low, high, count in bins
    ]
    heads = ("Mean prediction", "observed", "lower", "upper", "predictions")
    listed = table("Observed share of positive cases by predicted probability", heads, rows)
    return drawing(TITLE, parts, size=(WIDTH, HEIGHT), label=label, caption=caption, numbers=numbers(listed))


def _counts(found: Mapping[str, Any]) -> list[Html]:
    """How many predictions each point stands for, below it."""
    bottom = HEIGHT - 18
    most = max(found["count"])
    y = Scale(0.0, float(most), bottom, bottom - COUNTS)
    parts = [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, class_="rule")]
    for predicted, count in zip(found["predicted"], found["count"], strict=True):
        x, top = X.at(predicted), y.at(count)
        parts.append(tag("rect", x=round(x - 2, 1), y=top, width=4, height=round(bottom - top, 1), class_="bucket"))
    parts.append(tag("text", whole(most), x=LEFT - 6, y=bottom - COUNTS + 8, text_anchor="end"))
    parts.append(
        tag("text", "predictions in each bin", x=WIDTH - RIGHT, y=HEIGHT - 5, text_anchor="end", class_="quiet")
    )
    return parts


def _share(observed: float, low: float | None, high: float | None) -> str:
    interval = "" if low is None or high is None else f" (95 % interval {area(low)} to {area(high)})"
    return f"{area(observed)}{interval}"
