"""Each check, both ways and where it can't be measured; and the ruleset and the functions name the same ids."""

import dataclasses

import pytest

from harness.checks.checks import (
    CHECKS,
    data_as_published,
    latencies_add_up,
    run_checks,
    window_predictions_match,
)
from harness.checks.evidence import Answer, Evidence, WindowEvidence
from harness.spec.load import load_ruleset

EVIDENCE = Evidence(
    efficiency={"optimizer_state": "float32"},
    device="cpu",
    observed={
        "parameters": {"float32": 400},
        "gradients": {"float32": 400},
        "saved_activations": {"float32": 4000, "int64": 40},
        "optimizer_state": {"float32": 800},
        "logits": "float32",
        "float32_products": "float32",
    },
    windows=(WindowEvidence("offline", 10.0, 9.95, (0.25, 0.75)),),
    predictions=(0.25, 0.75),
    data_digest="sha256:a",
    expected_data_digest="sha256:a",
)
RULES = {check["id"]: check["parameters"] for check in load_ruleset().document["checks"]}


def change(**changes):
    return dataclasses.replace(EVIDENCE, **changes)


def test_every_check_of_the_ruleset_has_exactly_one_function():
    assert set(RULES) == set(CHECKS)


def test_a_good_run_passes_all():
    rows = run_checks(EVIDENCE, load_ruleset().document["checks"])
    assert {row["id"]: row["answer"] for row in rows} == dict.fromkeys(RULES, "passed")
    assert all(row["remedy"] is None for row in rows)


@pytest.mark.parametrize(("latency", "answer"), [(9.95, Answer.PASSED), (9.0, Answer.FAILED), (11.0, Answer.FAILED)])
def test_latencies_add_up(latency, answer):
    window = WindowEvidence("single", 10.0, latency, (0.25, 0.75))
    finding = latencies_add_up(change(windows=(window,)), RULES["T1"])
    assert finding.answer is answer
    assert "single" in finding.sentence


@pytest.mark.parametrize(("shift", "answer"), [(0.0, Answer.PASSED), (1e-5, Answer.PASSED), (0.01, Answer.FAILED)])
def test_window_predictions_match(shift, answer):
    window = WindowEvidence("offline", 10.0, 10.0, (0.25 + shift, 0.75))
    assert window_predictions_match(change(windows=(window,)), RULES["P1"]).answer is answer


@pytest.mark.parametrize(
    ("efficiency", "shift", "answer"),
    [
        ({}, 0.005, Answer.FAILED),
        ({"float32_matmul": "tf32"}, 0.005, Answer.PASSED),
        ({"weights": "float16"}, 0.005, Answer.PASSED),
        ({"autocast": "float16"}, 0.02, Answer.FAILED),
        ({"autocast": "bfloat16"}, 0.02, Answer.PASSED),
        ({"autocast": "bfloat16"}, 0.06, Answer.FAILED),
    ],
)
def test_coarser_numbers_may_differ_by_more(efficiency, shift, answer):
    window = WindowEvidence("offline", 10.0, 10.0, (0.25 + shift, 0.75))
    finding = window_predictions_match(change(windows=(window,), efficiency=efficiency), RULES["P1"])
    assert finding.answer is answer


@pytest.mark.parametrize("check", [latencies_add_up, window_predictions_match])
def test_without_a_window_there_is_nothing_to_measure(check):
    parameters = RULES["T1"] | RULES["P1"]
    assert check(change(windows=()), parameters).answer is Answer.NOT_MEASURABLE


@pytest.mark.parametrize(
    ("expected", "answer"),
    [("sha256:a", Answer.PASSED), ("sha256:b", Answer.FAILED), (None, Answer.NOT_MEASURABLE)],
)
def test_data_as_published(expected, answer):
    assert data_as_published(change(expected_data_digest=expected), RULES["D1"]).answer is answer
