from __future__ import annotations

import re
from typing import Any

import pytest

from harness.serve.page import duration, render

WATTS = {"value": None, "unit": "W", "source": None, "scope": None, "reason": "no meter"}
EPOCH = {"n": 1, "seconds": 2.0, "train_loss": 0.5, "auc": 0.7, "loss": 0.6, "reason": None, "best": True}


def run(**changes: Any) -> dict[str, Any]:
    return {
        **{"run": "r", "submission": "cnn_fp32", "title": "CNN", "benchmark": "lidc-nodules", "number": 2},
        **{"runtime": "docker", "device": "cuda", "profile": None, "state": "train", "doing": "training", "passes": 1},
        **{"epochs_planned": 20, "epochs": [EPOCH], "elapsed_s": 75.0, "quiet_s": 1.0, "problem": None},
        **{"power": {"gpu": {**WATTS, "value": 251.4, "reason": None, "source": "NVML"}, "cpu": WATTS, "dram": WATTS}},
        **changes,
    }


def said(*runs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**{"harness": "process 3 of ann", "runs": list(runs), "finished": [], "site": None}, **changes}


def words(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", page)


def test_the_same_state_gives_the_same_bytes():
    assert render(said(run())) == render(said(run()))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (said(harness=None), "No harness is running in this home."),
        (said(), "A harness is running (process 3 of ann), and no run goes on: it prepares data, or builds an image."),
        (said(run()), "A harness is running (process 3 of ann)."),
        (said(run()), "Training, epoch 2 of at most 20"),
        (said(run(epochs_planned=1)), "Training, epoch 1 of at most 1"),
        (said(run(epochs=[], epochs_planned=None)), "Training, epoch 1"),
        (said(run(state="repeat", doing="training again", passes=3)), "Training again, pass 3"),
        (said(run()), "1 min 15 s"),
        (said(run()), "251 W"),
        (said(run()), "no meter"),
        (said(run(problem="events.jsonl, line 3: at is missing")), "events.jsonl, line 3: at is missing"),
        (said(run(number=None, submission=None, title=None)), "a run"),
        (said(run(epochs=[{**EPOCH, "auc": None, "reason": "one class"}])), "one class"),
    ],
)
def test_it_says(document, sentence):
    assert sentence in words(render(document))


def test_finished_runs_lead_to_the_leaderboard():
    finished = {"run": "r", "submission": "cnn_fp32", "benchmark": "lidc-nodules", "number": 3, "verdict": "valid"}
    page = render(said(finished=[finished]))
    assert "cnn_fp32 · lidc-nodules · run 3: valid" in page
    assert '<a href="/">See them on the leaderboard</a>' in page


def test_hostile_text_stays_text_everywhere():
    bad = "\"'><img src=x onerror=alert(1)>"
    watts = {**WATTS, "reason": bad}
    hostile = run(
        **dict.fromkeys(("run", "submission", "title", "benchmark", "runtime", "device", "profile", "doing"), bad),
        problem=bad,
        power=dict.fromkeys(("gpu", "cpu", "dram"), watts),
        epochs=[{**EPOCH, "auc": None, "reason": bad}],
    )
    finished = {**dict.fromkeys(("run", "submission", "benchmark", "verdict"), bad), "number": 1}
    page = render(said(hostile, harness=bad, finished=[finished], site={"builds": 1, "problem": bad}))
    assert "<img" not in page


def test_the_policy_lets_the_script_ask_this_server_and_no_other():
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', render(said()))
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "connect-src 'self'" in policy[1]
    assert "unsafe" not in policy[1]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.9, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7810, "2 h 10 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text
