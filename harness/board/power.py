"""The power of the GPU over a run, with what the run was doing; without a trace, what it was doing alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.drawing import absent, between, drawing, numbers, polyline, segments, sentence, table
from harness.board.figures import number, plain
from harness.board.markup import Html, tag
from harness.board.scale import Scale, nice_step, spread, ticks
from harness.board.timeline import NAMES, names, said, shades, time_axis, time_scale, when

TITLE = "GPU power"
TIMELINE = "What the run was doing"
WIDTH, HEIGHT, LOW = 720, 290, 120
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 66, 42
BAR = 22


def power(run: Mapping[str, Any]) -> Html:
    """Of one run of a curves document: power against time, or where none was measured the windows and why."""
    trace, windows = run["power"], run["windows"]
    if trace["mean"] is not None:
        return _traced(trace, windows["spans"] or [], windows["epochs"] or [])
    if windows["spans"]:
        return _bare(trace["reason"], windows["spans"], windows["epochs"] or [])
    return absent(TITLE, sentence(trace["reason"]))


def _traced(trace: Mapping[str, Any], spans: Sequence[Mapping[str, Any]], epochs: Sequence[float]) -> Html:
    begin, width, mean = trace["begin"], trace["width"], trace["mean"]
    middles = [begin + (index + 0.5) * width for index in range(len(mean))]
    x = time_scale(
        min([begin, *(span["begin"] for span in spans)]),
        max([begin + len(mean) * width, *(span["end"] for span in spans)]),
        LEFT,
        WIDTH - RIGHT,
    )
    highest = max(value for value in trace["most"] if value is not None)
    step = nice_step(0.0, max(highest, 1.0), 4)
    y = Scale(*spread([0.0, highest], step, least=0.0), HEIGHT - BOTTOM, TOP)
    parts = [*shades(spans, epochs, x, TOP, HEIGHT - BOTTOM), *names(spans, x, TOP)]
    for value in ticks(y.low, y.high, step):
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y.at(value), y2=y.at(value), class_="rule"))
        parts.append(tag("text", number(value), x=LEFT - 6, y=y.at(value) + 4, text_anchor="end"))
    parts.append(tag("text", "W", x=LEFT - 6, y=TOP - 12, text_anchor="end", class_="quiet"))
    parts += time_axis(x, HEIGHT - BOTTOM)
    for piece in segments(mean):
        upper, lower, line = (
            [(x.at(middles[index]), y.at(trace[name][index])) for index in piece] for name in ("most", "least", "mean")
        )
        parts += [between(upper, lower, "extremes"), polyline(line, "curve")]
    by_window = [(span, *_within(trace, span)) for span in spans]
    label = sentence(
        f"{TITLE} over time, {'simulated, ' if trace['simulated'] else ''}from "
        f"{plain(min(_known(trace['least'])), 'W')} to {plain(highest, 'W')}",
        *(f"{said(span)}: {_watts(average)} on average" for span, _, average, _ in by_window),
    )
    caption = sentence(
        "Played back or made up, not measured by anybody" if trace["simulated"] else None,
        f"The line is the mean of the samples in {plain(width, 's')}, the band their lowest and highest; "
        f"{number(trace['samples'])} samples, {trace['kind']}",
        "Small ticks are ends of epochs" if epochs else None,
    )
    return drawing(
        TITLE, parts, size=(WIDTH, HEIGHT), label=label, caption=caption,
        numbers=numbers(_windows_table(by_window), _trace_table(trace, middles)),
    )  # fmt: skip


def _bare(reason: str, spans: Sequence[Mapping[str, Any]], epochs: Sequence[float]) -> Html:
    x = time_scale(min(span["begin"] for span in spans), max(span["end"] for span in spans), LEFT, WIDTH - RIGHT)
    bottom = LOW - BOTTOM
    parts = [*shades(spans, epochs, x, bottom - BAR, bottom), *names(spans, x, bottom - BAR), *time_axis(x, bottom)]
    label = sentence(TIMELINE + ": " + "; ".join(said(span) for span in spans), f"There is no power trace: {reason}")
    caption = sentence(f"There is no power trace: {reason}", "Small ticks are ends of epochs" if epochs else None)
    rows = [(NAMES[span["name"]], when(span["begin"]), when(span["end"])) for span in spans]
    listed = table("Windows, in time since go", ("Window", "begins", "ends"), rows)
    return drawing(TIMELINE, parts, size=(WIDTH, LOW), label=label, caption=caption, numbers=numbers(listed))


def _within(trace: Mapping[str, Any], span: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Lowest, mean and highest of the bins whose middle lies in a window; None where there is none."""
    inside = [
        index
        for index, mean in enumerate(trace["mean"])
        if mean is not None and span["begin"] <= trace["begin"] + (index + 0.5) * trace["width"] <= span["end"]
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


def _trace_table(trace: Mapping[str, Any], middles: Sequence[float]) -> Html:
    columns = zip(middles, trace["least"], trace["mean"], trace["most"], strict=True)
    rows = [(when(at), *(_watts(value) for value in (least, mean, most))) for at, least, mean, most in columns]
    return table("Power around each time since go", ("Time", "lowest", "mean", "highest"), rows)


def _watts(value: float | None) -> str:
    return "—" if value is None else plain(value, "W")


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]
