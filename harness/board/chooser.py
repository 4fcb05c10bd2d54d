"""The form in which a reader says what a clinic can afford. The script answers which entries that leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.board.columns import measured
from harness.board.markup import Html, tag
from harness.board.words.controls import CHOOSER


@dataclass(frozen=True)
class Limit:
    """A limit of the form: the quantities that it may be on, the first that the table has; and units to give it in."""

    name: str
    quantities: tuple[str, ...]
    units: tuple[str, ...]


LIMITS = (
    Limit("max_memory", ("peak_gpu_memory", "peak_host_memory"), ("GiB",)),
    Limit("max_energy", ("gpu_energy", "cpu_energy"), ("kJ", "Wh")),
    Limit("max_image_energy", ("offline_gpu_energy",), ("J", "Wh")),
    Limit("max_time", ("time_to_predictions",), ("s", "min")),
    Limit("max_latency", ("single_latency_p99",), ("ms",)),
)


def chooser(table: Mapping[str, Any]) -> Html:
    """Limits on cost, least quality, and the goal."""
    there = measured(table["entries"])
    limits = tag("fieldset", tag("legend", CHOOSER["limits"]), [_limit(limit, there) for limit in LIMITS])
    auc = tag("input", type="number", name="min_auc", min=0, max=1, step="any", inputmode="decimal")
    by = _select("auc_by", [(name, CHOOSER[f"by_{name}"]) for name in ("lower", "value")], CHOOSER["auc_by"])
    quality = tag("fieldset", tag("legend", CHOOSER["quality"]), tag("label", tag("span", CHOOSER["min_auc"]), auc), by)
    goals = [
        ("", CHOOSER["no_goal"]),
        ("cost", CHOOSER[f"goal_{table['sorted_by']}"]),
        ("quality", CHOOSER["goal_auc"]),
    ]
    goal = tag(
        "fieldset",
        tag("legend", CHOOSER["goal"]),
        _select("goal", goals, CHOOSER["goal_label"]),
        tag("label", tag("input", type="checkbox", name="unproven"), " ", CHOOSER["unproven"], class_="box"),
    )
    intro = tag("p", CHOOSER["intro"], class_="quiet")
    return tag("details", tag("summary", CHOOSER["title"]), intro, limits, quality, goal, class_="chooser")


def _limit(limit: Limit, there: set[str]) -> Html:
    name = next((quantity for quantity in limit.quantities if quantity in there), None)
    if name is None:
        label = CHOOSER[limit.quantities[0]]
        return tag("p", CHOOSER["not_measured"].format(label=label), class_="quiet")
    box = tag("input", type="number", name=limit.name, min=0, step="any", inputmode="decimal", data_quantity=name)
    label = tag("label", tag("span", CHOOSER[name]), box)
    if len(limit.units) == 1:
        unit = tag("span", limit.units[0], class_="unit", data_unit=limit.name)
    else:
        options = [tag("option", unit, value=unit) for unit in limit.units]
        unit = tag(
            "select", options, name=f"{limit.name}_unit", aria_label=CHOOSER["unit_of"].format(label=CHOOSER[name])
        )
    return tag("div", label, unit, class_="limit")


def _select(name: str, options: list[tuple[str, str]], label: str) -> Html:
    body = [tag("option", text, value=value) for value, text in options]
    return tag("label", tag("span", label), tag("select", body, name=name))
