"""What must hold whatever the numbers: of p values, corrections, verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from harness.claims.answer import Verdict, decide
from harness.claims.cost import p_below
from harness.claims.multiplicity import at_least, holm, most
from harness.claims.part import ALPHA, Part, PartVerdict, unknown
from harness.score.estimate import Estimate
from harness.score.ratio import paired_ratio

costs = st.lists(st.floats(0.01, 1e6), min_size=5, max_size=5)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)
pairs = st.lists(st.floats(0, 1), min_size=1, max_size=4)


def part(shown: float, opposite: float) -> Part:
    return Part("a part", ("a", "b"), "auc", "difference", Estimate(0.0, -1.0, 1.0, "made up"), (1,), shown, opposite)


def family(shown: Sequence[float]) -> tuple[Part, ...]:
    """Parts whose opposite has what is left to 1, as one-sided tests of one figure do."""
    return tuple(part(value, 1 - value) for value in shown)


def turned(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part(one.opposite or 0.0, one.shown or 0.0) for one in parts)


@given(costs, costs)
def test_swapping_the_sides_swaps_the_p_values(ours: list[float], theirs: list[float]) -> None:
    assert p_below(ours, theirs, 1.0) == pytest.approx(p_below(theirs, ours, 1.0)[::-1])


@given(costs, costs, st.sampled_from([0.5, 0.25, 2.0, 8.0, 1024.0]))
def test_another_unit_changes_nothing(ours: list[float], theirs: list[float], scale: float) -> None:
    scaled = ([scale * each for each in ours], [scale * each for each in theirs])
    assert p_below(*scaled, 1.05) == pytest.approx(p_below(ours, theirs, 1.05), abs=1e-9)


@given(costs, costs, st.floats(0.5, 2))
def test_p_values_agree_with_students_and_with_the_interval(
    ours: list[float], theirs: list[float], bound: float
) -> None:
    effect = paired_ratio(ours, theirs)
    assert effect.lower is not None and effect.upper is not None
    # Away from the cases in which nothing varies, and from a bound that lies on the interval's end.
    assume(effect.upper / effect.lower > 1 + 1e-6)
    assume(all(abs(math.log(end / bound)) > 1e-9 for end in (effect.lower, effect.upper)))
    below, above = p_below(ours, theirs, bound)
    logs = [math.log(one / other) for one, other in zip(ours, theirs, strict=True)]
    assert below == pytest.approx(ttest_1samp(logs, math.log(bound), alternative="less").pvalue, abs=1e-6)
    assert (below < ALPHA, above < ALPHA) == (effect.upper < bound, effect.lower > bound)


@pytest.mark.parametrize(("ratio", "wanted"), [(0.5, (0.0, 1.0)), (1.0, (1.0, 1.0)), (2.0, (1.0, 0.0))])
def test_where_all_pairs_have_one_ratio(ratio: float, wanted: tuple[float, float]) -> None:
    theirs = [3.3, 4.7, 5.1]
    assert p_below([ratio * each for each in theirs], theirs, 1.0) == wanted


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.5, 0.9]) == pytest.approx((1.0, 1.0))


@given(p_values)
def test_the_smallest_after_holm_is_bonferronis(values: list[float]) -> None:
    assert min(holm(values)) == pytest.approx(at_least(1, values))
    assert at_least(len(values), values) == max(values)
    assert all(one >= other for one, other in zip(holm(values), values, strict=True))


@given(p_values)
def test_more_is_harder_to_show(values: list[float]) -> None:
    held = [at_least(count, values) <= ALPHA for count in range(1, len(values) + 1)]
    if held[-1]:
        assert max(values) <= ALPHA
    with pytest.raises(ValueError, match="can't be asked"):
        at_least(len(values) + 1, values)


@pytest.mark.parametrize(("count", "wanted"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_most_is_more_than_half(count: int, wanted: int) -> None:
    assert most(count, 0.5) == wanted


@given(st.lists(pairs, min_size=1, max_size=4))
def test_turning_every_part_never_keeps_the_support(shown: list[list[float]]) -> None:
    families = [family(values) for values in shown]
    least = most(len(families), 0.5)
    found, back = decide(families, least), decide([turned(parts) for parts in families], least)
    if found.verdict is Verdict.SUPPORTED:
        assert back.verdict is not Verdict.SUPPORTED


@given(pairs)
def test_one_family_is_supported_where_every_part_is_shown(shown: list[float]) -> None:
    found = decide([family(shown)], 1)
    assert (found.verdict is Verdict.SUPPORTED) == (max(shown) <= ALPHA)
    assert (found.verdict is Verdict.CONTRADICTED) == (len(shown) * (1 - max(shown)) <= ALPHA)


def test_contradicted_goes_before_supported() -> None:
    # C4: a rival is significantly cheaper, though by less than the tolerance.
    assert decide([(part(0.001, 0.001),)], 1).verdict is Verdict.CONTRADICTED
    assert part(0.001, 0.001).verdict is PartVerdict.OPPOSITE


def test_a_part_that_decides_nothing_keeps_a_claim_from_support_not_from_contradiction() -> None:
    open_part = unknown("open", ("a",), "auc", "difference", "it has no interval")
    assert decide([(part(0.0, 1.0), open_part)], 1).verdict is Verdict.UNDECIDED
    assert decide([(part(1.0, 0.0), open_part)], 1).verdict is Verdict.CONTRADICTED
    never = unknown("never", ("a",), "auc", "difference", "there is none", testable=False)
    assert decide([(part(1.0, 0.0), never)], 1).verdict is Verdict.NOT_TESTABLE
