"""How long single images took: the distribution on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.drawing import absent, drawing, numbers, table, whole
from harness.board.figures import GAP, plain
from harness.board.markup import Html, tag
from harness.board.scale import Scale

TITLE = "Latency of single images"
WIDTH, HEIGHT = 720, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 56, 42
ROW = 15
QUANTILES = (50, 90, 99)


def latency(found: Mapping[str, Any]) -> Html:
    """Of the ``latency`` part of a run in a curves document."""
    if found["counts"] is None:
        return absent(TITLE, found["reason"])
    counts, per_octave = found["counts"], found["per_octave"]
    edges = [found["begin"] * 2 ** (index / per_octave) for index in range(len(counts) + 1)]
    # Half a bucket of air, and never less than an octave, so that one bucket is not the whole width.
    air = 2 ** max(0.5 / per_octave, (1 - len(counts) / per_octave) / 2)
    x = Scale(math.log10(edges[0] / air), math.log10(edges[-1] * air), LEFT, WIDTH - RIGHT)
    y = Scale(0.0, float(max(counts)), HEIGHT - BOTTOM, TOP)
    parts = [*_axes(x, y, found["count"]), *_bars(edges, counts, x, y), *_marks(found, x)]
    said = ", ".join(f"{share} % within {plain(found[f'p{share}'], 's')}" for share in QUANTILES)
    label = (
        f"{TITLE}, on a logarithmic axis from {plain(edges[0], 's')} to {plain(edges[-1], 's')}: {said}; "
        f"the longest of {whole(found['count'])} took {plain(found['longest'], 's')}."
    )
    caption = (
        f"{whole(found['count'])} calls of the model with one image each; mean {plain(found['mean'], 's')}, longest "
        f"{plain(found['longest'], 's')}. A bar is a range of {_percent(per_octave)}{GAP}%."
    )
    rows = [
        (f"{plain(low, 's')} to {plain(high, 's')}", whole(count), f"{100 * count / found['count']:.2f} %")
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
        if count
    ]
    marks = [(f"{share} % within", plain(found[f"p{share}"], "s")) for share in QUANTILES]
    tables = (
        table("Quantiles", ("Share of the calls", "latency"), marks),
        table("Calls by latency", ("Latency", "calls", "share"), rows),
    )
    return drawing(TITLE, parts, size=(WIDTH, HEIGHT), label=label, caption=caption, numbers=numbers(*tables))


def _percent(per_octave: float) -> str:
    return f"{100 * (2 ** (1 / per_octave) - 1):.2g}"


def _axes(x: Scale, y: Scale, calls: int) -> list[Html]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        value = share * y.high
        height = y.at(value)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height, class_="rule"))
        parts.append(tag("text", f"{100 * value / calls:.3g} %", x=LEFT - 6, y=height + 4, text_anchor="end"))
    for value in _ticks(x):
        at = x.at(math.log10(value))
        parts.append(tag("line", x1=at, x2=at, y1=HEIGHT - BOTTOM, y2=HEIGHT - BOTTOM + 4, class_="tick"))
        parts.append(tag("text", _short(value), x=at, y=HEIGHT - BOTTOM + 18, text_anchor="middle"))
    parts.append(tag("text", "of calls", x=0, y=TOP - 12, class_="quiet"))
    parts.append(tag("text", "latency, logarithmic", x=WIDTH - RIGHT, y=HEIGHT - 6, text_anchor="end", class_="quiet"))
    return parts


def _ticks(x: Scale) -> Sequence[float]:
    """Of 1, 2 and 5 times powers of ten, or of the powers alone where these are many."""
    powers = range(math.floor(x.low), math.ceil(x.high) + 1)
    for factors in ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 2, 5), (1,)):
        found = [factor * 10.0**power for power in powers for factor in factors]
        found = [value for value in found if x.low <= math.log10(value) <= x.high]
        if len(found) <= 10:
            return found
    return found[:: -(-len(found) // 10)]


def _short(seconds: float) -> str:
    size, unit = next(
        ((size, unit) for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")) if seconds >= size * 0.9999),
        (1e-9, "ns"),
    )
    return f"{seconds / size:g}\u202f{unit}"


def _bars(edges: Sequence[float], counts: Sequence[int], x: Scale, y: Scale) -> list[Html]:
    parts = []
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if count:
            left, right = x.at(math.log10(low)), x.at(math.log10(high))
            # A call that is there can be seen.
            height = max(round(y.start - y.at(count), 1), 1.0)
            parts.append(
                tag(
                    "rect", x=left, y=round(y.start - height, 1), width=max(round(right - left - 0.5, 1), 0.5),
                    height=height, class_="bucket",
                )
            )  # fmt: skip
    return parts


def _marks(found: Mapping[str, Any], x: Scale) -> list[Html]:
    """The quantiles, their names in rows so that they never cover each other."""
    parts = []
    for row, share in enumerate(QUANTILES):
        at = x.at(math.log10(found[f"p{share}"]))
        y = TOP - 5 - (len(QUANTILES) - 1 - row) * ROW
        right = at > WIDTH * 0.75
        parts.append(tag("line", x1=at, x2=at, y1=y + 2, y2=HEIGHT - BOTTOM, class_="quantile"))
        parts.append(
            tag(
                "text", f"{share} % within {plain(found[f'p{share}'], 's')}", x=at + (-5 if right else 5), y=y,
                text_anchor="end" if right else "start", class_="strong",
            )
        )  # fmt: skip
    return parts
