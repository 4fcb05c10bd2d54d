"""The checks of the machine around the workload: other programs, swap, memory that ran out, and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import Answer, Evidence, Finding

Parameters = Mapping[str, Any]


def processors_were_free(evidence: Evidence, parameters: Parameters) -> Finding:
    """H1. Other programs on the same processors make a run slower than the machine is."""
    host = evidence.host
    if host is None or host.workload_s is None:
        return Finding(Answer.NOT_MEASURABLE, "the workload's processor time was not read")
    others = max(host.busy_s + host.stolen_s - host.workload_s, 0.0) / host.seconds
    sentence = f"{host.span} others used {others:.2f} processors on average"
    if host.stolen_s / host.seconds >= 0.01:
        sentence += f", {host.stolen_s / host.seconds:.2f} of them other guests of the same physical machine"
    if others <= parameters["most_others"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; allowed are {parameters['most_others']:g}",
        "end other programs (`top` lists them) and make the run again; a physical machine has no other guests",
    )


def nothing_was_swapped(evidence: Evidence, parameters: Parameters) -> Finding:
    """H2. A machine that swaps waits for its disk."""
    host = evidence.host
    if host is None:
        return Finding(Answer.NOT_MEASURABLE, "the run ended before this was read")
    if host.swapped_pages == 0:
        return Finding(Answer.PASSED, "no page of memory went to swap or came back from go to predicted")
    return Finding(
        Answer.FAILED,
        f"{host.swapped_pages:,} pages of memory went to swap or came back from go to predicted",
        "free memory, or switch swap off for the run: sudo swapoff -a",
    )


def memory_sufficed(evidence: Evidence, parameters: Parameters) -> Finding:
    """H3. A workload of which the kernel killed a part did not do what it was asked."""
    if evidence.oom_killed is None:
        return Finding(Answer.NOT_MEASURABLE, "only a container's engine tells whether the kernel ended a process")
    if not evidence.oom_killed:
        return Finding(Answer.PASSED, "the kernel ended no process of the container for its memory")
    return Finding(
        Answer.FAILED,
        "the kernel ended a process of the container because the memory limit was reached",
        "the configuration needs more memory than the ruleset gives every run (`container.memory_gib`)",
    )


def clocks_agree(evidence: Evidence, parameters: Parameters) -> Finding:
    """H4. The engine, which knows nothing of events, must have seen the container live as long as the events say."""
    spans = evidence.spans
    if spans is None:
        return Finding(Answer.NOT_MEASURABLE, "only a container's engine has a clock of its own")
    slack = parameters["slack_s"]
    sentence = (
        f"the container lived {spans.engine_s:.2f} s by its engine's clock, between {spans.least_s:.2f} s and "
        f"{spans.most_s:.2f} s by the harness's"
    )
    if spans.least_s - slack <= spans.engine_s <= spans.most_s + slack:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; more than {slack:g} s apart",
        "the machine's clock was set or stood still (a suspended or moved virtual machine) during the run: repeat it",
    )


def events_came_at_once(evidence: Evidence, parameters: Parameters) -> Finding:
    """H5. Each event carries the workload's own clock; what differs between events is how long they were on their
    way."""
    delay = evidence.event_delay_s
    if delay is None:
        return Finding(Answer.NOT_MEASURABLE, "the run ended before there were events to compare")
    sentence = f"by the workload's clock no event took {_time(delay)} longer to arrive than the fastest"
    if delay <= parameters["largest_delay_s"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"by the workload's clock an event took {_time(delay)} longer to arrive than the fastest; allowed are "
        f"{_time(parameters['largest_delay_s'])}",
        "the machine was too busy to pass it on, stood still (a suspended virtual machine), or a clock was moved: end "
        "other programs and make the run again",
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1e3:.1f} ms"
