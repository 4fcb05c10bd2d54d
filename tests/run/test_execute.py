"""One run from plan to record on the host runtime, with a workload that behaves and with many that don't."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.places import Home, resources
from harness.record import digest
from harness.record.ledger import Ledger
from tests.run.material import plan, run_stub, tiny_dataset, with_limits, with_rules
from tests.waiting import wait_for


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return tiny_dataset(tmp_path_factory.mktemp("data"))


def assert_fits(document, schema):
    schema = json.loads((resources() / "schemas" / f"{schema}.schema.json").read_text())
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]
    assert errors == []


def processes_of(home):
    """Processes whose environment names this home: what a run would leave behind."""
    found = subprocess.run(["pgrep", "-f", str(home.root)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_a_good_run_leaves_a_valid_record(home, dataset):
    done, watcher = run_stub(home, dataset, "good", plan())
    record = done.record
    assert_fits(record, "record")
    assert_fits(json.loads((done.folder.root / "system.json").read_text()), "system")
    assert record["outcome"] == {
        "ended": "completed",
        "state": "done",
        "said": None,
        "exit_code": 0,
        "verdict": "valid",
        "reasons": [],
    }
    assert record["quality"]["auc"]["value"] is not None
    assert record["quality"]["gate"]["verdict"] == "not judged"
    assert record["quantities"]["gpu_energy"]["value"] is None
    assert "GPU" in record["quantities"]["gpu_energy"]["reason"]
    answers = {check["id"]: check["answer"] for check in record["checks"]}
    # What else runs on this machine is not the test's to say.
    assert {answers.pop("H1"), answers.pop("H2")} <= {"passed", "failed"}
    assert answers == {
        **dict.fromkeys(("W1", "T1", "P1", "D1", "H5"), "passed"),
        **dict.fromkeys(("R1", "E1", "E2", "E3", "E4", "H3", "H4"), "not measurable"),
        **dict.fromkeys((f"G{number}" for number in range(1, 8)), "not measurable"),
    }
    assert watcher.stages == ["start", "prepare", "train", "predict", "fit", "infer offline", "infer single", "finish"]
    assert watcher.moved == 1


def test_the_record_closes_over_all_other_files(home, dataset):
    done, _ = run_stub(home, dataset, "good", plan())
    root = done.folder.root
    files = {path.name for path in root.iterdir()} - {"record.json"}
    assert (
        set(done.record["files"]) == files == {"plan.json", "system.json", "image.json", "events.jsonl", "workload.log"}
    )
    assert all(digest.of_file(root / name) == value for name, value in done.record["files"].items())
    assert json.loads((root / "record.json").read_text()) == done.record


def test_times_come_from_the_harness_and_follow_each_other(home, dataset):
    done, _ = run_stub(home, dataset, "good", plan())
    quantities = done.record["quantities"]
    assert 0 < quantities["training_time"]["value"] < quantities["time_to_predictions"]["value"]
    events = [json.loads(line) for line in (done.folder.root / "events.jsonl").read_text().splitlines()]
    stamps = [event["at"] for event in events]
    assert stamps == sorted(stamps)
    at = {event.get("event") or event.get("command"): event["at"] for event in events if "note" not in event}
    # The clock starts before the data is there, so the time from the `go` command is a little shorter.
    assert 0 <= quantities["time_to_predictions"]["value"] - (at["predicted"] - at["go"]) < 1


def test_the_ledger_knows_start_and_finish(home, dataset):
    done, _ = run_stub(home, dataset, "good", plan())
    lines = [line for _, line in Ledger(home.ledger).lines()]
    assert [line["event"] for line in lines] == ["started", "finished"]
    assert lines[1]["record"] == digest.of_file(done.folder.root / "record.json")


def test_data_appear_at_go_and_at_predict_and_are_gone_afterwards(home, dataset):
    done, watcher = run_stub(home, dataset, "spy", plan())
    seen = {
        line.split(" data ")[0].removeprefix("report "): line.split(" data ")[1]
        for line in watcher.logged
        if " data " in line
    }
    assert seen["plan"] == "[]"
    assert seen["go"] == str(["train_cases.npy", "train_images.npy", "train_labels.npy", "val_images.npy"])
    assert "test_images.npy" in seen["predict"]
    assert "test_labels" not in str(seen)
    assert "val_labels" not in str(seen)
    assert not done.folder.data.exists()
    assert all(path.is_file() for path in dataset.train_files + dataset.test_files)


@pytest.mark.parametrize(
    ("behaviour", "ended", "verdict", "reason"),
    [
        ("fail-refused", "failed", "failed", "the workload failed \\(refused\\)"),
        ("exit-0", "exited", "failed", "before it said `done`"),
        ("few-predictions", "bad output", "failed", "20 predictions|16 predictions"),
        ("nan", "bad output", "failed", "not a finite number"),
        ("skip-seq", "broke the protocol", "invalid", "seq"),
        ("epoch-0", "broke the protocol", "invalid", "epoch"),
        ("not-json", "broke the protocol", "invalid", "not valid JSON"),
        ("not-utf8", "broke the protocol", "invalid", "UTF-8"),
        ("long-line", "broke the protocol", "invalid", "4 MiB"),
        (
            "early-trained",
            "broke the protocol",
            "invalid",
            "`trained` came while training, where only `epoch` may come",
        ),
        ("event-after-done", "broke the protocol", "invalid", "after `done`"),
        ("lies-about-latency", "completed", "invalid", "T1"),
        ("other-model", "completed", "invalid", "P1"),
        ("wrong-strategy", "completed", "invalid", "W1"),
    ],
)
def test_a_run_that_misbehaves_ends_with_a_record_and_the_reason(home, dataset, behaviour, ended, verdict, reason):
    done, _ = run_stub(home, dataset, behaviour, plan())
    assert_fits(done.record, "record")
    assert (done.record["outcome"]["ended"], done.record["outcome"]["verdict"]) == (ended, verdict)
    assert any(__import__("re").search(reason, text) for text in done.record["outcome"]["reasons"])
    assert processes_of(home) == []


@pytest.mark.parametrize(
    ("behaviour", "limit", "state"),
    [
        ("hang-before-ready", "ready_s", "prepare"),
        ("hang-after-go", "train_s", "train"),
        ("hang-after-trained-epochs", "train_s", "train"),
    ],
)
def test_a_workload_that_hangs_is_ended_at_its_deadline(home, dataset, behaviour, limit, state):
    done, _ = run_stub(home, dataset, behaviour, with_limits(plan(), **{limit: 1.5}))
    outcome = done.record["outcome"]
    assert (outcome["ended"], outcome["verdict"], outcome["state"]) == ("timed out", "failed", state)
    assert "1.5 s that the benchmark allows" in outcome["reasons"][0]
    assert processes_of(home) == []


def test_one_that_never_says_hello_is_ended(home, dataset):
    done, _ = run_stub(home, dataset, "hang-before-hello", with_rules(plan(), "deadlines", hello_s=1.5, grace_s=1))
    assert done.record["outcome"]["state"] == "start"
    assert done.record["outcome"]["ended"] == "timed out"


def test_what_the_workload_said_is_kept_without_control_characters(home, dataset):
    done, _ = run_stub(home, dataset, "fail-refused", plan())
    assert done.record["outcome"]["said"] == "this stub refuses [31m everything"


def test_noise_on_standard_output_is_only_log(home, dataset):
    done, watcher = run_stub(home, dataset, "noise", plan())
    assert done.record["outcome"]["verdict"] == "valid"
    assert any("a library prints without asking" in line for line in watcher.logged)
    assert not any("\x1b" in line for line in watcher.logged)
    log = (done.folder.root / "workload.log").read_bytes()
    assert b"[cut]" in log
    assert len(log) < 100_000


def test_a_quantity_that_was_not_reached_says_so(home, dataset):
    done, _ = run_stub(home, dataset, "exit-0", plan())
    absent = done.record["quantities"]["time_to_predictions"]
    assert absent["value"] is None
    assert absent["reason"] == "the run ended in state `train`, before this was over"
    assert done.record["quality"]["auc"]["value"] is None


def test_auto_turns_to_smoke_where_official_would_take_too_long(home, dataset):
    done, watcher = run_stub(home, dataset, "slow", plan(requested_profile="auto"))
    assert done.record["profile"]["used"] == "smoke"
    assert "the limit is 60" in done.record["profile"]["why"]
    assert any(text.startswith("smoke: auto") for text in watcher.said)
    assert len(done.record["epochs"]) == 1


def test_early_stopping_is_the_harness_s_decision(home, dataset):
    made = with_rules(
        plan(requested_profile="auto"), "profiles", official={**plan().ruleset.profile("smoke"), "epochs": None}
    )
    done, _ = run_stub(home, dataset, "good", made)
    patience = made.hyperparameters["patience"]
    # The stub's predictions never change, so no epoch after the first is better.
    assert [epoch["kept"] for epoch in done.record["epochs"]] == [True] + [False] * patience
    assert done.record["stopped_early"]


def test_inference_windows_are_held_in_run_one_only(home, dataset):
    done, _ = run_stub(home, dataset, "good", plan(number=2))
    assert done.record["quantities"]["offline_throughput"]["value"] is None
    assert "run 1" in done.record["quantities"]["offline_throughput"]["reason"]


DRIVER = """
import sys
from pathlib import Path
from harness.places import Home
from harness.cli.main import _interrupt
import signal
signal.signal(signal.SIGTERM, _interrupt)
from tests.run.material import plan, run_stub, tiny_dataset
home, data, behaviour = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
run_stub(Home(home), tiny_dataset(data), behaviour, plan())
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("when", ["hang-before-hello", "hang-before-ready", "hang-after-go"])
def test_a_harness_that_is_ended_leaves_nothing_running_and_no_record(tmp_path, how, when):
    home = tmp_path / "home"
    home.mkdir()
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(home), str(tmp_path / "data"), when],
        cwd=Path(__file__).parent.parent.parent,
        stderr=subprocess.DEVNULL,
    )
    started = wait_for(lambda: stub_processes(driver.pid))
    time.sleep(1)
    os.kill(driver.pid, how)
    driver.wait(30)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    (folder,) = (home / "runs").iterdir()
    assert not (folder / "record.json").exists()
    assert (folder / "data").exists() == (how == signal.SIGKILL)


def stub_processes(parent):
    found = subprocess.run(
        ["pgrep", "-P", str(parent), "-f", "stub_workload"], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in found.stdout.split()]
