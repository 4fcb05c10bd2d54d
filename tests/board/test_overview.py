from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.board.columns import QUANTITIES
from harness.board.overview import overview
from tests.board.reading import Reading
from tests.board.tables import gpu_table, only_table, standings_of
from tests.standings.records import changed, estimate, failed, record
from tests.standings.season import a_published_season

NAMES = [
    *("rank", "name", "auc", "gain", "verdict", "time_to_predictions", "training_time", "time_to_target", "gpu_energy"),
    *("cpu_energy", "peak_gpu_memory", "peak_host_memory", "offline_gpu_energy", "offline_throughput"),
    *("single_latency_p50", "single_latency_p99", "proven", "runs"),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return gpu_table(a_published_season(tmp_path_factory.mktemp("season")).document)[0]


@pytest.fixture(scope="module")
def text(table: dict[str, Any]) -> str:
    return overview(table, "../")


def rows_of(text: str) -> list[str]:
    return re.findall(r"<tr data-slug.*?</tr>", text, re.DOTALL)


def cell(row: str, name: str) -> str:
    (found,) = re.findall(rf'<t[dh][^>]*data-column="{name}".*?</t[dh]>', row, re.DOTALL)
    return str(found)


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", "".join(Reading(markup).words))


def of(folder: Path, *documents: dict[str, Any]) -> str:
    return overview(only_table(standings_of(folder, *documents))[0], "../")


def test_every_entry_is_a_row_in_the_order_of_the_standings_and_names_its_columns(table, text):
    rows = rows_of(text)
    assert [re.findall(r'data-slug="([^"]*)" data-status="([^"]*)"', row) for row in rows] == [
        [(row["slug"], row["status"])] for row in table["entries"]
    ]
    assert {tuple(re.findall(r'data-column="(\w+)"', row)) for row in rows} == {tuple(NAMES)}
    head = text[text.index("<thead>") : text.index("</thead>")]
    assert re.findall(r'<th[^>]* data-column="(\w+)"', head) == NAMES


def test_each_row_of_headings_spans_the_shown_columns(text):
    groups, columns = re.findall(r"<tr>.*?</tr>", text[: text.index("</thead>")], re.DOTALL)
    spans = [int(span) for span in re.findall(r'<th[^>]*colspan="(\d+)"(?![^>]*hidden)', groups)]
    assert sum(spans) + groups.count("<td") == columns.count("<th") - columns.count(" hidden>")


def test_a_ranked_row_says_its_range_and_its_status_in_no_other_word(text):
    first, *_ = rows_of(text)
    assert '<td data-column="rank" data-value="1" title="of 5 ranked">1</td>' in first
    assert "badge" not in first


def test_a_row_without_a_rank_has_its_status_and_its_reasons_below_the_name(table, text):
    for row, found in zip(rows_of(text), table["entries"], strict=True):
        name = words(cell(row, "name"))
        if found["status"] != "ranked":
            assert found["status"] in name and all(why in name for why in found["why"])
            assert cell(row, "rank") == '<td data-column="rank">–</td>'
        assert ("<details" in row) is (sum(map(len, found["why"])) > 60)


def test_the_name_leads_to_the_entry_and_strategies_are_named_as_people_name_them(table, text):
    assert [Reading(cell(row, "name")).links for row in rows_of(text)] == [
        [f"../entries/{row['slug']}.html"] for row in table["entries"]
    ]
    said = " ".join(words(cell(row, "name")) for row in rows_of(text))
    for chip in ("AMP", "TF32", "8-bit optimiser", "half-precision weights", "8-bit activations", "float32 throughout"):
        assert chip in said


def test_a_cost_is_its_value_and_its_ratio_to_float32_with_interval_and_tint(text):
    amp = next(row for row in rows_of(text) if "densenet_amp" in row)
    energy = cell(amp, "gpu_energy")
    assert words(energy).strip() == "52.2 kJ× 0.578 0.575 to 0.582"
    assert 'class="ratio cheaper step-3"' in energy and 'data-value="52162.8"' in energy
    assert "ratio" not in cell(next(row for row in rows_of(text) if "densenet_fp32" in row), "gpu_energy")


def test_a_ratio_of_one_pair_has_a_note_instead_of_an_interval(text):
    amp = next(row for row in rows_of(text) if "densenet_amp" in row)
    latency = cell(amp, "single_latency_p99")
    assert 'class="ratio same"' in latency
    (target,) = Reading(latency).links
    assert f'<li id="{target[1:]}">One pair of runs says nothing of how much pairs differ.</li>' in text


def test_the_bar_says_what_the_numbers_beside_it_do_not(text):
    amp = next(row for row in rows_of(text) if "densenet_amp" in row)
    auc = cell(amp, "auc")
    assert 'aria-label="On a bar: target 0.747, trivial model 0.746, float32 baseline 0.786"' in auc
    assert all(f'class="{mark}"' in auc for mark in ("trivial-range", "target", "range", "run-value", "baseline"))
    assert words(auc) == "0.781 0.750 to 0.812"
    plain = next(row for row in rows_of(text) if "densenet_fp32" in row)
    assert "baseline" not in cell(plain, "auc")


def test_verdicts_are_badges_with_their_reasons(text):
    amp = next(row for row in rows_of(text) if "densenet_amp" in row)
    verdict = cell(amp, "verdict")
    assert words(verdict) == "above targetworse within the margin"
    assert 'title="A mean test AUC of 0.781 against a target of 0.747."' in verdict


def test_a_check_that_a_valid_run_did_not_pass_is_a_quiet_chip_with_an_explanation(tmp_path):
    documents = []
    for number in (1, 2, 3):
        document = record(number=number)
        document["checks"][1].update(answer="passed" if number == 1 else "failed", id="H1", title="Hardware unchanged")
        documents.append(document)
    text = of(tmp_path, *documents)
    (target,) = Reading(cell(rows_of(text)[0], "verdict")).links
    assert "H1 in runs 2, 3" in text
    assert f'<li id="{target[1:]}">H1, Hardware unchanged: a valid run did not pass this check.' in text


def test_how_far_proven_where_it_ran_and_how_many_runs(text):
    lost = rows_of(text)[-1]
    assert words(cell(rows_of(text)[0], "proven")) == "verified from raw filescontainer"
    assert 'data-value="1"' in cell(rows_of(text)[0], "proven") and 'data-value="0"' in cell(lost, "proven")
    assert (words(cell(rows_of(text)[0], "runs")), words(cell(lost, "runs"))) == ("5", "0 of 1")


def test_a_column_that_is_empty_in_the_whole_table_is_left_out_and_a_line_says_why(tmp_path):
    text = of(tmp_path, record(), record("cnn_fp32", model="cnn"))
    for name in ("gpu_energy", "peak_gpu_memory", "cpu_energy"):
        assert f'data-column="{name}" hidden>—</td>' in rows_of(text)[0]
    said = words(text)
    assert (
        "No entry of this table has: Time to target (censored: no two consecutive epochs of 10 reached the "
        "validation target 0.780); GPU energy, Peak GPU memory, GPU energy, offline, 1,000 images (the run used no GPU "
    ) in said
    assert "; CPU energy (this machine has no RAPL)." in said


def test_a_figure_that_some_entries_lack_is_a_dash_with_its_reason_as_title_and_note(tmp_path):
    document = record()
    document["quantities"]["single_latency_p99"].update(value=None, source=None, reason="the window was too short")
    text = of(tmp_path, document, record("cnn_fp32", model="cnn"))
    row = next(row for row in rows_of(text) if "densenet_8bit" in row)
    found = cell(row, "single_latency_p99")
    assert 'title="the window was too short" aria-label="none, see note 1"' in found
    assert '<li id="note-1">The window was too short.</li>' in text


def test_notes_on_hidden_columns_stand_apart(tmp_path):
    runs = [record(number=number) for number in (1, 2)]
    text = of(tmp_path, record("densenet_fp32", number=2), *runs)
    row = next(row for row in rows_of(text) if "densenet_8bit" in row)
    assert 'aria-label="none, see note b"' in cell(row, "time_to_target")
    folded = text[text.index('<details class="more-notes">') :]
    assert '<li id="more-2">1 of 2 runs lack it: censored' in folded


def test_a_model_without_a_baseline_is_named_with_the_reason(tmp_path):
    text = words(of(tmp_path, record()))
    assert "No ratio to float32: densenet121 (no valid float32 run of densenet121 in this table)." in text


def test_a_table_of_failures_alone_is_all_dashes(tmp_path):
    text = of(tmp_path, failed())
    (row,) = rows_of(text)
    assert all(cell(row, column.name).endswith("—</td>") for column in QUANTITIES)
    assert "No entry of this table has" not in text and "note-1" not in text


def test_perfect_and_chance_scores_can_be_drawn(tmp_path):
    none = {"lower": None, "upper": None, "method": "m", "reason": "no interval: no variance"}
    documents = [
        changed(record(name), "quality.auc", {"value": value, **none})
        for name, value in (("best", 1.0), ("worst", 0.0))
    ]
    assert "No interval: no variance." in of(tmp_path, *documents)


def test_a_score_that_is_not_known_is_a_dash(tmp_path):
    document = record()
    unknown = {"value": None, "lower": None, "upper": None, "method": "m", "reason": "one class only"}
    document["quality"].update(auc=unknown, trivial={"auc": estimate(0.7, 0.1), "gain": unknown})
    text = of(tmp_path, document)
    assert 'title="one class only"' in cell(rows_of(text)[0], "auc")


def test_a_row_stays_light(table):
    long = "It is not published, because of a reason that takes about as many words as people use for such a reason. "
    flags = [{"id": "H1", "title": "Hardware unchanged", "runs": [1, 2, 3]}]
    heavy = [{**row, "flags": flags, "why": [] if row["status"] == "ranked" else [long]} for row in table["entries"]]
    rows = rows_of(overview({**table, "entries": heavy}, "../"))
    assert max(len(row.encode()) for row in rows) < 4096
    assert max(len(re.findall(r"<[a-z]", row)) for row in rows) <= 75
