"""All runs of an entry side by side, those that failed or don't count among them, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.curves import kept
from harness.board.drawing import sentence
from harness.board.figures import area, interval, quantity
from harness.board.markup import Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.regions import scroll
from harness.board.words.entry import RUNS

_COSTS = (
    ("time_to_predictions",),
    ("gpu_energy", "cpu_energy"),
    ("peak_gpu_memory", "peak_host_memory"),
)
"""A column each, of the first of these that any run measured; none where no run did."""
_VERDICTS = {"valid": "good", "failed": "bad", "invalid": "bad"}


def run_table(runs: Sequence[Mapping[str, Any]]) -> Html:
    """A line a run; its number leads to it in full."""
    costs = [name for names in _COSTS if (name := _measured(runs, names)) is not None]
    head = tag(
        "tr",
        tag("th", RUNS["number"], scope="col"),
        tag("th", RUNS["verdict"], scope="col"),
        [tag("th", RUNS[name], scope="col", class_="figure") for name in ("auc", "validation_auc", "epochs")],
        [tag("th", QUANTITY_NAMES[name], scope="col", class_="figure") for name in costs],
        tag("th", RUNS["flags"], scope="col"),
        tag("th", RUNS["seed"], scope="col", class_="figure"),
    )
    body = [_line(run, run_id(runs, run), costs) for run in runs]
    table = tag("table", tag("caption", RUNS["caption"]), tag("thead", head), body, class_="runs")
    return scroll(RUNS["table"], table)


def run_id(runs: Sequence[Mapping[str, Any]], run: Mapping[str, Any]) -> str:
    """The id of a run on the page: several may have one number."""
    same = [each["run"] for each in runs if each["number"] == run["number"]]
    again = same.index(run["run"])
    return f"run-{run['number']}" + (f"-{again + 1}" if again else "")


def why_not(run: Mapping[str, Any]) -> list[str]:
    """Why a run is not valid, or does not count."""
    outcome = run["outcome"]
    said = []
    if outcome["verdict"] != "valid":
        said += [RUNS["ended"].format(ended=outcome["ended"]), *outcome["reasons"]]
    if not run["counts"]:
        said.append(RUNS["cut short" if outcome["verdict"] == "infrastructure" else "counts not"])
    return said


def flags(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The checks that the run did not pass."""
    return [check for check in run["checks"] if check["answer"] == "failed"]


def _measured(runs: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if any(run["quantities"][name]["value"] is not None for run in runs)), None)


def _line(run: Mapping[str, Any], name: str, costs: Sequence[str]) -> Html:
    verdict, quality = run["outcome"]["verdict"], run["quality"]
    failed = flags(run)
    cells = [
        tag("th", tag("a", str(run["number"]), href=f"#{name}"), scope="row"),
        tag("td", tag("span", verdict, class_=f"verdict {_VERDICTS.get(verdict, 'quiet')}")),
        tag("td", _area(quality["auc"]), class_="figure"),
        tag("td", _single(quality["validation_auc"]), class_="figure"),
        tag("td", _epochs(run), class_="figure"),
        [tag("td", _cost(run["quantities"][cost]), class_="figure") for cost in costs],
        tag("td", [[tag("span", each["id"], title=each["title"] or None), " "] for each in failed] or RUNS["none"]),
        tag("td", str(run["seed"]), class_="figure"),
    ]
    below = None
    if said := sentence(*why_not(run)):
        below = tag("tr", tag("td"), tag("td", tag("div", said, class_="because"), colspan=6 + len(costs)))
    return tag("tbody", tag("tr", cells), below, class_=None if run["counts"] else "aside")


def _area(found: Mapping[str, Any]) -> Html:
    if found["value"] is None:
        return tag("span", "—", title=found["reason"])
    return join(area(found["value"]), interval(found))


def _single(value: float | None) -> str:
    return "—" if value is None else area(value)


def _epochs(run: Mapping[str, Any]) -> str:
    best = kept(run)
    count = len(run["epochs"])
    return str(count) if best is None else RUNS["kept"].format(count=count, kept=best[0])


def _cost(found: Mapping[str, Any]) -> Html:
    if found["value"] is None:
        return tag("span", "—", title=found["reason"])
    return quantity(found["value"], found["unit"])
