"""The Pareto front: the entries that no other beats in both quality and cost."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Positions of the (cost, quality) pairs that no other dominates, by rising cost.

    One dominates another that it equals or beats in both, lower cost and higher quality, and beats in one. Equal pairs
    dominate each other in nothing, and stand on the front together.
    """
    order = sorted(range(len(points)), key=lambda index: (points[index][0], -points[index][1], index))
    kept: list[int] = []
    for index in order:
        if not kept or points[index][1] > points[kept[-1]][1] or points[index] == points[kept[-1]]:
            kept.append(index)
    return kept
