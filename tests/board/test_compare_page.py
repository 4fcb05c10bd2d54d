"""The compare page without a script, and the document that its script reads."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from harness.board.compare_data import compare_data
from harness.board.compare_page import SCRIPTS, compare_page
from tests.board.findings import invented_pairs
from tests.standings.season import a_published_season

Benchmark = dict[str, Any]
FP32, AMP, EIGHT = "densenet_fp32-2c3b7a7437", "densenet_amp-83b206a251", "densenet_8bit-f6f9b36894"
FAILED = "cnn_gradq8-cc4da1298c"


class Rows(HTMLParser):
    """The texts of the cells of the plain table, by the slug of their row; and every link."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.cells: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self._row: list[str] | None = None
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.links += [found["href"]] if found.get("href") else []
        if tag == "tr":
            slug = found.get("data-slug")
            self._row = self.cells.setdefault(slug, []) if slug else None
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")

    def handle_data(self, data):
        if self._row:
            self._row[-1] = re.sub(r"\s+", " ", self._row[-1] + " " + data).strip()


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    found: Benchmark = a_published_season(tmp_path_factory.mktemp("season")).document["benchmarks"][0]
    return found


def rows_of(benchmark: Benchmark, *, pairs: bool = True, table: int = 0) -> Rows:
    found = benchmark["tables"][table]
    return Rows(compare_page(found, benchmark, invented_pairs(found) if pairs else None).to_text())


def test_every_entry_stands_against_its_reference(benchmark):
    rows = rows_of(benchmark)
    assert list(rows.cells) == [row["slug"] for row in benchmark["tables"][0]["entries"]]
    amp = rows.cells[AMP]
    assert amp[0] == "densenet_amp ranked; against densenet_fp32"
    assert amp[1] == "0.781 0.750 to 0.812"
    assert re.fullmatch(r"−0\.005 −0\.\d{3} to \+0\.\d{3}", amp[2])
    assert amp[4] == "× 0.578 0.575 to 0.582"
    assert rows.cells[FP32][2:] == ["reference"] * len(rows.cells[FP32][2:])
    assert "is the reference" in rows.cells[FP32][0]
    assert all(cell.startswith("—") for cell in rows.cells[FAILED][1:])
    assert set(rows.links) >= {f"../entries/{FP32}.html", "../tables/lidc-nodules-adb5bf0f82.html", "../index.html"}


def test_without_pairs_the_published_difference_stands_in(benchmark):
    published = next(row for row in benchmark["tables"][0]["entries"] if row["slug"] == AMP)["judged"]["difference"]
    assert rows_of(benchmark, pairs=False).cells[AMP][2].startswith(f"−{abs(published['value']):.3f}")
    local = rows_of(benchmark, pairs=False, table=1)
    assert local.cells["densenet_8bit-8c9b53ec7e"][2].startswith("—")


def test_ids_are_unique_and_notes_are_there(benchmark):
    rows = rows_of(benchmark)
    assert len(rows.ids) == len(set(rows.ids))
    assert {link[1:] for link in rows.links if link.startswith("#")} <= set(rows.ids)


def test_a_table_of_one_or_no_entry_is_a_page_too(benchmark):
    assert list(rows_of(benchmark, table=2).cells) == ["densenet_8bit-6589485e06"]
    empty = {**benchmark["tables"][0], "entries": [], "baselines": []}
    assert compare_page(empty, benchmark, None).path == "compare/lidc-nodules-adb5bf0f82.html"


def test_the_same_documents_give_the_same_bytes(benchmark, tmp_path: Path):
    again = a_published_season(tmp_path).document["benchmarks"][0]
    assert [compare_page(t, again, invented_pairs(t)).to_text() for t in again["tables"]] == [
        compare_page(t, benchmark, invented_pairs(t)).to_text() for t in benchmark["tables"]
    ]


def test_the_scripts_document_holds_each_reason_once(benchmark):
    table = benchmark["tables"][0]
    pairs = invented_pairs(table, without=frozenset({EIGHT}))
    found = compare_data(table, pairs)
    assert len(found["reasons"]) == len(set(found["reasons"]))
    assert found["references"] == {
        "cnn": "cnn_fp32-5bf2407848",
        "densenet121": FP32,
        "mlp": "mlp_fp32-e32020e4de",
    }
    (eight,) = [entry for entry in found["entries"] if entry["slug"] == EIGHT]
    assert found["reasons"][eight["absent"]["cpu_energy"]] == "this machine has no RAPL"
    assert found["reasons"][found["left_out"][EIGHT]] == "its predictions are not published"
    one, other, difference, reason, p, corrected, apart = found["pairs"][0]
    first = pairs["pairs"][0]
    assert [found["entries"][place]["slug"] for place in (one, other)] == first["entries"]
    wanted = (*(first["difference"][key] for key in ("value", "lower", "upper")), first["p"], first["p_holm"])
    assert (*difference, p, corrected) == pytest.approx(wanted, abs=1e-6)
    assert reason is None and apart is first["apart"]
    failed = next(entry for entry in found["entries"] if entry["slug"] == FAILED)
    assert failed["auc"] is None and failed["costs"] == {} and found["reasons"][failed["why"][0]].startswith("Run 2")


def test_pairs_of_entries_that_are_gone_are_left_out(benchmark):
    table = benchmark["tables"][0]
    fewer = {**table, "entries": table["entries"][:3]}
    assert len(compare_data(fewer, invented_pairs(table))["pairs"]) == 3


def test_hostile_text_stays_text(benchmark):
    hostile = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    document = json.loads(json.dumps(benchmark))
    table = document["tables"][0]
    for row in table["entries"]:
        row["submission"].update(name=hostile, title=hostile, model=hostile, efficiency={hostile: hostile})
        row["why"] = [hostile]
    table["place"]["system_title"] = document["title"] = hostile
    markup = compare_page(table, document, None).to_text()
    assert "<script>alert" not in markup and "<img" not in markup and markup.count("</script>") == 3


def test_no_script_makes_markup_of_text():
    folder = Path(__file__).parents[2] / "harness" / "board" / "script"
    for name in SCRIPTS:
        source = (folder / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", source), (
            name
        )
