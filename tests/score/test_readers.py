"""Obuchowski and Rockette's analysis: by hand, against a published example, a paired t test, loops, and laws."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, ttest_rel

from benchmarks.statistics_simulation import OURS, WORLDS, main, simulate
from harness.score.auc import roc_auc
from harness.score.components import Components
from harness.score.noninferiority import Outcome
from harness.score.readers import METHOD, RunAveragedDifference, run_averaged_difference
from tests.score.test_auc import obuchowski_covariance

seeds = st.integers(0, 10_000)


def sample(seed: int = 0, *, runs: int = 5, patients: int = 40):
    """Scores [runs, cases] of two configurations on the same patients of 1 to 4 cases, labels and patients."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 5, patients))
    cases = len(patient)
    labels = (random.random(cases) < 0.5).astype(int)
    labels[patient == 0], labels[patient == 1], labels[patient == 2], labels[patient == 3] = 0, 1, 0, 1
    shared = random.normal(size=patients)[patient] + random.normal(size=cases)
    by_configuration = random.normal(size=(2, 1, cases))
    skill = 1.5 + random.normal(0, 0.3, (2, runs, 1))
    both = skill * labels + shared + by_configuration + random.normal(size=(2, runs, cases))
    return both[0], both[1], labels, patient


def interval(found: RunAveragedDifference) -> tuple[float, float, float]:
    one = found.estimate
    assert one.value is not None and one.lower is not None and one.upper is not None
    return one.value, one.lower, one.upper


def components(found: RunAveragedDifference) -> Components:
    assert found.components is not None
    return found.components


def test_a_small_table_by_hand():
    # Two positive cases, two negative ones, four patients, two runs each. Placement values less the area are ± 1/4
    # throughout: for each area let (a, b) be the first positive and the first negative case's, in quarters. With two
    # patients in each class the covariance of two areas is (a·a' + b·b') / 16.
    candidate = [
        [4, 2, 1, 3],  # area 3/4, (1, 1)
        [3, 1, 2, 4],  # area 1/4, (1, 1)
    ]
    reference = [
        [2, 4, 1, 3],  # area 3/4, (−1, 1)
        [2, 4, 1, 3],  # area 3/4, (−1, 1)
    ]
    found = run_averaged_difference(candidate, reference, [1, 1, 0, 0], [0, 1, 2, 3])
    made_of = components(found)
    # Variances (1 + 1)/16; same run (−1 + 1)/16; same configuration (1 + 1)/16; neither (−1 + 1)/16.
    assert (made_of.error, made_of.cov1, made_of.cov2, made_of.cov3) == pytest.approx((1 / 8, 0, 1 / 8, 0), abs=1e-15)
    # Means 1/2 and 3/4 by configuration, 3/4 and 1/2 by run, 5/8 in all; what is left is ± 1/8 in all four cells.
    squares = (made_of.ms_configuration, made_of.ms_run, made_of.ms_interaction)
    assert squares == pytest.approx((1 / 16, 1 / 16, 1 / 16), abs=1e-15)
    # 2/2 · (1/16 + 2 · 1/8), and (2 − 1) · (5/16)² / (1/16)²; the 97.5 % quantile of t with 25 degrees is 2.0595.
    assert made_of.variance() == pytest.approx(5 / 16)
    assert found.degrees_of_freedom == pytest.approx(25)
    value, lower, upper = interval(found)
    assert (value, upper) == pytest.approx((-1 / 4, -1 / 4 + 2.059539 * math.sqrt(5 / 16)), abs=1e-6)
    assert lower == -1.0, "no difference of areas is below −1"
    assert made_of.interaction_variance == pytest.approx(1 / 16)
    assert made_of.run_variance == pytest.approx(0, abs=1e-15)


def test_a_published_example():
    # Van Dyke's 5 readers, 114 patients, as analysed by MRMCaov 0.3.0 (B. J. Smith, S. L. Hillis; "MRMC Test Results"
    # of its user guide): mean squares and covariances in; standard error, degrees of freedom and interval out.
    made_of = Components(
        runs=5,
        error=0.0010790449,
        cov1=0.0003125019,
        cov2=0.0003116050,
        cov3=0.0001937700,
        ms_configuration=0.0041142,
        ms_run=0.0026081,
        ms_interaction=0.0009478898,
    )
    assert math.sqrt(made_of.variance()) == pytest.approx(0.02479568, rel=1e-6)
    assert made_of.degrees_of_freedom() == pytest.approx(10.51789, rel=1e-6)
    assert -0.04056698 + made_of.half_width() == pytest.approx(0.01431471, abs=1e-7)
    assert made_of.run_variance == pytest.approx(0.0007113780, abs=1e-7)
    assert made_of.interaction_variance == pytest.approx(0.0002991817, abs=1e-9)


def test_where_patients_contribute_nothing_it_is_a_paired_t_test():
    candidate, _, labels, patients = sample(1)
    # The reference has the candidate's runs under other numbers: what the runs have of a case in common, both
    # configurations have, and nothing remains that would make Cov2 larger than Cov3.
    reference = np.roll(candidate, 1, axis=0)
    reference[0] += 0.5 * labels
    found = run_averaged_difference(candidate, reference, labels, patients)
    assert components(found).over_patients == 0
    ours, theirs = ([roc_auc(run, labels) for run in runs] for runs in (candidate, reference))
    textbook = ttest_rel(ours, theirs).confidence_interval(0.95)
    assert interval(found)[1:] == pytest.approx((textbook.low, textbook.high), abs=1e-12)
    assert found.degrees_of_freedom == 4
    assert found.p_apart() == pytest.approx(ttest_rel(ours, theirs).pvalue, rel=1e-9)
    assert found.p_above(0.01) == pytest.approx(
        ttest_rel(np.subtract(ours, 0.01), theirs, alternative="greater").pvalue, rel=1e-9
    )


@pytest.mark.parametrize("seed", range(5))
def test_it_equals_the_formulas_written_as_loops(seed):
    candidate, reference, labels, patients = sample(seed, runs=3, patients=15)
    runs = range(3)
    both = (candidate, reference)

    def covariances(pairs):
        return np.mean([obuchowski_covariance(both[i][j], both[k][m], labels, patients) for i, j, k, m in pairs])

    cov2 = covariances([(i, j, i, m) for i in (0, 1) for j in runs for m in runs if j != m])
    cov3 = covariances([(0, j, 1, m) for j in runs for m in runs if j != m])
    gains = [roc_auc(candidate[j], labels) - roc_auc(reference[j], labels) for j in runs]
    interaction = sum((gain - np.mean(gains)) ** 2 for gain in gains) / 2 / (3 - 1)
    made_of = components(run_averaged_difference(candidate, reference, labels, patients))
    assert (made_of.cov2, made_of.cov3) == pytest.approx((cov2, cov3), abs=1e-12)
    assert made_of.error == pytest.approx(covariances([(i, j, i, j) for i in (0, 1) for j in runs]), abs=1e-12)
    assert made_of.cov1 == pytest.approx(covariances([(0, j, 1, j) for j in runs]), abs=1e-12)
    assert made_of.ms_interaction == pytest.approx(interaction, abs=1e-12)
    assert made_of.variance() == pytest.approx(2 / 3 * (interaction + max(3 * (cov2 - cov3), 0)), abs=1e-12)


@given(seeds)
def test_the_value_is_the_difference_of_mean_areas(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    ours, theirs = (np.mean([roc_auc(run, labels) for run in runs]) for runs in (candidate, reference))
    assert run_averaged_difference(candidate, reference, labels, patients).estimate.value == pytest.approx(
        ours - theirs
    )


@given(seeds)
def test_swapping_the_two_flips_the_sign(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    one = run_averaged_difference(candidate, reference, labels, patients)
    other = run_averaged_difference(reference, candidate, labels, patients)
    value, lower, upper = interval(one)
    assert interval(other) == pytest.approx((-value, -upper, -lower), abs=1e-12)
    assert other.degrees_of_freedom == pytest.approx(one.degrees_of_freedom)


@given(seeds, st.permutations(range(5)))
def test_the_order_of_runs_does_not_matter(seed, order):
    candidate, reference, labels, patients = sample(seed, patients=12)
    shuffled = run_averaged_difference(candidate[list(order)], reference[list(order)], labels, patients)
    assert interval(shuffled) == pytest.approx(
        interval(run_averaged_difference(candidate, reference, labels, patients))
    )


def test_which_runs_share_a_seed_matters():
    # Both configurations gain and lose with the seed, so pairing by seed takes most of the runs' variance away.
    candidate, reference, labels, patients = sample(3, patients=60)
    luck = np.linspace(-2, 2, 5)[:, None] * labels
    paired = run_averaged_difference(candidate + luck, reference + luck, labels, patients)
    crossed = run_averaged_difference(candidate + luck, reference + luck[::-1], labels, patients)
    assert components(paired).variance() < 0.5 * components(crossed).variance()


@given(seeds)
def test_monotone_transforms_of_single_runs_do_not_matter(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    changed = np.stack([rankdata(candidate[0]), candidate[1] * 8, candidate[2] ** 3, *candidate[3:] / 4])
    before = run_averaged_difference(candidate, reference, labels, patients)
    assert run_averaged_difference(changed, reference, labels, patients) == before


@given(seeds)
def test_the_order_of_cases_and_the_names_of_patients_do_not_matter(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    order = np.random.default_rng(seed).permutation(len(labels))
    other = run_averaged_difference(candidate[:, order], reference[:, order], labels[order], 99 - 7 * patients[order])
    assert interval(other) == pytest.approx(interval(run_averaged_difference(candidate, reference, labels, patients)))


@given(seeds, st.integers(2, 6))
def test_equal_predictions_differ_by_nothing_and_say_so(seed, runs):
    candidate, _, labels, patients = sample(seed, runs=runs, patients=12)
    found = run_averaged_difference(candidate, 4 * candidate, labels, patients)
    assert found.estimate.value == 0.0
    assert found.estimate.lower is None and found.degrees_of_freedom is None
    assert (
        found.estimate.reason
        == "no interval: every run orders the cases exactly as the reference's run of that number does"
    )
    assert found.same_order


def test_perfect_separation_by_both_has_no_interval_but_is_not_the_same_order():
    labels, patients = [0, 0, 1, 1], [0, 1, 2, 3]
    found = run_averaged_difference([[1, 2, 3, 4]] * 2, [[2, 1, 4, 3]] * 2, labels, patients)
    assert (found.estimate.value, found.estimate.lower, found.same_order) == (0.0, None, False)
    assert (
        found.estimate.reason is not None
        and "varies neither between runs nor between patients" in found.estimate.reason
    )


def test_runs_that_move_together_leave_the_normal_distribution():
    candidate, reference, labels, patients = sample(4, runs=1)
    found = run_averaged_difference(np.tile(candidate, (3, 1)), np.tile(reference, (3, 1)), labels, patients)
    assert found.degrees_of_freedom == math.inf
    made_of = components(found)
    value, _, upper = interval(found)
    assert upper - value == pytest.approx(1.959964 * math.sqrt(2 * made_of.over_patients), rel=1e-6)
    assert found.to_json()["degrees_of_freedom"] is None


@given(seeds)
def test_the_p_value_says_what_the_interval_says(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    found = run_averaged_difference(candidate, reference, labels, patients)
    value, lower, upper = interval(found)
    one_sided, apart = found.p_above(0.0), found.p_apart()
    assert one_sided is not None and apart is not None
    assert apart == pytest.approx(2 * min(one_sided, 1 - one_sided))
    assert (apart < 0.05) == (lower > 0 or upper < 0)
    assert found.p_above(value) == pytest.approx(0.5)
    half = components(found).half_width()
    assert (found.p_above(value - half), found.p_above(value + half)) == pytest.approx((0.025, 0.975))


def test_without_an_interval_there_is_no_p_value():
    candidate, _, labels, patients = sample(2)
    for found in (
        run_averaged_difference(candidate, candidate, labels, patients),
        run_averaged_difference(candidate[:1], candidate[1:2], labels, patients),
        run_averaged_difference(candidate, candidate[::-1], np.ones_like(labels), patients),
    ):
        assert (found.p_above(0.0), found.p_apart()) == (None, None)


def test_one_run_has_a_value_and_no_interval():
    candidate, reference, labels, patients = sample(5, runs=1)
    found = run_averaged_difference(candidate, reference, labels, patients)
    assert found.estimate.value == pytest.approx(roc_auc(candidate[0], labels) - roc_auc(reference[0], labels))
    assert found.estimate.reason == "no interval: how much runs differ can't be told from one"
    assert found.components is None


def test_one_class_has_no_value():
    found = run_averaged_difference([[0.1, 0.2]] * 2, [[0.3, 0.1]] * 2, [1, 1], [0, 1])
    assert found.estimate.value is None
    assert found.estimate.reason is not None and "no ROC curve" in found.estimate.reason


@pytest.mark.parametrize("patients", [[5, 5, 5, 5], [1, 1, 2, 2], [1, 2, 3, 3]])
def test_fewer_than_two_patients_in_a_class_have_no_interval(patients):
    found = run_averaged_difference([[1, 3, 2, 4], [1, 2, 3, 4]], [[1, 2, 3, 4]] * 2, [0, 0, 1, 1], patients)
    assert found.estimate.value == pytest.approx(-0.125)
    assert found.estimate.reason is not None and "two of each are needed" in found.estimate.reason


@pytest.mark.parametrize(
    ("candidate", "reference", "message"),
    [
        ([0.1, 0.2], [[0.1, 0.2]], r"\[runs, cases\], are needed, not \(2,\)"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "scores of one run or more"),
        ([[0.1, 0.2]] * 2, [[0.1, 0.2]] * 3, "the same runs on the same cases"),
        ([[0.1, 0.2, 0.3]], [[0.1, 0.2, 0.3]], "one score for each label"),
        ([[0.1, math.nan]], [[0.1, 0.2]], "not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(candidate, reference, message):
    with pytest.raises(ValueError, match=message):
        run_averaged_difference(candidate, reference, [0, 1], [0, 1])


def test_patients_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one patient for each case"):
        run_averaged_difference([[0.1, 0.2]], [[0.1, 0.2]], [0, 1], [0])


@given(seeds)
def test_what_is_expected_of_more_runs_is_narrower_and_never_below_the_patients(seed):
    candidate, reference, labels, patients = sample(seed, patients=12)
    made_of = components(run_averaged_difference(candidate, reference, labels, patients))
    assert made_of.half_width(5) == made_of.half_width()
    widths = [made_of.half_width(runs) for runs in (2, 3, 5, 10, 100, 10_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] >= 1.9599 * math.sqrt(2 * made_of.over_patients)
    with pytest.raises(ValueError, match="two runs or more"):
        made_of.half_width(1)


def test_a_negative_difference_of_covariances_is_noise():
    made_of = components(run_averaged_difference(*sample(6)))
    assert replace(made_of, cov2=0.1, cov3=0.2).variance() == replace(made_of, cov2=0.2, cov3=0.2).variance()


def test_it_stands_in_a_record():
    found = run_averaged_difference(*sample(7))
    written = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert written["estimate"]["method"] == METHOD
    assert written["runs"] == written["components"]["runs"] == 5
    assert written["degrees_of_freedom"] == found.degrees_of_freedom
    assert written["same_order"] is False


def test_simulated_intervals_hold_the_truth_and_the_gate_errs_rarely():
    # The standard error of a coverage of 0.95 over 120 experiments is 0.02, of an error rate of 0.025 0.014.
    rates = simulate(WORLDS[0], -0.02, 120)
    assert rates.coverage[OURS] >= 0.88
    assert rates.coverage["runs stacked as cases, DeLong"] < 0.8
    assert rates.share(*(outcome for outcome in Outcome if outcome.ranks)) <= 0.08
    assert sum(rates.outcomes.values()) == 120


def test_the_simulation_prints_its_tables(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x", "--trials", "2"])
    assert main() == 0
    printed = capsys.readouterr().out
    assert printed.count("| 0.93 |") == printed.count("| 0.78 |") == 8
    assert OURS in printed and "worse within the margin" in printed
