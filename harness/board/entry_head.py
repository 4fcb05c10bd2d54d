"""The top of an entry's page: what the configuration is, where it stands, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from harness.board.cost_table import has_ratio
from harness.board.markup import Html, join, tag
from harness.board.parts import chips
from harness.board.words.common import RUNTIME, STATUS
from harness.board.words.entry import ENTRY

_KINDS = {"ranked": "good", "below target": "bad", "failed": "bad", "invalid": "bad"}


def entry_lead(document: Mapping[str, Any]) -> Html:
    """The way back to its table, the description, and the configuration."""
    submission = document["row"]["submission"]
    described = submission["description"]
    return join(
        tag("p", f"{ENTRY['in table']} ", _table_link(document), class_="crumbs"),
        tag("p", described.strip(), class_="lead") if described else None,
        tag(
            "p", chips(submission), tag("span", submission["model"], class_="chip quiet"),
            tag("code", submission["name"], class_="quiet"), class_="configuration",
        ),
    )  # fmt: skip


def standing(document: Mapping[str, Any]) -> Html:
    """Warnings first, then the status with its reasons, and where to go from here."""
    row = document["row"]
    return tag(
        "div",
        [tag("p", ENTRY[what], class_="warning", role="note") for what in ("simulated", "phantom") if document[what]],
        tag(
            "p",
            tag("strong", STATUS[row["status"]], class_=f"badge {_KINDS.get(row['status'], 'quiet')}"),
            [tag("span", text, class_="standing-fact") for text in _facts(row)],
            class_="standing",
        ),
        _reasons(row),
        tag("p", [[tag("a", text, href=href), " "] for text, href in _links(document)], class_="entry-links"),
        class_="entry-standing",
    )


def reference_of(row: Mapping[str, Any]) -> str | None:
    """Slug of the entry of the same table that this one can be held against, if there is one."""
    found = row["ratios"]["float32"]["entry"]
    return str(found) if found is not None and has_ratio(row, "float32") else None


def _table_link(document: Mapping[str, Any]) -> Html:
    place = document["place"]
    text = ENTRY["place" if place["division"] == "closed" else "open place"].format(
        benchmark=document["benchmark"]["title"],
        system=place["system_title"],
        runtime=RUNTIME.get(place["runtime"], place["runtime"]),
        device=place["device"],
        division=place["division"],
    )
    return tag("a", text, href=f"../tables/{quote(document['table'])}.html")


def _facts(row: Mapping[str, Any]) -> list[str]:
    found = []
    if (rank := row["rank"]) is not None:
        found.append(ENTRY["rank" if rank["best"] == rank["worst"] else "ranks"].format(**rank))
    found.append(ENTRY["shown runs"].format(**row["runs"]))
    if row["flags"]:
        found.append(ENTRY["flagged"].format(ids=", ".join(flag["id"] for flag in row["flags"])))
    found.append(row["provenance"])
    profile = row["profile"]
    found.append(ENTRY["official"] if profile == "official" else ENTRY["profile"].format(profile=profile))
    if row["submission"]["division"] == "open":
        found.append(ENTRY["own program"])
    return found


def _reasons(row: Mapping[str, Any]) -> Html | None:
    if not row["why"]:
        return None
    heading = ENTRY["no rank" if row["status"] in ("provisional", "below target") else "set aside"]
    items = [tag("li", reason) for reason in row["why"]]
    return tag("div", tag("h2", heading, class_="small"), tag("ul", items), class_="why-box")


def _links(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    row, links = document["row"], []
    if (reference := reference_of(row)) is not None:
        pair = f"{quote(row['slug'])},{quote(reference)}"
        links.append((ENTRY["compare"], f"../compare/{quote(document['table'])}.html#entries={pair}"))
    return [*links, (ENTRY["json"], f"{quote(row['slug'])}.json")]
