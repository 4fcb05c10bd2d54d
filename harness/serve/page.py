"""The page about the runs that go on, made on the server: it says the same with scripts and without."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from harness.board.markup import Html, tag

_HERE = Path(__file__).resolve().parent
SOURCES = {"gpu": "GPU", "cpu": "CPU packages", "dram": "memory"}
SHOWN_EPOCHS = 100
"""Rows of the table, the newest first."""


def render(said: Mapping[str, Any]) -> str:
    """The page over ``said`` (schemas/live.schema.json) as UTF-8 text.

    As on the leaderboard its own content security policy names style and script by digest and forbids the rest; the
    script may ask this server, and no other.
    """
    style, script, page = _asset("live.css"), _asset("live.js"), _asset("live.html")
    return Template(page).substitute(
        policy=f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        main=_main(said),
    )


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """How a content security policy names an inline style or script (CSP 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def duration(seconds: float) -> str:
    """``12 s``, ``3 min 5 s`` or ``2 h 10 min``."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _main(said: Mapping[str, Any]) -> Html:
    return tag(
        "main",
        tag("p", _headline(said), role="status"),
        _site(said["site"]),
        [_run(run) for run in said["runs"]],
        _finished(said["finished"]),
    )


def _headline(said: Mapping[str, Any]) -> str:
    if said["harness"] is None:
        return "No harness is running in this home."
    if not said["runs"]:
        return f"A harness is running ({said['harness']}), and no run goes on: it prepares data, or builds an image."
    return f"A harness is running ({said['harness']})."


def _site(site: Mapping[str, Any] | None) -> Html | None:
    if site is None or site["problem"] is None:
        return None
    return tag("p", "The leaderboard could not be made again, and is as it was. ", site["problem"], class_="bad")


def _run(run: Mapping[str, Any]) -> Html:
    number = "a run" if run["number"] is None else f"run {run['number']}"
    words = [run["submission"], run["benchmark"], number, run["runtime"], run["device"]]
    words += [] if run["profile"] is None else [f"profile {run['profile']}"]
    done, planned = (run["epochs"][-1]["n"] if run["epochs"] else 0), run["epochs_planned"]
    bar = None
    if planned:
        bar = tag("progress", value=min(done, planned), max=planned, aria_label="Epochs")
    return tag(
        "section",
        tag("h2", run["title"] or run["run"]),
        tag("p", " · ".join(word for word in words if word), class_="sub"),
        tag("p", _doing(run, done), class_="doing"),
        bar,
        None if run["problem"] is None else tag("p", run["problem"], class_="bad"),
        _facts(run),
        _epochs(run["epochs"]),
    )


def _doing(run: Mapping[str, Any], done: int) -> str:
    text = str(run["doing"]).capitalize()
    if run["state"] == "train":
        planned = run["epochs_planned"]
        # Between the last epoch and the next state there is no further epoch.
        if planned is None:
            return f"{text}, epoch {done + 1}"
        return f"{text}, epoch {min(done + 1, planned)} of at most {planned}"
    return f"{text}, pass {run['passes']}" if run["state"] == "repeat" else text


def _facts(run: Mapping[str, Any]) -> Html:
    clock = tag("span", duration(run["elapsed_s"]), id=f"elapsed-{run['run']}")
    rows = [tag("div", tag("dt", "Since the run began"), tag("dd", clock))]
    rows += [
        tag("div", tag("dt", f"Power, {SOURCES[name]}"), tag("dd", _watts(figure)))
        for name, figure in run["power"].items()
    ]
    return tag("dl", rows)


def _watts(figure: Mapping[str, Any]) -> list[Html | str]:
    if figure["value"] is None:
        return ["–", tag("small", figure["reason"])]
    return [f"{figure['value']:.{0 if figure['value'] >= 100 else 1}f} W", tag("small", figure["source"])]


def _epochs(epochs: list[Mapping[str, Any]]) -> Html | None:
    if not epochs:
        return None
    names = ("Epoch", "Validation AUC", "Validation loss", "Training loss", "Time")
    head = tag("tr", [tag("th", name, scope="col") for name in names])
    rows = [
        tag(
            "tr",
            tag("th", f"{epoch['n']}", " best so far" if epoch["best"] else None, scope="row"),
            tag("td", _auc(epoch)),
            tag("td", "–" if epoch["loss"] is None else f"{epoch['loss']:.4f}"),
            tag("td", f"{epoch['train_loss']:.4f}"),
            tag("td", f"{epoch['seconds']:.1f} s"),
            class_="best" if epoch["best"] else None,
        )
        for epoch in reversed(epochs[-SHOWN_EPOCHS:])
    ]
    caption = "Epochs, the newest first. Scores are the harness's, on labels that the workload does not have."
    table = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", rows))
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label="Epochs")


def _auc(epoch: Mapping[str, Any]) -> list[Html | str]:
    return ["–", tag("small", epoch["reason"])] if epoch["auc"] is None else [f"{epoch['auc']:.3f}"]


def _finished(runs: list[Mapping[str, Any]]) -> Html | None:
    if not runs:
        return None
    rows = [
        tag("li", f"{run['submission']} · {run['benchmark']} · run {run['number']}: {run['verdict']}") for run in runs
    ]
    link = tag("p", tag("a", "See them on the leaderboard", href="/"))
    return tag("section", tag("h2", "Finished lately"), tag("ul", rows), link)
