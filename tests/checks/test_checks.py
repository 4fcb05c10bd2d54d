"""Each check, both ways and where it can't be measured; and the ruleset and the functions name the same ids."""

import dataclasses

import pytest

from harness.checks.checks import (
    BEFORE,
    CHECKS,
    check_before,
    data_as_published,
    latencies_add_up,
    run_checks,
    window_predictions_match,
)
from harness.checks.evidence import Answer, Card, Evidence, Host, Metered, Preflight, Spans, WindowEvidence
from harness.meter.trace import Trace
from harness.meter.window import WindowEnergy
from harness.spec.load import load_ruleset
from tests.meter.traces import steady, trace_of


def window(name, begin, end, **changes):
    usual = {
        "counter_j": 250.0 * (end - begin),
        "integral_j": 250.0 * (end - begin),
        "samples": round(10 * (end - begin)),
        "coverage": 1.0,
        "largest_gap_s": 0.1,
        "disagreement": 0.0,
        "edge_error": 0.02 / (end - begin),
    }
    return WindowEnergy(name=name, begin=begin, end=end, **(usual | changes))


METERED = Metered(
    windows=(window("pass 1", 0.0, 30.0), window("pass 2", 31.0, 61.0), window("offline", 62.0, 122.0)),
    trace=steady(130, 250.0, foreign_processes=0, throttle_reasons=0x4, power_limit_w=700),
    gpu_j=(0.0, 7500.0, 7750.0, 15250.0),
    reason=None,
)
CARD = Card(
    mig=False,
    persistence=True,
    temperature_c=41,
    slowdown_c=87,
    power_limit_w=700.0,
    clock_reasons=0x1,
    processes=0,
)
EVIDENCE = Evidence(
    division="closed",
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
    repeated_predictions=((0.25, 0.75),),
    metered=METERED,
    host=Host(
        span="from go to predicted", seconds=100.0, busy_s=190.0, stolen_s=0.0, workload_s=185.0, swapped_pages=0
    ),
    oom_killed=False,
    spans=Spans(engine_s=120.0, least_s=118.0, most_s=121.0),
    preflight=Preflight(Host("just before the start", 0.25, 0.01, 0.0, 0.0, 0), CARD, None),
    event_delay_s=0.001,
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


@pytest.mark.parametrize(
    ("seconds", "missing", "answer"),
    [
        (1.0, 0.045, Answer.PASSED),
        (1.0, 0.055, Answer.FAILED),
        (60.0, 0.59, Answer.PASSED),
        (60.0, 0.61, Answer.FAILED),
    ],
)
def test_a_short_window_may_lack_what_a_scheduler_takes(seconds, missing, answer):
    window = WindowEvidence("single", seconds, seconds - missing, (0.25, 0.75))
    assert latencies_add_up(change(windows=(window,)), RULES["T1"]).answer is answer


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


def answer(check, **changes):
    """What a check says of the usual run with other metered data."""
    metered = dataclasses.replace(METERED, **changes)
    return CHECKS[check](change(metered=metered), RULES[check])


def sometimes(**columns):
    """Ten samples of which the fourth differs."""
    at = [0.1 * k for k in range(10)]
    other = {name: [once if k == 3 else most for k in range(10)] for name, (most, once) in columns.items()}
    return trace_of(at, [250.0] * 10, **other)


@pytest.mark.parametrize(
    ("check", "changes", "says"),
    [
        ("E1", {"gpu_j": (5.0, 4.0, 6.0)}, "1 of 3 readings"),
        ("E2", {"windows": (window("single", 0.0, 60.0, coverage=0.9),)}, "90.0% at least (window single)"),
        ("E2", {"windows": (window("single", 0.0, 60.0, largest_gap_s=1.5),)}, "1.50 s"),
        ("E3", {"windows": (window("offline", 0.0, 60.0, disagreement=-0.12),)}, "-12.0% at most (window offline"),
        ("E4", {"windows": (window("offline", 0.0, 5.0),)}, "offline (5.0 s, 50 samples)"),
        ("E4", {"windows": (window("pass 1", 0.0, 60.0, edge_error=0.02),)}, "training (60.0 s"),
        ("G1", {"trace": sometimes(foreign_processes=(0, 2))}, "in 1 of 10 samples"),
        ("G2", {"trace": sometimes(throttle_reasons=(0x4, 0x4 | 0x20))}, "too hot (driver) in 1"),
        ("G2", {"trace": sometimes(throttle_reasons=(0x8, 0x80))}, "hardware slowdown in 9, power brake in 1"),
        ("G3", {"trace": sometimes(power_limit_w=(700, 500))}, "between 500 W and 700 W"),
    ],
)
def test_what_a_meter_shows_and_must_not(check, changes, says):
    finding = answer(check, **changes)
    assert finding.answer is Answer.FAILED
    assert says in finding.sentence
    assert finding.remedy


@pytest.mark.parametrize("check", ["E1", "E2", "E3", "E4", "G1", "G2", "G3"])
def test_without_a_meter_nothing_is_claimed(check):
    none = Metered(windows=(), trace=Trace(), gpu_j=(), reason="the run used no GPU")
    for metered in (none, None):
        finding = CHECKS[check](change(metered=metered), RULES[check])
        assert finding.answer is Answer.NOT_MEASURABLE
        assert "GPU" in finding.sentence


@pytest.mark.parametrize("check", ["G1", "G2", "G3"])
def test_what_the_gpu_does_not_tell_is_not_measurable(check):
    assert answer(check, trace=steady(10, 250.0)).answer is Answer.NOT_MEASURABLE


@pytest.mark.parametrize(("shift", "expected"), [(0.0, Answer.PASSED), (1e-5, Answer.PASSED), (0.01, Answer.FAILED)])
def test_repeated_training(shift, expected):
    again = ((0.25, 0.75), (0.25, 0.75 + shift))
    assert CHECKS["R1"](change(repeated_predictions=again), RULES["R1"]).answer is expected
    assert CHECKS["R1"](change(repeated_predictions=()), RULES["R1"]).answer is Answer.NOT_MEASURABLE


def test_steps_of_the_counter_are_no_disagreement():
    """A pass of 20 ms under a counter that moves every 20 ms may be off by all of it."""
    short = window("pass 1", 0.0, 0.02, disagreement=0.8, edge_error=1.0)
    assert answer("E3", windows=(short,)).answer is Answer.PASSED


def test_short_passes_count_together():
    """Thirty passes of 2 s are a minute, and what is open at their edges averages out over them."""
    passes = tuple(window(f"pass {k}", 3.0 * k, 3.0 * k + 2) for k in range(30))
    assert answer("E4", windows=passes).answer is Answer.PASSED
    assert answer("E4", windows=passes[:2]).answer is Answer.FAILED


@pytest.mark.parametrize(
    ("check", "changes", "says"),
    [
        ("H1", {"host": Host("from go to predicted", 100.0, 180.0, 0.0, 100.0, 0)}, "others used 0.80 processors"),
        ("H1", {"host": Host("from go to predicted", 100.0, 100.0, 50.0, 100.0, 0)}, "0.50 of them other guests"),
        ("H2", {"host": Host("from go to predicted", 100.0, 100.0, 0.0, 100.0, 1234)}, "1,234 pages"),
        ("H3", {"oom_killed": True}, "memory limit was reached"),
        ("H4", {"spans": Spans(300.0, 118.0, 121.0)}, "300.00 s by its engine's clock"),
        ("H4", {"spans": Spans(60.0, 118.0, 121.0)}, "60.00 s"),
    ],
)
def test_what_a_machine_shows_and_must_not(check, changes, says):
    finding = CHECKS[check](change(**changes), RULES[check])
    assert finding.answer is Answer.FAILED
    assert says in finding.sentence
    assert finding.remedy


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("H1", {"host": None}),
        ("H1", {"host": Host("from go to predicted", 100.0, 100.0, 0.0, None, 0)}),
        ("H2", {"host": None}),
        ("H3", {"oom_killed": None}),
        ("H4", {"spans": None}),
    ],
)
def test_what_is_not_known_of_a_machine_is_not_claimed(check, changes):
    assert CHECKS[check](change(**changes), RULES[check]).answer is Answer.NOT_MEASURABLE


def test_a_workload_that_seems_to_use_more_than_all_is_no_negative_load():
    """The kernel counts the two in different steps."""
    finding = CHECKS["H1"](change(host=Host("from go to predicted", 10.0, 9.9, 0.0, 10.0, 0)), RULES["H1"])
    assert "others used 0.00" in finding.sentence


def before(**changes):
    """The usual look at the machine, with another card, or without one where nothing is told of it."""
    card = dataclasses.replace(CARD, **changes) if changes else None
    assert EVIDENCE.preflight is not None
    return dataclasses.replace(EVIDENCE.preflight, card=card, reason=None if changes else "the run used no GPU")


@pytest.mark.parametrize(
    ("check", "changes", "says"),
    [
        ("G1", {"processes": 2}, "2 process(es) used the GPU before"),
        ("G3", {"power_limit_w": 500.0}, "between 500 W and 700 W"),
        ("G4", {"mig": True}, "split into slices"),
        ("G5", {"persistence": False}, "persistence mode is off"),
        ("G6", {"temperature_c": 75}, "began at 75 °C, and the GPU slows down at 87 °C"),
        ("G7", {"clock_reasons": 0x2}, "application clocks in 1"),
        ("G7", {"clock_reasons": 0x10 | 0x100}, "a sync boost group in 1, the display's clock setting in 1"),
    ],
)
def test_what_a_card_shows_before_the_start_and_must_not(check, changes, says):
    finding = CHECKS[check](change(preflight=before(**changes)), RULES[check])
    assert finding.answer is Answer.FAILED
    assert says in finding.sentence
    assert finding.remedy


def test_a_margin_that_is_just_enough_is_enough():
    warm = before(temperature_c=87 - RULES["G6"]["least_margin_c"])
    assert CHECKS["G6"](change(preflight=warm), RULES["G6"]).answer is Answer.PASSED


@pytest.mark.parametrize("check", ["G4", "G5", "G6"])
def test_without_a_card_nothing_is_claimed_of_it(check):
    for preflight in (before(), None):
        finding = CHECKS[check](change(preflight=preflight), RULES[check])
        assert finding.answer is Answer.NOT_MEASURABLE
        assert "GPU" in finding.sentence


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("G4", {"mig": None}),
        ("G5", {"persistence": None}),
        ("G6", {"temperature_c": None}),
        ("G6", {"slowdown_c": None}),
    ],
)
def test_what_a_card_does_not_tell_is_not_claimed(check, changes):
    finding = CHECKS[check](change(preflight=before(**changes)), RULES[check])
    assert finding.answer is Answer.NOT_MEASURABLE
    assert "does not tell" in finding.sentence


def test_clocks_that_are_set_during_the_run_are_seen_in_samples():
    assert "application clocks in 1" in answer("G7", trace=sometimes(throttle_reasons=(0x4, 0x4 | 0x2))).sentence
    nothing = change(preflight=before(clock_reasons=None), metered=dataclasses.replace(METERED, trace=Trace()))
    assert CHECKS["G7"](nothing, RULES["G7"]).answer is Answer.NOT_MEASURABLE
    nowhere = change(preflight=before(), metered=None)
    assert CHECKS["G7"](nowhere, RULES["G7"]).answer is Answer.NOT_MEASURABLE


def test_the_clocks_while_training_are_told():
    trace = steady(130, 250.0, throttle_reasons=0x4, sm_clock_mhz=1980)
    assert "at 1980 MHz (median; 1980 to 1980)" in answer("G7", trace=trace).sentence


def test_events_that_were_long_on_their_way():
    assert CHECKS["H5"](change(event_delay_s=0.2), RULES["H5"]).answer is Answer.PASSED
    late = CHECKS["H5"](change(event_delay_s=1.25), RULES["H5"])
    assert late.answer is Answer.FAILED
    assert "took 1.25 s longer" in late.sentence
    assert CHECKS["H5"](change(event_delay_s=None), RULES["H5"]).answer is Answer.NOT_MEASURABLE


def test_before_the_start_only_what_fails_is_told():
    declared = load_ruleset().document["checks"]
    assert check_before(before(mig=False), declared) == []
    busy = dataclasses.replace(
        before(mig=True, persistence=False, processes=1), host=Host("just before the start", 0.25, 0.2, 0.0, 0.0, 0)
    )
    told = check_before(busy, declared)
    assert [check["id"] for check in told] == ["G1", "G4", "G5", "H1"]
    assert "just before the start others used 0.80 processors" in told[-1]["sentence"]
    assert all(check["remedy"] for check in told)
    assert {check["id"] for check in declared} >= BEFORE
