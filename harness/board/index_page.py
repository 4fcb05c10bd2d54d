"""The first page: what the site is, the way to every table, and the table that shows most in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.board.about import about
from harness.board.cells import SELF_REPORTED
from harness.board.controls import SCRIPTS
from harness.board.frame import Page
from harness.board.markup import Html, join, tag
from harness.board.parts import device, place_chips, runtime
from harness.board.table_page import STYLES, table_view, view_data
from harness.board.words.common import SITE, many
from harness.board.words.index import GUIDE, INDEX, TALLY
from harness.board.words.table import PLACE

Json = Mapping[str, Any]


def index_page(standings: Json, findings: Mapping[str, Json]) -> Page:
    """The first page over the standings' document; ``findings`` are those of each table, by its slug."""
    lead = lead_table(standings)
    shown = _first_run(standings) if lead is None else _lead_view(*lead, findings)
    return Page(
        path="index.html",
        title=INDEX["title"],
        heading=SITE["question"],
        lead=join(tag("p", SITE["lead"], class_="lead"), _tally(standings)),
        main=join(_tables(standings), shown, _leftovers(standings), _guide()),
        styles=STYLES,
        scripts=() if lead is None else SCRIPTS,
        data={} if lead is None else view_data(lead[1], findings.get(lead[1]["slug"], {})),
    )


def lead_table(standings: Json) -> tuple[Json, Json] | None:
    """(benchmark, table) with the most ranked entries, then the most entries, then the first slug."""
    found = [(benchmark, table) for benchmark in standings["benchmarks"] for table in benchmark["tables"]]
    return min(found, key=lambda each: _order(each[1]), default=None)


def _order(table: Json) -> tuple[int, int, str]:
    return -_ranked(table), -len(table["entries"]), table["slug"]


def _ranked(table: Json) -> int:
    return sum(row["status"] == "ranked" for row in table["entries"])


def _tally(standings: Json) -> Html:
    counts = standings["counts"]
    found = {
        "runs": counts["runs"],
        "entries": counts["entries"],
        "ranked": counts["statuses"]["ranked"],
        "tables": sum(len(benchmark["tables"]) for benchmark in standings["benchmarks"]),
        "interrupted": counts["interrupted"],
        "unreadable": counts["unreadable"],
    }
    always = ("runs", "entries", "ranked", "tables")
    said = [many(count, TALLY[name]) for name, count in found.items() if count or name in always]
    return tag("p", " · ".join(said), class_="tally")


def _tables(standings: Json) -> Html | None:
    """Links to all tables, by benchmark, and in a line which benchmarks have none; None where there is no table."""
    there = [benchmark for benchmark in standings["benchmarks"] if benchmark["tables"]]
    if not there:
        return None
    bare = "; ".join(benchmark["title"] for benchmark in standings["benchmarks"] if not benchmark["tables"])
    return tag(
        "nav",
        tag("h2", INDEX["tables"], id="tables"),
        [tag("div", _group(benchmark), class_="group") for benchmark in there],
        tag("p", INDEX["no tables"].format(benchmarks=bare), class_="quiet") if bare else None,
        class_="tables",
        aria_labelledby="tables",
    )


def _group(benchmark: Json) -> Iterator[Html]:
    yield tag("h3", benchmark["title"])
    yield tag("ul", [_link(table) for table in sorted(benchmark["tables"], key=_order)])


def _link(table: Json) -> Html:
    place = table["place"]
    parts = [runtime(place), device(place)]
    if place["division"] != "closed":
        parts.append(PLACE["division"].format(division=place["division"]))
    parts += [many(len(table["entries"]), TALLY["entries"]), many(_ranked(table), TALLY["ranked"])]
    if own := sum(row["provenance"] == SELF_REPORTED for row in table["entries"]):
        parts.append(many(own, TALLY["own"]))
    link = tag("a", place["system_title"], href=f"tables/{table['slug']}.html")
    return tag("li", link, tag("span", " · ".join(parts), class_="sub"))


def _lead_view(benchmark: Json, table: Json, findings: Mapping[str, Json]) -> Html:
    place = table["place"]
    return tag(
        "section",
        tag("h2", benchmark["title"], id="lead"),
        tag("p", place["system_title"], " ", place_chips(place), class_="place"),
        table_view(table, benchmark, findings.get(table["slug"], {}), ""),
        about(benchmark),
        aria_labelledby="lead",
    )


def _first_run(standings: Json) -> Html:
    """What stands in the place of the tables while nothing was run."""
    ids = [benchmark["id"] for benchmark in standings["benchmarks"]]
    name = "lidc-nodules" if "lidc-nodules" in ids or not ids else ids[0]
    run = f"harness run submissions/densenet_8bit --benchmark {name} --runs 1"
    return tag(
        "section",
        tag("h2", INDEX["no run"], id="first-run"),
        tag("p", INDEX["first run"]),
        tag("pre", tag("code", f"{run}\nharness leaderboard build"), tabindex=0),
        class_="empty",
        aria_labelledby="first-run",
    )


def _leftovers(standings: Json) -> Html | None:
    """Run folders without a record, and files that could not be read."""
    rows = [(each["source"], INDEX["interrupted"] + _known(each)) for each in standings["interrupted"]]
    rows += [(each["source"], INDEX["unreadable"].format(reason=each["reason"])) for each in standings["unreadable"]]
    if not rows:
        return None
    head = tag("tr", tag("th", INDEX["where"], scope="col"), tag("th", INDEX["why"], scope="col"))
    body = [tag("tr", tag("th", tag("code", where), scope="row"), tag("td", why)) for where, why in rows]
    caption = tag("caption", INDEX["leftovers caption"])
    table = tag("table", caption, tag("thead", head), tag("tbody", body), class_="aside")
    box = tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=INDEX["leftovers caption"])
    return tag("section", tag("h2", INDEX["leftovers"], id="leftovers"), box, aria_labelledby="leftovers")


def _known(interrupted: Json) -> str:
    """What an interrupted run's plan said it was to be."""
    if interrupted["submission"] is None:
        return ""
    return INDEX["to be" if interrupted["number"] is None else "to be run"].format(**interrupted)


def _guide() -> Html:
    items = [tag("div", tag("dt", name), tag("dd", said)) for name, said in GUIDE]
    return tag("section", tag("h2", INDEX["how"], id="how"), tag("dl", items, class_="guide"), aria_labelledby="how")
