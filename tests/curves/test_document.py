"""From the files of real runs of the stub to the document: everything in it is held against the files again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.curves.document import Material, compact_text, document, entry_curves, run_curves
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.meter.trace import TRACE, read_trace
from harness.places import Home
from harness.record import digest
from harness.run.execute import Finished
from harness.score.auc import roc_auc
from harness.spec.explain import findings
from harness.spec.schema import validator
from tests.curves.material import SETTINGS, invented, invented_scores
from tests.publish.material import run as official_run
from tests.run.material import plan, run_stub, tiny_dataset, with_profile
from tests.run.test_metered import replayed

BARE = {
    "schema": "leanmed/curves/v1",
    "entry": {
        "runs": [],
        "roc": dict.fromkeys(("rate", "sensitivity", "lower", "upper", "method", "reason")),
        "reliability": dict.fromkeys(("predicted", "observed", "count", "lower", "upper", "method", "reason")),
    },
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def metered(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run beside a played-back GPU, whose training is repeated."""
    times = {"training_s": 0.2, "idle_s": 0.3, "offline_s": 0.3, "single_s": 0.3}
    made = with_profile(plan(requested_profile="quick"), "quick", **times)
    home = Home(tmp_path_factory.mktemp("home"))
    return run_stub(home, dataset, "good", made, replayed(update_period_s=0.001))[0]


@pytest.fixture(scope="module")
def entry(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[Material]:
    """Two official runs without a GPU."""
    home = Home(tmp_path_factory.mktemp("home"))
    done = [official_run(home, dataset, number) for number in (1, 2)]
    return [Material(each.folder, each.record) for each in done]


def fits(found: dict[str, Any]) -> bool:
    """Whether the parts of a run are as the schema has them."""
    assert findings(validator("curves"), json.loads(compact_text({**BARE, "runs": {"run": found}}))) == []
    return True


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_windows_are_those_of_the_journal(metered: Finished, dataset: Dataset) -> None:
    found = run_curves(metered.folder, metered.record, dataset)
    assert fits(found)
    spans = {span["name"]: span for span in found["windows"]["spans"]}
    assert list(spans) == ["idle", "training", "prediction", "repetitions", "offline", "single"]
    assert all(span["whole"] for span in spans.values())
    quantities = metered.record["quantities"]
    assert spans["training"]["begin"] == 0
    assert spans["training"]["end"] == pytest.approx(quantities["training_time"]["value"], abs=0.01)
    assert spans["prediction"]["end"] == pytest.approx(quantities["time_to_predictions"]["value"], abs=0.01)
    assert spans["idle"]["end"] - spans["idle"]["begin"] == pytest.approx(0.3, abs=0.05)
    assert len(found["windows"]["epochs"]) == len(metered.record["epochs"])
    assert spans["training"]["begin"] < found["windows"]["epochs"][-1] <= spans["training"]["end"]
    passes = [line["edge"] for line in lines(metered.folder.root) if line.get("edge", "").startswith("predicted")]
    assert len(passes) > 1


def test_the_trace_is_that_of_the_meter_and_says_that_it_was_played_back(metered: Finished, dataset: Dataset) -> None:
    found = run_curves(metered.folder.root, metered.record, dataset)["power"]
    trace = read_trace(metered.folder.root / TRACE)
    go = next(line["at"] for line in lines(metered.folder.root) if line.get("moment") == "go 1")
    assert found["simulated"] is True
    assert found["samples"] == len(trace)
    assert found["begin"] == pytest.approx(trace.at[0] - go, abs=1e-4)
    assert found["width"] * len(found["mean"]) == pytest.approx(trace.at[-1] - trace.at[0], rel=1e-3)
    assert {*found["mean"], *found["least"], *found["most"]} == {250.0}


def test_the_latencies_are_all_that_the_workload_told_of(metered: Finished, dataset: Dataset) -> None:
    found = run_curves(metered.folder, metered.record, dataset)["latency"]
    said = next(line for line in lines(metered.folder.root) if line.get("mode") == "single" and "latency" in line)
    assert sum(found["counts"]) == found["count"] == said["latency"]["count"]
    assert found["longest"] == pytest.approx(said["latency"]["max_ns"] * 1e-9, rel=1e-4)
    assert found["begin"] <= found["mean"] * 1.0001
    for share in (50, 90, 99):
        recorded = metered.record["quantities"][f"single_latency_p{share}"]["value"]
        assert found[f"p{share}"] == pytest.approx(recorded, rel=1e-4)


def test_a_run_without_a_gpu_says_why_there_is_no_trace(entry: list[Material], dataset: Dataset) -> None:
    first, second = (run_curves(each.folder, each.record, dataset) for each in entry)
    assert fits(first)
    assert fits(second)
    assert first["power"]["mean"] is None
    assert first["power"]["reason"] == entry[0].record["measurement"]["sources"]["gpu"]["reason"]
    assert [span["name"] for span in first["windows"]["spans"]] == ["training", "prediction", "offline", "single"]
    assert second["latency"]["counts"] is None
    assert second["latency"]["reason"] == "inference windows are held in run 1 of an entry"


def test_a_run_s_curve_encloses_its_area_and_its_bins_hold_every_case(entry: list[Material], dataset: Dataset) -> None:
    for each in entry:
        found = run_curves(each.folder, each.record, dataset)
        points = found["roc"]
        area = np.trapezoid(points["sensitivity"], points["rate"])
        assert area == pytest.approx(each.record["quality"]["auc"]["value"], abs=1e-4)
        assert sum(found["reliability"]["count"]) == len(dataset.test_labels())


def test_the_document_fits_the_schema_and_is_the_same_to_the_byte(entry: list[Material], dataset: Dataset) -> None:
    counted = {each.run for each in entry}
    made = document(entry, counted, dataset, SETTINGS)
    text = compact_text(made)
    assert findings(validator("curves"), json.loads(text)) == []
    assert json.loads(text) == made
    assert text == compact_text(document(list(reversed(entry)), counted, dataset, SETTINGS))
    assert made["entry"]["runs"] == [each.run for each in entry]
    assert {name: made["entry"][name] for name in ("roc", "reliability")} == entry_curves(entry, dataset, SETTINGS)
    runs = [run_curves(each.folder, each.record, dataset) for each in entry]
    assert list(made["runs"].values()) == runs
    assert made["entry"]["roc"]["upper"] is not None


def test_runs_that_do_not_count_are_drawn_and_change_no_mean(entry: list[Material], dataset: Dataset) -> None:
    first = entry[0]
    made = document(entry, {first.run}, dataset, SETTINGS)
    assert len(made["runs"]) == 2
    assert made["entry"] == document([first], {first.run}, dataset, SETTINGS)["entry"]
    none = document(entry, set(), dataset, SETTINGS)["entry"]
    assert (none["roc"]["sensitivity"], none["roc"]["reason"]) == (None, "there is no valid run")


def test_a_run_that_failed_is_drawn_as_far_as_it_came(dataset: Dataset, tmp_path: Path) -> None:
    done = official_run(Home(tmp_path), dataset, 1, "fail-refused")
    found = run_curves(done.folder, done.record, dataset)
    assert fits(found)
    assert found["roc"]["reason"] == done.record["quality"]["auc"]["reason"]
    assert found["latency"]["reason"] == done.record["quantities"]["single_latency_p50"]["reason"]
    assert found["windows"]["spans"] is None or not found["windows"]["spans"][-1]["whole"]


def test_few_predictions_are_no_curve(dataset: Dataset, tmp_path: Path) -> None:
    done, _ = run_stub(Home(tmp_path), dataset, "good", plan())
    found = run_curves(done.folder, done.record, dataset)
    assert fits(found)
    assert found["roc"]["reason"] == "32 of 40 test images were predicted, and a curve takes all of them"


def test_without_the_labels_the_rest_is_there(metered: Finished, dataset: Dataset) -> None:
    found = run_curves(metered.folder, metered.record, None)
    assert "not prepared here" in found["roc"]["reason"]
    assert found["power"]["mean"]
    assert found["latency"]["counts"]
    other = Dataset(dataset.benchmark, "sha256:" + "9" * 64, dataset.root, dataset.document)
    assert "other data are prepared here" in run_curves(metered.folder, metered.record, other)["roc"]["reason"]


@pytest.mark.parametrize("name", ["events.jsonl", TRACE])
def test_files_that_were_changed_are_refused(metered: Finished, dataset: Dataset, name: str) -> None:
    path = metered.folder.root / name
    before = path.read_bytes()
    path.write_bytes(before[:-1])
    try:
        with pytest.raises(InvalidInput, match=f"{name} has another digest"):
            run_curves(metered.folder, metered.record, dataset)
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("line", "quality"),
    [
        ({"at": "soon", "edge": "trained 1"}, {"auc": {"value": None, "reason": "none"}}),
        ({"edge": "trained 1"}, {"auc": {"value": None, "reason": "none"}}),
        ({"at": 1, "event": "inferred", "mode": "single"}, {"auc": {"value": None, "reason": "none"}}),
        ({"at": 1, "event": "inferred", "mode": "single", "latency": []}, {"auc": {"value": None, "reason": "none"}}),
        ({"at": 1, "event": "predicted", "predictions": 5}, {}),
    ],
)
def test_files_of_nonsense_that_fit_each_other_are_refused(
    metered: Finished, dataset: Dataset, tmp_path: Path, line: dict[str, Any], quality: dict[str, Any]
) -> None:
    journal = b'{"at":0.5,"moment":"go 1"}\n' + json.dumps(line).encode()
    (tmp_path / "events.jsonl").write_bytes(journal)
    files = {"events.jsonl": digest.of_bytes(journal)}
    with pytest.raises(InvalidInput, match="not those of a run"):
        run_curves(tmp_path, {**metered.record, "files": files, "quality": quality}, dataset)


def test_curves_of_five_runs_are_a_small_file() -> None:
    """At the size of the real test set, each run with a long trace and the first with a wide histogram."""
    found = invented(5)
    text = compact_text(found)
    assert findings(validator("curves"), json.loads(text)) == []
    assert len(text) < 40_000


def test_a_thinned_curve_encloses_about_the_same_area() -> None:
    scores, labels, _ = invented_scores(2)
    for each, values in zip(invented(2)["runs"].values(), scores, strict=True):
        area = np.trapezoid(each["roc"]["sensitivity"], each["roc"]["rate"])
        assert area == pytest.approx(roc_auc(values, labels), abs=0.005)
