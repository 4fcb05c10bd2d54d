"""One plot of quality against a cost, as SVG: every point is a link, and readable without a script."""

from __future__ import annotations

from collections.abc import Sequence

from harness.board.labels import Box, Label
from harness.board.marks import shape
from harness.board.markup import Html, join, tag
from harness.board.pareto_layout import BOTTOM, HEIGHT, LEFT, MOST_LINKS, RIGHT, WIDTH, Plot, Point, shortened
from harness.board.scale import ticks
from harness.board.words.table import PARETO

KEY_SIZE = 16
_FAR = 20
"""A name further than this below or above its point is joined to it by a line."""


def plot_svg(plot: Plot, root: str) -> Html:
    """The drawing; ``root`` leads to the site's folder."""
    linked, cloud = plot.ordered[:MOST_LINKS], plot.ordered[MOST_LINKS:]
    return tag(
        "svg",
        tag(
            "g",
            _quality_axis(plot),
            _cost_axis(plot),
            _trivial(plot),
            _front(plot),
            _cloud(plot, cloud),
            aria_hidden="true",
        ),
        [_drawn(plot, point, root) for point in sorted(linked, key=lambda point: (point.cost, point.slug))],
        class_="plot pareto",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="group",
        aria_label=PARETO["plot"].format(cost=PARETO[plot.name], count=len(plot.points)),
    )


def key(family: str | None, *, ranked: bool) -> Html:
    """A family's mark for the legend, or for None a circle without a colour of its own."""
    mark = tag("path", d=shape(family or "densenet", KEY_SIZE / 2, KEY_SIZE / 2), class_="dot")
    return _key(tag("g", mark, class_=f"{family or 'any'}{' ranked' if ranked else ''}"))


def front_key(*, ranks: bool) -> Html:
    """A piece of the front's line for the legend."""
    return _key(tag("path", d=f"M1 {KEY_SIZE / 2}H{KEY_SIZE - 1}", class_=_front_class(ranks)))


def _key(mark: Html) -> Html:
    return tag(
        "svg", mark, class_="pareto", width=KEY_SIZE, height=KEY_SIZE, viewBox=f"0 0 {KEY_SIZE} {KEY_SIZE}",
        aria_hidden="true",
    )  # fmt: skip


def _front_class(ranks: bool) -> str:
    return "front" if ranks else "provisional-front"


def _quality_axis(plot: Plot) -> list[Html]:
    scale, step = plot.y
    digits = 2 if step >= 0.0099 else 3
    parts = [tag("text", PARETO["auc"], x=0, y=16, class_="strong")]
    for value in ticks(scale.low, scale.high, step):
        at = scale.at(value)
        parts.append(tag("path", d=f"M{LEFT} {at}H{WIDTH - RIGHT}", class_="rule"))
        parts.append(tag("text", f"{value:.{digits}f}", x=LEFT - 6, y=round(at + 4, 1), text_anchor="end"))
    return parts


def _cost_axis(plot: Plot) -> list[Html]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [tag("path", d=f"M{LEFT} {bottom}H{right}", class_="rule strong")]
    for value, text in plot.x.ticks:
        at = plot.x.scale.at(value)
        parts.append(tag("path", d=f"M{at} {bottom}v4", class_="rule strong"))
        parts.append(tag("text", text, x=at, y=bottom + 18, text_anchor="middle"))
    title = PARETO[plot.name]
    title = PARETO["axis"].format(cost=title) if plot.x.logarithmic else title
    return [*parts, tag("text", title, x=LEFT, y=HEIGHT - 6, class_="strong")]


def _trivial(plot: Plot) -> list[Html]:
    label = plot.trivial_label
    if label is None:
        return []
    text = tag("text", label.text, x=label.x, y=round(label.y, 1), text_anchor=label.anchor, class_="quiet")
    return [tag("path", d=f"M{LEFT} {round(label.y - 14, 1)}H{WIDTH - RIGHT}", class_="trivial"), text]


def _front(plot: Plot) -> Html:
    """What can be had at each cost: level to the next point, then up to it."""
    (x, y), *others = [plot.at(point) for point in plot.front]
    path = f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in others) + f"H{WIDTH - RIGHT}"
    return tag("path", d=path, class_=_front_class(plot.ranks))


def _cloud(plot: Plot, points: Sequence[Point]) -> Html | None:
    """Dots without links, in one path."""
    if not points:
        return None
    return tag("path", d="".join("M{} {}h0".format(*plot.at(point)) for point in points), class_="cloud")


def _drawn(plot: Plot, point: Point, root: str) -> Html:
    x, y = plot.at(point)
    bars = "".join(_line(bar) for bar in plot.bars(point))
    mark = join(
        tag("title", point.said),
        tag("circle", cx=x, cy=y, r=9, class_="hit"),
        tag("path", d=shape(point.family, x, y), class_="dot"),
    )
    return tag(
        "g",
        tag("path", d=bars, class_="bars") if bars else None,
        tag("a", mark, href=f"{root}entries/{point.slug}.html", aria_label=point.said),
        _name(plot, point, x, y),
        class_=f"{point.family} ranked" if point.ranked else point.family,
        data_slug=point.slug,
    )


def _line(bar: Box) -> str:
    return f"M{bar.left} {bar.top}" + (f"V{bar.bottom}" if bar.left == bar.right else f"H{bar.right}")


def _name(plot: Plot, point: Point, x: float, y: float) -> Html:
    """Beside the point where there is room; else it shows with pointer or focus."""
    label = plot.labels.get(point.slug)
    shown = label or _tip(shortened(point.name), x, y)
    anchor = None if shown.anchor == "start" else shown.anchor
    text = tag(
        "text", shown.text, x=round(shown.x, 1), y=round(shown.y, 1), text_anchor=anchor,
        class_="name tip" if label is None else "name", aria_hidden="true",
    )  # fmt: skip
    if abs(shown.y - 4 - y) < _FAR:
        return text
    return join(tag("path", d=f"M{x} {y}L{shown.x} {round(shown.y - 4, 1)}", class_="leader"), text)


def _tip(text: str, x: float, y: float) -> Label:
    left = x > (LEFT + WIDTH) / 2
    return Label(text, x - 12 if left else x + 12, y + 4, "end" if left else "start")
