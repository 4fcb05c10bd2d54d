"""Time to target: when validation first reached the benchmark's target, and held it for one epoch more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.quantity import Quantity

IN_A_ROW = 2
"""Epochs at or above the target; `statistics.epochs_in_a_row` of the rules, which allow no other number."""
SOURCE = "harness monotonic clock"
SCOPE = "go to the first of two consecutive epochs at or above the validation target"


@dataclass(frozen=True)
class ScoredEpoch:
    """One epoch as the harness saw it: seconds from `go` to its arrival, and its validation AUC (None: none)."""

    seconds: float
    auc: float | None


def time_to_target(epochs: Sequence[ScoredEpoch], *, target: float | None, no_target: str | None) -> Quantity:
    """Seconds from `go` to the first of two consecutive epochs whose validation AUC is at least ``target``.

    The second epoch guards against a lucky one; the time is still that of the first. Never reached is a censored
    time: absent, with the reason. ``no_target`` says why ``target`` is None. Raises `ValueError` unless exactly one of
    the two is given.
    """
    if (target is None) == (no_target is None):
        raise ValueError("there is either a target or a reason why there is none")
    if target is None:
        return Quantity.absent("s", f"no validation target: {no_target}", scope=SCOPE)
    reached = epoch_of_target(epochs, target)
    if reached is not None:
        return Quantity(epochs[reached - 1].seconds, "s", source=SOURCE, scope=SCOPE)
    return Quantity.absent("s", _censored(epochs, target), scope=SCOPE)


def epoch_of_target(epochs: Sequence[ScoredEpoch], target: float) -> int | None:
    """Number, from 1, of the first of two consecutive epochs at or above ``target``; None where there is none."""
    for first in range(len(epochs) - IN_A_ROW + 1):
        if all(_reaches(epoch, target) for epoch in epochs[first : first + IN_A_ROW]):
            return first + 1
    return None


def _reaches(epoch: ScoredEpoch, target: float) -> bool:
    return epoch.auc is not None and epoch.auc >= target


def _censored(epochs: Sequence[ScoredEpoch], target: float) -> str:
    if not any(_reaches(epoch, target) for epoch in epochs):
        return f"censored: no epoch of {len(epochs)} reached the validation target {target:.3f}"
    return f"censored: no two consecutive epochs of {len(epochs)} reached the validation target {target:.3f}"
