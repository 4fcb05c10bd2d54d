"""How good an entry is: its AUC against target, trivial model and reference, and its other figures of quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import area, interval
from harness.board.forest import forest
from harness.board.markup import Html, join, tag
from harness.board.names import METRIC_NAMES
from harness.board.parts import gate_chip, outcome_chip
from harness.board.words.entry import GLANCE, OUTCOMES, QUALITY


def judgement(document: Mapping[str, Any]) -> Html | None:
    """The forest plot and what each gate says; None without a valid run."""
    summary = document["row"]["summary"]
    if summary is None:
        return None
    valid = valid_runs(document)
    plot = forest(summary, [(run["number"], run["quality"]["auc"]) for run in valid])
    gate = summary["gate"]
    return join(
        None if plot is None else tag("figure", plot, tag("figcaption", QUALITY["caption"])),
        tag("p", tag("b", "Q1 "), gate_chip(gate), " ", gate["reason"]),
        _against_the_reference(document["judged"]),
        _metrics(document, valid),
    )


def valid_runs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The runs that the entry's figures are made of."""
    return [run for run in document["runs"] if run["counts"] and run["outcome"]["verdict"] == "valid"]


def fact(name: str, estimate: Mapping[str, Any], *, sign: bool = False) -> Html:
    """A figure with its interval, or with the reason why one of them is missing."""
    if estimate["value"] is None:
        shown = join("— ", tag("span", estimate["reason"], class_="interval"))
    else:
        below = interval(estimate, sign=sign) or tag("span", estimate["reason"], class_="interval")
        shown = join(tag("b", area(estimate["value"], sign=sign)), " ", below)
    return tag("div", tag("dt", name), tag("dd", shown))


def _against_the_reference(judged: Mapping[str, Any] | None) -> Html | None:
    """Gate Q2 in words."""
    if judged is None:
        return None
    found = judged["non_inferiority"]
    if found is None:
        return tag("p", QUALITY["reference"])
    said = OUTCOMES.get(found["outcome"], "")
    return tag("p", tag("b", "Q2 "), outcome_chip(judged), f" {said}. " if said else " ", found["reason"])


def _metrics(document: Mapping[str, Any], valid: Sequence[Mapping[str, Any]]) -> Html | None:
    """Of all runs together where they were published, else of the only run there is."""
    judged = document["judged"]
    facts = []
    if judged is not None:
        if judged["difference"] is not None:
            facts.append(fact(GLANCE["difference"], judged["difference"], sign=True))
        facts += _named(judged["metrics"])
    elif len(valid) == 1:
        facts += run_metrics(valid[0])
    return tag("dl", facts, class_="facts") if facts else None


def run_metrics(run: Mapping[str, Any]) -> list[Html]:
    """Figures of quality of one run besides its AUC."""
    quality = run["quality"]
    within, metrics = quality["within"], quality["metrics"] or {}
    facts = [] if within is None else [fact(QUALITY["within"].format(of=within["of"]), within["auc"])]
    return facts + _named(metrics)


def _named(metrics: Mapping[str, Any]) -> list[Html]:
    return [fact(name, metrics[metric]) for metric, name in METRIC_NAMES.items() if metric in metrics]
