"""Quality against cost: the front, the axes, the names, and what a plot says without a script."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from harness.board.axis import cost_axis, tick_text
from harness.board.front import front
from harness.board.labels import Box
from harness.board.marks import FAMILIES, OTHER, family_of, shape
from harness.board.pareto import pareto_plots
from harness.board.pareto_layout import BOTTOM, HEIGHT, LEFT, MOST_LINKS, MOST_NAMES, RIGHT, TOP, WIDTH, Plot, Point
from harness.board.pareto_svg import plot_svg
from harness.board.student import QUANTILES, mean_interval
from tests.standings.season import a_published_season

POINT_BYTES = 700
FRAME = Box(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    standings = a_published_season(tmp_path_factory.mktemp("season"))
    return [table for benchmark in standings.document["benchmarks"] for table in benchmark["tables"]]


def svgs(markup: str) -> list[ElementTree.Element]:
    """The plots, parsed as XML: so they are well formed too."""
    return [ElementTree.fromstring(found) for found in re.findall(r'<svg class="plot pareto".*?</svg>', markup, re.S)]


def groups(svg: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {slug: each for each in svg.iter("g") if (slug := each.get("data-slug"))}


def points(count: int, *, ranked: bool = True) -> list[Point]:
    """Invented ones, in a ring of costs and areas."""
    found = []
    for index in range(count):
        auc = 0.75 + 0.04 * math.sin(index)
        cost = 1000.0 * (1.2 + math.cos(1.7 * index))
        found.append(
            Point(
                f"e{index}", f"an_entry_{index}", f"entry {index}", FAMILIES[index % 5], ranked and index % 3 > 0, cost,
                (cost * 0.97, cost * 1.03), auc, (auc - 0.03, auc + 0.03),
            )
        )  # fmt: skip
    return found


pairs = st.lists(st.tuples(st.floats(0.1, 9).map(lambda x: round(x, 1)), st.floats(0, 1).map(lambda x: round(x, 2))))


def dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@given(pairs)
def test_the_front_is_what_no_other_dominates(found):
    kept = front(found)
    assert set(kept) == {index for index, one in enumerate(found) if not any(dominates(other, one) for other in found)}
    costs = [found[index][0] for index in kept]
    assert costs == sorted(costs)


def test_the_quantiles_are_students():
    assert [float(t.ppf(0.975, freedom)) for freedom in range(1, 31)] == pytest.approx(QUANTILES, rel=1e-11)


def test_the_interval_of_a_mean_over_runs():
    low, high = mean_interval([100.0, 110.0, 105.0]) or (0, 0)
    logs = [math.log(value) for value in (100.0, 110.0, 105.0)]
    centre = sum(logs) / 3
    half = float(t.ppf(0.975, 2)) * math.sqrt(sum((x - centre) ** 2 for x in logs) / 2 / 3)
    assert (low, high) == pytest.approx((math.exp(centre - half), math.exp(centre + half)))
    assert mean_interval([5.0]) is None and mean_interval([5.0, 0.0]) is None and mean_interval([2.0] * 32) is None


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0, "J", "0"), (2500, "J", "2.5 kJ"), (5e6, "J", "5 MJ"), (2**29, "B", "512 MiB"), (2**31, "B", "2 GiB"),
        (0.005, "s", "5 ms"), (30, "s", "30 s"), (90, "s", "1.5 min"), (238.5, "s", "238.5 s"), (7200, "s", "2 h"),
        (3, "W", "3 W"),
    ],
)  # fmt: skip
def test_ticks_read_well(value, unit, said):
    assert tick_text(value, unit).replace("\u202f", " ") == said


@given(st.lists(st.floats(1e-4, 1e9), min_size=1), st.sampled_from(["s", "J", "B", "W"]))
def test_an_axis_of_costs_holds_them_with_a_few_ticks(values, unit):
    axis = cost_axis(values, unit, 40, 500)
    assert axis.logarithmic is (max(values) > 8 * min(values))
    assert axis.scale.low <= min(values) * (1 + 1e-9) and max(values) <= axis.scale.high * (1 + 1e-9)
    assert 2 <= len(axis.ticks) <= 9
    places = [axis.scale.at(value) for value, _ in axis.ticks]
    assert places == sorted(set(places)) and places[0] >= 40 and places[-1] <= 500


def test_families_have_shapes_of_their_own():
    assert [family_of(name) for name in ("densenet121", "swinv2_base_window8_256", "vit_base", "cnn", "mlp")] == [
        *FAMILIES
    ]
    assert family_of("shape_forest") == OTHER
    assert len({shape(family, 1, 2) for family in (*FAMILIES, OTHER)}) == 6


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 200), st.booleans())
def test_any_number_of_entries_is_drawn_with_names_that_lie_on_nothing(count, ranked):
    plot = Plot("gpu_energy", "J", points(count, ranked=ranked), 0.74)
    boxes = [label.box for label in plot.labels.values() if label is not None]
    assert all(box.inside(FRAME) for box in boxes)
    assert not any(one.meets(other) for index, one in enumerate(boxes) for other in boxes[:index])
    dots = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in map(plot.at, plot.points)]
    assert not any(box.meets(dot) for box in boxes for dot in dots)
    assert all(FRAME.left <= dot.left + 5 <= FRAME.right and FRAME.top <= dot.top + 5 <= FRAME.bottom for dot in dots)
    named = {point.slug for point in (plot.front if count > MOST_NAMES else plot.points)}
    assert set(plot.labels) <= named and len(plot.labels) == min(MOST_NAMES, len(named))
    able = [point for point in plot.points if point.ranked or not plot.ranks]
    assert not any(dominates((one.cost, one.auc), (other.cost, other.auc)) for one in able for other in plot.front)
    svg = ElementTree.fromstring(plot_svg(plot, ""))
    assert len(groups(svg)) == count


def test_more_entries_than_links_are_dots_without_one():
    plot = Plot("gpu_energy", "J", points(MOST_LINKS + 30), None)
    svg = ElementTree.fromstring(plot_svg(plot, ""))
    linked = groups(svg)
    assert len(linked) == MOST_LINKS and {point.slug for point in plot.front} <= set(linked)
    (cloud,) = [path for path in svg.iter("path") if path.get("class") == "cloud"]
    assert (cloud.get("d") or "").count("M") == 30


def test_a_season_has_four_plots_of_gpu_figures(tables):
    markup = pareto_plots(tables[0], "../") or ""
    said = [svg.get("aria-label") for svg in svgs(markup)]
    assert said == [
        f"Test AUC against {cost}: 9 entries, each a link, from the cheapest to the dearest. The table holds every "
        "number."
        for cost in (
            "GPU energy to predictions",
            "Time to predictions",
            "Peak GPU memory",
            "Latency of one image, 99th percentile",
        )
    ]
    energy = groups(svgs(markup)[0])
    assert "cnn_gradq8-cc4da1298c" not in energy
    assert set(energy) == {row["slug"] for row in tables[0]["entries"] if row["status"] != "failed"}
    link = energy["densenet_fp32-2c3b7a7437"].find("a")
    assert link is not None and link.get("href") == "../entries/densenet_fp32-2c3b7a7437.html"
    assert link.get("aria-label") == link.findtext("title")
    said_of_one = (link.get("aria-label") or "").replace("\u202f", " ")
    assert re.fullmatch(r"DenseNet-121, float32: AUC 0\.786 \(0\.755 to 0\.817\), 9\d\.\d kJ", said_of_one)
    assert energy["densenet_fp32-2c3b7a7437"].get("class") == "densenet ranked"
    assert energy["densenet_actq8-f9cc0c3124"].get("class") == "densenet"
    assert "Dashed" not in markup and "best test AUC that ranked entries reach" in markup


def test_without_a_ranked_entry_the_front_is_provisional_and_costs_are_the_hosts(tables):
    markup = pareto_plots(tables[1], "") or ""
    assert "provisional front" in markup and 'class="provisional-front"' in markup and 'class="front"' not in markup
    assert "Peak host memory" in markup and "GPU" not in markup


def test_one_entry_is_no_plot(tables):
    assert pareto_plots(tables[2], "") is None
    assert pareto_plots({**tables[0], "entries": []}, "") is None


def test_an_entry_without_area_or_cost_is_left_out(tables):
    table = json.loads(json.dumps(tables[0]))
    first, second = table["entries"][:2]
    first["summary"]["auc"].update(value=None, lower=None, upper=None, reason="none")
    second["summary"]["quantities"]["gpu_energy"].update(value=None, reason="none")
    energy, time = (groups(svg) for svg in svgs(pareto_plots(table, "") or "")[:2])
    assert first["slug"] not in energy and second["slug"] not in energy
    assert first["slug"] not in time and second["slug"] in time


def test_a_point_is_small_and_hostile_names_are_text(tables):
    table = json.loads(json.dumps(tables[0]))
    for row in table["entries"]:
        row["submission"]["name"] = row["submission"]["title"] = "</svg><script>alert(1)</script>" + "n" * 300
        row["submission"]["model"] = 'x" onload="alert(1)'
    hostile = pareto_plots(table, "") or ""
    assert "<script" not in hostile and len(svgs(hostile)) == 4 and 'class="other' in hostile
    found = re.findall(r"<g [^>]*data-slug.*?</g>", pareto_plots(tables[0], "../") or "", re.S)
    assert len(found) == 36 and max(len(each.encode()) for each in found) < POINT_BYTES


def test_the_same_table_gives_the_same_bytes(tables, tmp_path: Path):
    again = [table for each in a_published_season(tmp_path).document["benchmarks"] for table in each["tables"]]
    assert [pareto_plots(table, "") for table in again] == [pareto_plots(table, "") for table in tables]
