"""What follows from all findings together: how to run here, and what the records will hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.doctor.finding import Finding, Measured, Way
from harness.errors import Exit

_NO_GPU_USED = "a run on the CPU uses no GPU"


@dataclass(frozen=True)
class Verdict:
    """``ways`` are those that work, the best one first (a GPU before none, a container before the host). ``command`` is
    what to type for it, ``profiles`` are the ruleset's. ``holds`` and ``absent`` (with the reason) are the quantities
    of a record made in that way, as far as the machine decides; what a run leaves out by itself is not known here.
    ``blocked`` names, for each way that does not work, the findings (by title) that stand in it.
    """

    ways: tuple[Way, ...]
    command: str | None
    profiles: tuple[str, ...]
    holds: tuple[str, ...]
    absent: Mapping[str, str]
    blocked: Mapping[Way, tuple[str, ...]]

    @property
    def exit_code(self) -> Exit:
        """`Exit.DONE` where some way works, else `Exit.MACHINE_LACKS`."""
        return Exit.DONE if self.ways else Exit.MACHINE_LACKS

    def sentences(self) -> list[str]:
        """For people: which runtime, which profiles, which quantities, which not."""
        if not self.ways:
            # What stands in the way of a run on the CPU stands in the way of every run.
            causes = [(way, self.blocked[way]) for way in (Way.DOCKER_CPU, Way.HOST_CPU)]
            parts = [f"{_place(way)}: {', '.join(titles)}" for way, titles in causes]
            return [f"No run works on this machine yet. In the way {'; '.join(parts)}."]
        best, others = self.ways[0], ", ".join(_in_words(way) for way in self.ways[1:])
        lines = [
            f"Runs work {_in_words(best)}: `{self.command}`." + (f" Also {others}." if others else ""),
            f"Profiles: {', '.join(self.profiles)}; auto decides by an estimate when a run starts.",
            f"Records will hold: {_listed(self.holds)}.",
        ]
        reasons: dict[str, list[str]] = {}
        for name, reason in self.absent.items():
            reasons.setdefault(reason, []).append(name)
        if reasons:
            parts = [f"{_listed(names)} ({reason})" for reason, names in reasons.items()]
            lines.append(f"Absent: {'; '.join(parts)}.")
        return lines

    def to_json(self) -> dict[str, Any]:
        """As ``verdict`` of ``harness doctor --json``."""
        return {
            "can_run": bool(self.ways),
            "ways": [{"runtime": way.runtime, "device": way.device} for way in self.ways],
            "command": self.command,
            "profiles": list(self.profiles),
            "holds": list(self.holds),
            "absent": dict(self.absent),
            "blocked": {way.value: list(causes) for way, causes in self.blocked.items()},
        }


def verdict_of(
    findings: Sequence[Finding], *, gpu: bool, profiles: Sequence[str], quantities: Sequence[str]
) -> Verdict:
    """``gpu``: whether this machine has one; ``quantities`` are the names of all that a record holds."""
    blocked = {way: tuple(one.title for one in findings if way in one.blocks) for way in Way}
    ways = tuple(way for way in Way if not blocked[way])
    best = ways[0] if ways else None
    absent = _absent(findings, best, quantities)
    return Verdict(
        ways=ways,
        command=None if best is None else _command(best, gpu=gpu),
        profiles=tuple(profiles),
        holds=() if best is None else tuple(name for name in quantities if name not in absent),
        absent=absent,
        blocked={way: causes for way, causes in blocked.items() if causes},
    )


def _absent(findings: Sequence[Finding], way: Way | None, quantities: Sequence[str]) -> dict[str, str]:
    lacking: dict[Measured, str] = {}
    for finding in findings:
        for measured in finding.absent:
            lacking.setdefault(measured, finding.seen)
    if way is not None and way.device == "cpu":
        for measured in (Measured.GPU_ENERGY, Measured.GPU_MEMORY):
            lacking.setdefault(measured, _NO_GPU_USED)
    return {name: why for name in quantities for measured, why in lacking.items() if _depends(name, measured)}


def _depends(quantity: str, measured: Measured) -> bool:
    # Power is energy by time, and comes from the same counter.
    return measured.value in quantity.replace("power", "energy")


def _command(way: Way, *, gpu: bool) -> str:
    """What to type: `harness run` takes a container and, where there is one, the GPU unless it is told otherwise."""
    words = ["harness run SUBMISSION"]
    if way.runtime == "host":
        words.append("--runtime host")
    if way.device == "cpu" and gpu:
        words.append("--device cpu")
    return " ".join(words)


def _in_words(way: Way) -> str:
    return f"{_place(way)} on the {'GPU' if way.device == 'cuda' else 'CPU'}"


def _place(way: Way) -> str:
    return {"docker": "in a container", "host": "on the host"}[way.runtime]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ").replace("gpu", "GPU").replace("cpu", "CPU") for name in names)
