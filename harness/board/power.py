"""The power of the GPU over a run, with what the run was doing; without a trace, what it was doing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.drawing import absent, between, drawing, numbers, polyline, segments, sentence, table, whole
from harness.board.figures import number, plain
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks
from harness.board.timeline import (
    NAMES,
    ROW,
    Spans,
    height_of,
    named,
    said,
    shades,
    time_axis,
    time_scale,
    when,
    written,
)

TITLE = "GPU power"
TICKS = "Small ticks are ends of epochs"
TIMELINE = "What the run was doing"
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 48, 16, 8, 42
PLOT, BAR = 190, 22
"""Heights of the plot, and of the windows where there is none."""


def power(run: Mapping[str, Any]) -> Html:
    """Of one run of a curves document: power against time, or where none was measured the windows and why."""
    trace, windows = run["power"], run["windows"]
    if trace["mean"] is not None:
        return _traced(trace, windows["spans"] or [], windows["epochs"] or [])
    if windows["spans"]:
        return _bare(trace["reason"], windows["spans"], windows["epochs"] or [])
    return absent(TITLE, sentence(trace["reason"]))


def _traced(trace: Mapping[str, Any], spans: Spans, epochs: Sequence[float]) -> Html:
    parts, height = _plot(trace, spans, epochs)
    by_window = [(span, *_within(trace, span)) for span in spans]
    lowest, highest = min(_known(trace["least"])), max(_known(trace["most"]))
    label = sentence(
        f"{TITLE} over time, {'simulated, ' if trace['simulated'] else ''}from {_watts(lowest)} to {_watts(highest)}",
        *(f"{said(span)}: {_watts(average)} on average" for span, _, average, _ in by_window),
    )
    caption = sentence(
        "Played back or made up, not measured by anybody" if trace["simulated"] else None,
        f"The line is the mean of the samples in {plain(trace['width'], 's')}, the band their lowest and highest; "
        f"{whole(trace['samples'])} samples, {trace['kind']}",
        TICKS if epochs else None,
    )
    tables = numbers(_windows_table(by_window), _trace_table(trace))
    return drawing(TITLE, parts, size=(WIDTH, height), label=label, caption=caption, numbers=tables)


def _plot(trace: Mapping[str, Any], spans: Spans, epochs: Sequence[float]) -> tuple[list[Html], int]:
    """The parts of the drawing, and its height."""
    ends = trace["begin"], trace["begin"] + len(trace["mean"]) * trace["width"]
    x = time_scale(
        min(ends[0], *(span["begin"] for span in spans)),
        max(ends[1], *(span["end"] for span in spans)),
        LEFT,
        WIDTH - RIGHT,
    )
    names = named(spans, x)
    top = TOP + max(height_of(names), ROW)
    bottom = top + PLOT
    highest = max(_known(trace["most"]))
    step = nice_step(0.0, max(highest, 1.0), 4)
    y = Scale(*spread([0.0, highest], step, least=0.0), bottom, top)
    parts = [*shades(spans, epochs, x, top, bottom), *written(names, top), *time_axis(x, bottom)]
    for value in ticks(y.low, y.high, step):
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y.at(value), y2=y.at(value), class_="rule"))
        parts.append(tag("text", number(value) if value else "0", x=LEFT - 6, y=y.at(value) + 4, text_anchor="end"))
    parts.append(tag("text", "W", x=LEFT - 6, y=top - 10, text_anchor="end", class_="quiet"))
    across = [x.at(at) for at in _middles(trace)]
    for piece in segments(trace["mean"]):
        upper, lower, line = (
            [(across[index], y.at(trace[name][index])) for index in piece] for name in ("most", "least", "mean")
        )
        parts += [between(upper, lower, "extremes"), polyline(line, "curve")]
    return parts, bottom + BOTTOM


def _bare(reason: str, spans: Spans, epochs: Sequence[float]) -> Html:
    x = time_scale(min(span["begin"] for span in spans), max(span["end"] for span in spans), LEFT, WIDTH - RIGHT)
    names = named(spans, x)
    top = TOP + height_of(names)
    bottom = top + BAR
    parts = [*shades(spans, epochs, x, top, bottom), *written(names, top), *time_axis(x, bottom)]
    why = f"There is no power trace: {reason}"
    label = sentence(TIMELINE + ": " + "; ".join(said(span) for span in spans), why)
    rows = [(NAMES[span["name"]], when(span["begin"]), when(span["end"])) for span in spans]
    listed = numbers(table("Windows, in time since go", ("Window", "begins", "ends"), rows))
    caption = sentence(why, TICKS if epochs else None)
    return drawing(TIMELINE, parts, size=(WIDTH, bottom + BOTTOM), label=label, caption=caption, numbers=listed)


def _middles(trace: Mapping[str, Any]) -> list[float]:
    """The middle of each bin in seconds since `go`."""
    return [trace["begin"] + (index + 0.5) * trace["width"] for index in range(len(trace["mean"]))]


def _within(trace: Mapping[str, Any], span: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Lowest, mean and highest of the bins whose middle lies in a window; None where there is none."""
    inside = [
        index
        for index, (at, mean) in enumerate(zip(_middles(trace), trace["mean"], strict=True))
        if mean is not None and span["begin"] <= at <= span["end"]
    ]
    if not inside:
        return None, None, None
    average = sum(trace["mean"][index] for index in inside) / len(inside)
    return min(trace["least"][index] for index in inside), average, max(trace["most"][index] for index in inside)


def _windows_table(by_window: Sequence[tuple[Mapping[str, Any], float | None, float | None, float | None]]) -> Html:
    rows = [
        (NAMES[span["name"]], when(span["begin"]), when(span["end"]), *(_watts(value) for value in (least, mean, most)))
        for span, least, mean, most in by_window
    ]
    heads = ("Window", "begins", "ends", "lowest", "mean", "highest")
    return table("Windows, in time since go, and the power in them, from this drawing", heads, rows)


def _trace_table(trace: Mapping[str, Any]) -> Html:
    columns = zip(_middles(trace), trace["least"], trace["mean"], trace["most"], strict=True)
    rows = [(when(at), *(_watts(value) for value in (least, mean, most))) for at, least, mean, most in columns]
    return table("Power around each time since go", ("Time", "lowest", "mean", "highest"), rows)


def _watts(value: float | None) -> str:
    return "—" if value is None else plain(value, "W")


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]
