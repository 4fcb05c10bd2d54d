"""The claims on a page: verdict, effects, entries and what is missing, of every kind that a document may hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.board.claims_view import claims_view
from harness.board.effects import MARGIN, WIDTH, Forest
from harness.board.frame import Page
from harness.board.markup import Html
from tests.axe import violations
from tests.board.findings import invented_claims, part
from tests.browser import Open
from tests.standings.season import a_published_season


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    standings = a_published_season(tmp_path_factory.mktemp("season"))
    return invented_claims(standings.document["benchmarks"][0]["tables"][0])


@pytest.fixture(scope="module")
def articles(claims) -> dict[str, ElementTree.Element]:
    section = ElementTree.fromstring(claims_view(claims, "../") or "")
    return {text(found.find("h3"))[:2]: found for found in section.iter("article")}


def text(element: ElementTree.Element | None) -> str:
    return "" if element is None else re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


def test_each_claim_has_its_verdict_reason_and_source(articles):
    assert list(articles) == ["C1", "C2", "C3", "C4"]
    verdicts = [text(found.find("h3/span")) for found in articles.values()]
    assert verdicts == ["supported", "contradicted", "not testable", "undecided"]
    assert "3 of 3 parts are shown." in text(articles["C1"])
    assert "P of the claim below 0.001; of its opposite, corrected, 1.000." in text(articles["C1"])
    assert "Large transformers do not train well enough on about 1,300 images." in text(articles["C3"])
    assert all("Source: Selvan, Schön, Dam, 2023" in text(found) for found in articles.values())
    assert articles["C3"].find(".//table") is None


def test_a_part_has_effect_picture_verdict_and_links_to_its_entries(articles):
    memory, _, area = articles["C1"].findall(".//tbody/tr")
    assert "× 0.610 0.608 to 0.612" in text(memory) and "Peak GPU memory, ratio" in text(memory)
    links = {link.get("href") for link in memory.iter("a")}
    assert links == {
        "../entries/densenet_amp-83b206a251.html",
        "../entries/densenet_fp32-2c3b7a7437.html",
    }
    assert "−0.004 −0.009 to +0.001" in text(area) and "runs 1, 2, 3, 4, 5" in text(area)
    picture = area.find(".//svg")
    assert picture is not None
    assert picture.get("aria-label") == "AUC −0.004, −0.009 to +0.001; no effect is 0; bound −0.01"
    kinds = [mark.get("class") for mark in picture]
    assert kinds == ["rule", "nothing", "target", "range", "value"]


def test_what_is_unknown_is_a_dash_or_a_dot_with_its_reason(articles):
    _, energy = articles["C2"].findall(".//tbody/tr")
    assert "× 0.98 an entry is not whole" in text(energy)
    assert [mark.get("class") for mark in energy.find(".//svg") or ()] == ["rule", "nothing", "value"]
    _, swin = articles["C4"].findall(".//tbody/tr")
    assert swin.find(".//svg") is None and swin.find(".//a") is None
    assert text(swin).count("runs are missing") == 1 and "none yet" in text(swin)


def test_what_is_missing_comes_with_the_command_that_makes_it(articles):
    box = articles["C4"].find("details")
    assert box is not None
    assert [text(item) for item in box.iter("li")] == [
        "swin_8bit_half: runs 1, 2, 3, 4, 5 are missing",
        "densenet_amp_8bit: runs 4, 5 are missing; runs 3 failed or are invalid",
    ]
    assert text(box.find("pre")).startswith("harness run submissions/swin_8bit_half submissions/densenet_amp_8bit")
    assert articles["C1"].find("details") is None


def test_a_place_without_claims_says_why_or_says_nothing(claims):
    none = {**claims, "claims": [], "left_out": []}
    assert claims_view(None, "") is None and claims_view(none, "") is None
    said = claims_view({**none, "reason": "the claims are about the closed division"}, "") or ""
    assert "No claim can be asked here: the claims are about the closed division" in said and "<article" not in said
    assert "Not read: cnn_8bit-b1cd16e804: its predictions are not published" in (claims_view(claims, "") or "")


def test_parts_without_entries_name_their_submissions(claims):
    document = json.loads(json.dumps(claims))
    for each in document["claims"][0]["parts"]:
        del each["entries"], each["submissions"][1:]
    markup = claims_view(document, "") or ""
    assert "densenet_amp<" in markup.split("<article")[1]


def test_hostile_text_stays_text(claims):
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>{0}{id}'
    document = json.loads(json.dumps(claims).replace("in our words", json.dumps(hostile)[1:-1]))
    for claim in document["claims"]:
        claim.update(title=hostile, sentence=hostile, reason=hostile, command=hostile)
        for each in claim["parts"]:
            each.update(what=hostile, quantity=hostile, reason=hostile)
        for each in claim["missing"]:
            each["submission"] = hostile
    markup = claims_view(document, "") or ""
    assert "<script" not in markup and "<img" not in markup
    assert text(ElementTree.fromstring(markup)).count("alert(1)") >= 4 * 4


ends = st.one_of(st.none(), st.tuples(st.floats(1e-3, 50), st.floats(1e-3, 50)))


@settings(deadline=None)
@given(st.sampled_from(["ratio", "difference", "value"]), st.lists(st.tuples(st.floats(1e-3, 20), ends), max_size=6))
def test_a_picture_holds_its_effects(kind, found):
    parts = [
        part("it", "auc", kind, (value, *(sorted(each) if each else (None, None))), "undecided", bound=value)
        for value, each in found
    ]
    axis = Forest.over(kind, parts)
    for each in parts:
        at = axis.scale.at(each["effect"]["value"])
        assert MARGIN <= at <= WIDTH - MARGIN
        assert axis.scale.low < each["effect"]["value"] < axis.scale.high
        ElementTree.fromstring(axis.row(each, "said"))


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_view_is_accessible_and_never_scrolls_the_page(visit: Open, claims, tmp_path: Path, scheme, width):
    page = Page("c.html", "Claims", "Claims", claims_view(claims, "") or Html(), styles=("base.css", "claims.css"))
    target = tmp_path / "c.html"
    target.write_text(page.to_text(), encoding="utf-8")
    seen = visit(target, scheme=scheme, width=width)
    seen.page.locator("details summary").click()
    assert violations(seen.page) == [] and seen.console == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
