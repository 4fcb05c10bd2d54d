"""What a run was doing when: the windows that its journal tells of, in seconds since `go`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.curves.part import Part, evenly, missing, rounded

GO = "go 1"
MOST_EPOCHS = 60
"""More edges than this can't be told apart in a drawing."""

Moments = Mapping[str, float]
"""Seconds since the run began, by what the journal calls the moment."""


def moments_of(journal: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """When each edge of the meter and each stamped moment was, and ``end``: the journal's last line. Where both have a
    name, as `go`, the stamp counts, as it does for a run's times."""
    edges: dict[str, float] = {}
    stamps: dict[str, float] = {}
    last = 0.0
    for line in journal:
        last = float(line["at"])
        if "edge" in line:
            edges[str(line["edge"])] = last
        elif "moment" in line:
            stamps[str(line["moment"])] = last
    return {**edges, **stamps, "end": last}


def windows(moments: Moments, state: str) -> Part:
    """The windows: ``name`` (idle, training, prediction, repetitions, offline, single), ``begin``, ``end``, and
    ``whole``, false where the run ended in it. ``epochs`` are the ends of the epochs of training, at most
    `MOST_EPOCHS` of them. ``state`` is that in which the run ended."""
    if GO not in moments:
        return missing(("spans", "epochs"), before_go(state))
    repeated = sorted(int(name.removeprefix("go ")) for name in moments if name.startswith("go ") and name != GO)
    edges = [
        ("idle", "idle begins", "idle ends"),
        ("training", GO, "trained 1"),
        ("prediction", "trained 1", "predicted 1"),
        *(("repetitions", f"go {repeated[0]}", f"predicted {repeated[-1]}") for _ in repeated[:1]),
        ("offline", "offline begins", "offline ends"),
        ("single", "single begins", "single ends"),
    ]
    spans = [_span(name, begin, end, moments) for name, begin, end in edges if begin in moments]
    return {"spans": spans, "epochs": _epochs(moments), "reason": None}


def before_go(state: str) -> str:
    """Why there is nothing that is counted from `go`."""
    return f"the run ended in state `{state}`, before `go`, from which time is counted"


def _span(name: str, begin: str, end: str, moments: Moments) -> Part:
    def since_go(moment: str) -> float:
        return rounded(moments[moment] - moments[GO])

    whole = end in moments
    return {"name": name, "begin": since_go(begin), "end": since_go(end if whole else "end"), "whole": whole}


def _epochs(moments: Moments) -> Sequence[float]:
    ends = sorted(at - moments[GO] for name, at in moments.items() if name.startswith("epoch 1."))
    return [rounded(ends[index]) for index in evenly(np.array(ends), MOST_EPOCHS)]
