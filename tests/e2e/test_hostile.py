"""Hostile submissions against the real engine: each ends with a verdict and a reason, nothing stays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from tests.e2e.hostile import CONVERSATION, Case, Field, events_of, failed, forged, fruitless, hostile_plan, log_of
from tests.run.material import tiny_dataset

pytestmark = pytest.mark.engine

SHORT = 1.5
LONGER = f"took longer than the {SHORT:g} s that the benchmark allows"
NO_EVENT = "a line that starts with `:::HARNESS` is no event: "
FORM = "does not have the form that the protocol asks for: "
ENDED = "the workload ended before it said `done`: "

SLEEPS = [
    failed("sleeps-at-start", "timed out", "start", f"starting {LONGER}", 0, limits={"hello_s": SHORT}),
    failed("sleeps-at-hello", "timed out", "prepare", f"preparing {LONGER}", 1, limits={"ready_s": SHORT}),
    failed("sleeps-at-plan", "timed out", "prepare", f"preparing {LONGER}", 1, limits={"ready_s": SHORT}),
    failed("sleeps-at-go", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    failed("sleeps-at-epoch", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    failed("sleeps-at-train", "timed out", "train", f"training {LONGER}", 3, limits={"train_s": SHORT}),
    failed(
        "sleeps-at-trained",
        "timed out",
        "predict",
        f"predicting the test images {LONGER}",
        4,
        limits={"predict_s": SHORT},
    ),
    failed(
        "sleeps-at-predict",
        "timed out",
        "predict",
        f"predicting the test images {LONGER}",
        4,
        limits={"predict_s": SHORT},
    ),
    failed(
        "sleeps-at-predicted",
        "timed out",
        "fit",
        f"looking for the largest batch {LONGER}",
        5,
        limits={"infer_s": SHORT},
    ),
    failed(
        "sleeps-at-infer",
        "timed out",
        "infer offline",
        "the offline inference window took longer than the 1.55 s that the benchmark allows",
        6,
        limits={"infer_s": SHORT},
    ),
    failed("sleeps-at-finish", "timed out", "finish", f"finishing {LONGER}", 8, limits={"finish_s": SHORT}),
    failed("says-done-and-stays", "timed out", "finish", f"ending {LONGER}", 9, limits={"finish_s": SHORT}),
    failed(
        "ignores-term",
        "timed out",
        "train",
        f"training {LONGER}",
        2,
        limits={"train_s": SHORT},
        logged=("report ignoring",),
        exit_code=137,
    ),
    failed("runs-on-without-output", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    failed(
        "says-done-and-runs-on-without-output", "timed out", "finish", f"ending {LONGER}", 9, limits={"finish_s": SHORT}
    ),
]

MACHINE = [
    fruitless(
        "opens-the-network",
        "report world ENETUNREACH",
        "report bridge ENETUNREACH",
        "report metadata ENETUNREACH",
        "report names are not resolved",
        "report /var/run/docker.sock ENOENT",
        "report /run/containerd/containerd.sock ENOENT",
    ),
    failed(
        "dies-without-the-network",
        "exited",
        "train",
        f"{ENDED}its output ended while training",
        2,
        logged=("OSError: .*Network is unreachable",),
        exit_code=1,
    ),
    fruitless("fills-tmp", "report tmp ENOSPC at 16 MiB"),
    failed(
        "dies-of-a-full-tmp",
        "exited",
        "train",
        f"{ENDED}its output ended while training",
        2,
        logged=("OSError: .*No space left on device",),
        exit_code=1,
    ),
    fruitless("fills-the-log", r"\[the log is longer than the ruleset keeps; the rest was dropped\]"),
    failed("logs-without-end", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    failed("logs-newlines-without-end", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    failed(
        "trickles-log-for-ever",
        "timed out",
        "train",
        f"training {LONGER}",
        2,
        limits={"train_s": SHORT},
        logged=("still here\n",),
    ),
    fruitless("forks-and-goes-on", r"report fork EAGAIN after [1-4]\d"),
    failed(
        "forks-without-end",
        "exited",
        "train",
        f"{ENDED}its output ended while training",
        2,
        logged=("BlockingIOError: .*Resource temporarily unavailable",),
        exit_code=1,
    ),
    failed(
        "takes-all-memory",
        "exited",
        "train",
        f"{ENDED}its output ended while training\n"
        "the kernel ended a process in the container because its memory limit was reached",
        2,
        exit_code=137,
    ),
    Case(
        "a-child-takes-all-memory",
        "completed",
        "invalid",
        "done",
        "H3 .*: the kernel ended a process of the container because the memory limit was reached",
        len(CONVERSATION),
        logged=("report child ended by signal 9",),
        exit_code=0,
    ),
    failed("exits-0-at-go", "exited", "train", f"{ENDED}its output ended while training", 2, exit_code=0),
    failed(
        "exits-0-after-trained",
        "exited",
        "predict",
        f"{ENDED}(its output ended while predicting the test images|it was gone when `predict` was sent)",
        4,
        exit_code=0,
    ),
]

PREDICTIONS = [
    failed(f"{wrong}-at-{moment}", "bad output", state, f"{what} predictions: {reason}", heard)
    for moment, state, what, count, heard in (
        ("go", "train", "validation", 16, 3),
        ("predict", "predict", "test", 32, 5),
        ("infer", "infer offline", "offline window", 32, 7),
    )
    for wrong, reason in (
        ("wrong-count", rf"{count} predictions expected \({4 * count} bytes\), {4 * count + 4} bytes came"),
        ("nan", "a prediction is not a finite number"),
        ("infinity", "a prediction is not a finite number"),
        ("bad-base64", "predictions are not valid base64"),
        ("outside", r"a prediction lies outside \[0, 1\]"),
    )
]

FORGED = [
    forged(
        "trained-before-an-epoch",
        "train",
        "`trained` came while training, where only `epoch` may come",
        2,
        and_then=("trained",),
    ),
    forged(
        "speaks-without-listening",
        "prepare",
        "`ready` came before `plan` was sent, to which it would be the answer",
        1,
    ),
    forged("number-left-out", "train", "`epoch` has seq 4, 3 was due", 2),
    forged("number-said-twice", "train", "`epoch` has seq 2, 3 was due", 2),
    forged(
        "time-runs-backwards",
        "train",
        r"`epoch` has a clock that is (59|60)[.\d]* s behind that of the event before it: time runs backwards",
        2,
    ),
    forged("time-before-all-time", "train", r"`epoch` has a clock that is 1e\+308 s behind .*", 2),
    forged("a-clock-at-the-end-of-time", "start", f"`hello` {FORM}clock breaks the rule `maximum`", 0),
    forged(
        "a-million-epochs",
        "train",
        "`epoch` came before `scored` was sent, to which it would be the answer",
        3,
    ),
    forged("epoch-a-million", "train", "epoch 1000000 came where epoch 1 was due", 3),
    forged("tells-of-a-million-epochs", "train", "`trained` tells of 1000000 epochs where 1 were scored", 4),
    forged(
        "progress-without-end",
        "prepare",
        r"\d+ `progress` events came in [\d.]+ s; 2 a second are allowed",
        1,
    ),
    forged("a-100-mb-event", "train", "an event was longer than the protocol's 4 MiB", 2),
    fruitless("a-100-mb-log-line", r"log z+ \[cut\]\n"),
    failed("an-event-without-an-end", "timed out", "train", f"training {LONGER}", 2, limits={"train_s": SHORT}),
    forged("invalid-utf-8-event", "train", f"{NO_EVENT}the event is not UTF-8", 2),
    fruitless("invalid-utf-8-log", r"\\xff\\xfe\\xc3\( half a letter"),
    forged("deep-nesting", "train", f"{NO_EVENT}(arrays and objects lie more than 16 deep.*|.* not valid JSON)", 2),
    forged("deepest-nesting", "train", f"{NO_EVENT}the line is not valid JSON", 2),
    forged("an-enormous-number", "train", f"{NO_EVENT}a number is too large to be finite", 2),
    forged("a-large-number", "train", f"{NO_EVENT}epoch: seq must be a whole number from 0 to 9007199254740991", 2),
    forged("a-loss-beyond-all-numbers", "train", f"{NO_EVENT}a number is too large to be finite", 2),
    forged("a-key-twice", "train", f"{NO_EVENT}a key appears twice in one JSON object", 2),
    forged("half-a-letter", "start", f"{NO_EVENT}a text holds half of a surrogate pair", 0),
    forged("a-million-faults", "train", f"`epoch` {FORM}loss breaks the rule `type`", 2),
    forged("an-unknown-event", "train", f"{NO_EVENT}the event has no known name", 2),
    forged("no-event", "train", f"{NO_EVENT}the line is not valid JSON", 2),
    forged("a-hundred-thousand-versions", "start", f"`hello` {FORM}versions breaks the rule `maxProperties`", 0),
    forged(
        "an-empty-histogram", "infer offline", f"`inferred` {FORM}latency.buckets breaks the rule `minProperties`", 6
    ),
    forged("more-images-than-there-were", "infer offline", "`inferred` gives 1000000000 as its images; 32 would .*", 7),
    forged("latencies-that-do-not-fit-their-sum", "infer offline", "`inferred` gives latencies that sum to .*", 7),
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def field(engine: Any, local_base: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Field:
    return Field(engine, local_base, Home(tmp_path), dataset, monkeypatch)


@pytest.mark.parametrize("case", [*SLEEPS, *MACHINE, *PREDICTIONS, *FORGED], ids=lambda case: case.attack)
def test_an_attack_ends_with_a_verdict_and_its_reason(field: Field, case: Case) -> None:
    done = field.run(case.attack, hostile_plan(**case.limits))
    outcome = done.record["outcome"]
    assert (outcome["ended"], outcome["verdict"], outcome["state"]) == (case.ended, case.verdict, case.state), outcome
    assert re.fullmatch(case.reason, "\n".join(outcome["reasons"])), outcome["reasons"]
    if case.exit_code is not None:
        assert outcome["exit_code"] == case.exit_code
    assert events_of(done) == CONVERSATION[: case.heard] + case.and_then
    log = log_of(done)
    assert f"report attack {case.attack}\n" in log
    assert [pattern for pattern in case.logged if not re.search(pattern, log)] == []
