from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import RunFailed
from harness.score.stopping import Decision, EarlyStopping


def decisions(aucs: list[float | None], patience: int = 2) -> tuple[EarlyStopping, list[Decision]]:
    state, out = EarlyStopping(patience), []
    for auc in aucs:
        state, decision = state.after(auc)
        out.append(decision)
    return state, out


def test_stops_after_patience_epochs_that_were_no_better():
    state, out = decisions([0.6, 0.7, 0.69, 0.68])
    assert [d.keep for d in out] == [True, True, False, False]
    assert [d.stop for d in out] == [False, False, False, True]
    assert (state.best, state.best_epoch, state.epochs) == (0.7, 2, 4)


def test_a_tie_is_not_better():
    state, out = decisions([0.7, 0.7, 0.7])
    assert out[-1] == Decision(keep=False, stop=True)
    assert state.best_epoch == 1


def test_a_better_epoch_starts_the_wait_anew():
    _, out = decisions([0.7, 0.6, 0.8, 0.7, 0.75])
    assert [d.stop for d in out] == [False, False, False, False, True]


def test_the_first_epoch_is_kept_even_if_it_cannot_be_scored():
    state, out = decisions([None, None, None])
    assert out[0] == Decision(keep=True, stop=False) and out[-1].stop
    assert (state.best, state.best_epoch) == (None, 1)


def test_a_scored_epoch_is_better_than_one_that_could_not_be_scored():
    state, out = decisions([None, 0.4])
    assert out[1].keep and state.best_epoch == 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5))
def test_the_kept_epoch_is_the_first_best_one(aucs, patience):
    state, stopped = EarlyStopping(patience), False
    for auc in aucs:
        state, decision = state.after(auc)
        if decision.stop:
            stopped = True
            break
    seen = aucs[: state.epochs]
    assert state.best_epoch is not None
    assert state.best == max(seen)
    assert state.best_epoch == seen.index(max(seen)) + 1
    assert stopped == (state.epochs - state.best_epoch == patience)


@pytest.mark.parametrize("auc", [math.nan, math.inf])
def test_a_value_that_is_not_finite_fails_the_run_with_a_remedy(auc):
    state, _ = EarlyStopping(3).after(0.5)
    with pytest.raises(RunFailed, match=r"epoch 2: the validation AUC is (nan|inf)\n  → The training diverged"):
        state.after(auc)


def test_patience_is_at_least_one():
    with pytest.raises(ValueError, match="at least 1"):
        EarlyStopping(0)
