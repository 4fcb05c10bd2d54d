"""The whole page. The same standings give the same bytes; nothing on it is fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from harness.board.details import entry_details
from harness.board.figures import short
from harness.board.markup import Html, join, tag
from harness.board.overview import overview, set_aside
from harness.board.parts import anchor

_HERE = Path(__file__).resolve().parent

TRIVIAL = {
    "size": "one obvious number, size",
    "metadata": "what is known without any pixel: site, machine, age, missing density, number of views",
}
"""What the trivial models of benchmarks are made of."""


def render(standings: Mapping[str, Any]) -> str:
    """The page over ``standings`` (schemas/standings.schema.json) as UTF-8 text.

    Style and script are inlined, and the page's own content security policy names both by digest and forbids the rest:
    should a text from a record ever get past the escaping, a browser still would not run it.
    """
    style, script, page = _asset("style.css"), _asset("script.js"), _asset("page.html")
    benchmarks = standings["benchmarks"]
    return Template(page).substitute(
        policy=f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        tally=_tally(standings["counts"]),
        contents=_contents(benchmarks),
        benchmarks=join([_benchmark(each) for each in benchmarks]),
        leftovers=_leftovers(standings) or "",
    )


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """How a content security policy names an inline style or script (CSP 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _tally(counts: Mapping[str, int]) -> Html:
    entries = counts["listed"]
    words = [
        _many(counts["runs"], "run", "runs"),
        _many(entries, "entry listed", "entries listed"),
        _many(counts["set_aside"], "entry set aside", "entries set aside"),
    ]
    words += [f"{counts['interrupted']} interrupted"] if counts["interrupted"] else []
    words += [f"{counts['unreadable']} unreadable"] if counts["unreadable"] else []
    return tag("p", " · ".join(words), class_="tally")


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _table_anchor(table: Mapping[str, Any]) -> str:
    return anchor("table", table["place"])


def _contents(benchmarks: Sequence[Mapping[str, Any]]) -> Html | str:
    """Links to the tables, where there is more than one."""
    links = [
        tag("li", tag("a", _place_name(table["place"]), href=f"#{_table_anchor(table)}"), f" ({benchmark['title']})")
        for benchmark in benchmarks
        for table in benchmark["tables"]
    ]
    return tag("nav", tag("ul", links), aria_label="Tables") if len(links) > 1 else ""


def _place_name(place: Mapping[str, Any]) -> str:
    where = "container" if place["runtime"] == "docker" else place["runtime"]
    division = "" if place["division"] == "closed" else f", {place['division']} division"
    return f"{place['system_title']}; {where}, {place['device']}{division}"


def _benchmark(benchmark: Mapping[str, Any]) -> Html:
    name = anchor("benchmark", benchmark["id"], benchmark["digest"])
    tables = benchmark["tables"]
    return tag(
        "section",
        tag("h2", benchmark["title"], id=name),
        _about(benchmark),
        [_table(table, benchmark["text"]) for table in tables] if tables else _first_run(benchmark["id"]),
        class_="benchmark",
        aria_labelledby=name,
    )


def _about(benchmark: Mapping[str, Any]) -> Html:
    """What the benchmark measures, in its own words."""
    text = benchmark["text"]
    version = f"{benchmark['id']} {short(benchmark['digest'])}"
    if text is None:
        said = "These records are of a benchmark, or of a version of it, that this installation does not have"
        return tag("p", f"{said} ({version}), so it can't be described here.", class_="about")
    secrecy = {"public": "anybody can look them up, so hiding them proves nothing about an open submission"}
    labels = secrecy.get(text["labels"], "they are not published")
    facts = {
        "Positive": text["positive"],
        "Negative": text["negative"],
        "Trivial model": f"logistic regression on {TRIVIAL[text['trivial']]}. A network must beat it.",
        "Labels": f"{text['labels']}: {labels}",
        **{f"Can't test {claim}": reason for claim, reason in sorted(text["not_testable"].items())},
        "Data": text["attribution"] or "no attribution given",
        "Version": version,
    }
    rows = [tag("div", tag("dt", name), tag("dd", fact)) for name, fact in facts.items()]
    lead = tag("p", text["description"], class_="lead")
    return tag("div", lead, tag("dl", rows, class_="facts-list"), class_="about")


def _first_run(benchmark: str) -> Html:
    """What stands in the place of the tables while nothing was run."""
    run = f"harness run submissions/densenet_8bit --benchmark {benchmark} --runs 1"
    return tag(
        "div",
        tag("h3", "No run yet"),
        tag("p", "Make the first one, which takes minutes on two processor cores, and build this page again:"),
        tag("pre", tag("code", f"{run}\nharness leaderboard build"), tabindex=0),
        class_="empty",
    )


def _table(table: Mapping[str, Any], text: Mapping[str, Any] | None) -> Html:
    name, place = _table_anchor(table), table["place"]
    targets = {} if text is None else text["targets"]
    entries = [*table["listed"], *table["set_aside"]]
    runtime = "container" if place["runtime"] == "docker" else f"{place['runtime']}, no container"
    heading = tag(
        "h3",
        place["system_title"],
        " ",
        tag("span", runtime, class_="chip"),
        tag("span", place["device"], class_="chip"),
        None if place["division"] == "closed" else tag("span", f"{place['division']} division", class_="chip"),
        id=name,
    )
    details = [
        entry_details(place, entry, targets.get(entry["submission"]["model"], {}).get("validation_auc"))
        for entry in entries
    ]
    return tag(
        "section",
        heading,
        tag("p", table["note"], class_="note"),
        overview(table, name) if table["listed"] else None,
        set_aside(table, name),
        tag("h4", "Entries in full"),
        details,
        class_="place",
        aria_labelledby=name,
    )


def _leftovers(standings: Mapping[str, Any]) -> Html | None:
    """Run folders without a record, and files that could not be read."""
    rows = [
        (each["source"], "interrupted, or still running: the folder has no record.json" + _known(each))
        for each in standings["interrupted"]
    ]
    rows += [(each["source"], f"unreadable: {each['reason']}") for each in standings["unreadable"]]
    if not rows:
        return None
    head = tag("tr", tag("th", "Where", scope="col"), tag("th", "Why it is not in a table", scope="col"))
    body = [tag("tr", tag("th", tag("code", where), scope="row"), tag("td", why)) for where, why in rows]
    table = tag("table", tag("caption", "Not in any table"), tag("thead", head), tag("tbody", body), class_="aside")
    box = tag("div", table, class_="scroll", role="region", tabindex=0, aria_label="Not in any table")
    return tag("section", tag("h2", "Interrupted and unreadable", id="leftovers"), box, aria_labelledby="leftovers")


def _known(interrupted: Mapping[str, Any]) -> str:
    """What an interrupted run's plan said it was to be."""
    if interrupted["submission"] is None:
        return ""
    number = "" if interrupted["number"] is None else f", run {interrupted['number']}"
    return f" (it was to be {interrupted['submission']} on {interrupted['benchmark']}{number})"
