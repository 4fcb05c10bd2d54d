from __future__ import annotations

import ast
import hashlib
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

import harness.board
from harness.board.table_page import table_page
from harness.standings.build import build
from harness.standings.collect import collect
from tests.board.reading import Reading
from tests.board.tables import HOSTILE, gpu_table, only_table, page_of
from tests.standings.records import BENCHMARK, changed, failed, record, write
from tests.standings.season import a_published_season


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> str:
    standings = a_published_season(tmp_path_factory.mktemp("season")).document
    return table_page(*gpu_table(standings), {}).to_text()


def test_the_page_is_well_formed_and_its_links_lead_somewhere(season):
    page = Reading(season)
    assert len(page.ids) == len(set(page.ids))
    targets = {href[1:] for href in page.links if href.startswith("#") and href != "#"}
    assert targets <= set(page.ids)
    labelled = {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes}
    assert labelled <= set(page.ids)
    others = {re.sub(r"(entries|compare)/[\w-]+", r"\1/x", href) for href in page.links if not href.startswith("#")}
    assert others == {
        *("../entries/x.html", "../compare/x.html", "../index.html", "../index.html#tables", "../standings.json")
    }


def test_nothing_is_fetched_from_anywhere(season):
    page = Reading(season)
    assert not page.all("img", "iframe", "object", "embed", "audio", "video")
    assert all("src" not in attributes for _, attributes in page.elements)
    assert [attributes["href"] for attributes in page.all("link")] == ["data:,"]
    assert "url(" not in season and "@import" not in season


def test_the_policy_names_the_style_by_digest(season):
    (policy,) = [meta["content"] for meta in Reading(season).all("meta") if meta.get("http-equiv")]
    assert policy is not None and policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", season, re.DOTALL)
    assert b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert all("style" not in attributes for _, attributes in Reading(season).elements)


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path):
    documents = [
        record("densenet_fp32"),
        record(),
        record(number=2),
        failed("cnn_fp32"),
        record("mlp_fp32", model="mlp"),
    ]
    one = page_of(tmp_path / "one", *documents)
    assert page_of(tmp_path / "two", *reversed(documents)) == one


def test_tables_are_accessible(season):
    page = Reading(season)
    assert all("scope" in head for head in page.all("th"))
    assert len(page.all("table")) == len(page.all("caption"))
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert all(svg.get("aria-hidden") or svg.get("aria-label") for svg in page.all("svg"))
    boxes = [each for each in page.all("div") if each.get("class") == "scroll wide"]
    assert boxes and all(each["tabindex"] == "0" and each["role"] == "region" for each in boxes)


def test_what_the_table_is_and_what_the_benchmark_measures_is_said(season):
    words = Reading(season).words
    assert "LIDC nodules, agreement between readers" in words
    assert "Invented GPU 80 GB; an invented processor, 16 logical CPUs, 128 GiB" in words
    assert "agreement between readers, not pathology" in words
    assert "logistic regression on one obvious number, size. A network must beat it." in words
    assert "Can't test C3" in words and "CC BY 3.0" in words and "lidc-nodules 8193ba26a108" in words
    assert "5 of 10 entries are ranked, by GPU energy." in words
    assert "Sorted by GPU energy, entries with a rank first." in words


def test_a_benchmark_that_this_installation_lacks_is_no_reason_to_fail(tmp_path):
    standings = build(collect([write(tmp_path, record())]), []).document
    words = Reading(table_page(*only_table(standings), {}).to_text()).words
    assert "of a benchmark, or of a version of it, that this installation does not have (lidc-nodules" in words


def hostile(folder: Path) -> str:
    """The page over records whose every text is hostile."""
    document = record()
    for path in ("submission.name", "submission.title", "submission.model", "submission.description", "device"):
        document = changed(document, path, HOSTILE)
    for path in ("system.title", "ruleset.version", "started", "quality.auc.method", "profile.why", "outcome.said"):
        document = changed(document, path, HOSTILE)
    document = changed(document, "submission.efficiency", {HOSTILE: HOSTILE})
    document = changed(document, "quantities.gpu_energy.reason", HOSTILE)
    document = changed(document, "quality.gate", {"verdict": HOSTILE, "target": None, "reason": HOSTILE})
    document["checks"][0].update(id=HOSTILE, title=HOSTILE, answer="failed", sentence=HOSTILE, remedy=HOSTILE)
    other = changed(failed(), "outcome.reasons", [HOSTILE])
    for path in ("system", "device", "ruleset"):
        other = changed(other, path, document[path])
    third = changed(changed(document, "submission.digest", "x"), "quantities.peak_host_memory", _without(HOSTILE))
    return page_of(folder, changed(document, "run", "r"), changed(other, "run", "s"), changed(third, "run", "t"))


def _without(reason: str) -> dict[str, Any]:
    return {"value": None, "unit": "B", "source": None, "scope": None, "reason": reason}


def test_text_from_records_is_text(tmp_path):
    text = hostile(tmp_path)
    page = Reading(text)
    assert not page.all("img") and "<script>alert" not in text
    assert text.count("onerror=alert(1)&gt;") >= 10
    assert page.words.count(HOSTILE) >= 10


def test_hostile_text_stays_text_where_the_standings_come_from_elsewhere(tmp_path):
    """Words of the published part, which records don't give."""
    table, benchmark = gpu_table(a_published_season(tmp_path).document)
    row = table["entries"][1]
    row["judged"]["non_inferiority"].update(outcome=HOSTILE, reason=HOSTILE)
    row["summary"]["gate"].update(verdict=HOSTILE, reason=HOSTILE)
    row.update(provenance=HOSTILE, why=[HOSTILE], status="provisional")
    table["entries"][2]["status"] = HOSTILE
    benchmark["text"].update(description=HOSTILE, trivial=HOSTILE, labels=HOSTILE, attribution=HOSTILE)
    table["note"] = HOSTILE
    text = table_page(table, benchmark, {}).to_text()
    assert not Reading(text).all("img") and "<script>alert" not in text


def test_the_board_knows_nothing_of_the_harness_but_itself():
    for path in Path(harness.board.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness"):
                assert node.module is not None and node.module.startswith("harness.board")


def test_an_open_table_says_so(tmp_path):
    document = changed(record("shape_forest"), "submission.division", "open")
    page = Reading(page_of(tmp_path, document))
    assert "open division" in page.words and "its program" not in page.words
    assert "its own program" in page.words and "needs source review" in page.words
    assert BENCHMARK.title in page.words
