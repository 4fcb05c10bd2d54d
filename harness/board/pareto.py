"""Quality against cost: up to four plots, each with the front of what can be had, drawn without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import area, plain
from harness.board.marks import FAMILIES, OTHER, family_of
from harness.board.markup import Html, tag
from harness.board.pareto_layout import MOST_BARS, MOST_LINKS, Plot, Point
from harness.board.pareto_svg import front_key, key, plot_svg
from harness.board.student import mean_interval
from harness.board.words.common import FAMILY
from harness.board.words.table import PARETO

COSTS = (
    ("gpu_energy", "cpu_energy"),
    ("time_to_predictions",),
    ("peak_gpu_memory", "peak_host_memory"),
    ("single_latency_p99",),
)
"""A plot each, of the first quantity that two entries or more have."""
RANKED = "ranked"
_DRAWN = frozenset({RANKED, "provisional", "below target"})
_LONGEST = 60


def pareto_plots(table: Mapping[str, Any], root: str) -> Html | None:
    """The plots of a table of the standings, or None where no two entries have an AUC and a common cost. ``root`` is
    the way from the page to the site's folder."""
    rows = [row for row in table["entries"] if row["status"] in _DRAWN]
    plots = [plot for names in COSTS if (plot := _first_plot(rows, names)) is not None]
    if not plots:
        return None
    heading = f"pareto-{table['slug']}"
    return tag(
        "section",
        tag("h2", PARETO["heading"], id=heading),
        tag("p", PARETO["lead"]),
        _legend(plots),
        tag("div", [_figure(plot, root) for plot in plots], class_="pareto-grid"),
        tag("p", " ".join([*_fronts(plots), PARETO["intervals"], PARETO["left out"]]), class_="quiet note"),
        class_="pareto",
        aria_labelledby=heading,
    )


def _first_plot(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Plot | None:
    for name in names:
        points = [point for row in rows if (point := _point(row, name)) is not None]
        if len(points) > 1:
            return Plot(name, rows[0]["summary"]["quantities"][name]["unit"], points, _trivial(rows))
    return None


def _point(row: Mapping[str, Any], cost: str) -> Point | None:
    """The entry's place in a plot; None where it has no AUC or no such cost."""
    auc, quantity = row["summary"]["auc"], row["summary"]["quantities"][cost]
    if auc["value"] is None or quantity["value"] is None or quantity["value"] <= 0:
        return None
    title = _shortened(row["submission"]["title"])
    said = {"auc": area(auc["value"]), "cost": plain(quantity["value"], quantity["unit"]), "title": title}
    if auc["lower"] is not None:
        said["auc"] = PARETO["said interval"].format(auc=said["auc"], low=area(auc["lower"]), high=area(auc["upper"]))
    return Point(
        slug=row["slug"],
        name=row["submission"]["name"],
        said=PARETO["said"].format(**said),
        family=family_of(row["submission"]["model"]),
        ranked=row["status"] == RANKED,
        cost=quantity["value"],
        costs=mean_interval(list(row["costs"].get(cost, {}).values())),
        auc=auc["value"],
        aucs=None if auc["lower"] is None else (auc["lower"], auc["upper"]),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _trivial(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The trivial model's AUC, the same for every entry of a table."""
    return next((value for row in rows if (value := row["summary"]["trivial"]["value"]) is not None), None)


def _fronts(plots: Sequence[Plot]) -> list[str]:
    """What the step lines are, of the kinds that there are."""
    kinds = sorted({plot.ranks for plot in plots}, reverse=True)
    return [PARETO["front" if ranks else "provisional front"] for ranks in kinds]


def _figure(plot: Plot, root: str) -> Html:
    caption = _caption(plot)
    return tag(
        "figure",
        tag("div", plot_svg(plot, root), class_="scroll"),
        tag("figcaption", " ".join(caption)) if caption else None,
    )


def _caption(plot: Plot) -> list[str]:
    count, unnamed = len(plot.points), plot.unnamed
    return [
        *([PARETO["names front"]] if plot.front_named_only else []),
        *([PARETO["names room"].format(count=unnamed)] if unnamed else []),
        *([PARETO["bars front"].format(most=MOST_BARS)] if count > MOST_BARS else []),
        *([PARETO["cloud"].format(count=count, most=MOST_LINKS)] if count > MOST_LINKS else []),
    ]


def _legend(plots: Sequence[Plot]) -> Html:
    """What shapes, filling and lines mean, of those that are there."""
    points = [point for plot in plots for point in plot.points]
    families = {point.family for point in points}
    items = [tag("li", key(family, ranked=True), FAMILY[family]) for family in (*FAMILIES, OTHER) if family in families]
    if any(not point.ranked for point in points):
        items += [
            tag("li", key(None, ranked=ranked), PARETO[name])
            for ranked, name in ((True, "ranked"), (False, "not ranked"))
        ]
    items += [
        tag("li", front_key(ranks=ranks), PARETO["front key" if ranks else "provisional front key"])
        for ranks in sorted({plot.ranks for plot in plots}, reverse=True)
    ]
    return tag("ul", items, class_="keys")
