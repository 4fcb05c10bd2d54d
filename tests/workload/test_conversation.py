"""The workload as a process, from `hello` to `done`, with a driver in the harness's place."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.protocol import decode_predictions
from harness.workload.channel import ABANDONED
from tests.workload.driver import TOP, Inside, Process, prepared, whole_run
from tests.workload.material import auc, plan, write_test, write_training

pytestmark = pytest.mark.torch


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_whole_conversation(data: Path, tmp_path: Path) -> None:
    with Process(tmp_path / "log") as driver:
        hello = driver.wait_for("hello")
        assert hello["protocol"] == 1
        assert {"python", "torch", "timm", "bitsandbytes", "numpy"} <= hello["versions"].keys()
        assert None not in hello["versions"].values()

        order = plan(data, model="cnn", state="int8", hyperparameters={"epochs": 6, "learning_rate": 3e-3})
        smoke = plan(data, model="cnn", state="int8", profile={"epochs": 1, "steps": 2, "batch": 4})
        driver.ask("plan", "ready", **smoke)
        ready = driver.ask("plan", "ready", **order)
        assert ready["device"] == "cpu"
        assert ready["device_name"]
        assert ready["parameters"] > 1_500_000
        assert ready["step_seconds"] > 0
        assert ready["predict_seconds_per_image"] > 0
        assert ready["observed"]["optimizer"] == "AdamW8bit"

        val_labels = write_training(data)
        driver.send("go")
        for number in range(1, 6):
            epoch = driver.wait_for("epoch")
            assert epoch["n"] == number
            assert epoch["images"] == 49
            assert epoch["steps"] == 3  # 16 + 16 + 17: a last batch of one joins the one before it
            validation = decode_predictions(epoch["predictions"], 24)
            if number < 5:
                driver.send("scored", auc=0.5, loss=0.7, keep=number == 1)
        driver.send("stop", keep=True)
        trained = driver.wait_for("trained")
        assert (trained["epochs"], trained["steps"], trained["images"]) == (5, 15, 245)
        assert trained["observed"]["large_moments"].keys() == {"uint8"}
        assert trained["allocator"]["allocated_bytes"] is None
        assert trained["allocator"]["reason"]
        assert auc(val_labels, validation) > 0.9

        test_labels = write_test(data)
        predicted = driver.ask("predict", "predicted")
        assert predicted["images"] == 30
        scored = decode_predictions(predicted["predictions"], 30)
        assert auc(test_labels, scored) > 0.9

        fitted = driver.ask("fit", "fitted", images=12)
        assert (fitted["batch"], fitted["tried"]) == (12, [])
        offline = driver.ask("infer", "inferred", mode="offline", batch=8, seconds=0.2, images=None)
        assert offline["images"] == 30 * offline["passes"]
        assert offline["latency"]["count"] == 4 * offline["passes"]
        np.testing.assert_allclose(decode_predictions(offline["predictions"], 30), scored, atol=1e-5)
        single = driver.ask("infer", "inferred", mode="single", batch=1, seconds=0.1, images=5)
        assert single["images"] == 5 * single["passes"]
        assert single["sum_ns"] >= 0.1e9
        np.testing.assert_allclose(decode_predictions(single["predictions"], 5), scored[:5], atol=1e-5)

        driver.send("finish")
        driver.hang_up()  # once told to finish, that is no loss
        driver.wait_for("done")
        assert driver.ended() == 0
        clocks = [event.clock for event in driver.events]
        assert clocks == sorted(clocks)


@pytest.mark.parametrize("efficiency", [{}, {"autocast": "float16", "optimizer_state": "int8"}])
def test_a_renewed_model_is_trained_the_same_again(data: Path, efficiency: dict[str, str]) -> None:
    """Bit for bit, also where loss scaling and an 8-bit optimiser keep a state of their own."""
    with Inside() as driver:
        order = plan(data, model="cnn", profile={"epochs": 2, "steps": 3, "batch": 4})
        order["submission"]["efficiency"] = efficiency
        prepared(driver, order)
        write_training(data)
        write_test(data)
        said = []
        for time in range(3):
            if time > 0:
                driver.ask("renew", "renewed")
            driver.send("go")
            for _ in range(2):
                said.append(driver.wait_for("epoch"))
                driver.send("scored", auc=0.5, loss=0.7, keep=True)
            driver.wait_for("trained")
            said.append(driver.ask("predict", "predicted"))
        assert said[:3] == said[3:6] == said[6:]


def test_profile_shortens_everything(data: Path) -> None:
    smoke = {"name": "smoke", "epochs": 1, "steps": 2, "batch": 4, "validation": 16, "test": 5}
    with Inside() as driver:
        prepared(driver, plan(data, profile=smoke))
        write_training(data)
        epoch = driver.ask("go", "epoch")
        assert (epoch["steps"], epoch["images"]) == (2, 8)
        decode_predictions(epoch["predictions"], 16)
        trained = driver.ask("scored", "trained", auc=0.5, loss=0.7, keep=True)
        assert trained["epochs"] == 1
        write_test(data)
        assert driver.ask("predict", "predicted")["images"] == 5
        driver.ask("finish", "done")
        assert driver.ended() == 0


def test_kept_weights_are_the_ones_that_predict(data: Path) -> None:
    """With ``keep`` at the first epoch only, a test set equal to the validation set is predicted as it was then."""
    with Inside() as driver:
        prepared(driver, plan(data, model="cnn", hyperparameters={"epochs": 3, "learning_rate": 3e-3}))
        write_training(data)
        driver.send("go")
        seen = []
        for number in range(1, 4):
            seen.append(driver.wait_for("epoch")["predictions"])
            driver.send("scored", auc=0.5, loss=0.7, keep=number == 1)
        driver.wait_for("trained")
        (data / "test_images.npy").symlink_to(data / "val_images.npy")
        assert driver.ask("predict", "predicted")["predictions"] == seen[0]
        assert seen[0] != seen[2]


def test_without_keep_the_last_weights_stand(data: Path) -> None:
    with Inside() as driver:
        prepared(driver, plan(data))
        write_training(data)
        driver.send("go")
        for _ in range(2):
            last = driver.wait_for("epoch")["predictions"]
            driver.send("scored", auc=0.5, loss=0.7, keep=False)
        driver.wait_for("trained")
        (data / "test_images.npy").symlink_to(data / "val_images.npy")
        assert driver.ask("predict", "predicted")["predictions"] == last


@pytest.mark.slow
@pytest.mark.parametrize("state", ["float32", "int8"])
def test_same_seed_same_predictions(tmp_path: Path, state: str) -> None:
    """DenseNet-121, two processes, two threads: equal to the last bit."""
    came = []
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        smoke = {"epochs": 1, "steps": 3, "batch": 4}
        order = plan(folder, model="densenet121", state=state, seed=1, threads=2, profile=smoke)
        # Threads that spin while they wait take minutes beside other work on the same cores; the sums are the same.
        with Process(tmp_path / "log", environment={"OMP_WAIT_POLICY": "passive"}) as driver:
            came.append(whole_run(driver, order))
    assert came[0] == came[1]


@pytest.mark.parametrize("moment", ["before the plan", "in training", "in a window"])
def test_end_of_input_ends_the_process(data: Path, tmp_path: Path, moment: str) -> None:
    with Process(tmp_path / "log") as driver:
        if moment == "before the plan":
            driver.wait_for("hello")
        else:
            epochs = 1000 if moment == "in training" else 1
            prepared(driver, plan(data, model="cnn", hyperparameters={"epochs": epochs, "batch": 2}))
        if moment in ("in training", "in a window"):
            write_training(data, cases=2000 if moment == "in training" else 49)
            driver.send("go")
        if moment == "in training":
            assert driver.next().fields["phase"] == "train"
        if moment == "in a window":
            driver.wait_for("epoch")
            driver.ask("scored", "trained", auc=0.5, loss=0.7, keep=True)
            write_test(data)
            driver.ask("predict", "predicted")
            driver.send("infer", mode="single", batch=1, seconds=1000, images=None)
            assert driver.next().fields["phase"] == "infer"
        driver.hang_up()
        assert driver.process.wait() == ABANDONED


def test_reader_that_went_away_ends_the_process(tmp_path: Path) -> None:
    """Standard input stays open here: the workload notices that nobody takes its events."""
    with Process(tmp_path / "log") as driver:
        driver.wait_for("hello")
        driver.source.close()
        driver.send("go")
        assert driver.process.wait() == ABANDONED


def test_term_ends_the_process(tmp_path: Path) -> None:
    with Process(tmp_path / "log") as driver:
        driver.wait_for("hello")
        driver.process.terminate()
        assert driver.process.wait() == -signal.SIGTERM


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"go!\n", "plan was due; the line is not valid JSON"),
        (b"[1]\n", "plan was due; the line is not a JSON object"),
        (b"\xff\n", "plan was due; the command is not UTF-8"),
        (b'{"command":"dance"}\n', "plan was due; the command has no known name"),
        (b'{"command":"predict"}\n', "plan was due; predict came"),
    ],
)
def test_bad_commands(tmp_path: Path, line: bytes, says: str) -> None:
    with Process(tmp_path / "log") as driver:
        driver.wait_for("hello")
        driver.send_raw(line)
        assert driver.wait_for("failed") == {"kind": "protocol", "message": says}
        assert driver.ended() == 1


def test_command_at_the_wrong_time(data: Path) -> None:
    with Inside() as driver:
        prepared(driver, plan(data))
        write_training(data)
        driver.ask("go", "epoch")
        failed = driver.ask("predict", "failed")
        assert failed == {"kind": "protocol", "message": "scored or stop was due; predict came"}
        assert driver.ended() == 1


def test_keep_must_be_said(data: Path) -> None:
    with Inside() as driver:
        prepared(driver, plan(data))
        write_training(data)
        driver.ask("go", "epoch")
        failed = driver.ask("scored", "failed", auc=0.5, loss=0.7)
        assert failed == {"kind": "protocol", "message": "scored: keep must be true or false"}


def test_refuses_before_torch_is_loaded(data: Path, tmp_path: Path) -> None:
    with Process(tmp_path / "log") as driver:
        driver.wait_for("hello")
        failed = driver.ask("plan", "failed", **plan(data, hyperparameters={"schedule": "spiral"}))
        assert failed["kind"] == "refused"
        assert "plan.benchmark.hyperparameters.schedule must be one of cosine, constant" in failed["message"]
        assert driver.ended() == 1


def test_missing_data(data: Path) -> None:
    with Inside() as driver:
        prepared(driver, plan(data))
        failed = driver.ask("go", "failed")
        assert failed == {"kind": "error", "message": "train_images.npy is not in the data folder"}
        assert driver.ended() == 1


def test_divergence_names_epoch_and_step(data: Path) -> None:
    with Inside() as driver:
        prepared(driver, plan(data, hyperparameters={"learning_rate": 1e38, "schedule": "constant"}))
        write_training(data)
        failed = driver.ask("go", "failed")
        assert failed["kind"] == "diverged"
        assert failed["message"].startswith("the loss is not finite in epoch 1, step ")
        assert driver.ended() == 1


_MEDDLER = """
import os, sys, ctypes
from harness.workload import learner, main
real = learner.Learner.step
def step(self, images, labels):
    print('a library prints')
    os.write(1, b':::HARNESS {"event":"done"}\\n')
    ctypes.CDLL(None).puts(b'so does C')
    assert sys.stdin.read() == ''
    {extra}
    return real(self, images, labels)
learner.Learner.step = step
sys.exit(main.main())
"""


def test_prints_do_not_break_events(data: Path, tmp_path: Path) -> None:
    program = _MEDDLER.replace("{extra}", "")
    with Process(tmp_path / "log", ("-c", program)) as driver:
        whole_run(driver, plan(data, hyperparameters={"epochs": 1}))
    log = (tmp_path / "log").read_text()
    assert "a library prints" in log
    assert "so does C" in log
    assert "done" not in [event.name for event in driver.events[:-1]]


@pytest.mark.parametrize(
    ("extra", "kind", "says"),
    [
        ("raise OSError('first\\nsecond')", "error", "OSError: first"),
        ("learner.torch.empty(1 << 60)", "out_of_memory", "can't allocate memory"),
    ],
)
def test_unforeseen_errors(data: Path, tmp_path: Path, extra: str, kind: str, says: str) -> None:
    with Process(tmp_path / "log", ("-c", _MEDDLER.replace("{extra}", extra))) as driver:
        driver.wait_for("hello")
        failed = driver.ask("plan", "failed", **plan(data))
        assert failed["kind"] == kind
        assert says in failed["message"]
        assert "second" not in failed["message"]
        assert driver.ended() == 1
    assert "Traceback" in (tmp_path / "log").read_text()


def test_hello_comes_without_torch() -> None:
    """Torch takes seconds to load; the harness should see life before that."""
    program = "import json, sys; from harness.workload import main; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", program], cwd=TOP))
    assert "harness.protocol" in loaded
    assert not {"torch", "numpy", "timm"} & set(loaded)
