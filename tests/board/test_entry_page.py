from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.board.entry_page import entry_page
from harness.standings.build import Standings, build
from harness.standings.collect import collect
from tests.board.reading import Reading
from tests.curves.material import invented
from tests.standings.records import BENCHMARK, changed, epoch, estimate, failed, record, write
from tests.standings.season import a_published_season

NONE = {"reason": "its raw files were not read"}
Document = dict[str, Any]


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Standings:
    return a_published_season(tmp_path_factory.mktemp("season"))


def entry_of(folder: Path, *documents: Document) -> Document:
    """The one entry that these records make."""
    (entry,) = build(collect([write(folder / "runs", *documents)]), [BENCHMARK]).in_full()
    return entry


def named(season: Standings, name: str, status: str | None = None) -> Document:
    """The entry of the season with this name, published before others."""
    found = [each for each in season.in_full() if each["row"]["submission"]["name"] == name]
    if status is not None:
        found = [each for each in found if each["row"]["status"] == status]
    return max(found, key=lambda each: each["judged"] is not None)


def curves_of(document: Document) -> dict[str, Any]:
    """Invented curves for each of its runs."""
    names = [run["run"] for run in document["runs"]]
    made = invented(len(names))
    runs = dict(zip(names, made["runs"].values(), strict=True))
    return {**made, "runs": runs, "entry": {**made["entry"], "runs": names}}


def text_of(document: Document, **files: list[tuple[str, str]]) -> str:
    return entry_page(document, NONE, files).to_text()


def read(document: Document) -> Reading:
    return Reading(text_of(document))


def section(text: str, name: str) -> str:
    """The text of one section of a page."""
    (found,) = re.findall(rf'<section aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    return Reading(found).words


def test_every_page_is_well_formed_and_its_links_lead_somewhere(season: Standings):
    pages = {f"entries/{each['row']['slug']}.html" for each in season.in_full()}
    tables = {f"{folder}/{each['table']}.html" for each in season.in_full() for folder in ("tables", "compare")}
    there = {*pages, *tables, *(page.replace(".html", ".json") for page in pages), "index.html", "standings.json"}
    for document in season.in_full():
        page = entry_page(document, NONE, {})
        assert page.path in pages
        found = Reading(page.to_text())
        assert len(found.ids) == len(set(found.ids))
        inner = {link[1:] for link in found.links if link.startswith("#")}
        assert inner and inner <= set(found.ids)
        outer = {link.partition("#")[0] for link in found.links if not link.startswith("#")}
        assert {str(Path("entries", link)).replace("entries/../", "") for link in outer} <= there
        assert {a["aria-labelledby"] for _, a in found.elements if "aria-labelledby" in a} <= set(found.ids)


def test_the_same_document_gives_the_same_bytes(season: Standings):
    for document in season.in_full():
        copy = json.loads(json.dumps(document, sort_keys=True))
        assert text_of(copy) == text_of(document)


def test_it_links_to_its_table_the_comparison_and_its_json(season: Standings):
    document, reference = named(season, "densenet_8bit"), named(season, "densenet_fp32")
    slug, table = document["row"]["slug"], document["table"]
    links = read(document).links
    assert f"../tables/{table}.html" in links and f"{slug}.json" in links
    assert f"../compare/{table}.html#entries={slug},{reference['row']['slug']}" in links
    assert not [link for link in read(reference).links if "compare" in link]


def test_a_published_entry_answers_at_a_glance(season: Standings):
    words = read(named(season, "densenet_8bit")).words
    assert re.search(r"ranked ?rank \d to \d of 5|ranked ?rank \d of 5", words)
    assert "5 of 5 runs valid" in words
    assert "verified from raw files" in words
    assert "Not worse than the reference by the margin or more" in words
    assert "harness run submissions/densenet_8bit --benchmark lidc-nodules --runs 5 --runtime docker" in words
    folder = "leaderboard/results/lidc-nodules/densenet_8bit-0123abcd/densenet_8bit-lidc-nodules-r1-"
    assert f"harness reproduce {folder}" in words and f"harness verify {folder}" in words


def test_the_outcome_of_gate_2_is_said_in_words(season: Standings):
    said = {
        "densenet_amp": "Worse than the reference, but by less than the margin",
        "densenet_8bit_half": "Worse than the reference by more than the margin",
        "densenet_actq8": "Not decided: it may be worse than the reference by more than the margin",
        "densenet_fp32": "Others of its model are compared with this entry",
    }
    for name, words in said.items():
        assert words in read(named(season, name)).words


def test_costs_have_a_mean_a_spread_and_a_ratio_to_each_baseline(season: Standings):
    document = named(season, "densenet_8bit")
    costs = section(text_of(document), "costs")
    found = document["row"]["ratios"]["float32"]["costs"]["gpu_energy"]
    assert f"× {found['value']:.2f}" in costs and "Over float32" in costs and "Over TF32" in costs
    assert re.search(r"GPU energy[\d.]+ kJ[\d.]+ to [\d.]+ kJ5× ", costs)
    assert "Not measured" in costs and "this machine has no RAPL" in costs


def test_a_baseline_is_not_divided_by_itself(season: Standings):
    costs = section(text_of(named(season, "densenet_fp32")), "costs")
    assert "Over float32: this entry is what others are divided by." in costs


def test_an_unpublished_entry_says_what_is_missing(tmp_path: Path):
    document = entry_of(tmp_path, *(record(number=number, auc=0.78 + number / 100) for number in (1, 2, 3)))
    words = read(document).words
    assert "provisional" in words and "compared once all its runs are published" in words
    assert "its interval needs their predictions" in words
    assert "harness verify densenet_8bit-lidc-nodules-r1-" in words


def test_without_a_valid_run_nothing_is_averaged_and_the_last_words_are_there(tmp_path: Path):
    document = entry_of(tmp_path, changed(failed(), "outcome.said", "RuntimeError: no room"))
    page = read(document)
    assert "No run of it is valid" in page.words and "quality" not in page.ids and "costs" not in page.ids
    assert "out of memory at 16 GiB" in page.words
    assert "The workload's last words:RuntimeError: no room" in page.words


def test_runs_stand_side_by_side_and_those_that_do_not_count_say_why(tmp_path: Path):
    again = changed(record(number=1), "run", "again")
    again["started"] = "2026-11-24T20:00:00Z"
    cut = changed(record(number=2, verdict="infrastructure"), "outcome.reasons", ["the machine was shut down"])
    document = entry_of(tmp_path, record(number=1), again, cut)
    page = Reading(text_of(document))
    assert {"run-1", "run-1-2", "run-2"} <= set(page.ids)
    runs = section(text_of(document), "runs")
    assert "Does not count: another run of this number does." in runs
    assert "The machine was shut down. Does not count: the machine cut it short" in runs
    assert text_of(document).count('<tbody class="aside">') == 2


@pytest.mark.parametrize("what", ["simulated", "phantom"])
def test_what_was_made_up_is_said_loudly(tmp_path: Path, what: str):
    document = record()
    if what == "phantom":
        document["data"]["phantom"] = True
    else:
        document["measurement"] = {"simulated": True}
    (warning,) = re.findall(r'<p class="warning" role="note">(.*?)</p>', text_of(entry_of(tmp_path, document)))
    assert warning.lower().startswith(what)


def test_an_open_program_is_called_one(tmp_path: Path):
    document = entry_of(tmp_path, changed(record(), "submission.division", "open"))
    words = read(document).words
    assert "its own program" in words and "An open program reports this of itself; nothing checks it." in words


def test_raw_files_are_there_to_download_or_it_is_said_where_they_are(tmp_path: Path):
    document = entry_of(tmp_path, record())
    run = document["runs"][0]["run"]
    assert f"under runs/{run}" in read(document).words
    page = Reading(entry_page(document, NONE, {run: [("trace.csv.gz", "../raw/trace.csv.gz")]}).to_text())
    (link,) = [each for each in page.all("a") if "download" in each]
    assert link["href"] == "../raw/trace.csv.gz" and f"under runs/{run}" not in page.words


def test_drawings_that_are_not_there_have_their_reason(tmp_path: Path):
    words = read(entry_of(tmp_path, record())).words
    assert "ROC and reliability can't be drawn: its raw files were not read." in words
    assert "Power and latency can't be drawn: its raw files were not read." in words


def test_drawings_stand_with_the_entry_and_with_each_run(season: Standings):
    document = named(season, "densenet_8bit")
    text = entry_page(document, curves_of(document), {}).to_text()
    quality = text[text.index('id="quality"') : text.index('id="costs"')]
    assert quality.count('class="drawing"') == 2
    for number in range(1, 5):
        run = text[text.index(f'id="run-{number}"') : text.index(f'id="run-{number + 1}"')]
        assert run.count('class="drawing"') == 2
    assert len(Reading(text).ids) == len(set(Reading(text).ids))


def test_the_area_within_machines_stands_with_the_run(tmp_path: Path):
    document = record()
    document["quality"]["within"] = {"of": "machine", "strata": 2, "cases": 500, "auc": estimate(0.61, 0.03)}
    assert "<dt>Test AUC within one machine</dt><dd><b>0.610</b>" in text_of(entry_of(tmp_path, document))


def test_perfect_and_chance_scores_can_be_drawn(tmp_path: Path):
    none = {"lower": None, "upper": None, "method": "m", "reason": "no interval: no variance"}
    for name, value in (("best", 1.0), ("worst", 0.0)):
        document = changed(record(name), "quality.auc", {"value": value, **none})
        assert "no interval: no variance" in text_of(entry_of(tmp_path / name, document))


def test_everything_is_accessible_by_name(season: Standings):
    for document in season.in_full():
        text = text_of(document)
        page = Reading(text)
        assert all("scope" in head for head in page.all("th"))
        assert text.count("<table") == text.count("<caption")
        assert len(page.all("main")) == len(page.all("h1")) == 1
        assert all(svg.get("aria-label") for svg in page.all("svg"))
        assert all("style" not in attributes for _, attributes in page.elements)
        boxes = [each for each in page.all("div") if each.get("class") == "scroll"]
        assert boxes and all(each["tabindex"] == "0" and each["role"] == "region" for each in boxes)


HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&$policy ${style}{x}"


def hostile() -> Document:
    document = record()
    for path in ("submission.name", "submission.title", "submission.model", "submission.description", "device"):
        document = changed(document, path, HOSTILE)
    for path in ("system.title", "ruleset.version", "started", "quality.auc.method", "profile.why", "outcome.said"):
        document = changed(document, path, HOSTILE)
    document = changed(document, "submission.efficiency", {HOSTILE: HOSTILE})
    sizes = {HOSTILE: 3}
    observed = {"parameters": sizes, "saved_activations": sizes, "optimizer": HOSTILE, HOSTILE: HOSTILE, "x": [HOSTILE]}
    document = changed(document, "observed", observed)
    document = changed(document, "versions", {HOSTILE: HOSTILE})
    document = changed(document, "quantities.gpu_energy.reason", HOSTILE)
    document = changed(document, "quantities.training_time.source", HOSTILE)
    document = changed(document, "quantities.training_time.scope", HOSTILE)
    document = changed(document, "initialization", {"kind": HOSTILE, "weights_sha256": HOSTILE})
    document = changed(document, "image", {"kind": HOSTILE, "identity": HOSTILE, "base": {"kind": HOSTILE}})
    document["quality"]["within"] = {"of": HOSTILE, "auc": estimate(0.6, 0.1)}
    document["quality"]["gate"] = {"verdict": HOSTILE, "target": None, "reason": HOSTILE}
    document["checks"][0].update(id=HOSTILE, title=HOSTILE, answer=HOSTILE, sentence=HOSTILE, remedy=HOSTILE)
    document["checks"][1].update(answer="failed", remedy=HOSTILE)
    return changed(document, "run", "r")


def test_text_from_records_is_text(tmp_path: Path):
    document = entry_of(tmp_path, hostile())
    document["row"]["flags"][0].update(title=HOSTILE)
    document["judged"] = {
        "entry": HOSTILE,
        "reference": False,
        "against": HOSTILE,
        "difference": {**estimate(0.0, 0.1), "lower": None, "upper": None, "reason": HOSTILE},
        "non_inferiority": {"outcome": HOSTILE, "margin": None, "reason": HOSTILE},
        "metrics": {"brier": estimate(0.2, 0.1)},
        "costs": {},
        "again": [{"by": HOSTILE, "system": HOSTILE, "same_system": False, "verdict": "different", "reason": HOSTILE}],
        "unranked": [HOSTILE],
        "attempts": [{"run": HOSTILE, "verdict": HOSTILE, "number": 1}],
    }
    document["row"].update(why=[HOSTILE])
    text = entry_page(document, {"reason": HOSTILE}, {"r": [(HOSTILE, "x")]}).to_text()
    page = Reading(text)
    assert not page.all("img", "script")
    assert "<script>alert" not in text and "onerror=alert(1)&gt;" in text
    assert page.words.count(HOSTILE) > 30
    # $policy and ${style} of a record stay as they are: only the frame's own are filled in.
    assert "$policy ${style}{x}" in page.words


@pytest.mark.parametrize("count", [0, 1, 2, 41, 5000])
def test_any_number_of_epochs_can_be_drawn(tmp_path: Path, count: int):
    document = changed(record(), "epochs", [epoch(n, 0.78, 230.0) for n in range(1, count + 1)])
    text = text_of(entry_of(tmp_path, document))
    assert text.count('class="plot"') == (2 if count else 0)
    assert ("there is no learning curve" in text) == (count == 0)
    assert all(len(points.split()) <= 210 for points in re.findall(r'points="([^"]*)"', text))


def test_flags_of_valid_runs_are_named_at_the_top_and_explained(tmp_path: Path):
    document = record()
    document["checks"][1].update(answer="failed", remedy="pin the data")
    page = read(entry_of(tmp_path, document))
    assert "flagged by D1" in page.words
    assert "Checks that valid runs did not passD1 data: run 1" in page.words and "→ pin the data" in page.words
    assert "No valid run is flagged." in read(entry_of(tmp_path / "clean", record())).words


def test_who_ran_it_again_stands_there_with_what_came_of_it(season: Standings):
    document = json.loads(json.dumps(named(season, "densenet_8bit")))
    document["row"]["provenance"] = "run again by another party"
    document["judged"]["again"] = [
        {"by": "A clinic", "system": "their GPU", "same_system": True, "verdict": "identical", "reason": "All equal."},
        {"by": "A lab", "system": None, "same_system": False, "verdict": "different", "reason": "0.02 lower."},
    ]
    proof = section(text_of(document), "proof")
    assert "run again by another party this entry" in proof
    assert "A clinic: identical. All equal.on a machine of the same kind: their GPU" in proof
    assert "A lab: different. 0.02 lower.on another machine: a machine that is not told" in proof


def test_a_quick_run_is_divided_by_nothing_and_says_so(season: Standings):
    document = named(season, "densenet_fp32", "not compared")
    costs = section(text_of(document), "costs")
    assert "×" not in costs and "Profile quick: only official runs are compared." in costs
    assert not [link for link in read(document).links if "compare" in link]
