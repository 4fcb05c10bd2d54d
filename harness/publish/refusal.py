"""What keeps an entry from being published."""

from __future__ import annotations

from collections.abc import Iterator

from harness.data.dataset import Dataset
from harness.places import Home
from harness.publish.attempts import Attempts
from harness.spec.model import Ruleset
from harness.verify.ledger import account
from harness.verify.record import verify


def refusals(attempts: Attempts, dataset: Dataset, ruleset: Ruleset, home: Home) -> Iterator[str]:
    """A sentence for each reason; none where the entry may be published. The last and slowest is that every record is
    computed again."""
    yield from (f"ledger: {line}" for line in account(home).differences)
    yield from _missing(attempts, ruleset)
    for attempt in attempts.all:
        record = attempt.record
        if record is None:
            continue
        if record["data"].get("phantom", False):
            yield f"{attempt.run}: its data are phantoms, made up to try the tool"
        if (record["measurement"] or {}).get("simulated", False):
            yield f"{attempt.run}: its energy was played back or made up, not measured"
        if attempt.verdict == "invalid":
            yield f"{attempt.run} is invalid: {'; '.join(record['outcome']['reasons']) or 'no reason was recorded'}"
        for line in verify(attempt.folder.root, dataset).differences:
            yield f"{attempt.run} can't be verified: {line}"


def _missing(attempts: Attempts, ruleset: Ruleset) -> Iterator[str]:
    wanted = range(1, ruleset.runs_of_entry + 1)
    missing = [number for number in wanted if number not in attempts.counted]
    beyond = sorted({attempt.number for attempt in attempts.all} - set(wanted))
    if missing:
        yield (
            f"run{'s' if len(missing) > 1 else ''} {', '.join(map(str, missing))} of {len(wanted)} not finished: "
            f"`harness run submissions/{attempts.submission} --benchmark {attempts.benchmark} --profile official`"
        )
    if beyond:
        yield (
            f"runs {', '.join(map(str, beyond))} are more than the {len(wanted)} of an entry, which is exactly runs 1 "
            f"to {len(wanted)}: with more it could be run until it pleases"
        )
