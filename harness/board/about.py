"""What a benchmark measures, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.figures import short
from harness.board.markup import Html, tag
from harness.board.words.index import BENCHMARK, BENCHMARK_FACTS, TRIVIAL
from harness.board.words.table import PLACE


def about(benchmark: Mapping[str, Any]) -> Html:
    """The description and the facts; of a benchmark that this installation lacks, that it can't be described."""
    text = benchmark["text"]
    version = f"{benchmark['id']} {short(benchmark['digest'])}"
    if text is None:
        body = tag("p", BENCHMARK["unknown"].format(version=version))
    else:
        body = tag("div", tag("p", text["description"]), _facts(text, version), class_="about")
    return tag("section", tag("h2", PLACE["about"], id="about"), body, aria_labelledby="about")


def _facts(text: Mapping[str, Any], version: str) -> Html:
    names = BENCHMARK_FACTS
    facts = {
        names["positive"]: text["positive"],
        names["negative"]: text["negative"],
        names["trivial"]: BENCHMARK["trivial"].format(what=TRIVIAL.get(text["trivial"], text["trivial"])),
        names["labels"]: BENCHMARK["public" if text["labels"] == "public" else "private"],
        **{names["claim"].format(claim=claim): reason for claim, reason in sorted(text["not_testable"].items())},
        names["data"]: text["attribution"] or BENCHMARK["no attribution"],
        names["version"]: version,
    }
    rows = [tag("div", tag("dt", name), tag("dd", fact)) for name, fact in facts.items()]
    return tag("dl", rows, class_="facts-list")
