"""What an entry is called in its table: one word, and the reasons for it."""

from __future__ import annotations

from harness.standings.entry import Entry

RANKED, PROVISIONAL, BELOW = "ranked", "provisional", "below target"
FAILED, INVALID, NOT_COMPARED = "failed", "invalid", "not compared"
STATUSES = (RANKED, PROVISIONAL, BELOW, FAILED, INVALID, NOT_COMPARED)
"""In the order in which a table shows them."""
_BELOW = {"Q1": "below", "Q2": "inferior"}


def status_of(entry: Entry) -> tuple[str, tuple[str, ...]]:
    """The word and the reasons; a ranked entry needs none."""
    if entry.set_aside:
        return _aside(entry), entry.set_aside
    if entry.ranks:
        return RANKED, ()
    if entry.judged is None:
        assert entry.summary is not None, "an entry without a valid run is set aside"
        gate = entry.summary["gate"]
        reasons = (f"Q1: {gate['reason']}",) if gate["verdict"] == _BELOW["Q1"] else ()
        return BELOW if reasons else PROVISIONAL, (*reasons, *_unpublished(entry))
    judged = entry.judged
    found = judged.document["non_inferiority"]
    below = judged.gate["verdict"] == _BELOW["Q1"] or (found is not None and found["outcome"] == _BELOW["Q2"])
    return BELOW if below else PROVISIONAL, tuple(judged.document["unranked"])


def _aside(entry: Entry) -> str:
    verdicts = {run.verdict for run in entry.counted}
    if not entry.comparable or not verdicts - {"valid"}:
        return NOT_COMPARED
    return FAILED if "failed" in verdicts else INVALID


def _unpublished(entry: Entry) -> tuple[str, ...]:
    count = len(entry.valid)
    runs = "Its run is" if count == 1 else f"Its {count} runs are"
    return (f"{runs} not published, so the gates that need all runs together were not asked.",)
