"""One entry in full: its learning curves, what its strategy really did, its checks, its digests, how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.curves import auc_curve, loss_curves
from harness.board.figures import area, quantity, short
from harness.board.judgement import fact, published
from harness.board.markup import Html, join, tag
from harness.board.names import METRIC_NAMES, QUANTITY_NAMES
from harness.board.parts import chips, command, entry_anchor, gate_chip

_TENSORS = {"parameters": "Parameters", "gradients": "Gradients", "optimizer_state": "Optimiser state"}
_ANSWERS = {"passed": "passed", "failed": "failed", "not measurable": "not measurable"}


def entry_details(place: Mapping[str, Any], entry: Mapping[str, Any], target: float | None) -> Html:
    """A closed box with everything about an entry. ``target`` is the validation target of its model."""
    submission, runs = entry["submission"], entry["runs"]
    summary = tag(
        "summary",
        tag("span", submission["title"], class_="title"),
        tag("span", tag("code", submission["name"]), " · ", submission["model"], class_="sub"),
        tag("span", _headline(entry), class_="headline"),
    )
    body = [
        tag("p", submission["description"]) if submission["description"] else None,
        tag("p", chips(submission), class_="chips"),
        _set_aside(entry),
        None if entry["judged"] is None else published(entry["judged"]),
        [_run(place, entry, run, target, alone=len(runs) == 1) for run in runs],
        tag("h5", "Repeat it"),
        tag("pre", tag("code", command(place, entry)), tabindex=0),
    ]
    # The id is inside the closed box: a browser opens the box for a link to something within it, script or not.
    inside = tag("div", body, class_="body", id=entry_anchor(place, entry))
    return tag("details", summary, inside, class_="entry set-aside" if entry["set_aside"] else "entry")


def _headline(entry: Mapping[str, Any]) -> Html:
    summary = entry["summary"]
    if summary is None:
        return join("no valid run")
    auc, time = summary["auc"]["value"], summary["quantities"]["time_to_predictions"]
    shown = [] if auc is None else [join("AUC ", tag("b", area(auc)))]
    if time["value"] is not None:
        shown.append(quantity(time["value"], time["unit"]))
    if entry["profile"] != "official":
        shown.append(tag("span", entry["profile"], class_="chip quiet"))
    return Html(" · ".join(shown))


def _set_aside(entry: Mapping[str, Any]) -> Html | None:
    reasons = [tag("li", reason) for reason in entry["set_aside"]]
    return tag("div", tag("h5", "Why it is not listed"), tag("ul", reasons), class_="why-box") if reasons else None


def _run(
    place: Mapping[str, Any], entry: Mapping[str, Any], run: Mapping[str, Any], target: float | None, *, alone: bool
) -> Html:
    body = [
        _outcome(run),
        _curves(run, target),
        tag("div", _quantities(run), tag("div", _observed(run), _checks(run)), class_="columns"),
        _provenance(place, entry, run),
    ]
    heading = f"Run {run['number']}"
    verdict = run["outcome"]["verdict"] + ("" if run["counts"] else ", does not count")
    if alone:
        return tag("section", tag("h4", heading, tag("small", f" {verdict}, seed {run['seed']}")), body, class_="run")
    auc = run["quality"]["auc"]["value"]
    shown = "" if auc is None else f", AUC {area(auc)}"
    label = tag("summary", tag("b", heading), f" {verdict}{shown}, seed {run['seed']}")
    return tag("details", label, body, class_="run", open=run is entry["runs"][0])


def _outcome(run: Mapping[str, Any]) -> Html:
    outcome, quality = run["outcome"], run["quality"]
    lines: list[Html | None] = []
    if not run["counts"] and outcome["verdict"] != "infrastructure":
        lines.append(tag("p", "Another run of this number counts: nobody repeats a run until one pleases."))
    if outcome["verdict"] != "valid":
        lines.append(tag("p", f"Ended: {outcome['ended']}. ", "; ".join(outcome["reasons"]), class_="bad"))
    if outcome["said"]:
        lines.append(tag("p", "The workload's last words:"))
        lines.append(tag("pre", outcome["said"], tabindex=0))
    auc, trivial, gain = quality["auc"], quality["trivial"], quality["gain"]
    facts = [
        fact("Test AUC", auc),
        fact("Trivial model", trivial),
        fact("Gain", gain, sign=True),
    ]
    if (within := quality["within"]) is not None:
        facts.append(fact(f"Test AUC within one {within['of']}", within["auc"]))
    facts += [fact(METRIC_NAMES[name], found) for name, found in (quality["metrics"] or {}).items()]
    lines.append(tag("dl", facts, class_="facts"))
    gate = quality["gate"]
    lines.append(tag("p", gate_chip(gate), " ", gate["reason"]))
    why = run["profile"]["why"]
    if why:
        used = run["profile"]["used"] or run["profile"]["requested"]
        lines.append(tag("p", f"Profile {used}: {why}", class_="quiet"))
    return join(lines)


def _curves(run: Mapping[str, Any], target: float | None) -> Html | None:
    plots = [plot for plot in (auc_curve(run["epochs"], target), loss_curves(run["epochs"])) if plot is not None]
    return tag("div", plots, class_="plots") if plots else None


def _quantities(run: Mapping[str, Any]) -> Html:
    rows = []
    for name, label in QUANTITY_NAMES.items():
        found = run["quantities"][name]
        if found["value"] is None:
            shown, why = join("—"), found["reason"]
        else:
            shown = quantity(found["value"], found["unit"])
            why = "; ".join(text for text in (found["source"], found["scope"]) if text)
        head = tag("th", label, scope="row")
        rows.append(tag("tr", head, tag("td", shown, class_="figure"), tag("td", why, class_="source")))
    caption = tag("caption", "What was measured, by what, over what")
    return tag(
        "div",
        tag("table", caption, tag("tbody", rows), class_="measured"),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label="What was measured",
    )


def _observed(run: Mapping[str, Any]) -> Html:
    observed = run["observed"]
    rows = [
        tag("tr", tag("th", label, scope="row"), tag("td", dtype), tag("td", quantity(size, "B"), class_="figure"))
        for group, label in _TENSORS.items()
        for dtype, size in observed.get(group, {}).items()
    ]
    heading = tag("h5", "What the strategy really did")
    if not rows:
        return join(heading, tag("p", "The run ended before this was seen.", class_="quiet"))
    count = run["parameters"]
    size = "" if count is None else f"{count:,}".replace(",", "\u202f") + " parameters"
    said = ", ".join(
        text for text in (size, observed.get("optimizer") and f"optimiser {observed['optimizer']}") if text
    )
    return join(
        heading, tag("p", said, class_="quiet") if said else None, tag("table", tag("tbody", rows), class_="measured")
    )


def _checks(run: Mapping[str, Any]) -> Html:
    heading = tag("h5", "Checks")
    if not run["checks"]:
        return join(heading, tag("p", "The run ended before it could be checked.", class_="quiet"))
    items = [
        tag(
            "li",
            tag("b", check["id"], " ", check["title"]),
            " ",
            tag(
                "span",
                _ANSWERS.get(check["answer"], check["answer"]),
                class_=f"verdict {_answer_kind(check['answer'])}",
            ),
            tag("span", check["sentence"], class_="sub") if check["sentence"] else None,
            tag("span", f"→ {check['remedy']}", class_="sub") if check["remedy"] else None,
        )
        for check in run["checks"]
    ]
    return join(heading, tag("ul", items, class_="checks"))


def _answer_kind(answer: str) -> str:
    return {"passed": "good", "failed": "bad"}.get(answer, "quiet")


def _provenance(place: Mapping[str, Any], entry: Mapping[str, Any], run: Mapping[str, Any]) -> Html:
    digests = {
        "Run": run["run"],
        "Time": f"{run['started']} to {run['finished']}".replace("T", " ").replace("Z", " UTC"),
        "Record": f"{run['source']} ({short(run['digest'])})",
        "Submission": short(entry["submission"]["digest"]),
        "Image": f"{entry['image']['kind']} ({short(entry['image']['identity'])})",
        "Benchmark": short(place["benchmark_digest"]),
        "Data": short(place["data_digest"]),
        "Rules": f"{place['ruleset']} ({short(place['ruleset_digest'])})",
        "Software": ", ".join(f"{name} {version}" for name, version in run["versions"].items()) or "not told",
    }
    rows = [tag("div", tag("dt", name), tag("dd", text)) for name, text in digests.items()]
    return tag("dl", rows, class_="digests")
