"""Publishing an entry: into ``<leaderboard>/results/<benchmark>/<entry>/``, and into the published ledger.

The ledger's line comes last. A folder that it does not know of is what an interrupted `publish` left, and is replaced
by the next.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.curves.document import compact_text
from harness.data.dataset import Dataset
from harness.errors import InvalidInput, MachineLacks
from harness.places import Home
from harness.publish.account import line_of
from harness.publish.attempts import Attempts, attempts_of, home_id
from harness.publish.bundle import RAW, pack
from harness.publish.drawn import curves_of
from harness.publish.places import CURVES, DOCUMENTS, ENTRY, LEDGER, RESULTS
from harness.publish.reference import is_reference, plain_submissions, reference_of
from harness.publish.refusal import refusals
from harness.publish.summary import summary_of
from harness.record import digest
from harness.record.durable import replace
from harness.record.folder import PLAN, RECORD, text_of
from harness.record.ledger import Ledger
from harness.spec.model import Benchmark, Ruleset


class NotPublishableError(InvalidInput):
    """The entry may not be published; the message holds every reason."""


@dataclass(frozen=True)
class Published:
    """Where the entry is now, its document, and the number of its attempts."""

    folder: Path
    document: dict[str, Any]
    attempts: int


def publish(
    submission: str,
    home: Home,
    leaderboard: Path,
    *,
    dataset: Dataset,
    benchmark: Benchmark,
    ruleset: Ruleset,
    say: Callable[[str], None],
) -> Published:
    """Publish all attempts of the entry of ``submission`` that was worked on last, or none.

    Raises `NotPublishableError` with every reason, and `MachineLacks` where the folder can't be written.
    """
    attempts = attempts_of(submission, benchmark.id, home)
    say(f"{attempts.name}: {len(attempts.all)} attempts, each is computed again from its raw files")
    why = list(refusals(attempts, dataset, ruleset, home))
    target, ledger = leaderboard / RESULTS / attempts.name, Ledger(leaderboard / LEDGER)
    if line_of(attempts.name, leaderboard) is not None:
        why.append(
            f"{attempts.name} is published already, and what is published is not changed; runs of another home are "
            "published beside it with --again"
        )
    wait = _unpublished_reference(attempts, leaderboard, home)
    why += [] if wait is None else [wait]
    if why:
        raise NotPublishableError(
            f"{submission} can't be published, all attempts or none:\n  " + "\n  ".join(why),
            remedy="mend what can be mended; what an attempt showed stays part of the entry",
        )
    document = summary_of(attempts, leaderboard, dataset, benchmark, ruleset)
    files = {ENTRY: text_of(document), CURVES: compact_text(curves_of(attempts, dataset, ruleset))}
    enter(attempts, files, target, ledger, ("published", attempts.name), home)
    return Published(target, document, len(attempts.all))


def _unpublished_reference(attempts: Attempts, leaderboard: Path, home: Home) -> str | None:
    """Why the entry has to wait: its reference was run here and is not published, and Q2 is judged but once."""
    if is_reference(attempts.all[0].submission) or reference_of(attempts.all[0].plan, leaderboard) is not None:
        return None
    for name in sorted(plain_submissions(attempts.all[0].plan, home)):
        return f"its reference was run here, too: publish {name} first, so that Q2 can be judged against it"
    return None


def enter(
    attempts: Attempts,
    files: Mapping[str, str],
    target: Path,
    ledger: Ledger,
    event: tuple[str, str],
    home: Home,
) -> None:
    """Put all attempts and ``files``, texts by name, into the folder ``target``, then ``event`` (what happened, to
    what) into the ledger. What an interrupted call left there is replaced. Raises `MachineLacks` where it can't be
    written, and then nothing of it is there."""
    staged = target.with_name(f".{target.name}.part")
    try:
        _clear(staged, target)
        staged.mkdir(parents=True)
        for attempt in attempts.all:
            pack(attempt.folder, staged / attempt.run)
        for name, text in files.items():
            replace(staged / name, text.encode())
        staged.rename(target)
        facts = {"home": home_id(home), **_sealed(attempts, target, files)}
        ledger.append(*event, **facts, at=datetime.now(UTC).isoformat())
    except OSError as error:
        for half in (staged, target):
            shutil.rmtree(half, ignore_errors=True)
        raise MachineLacks(
            f"{target} can't be written: {error.strerror}",
            remedy="free some space there, or name a folder that can be written with --to",
        ) from error


def _clear(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def _sealed(attempts: Attempts, target: Path, files: Collection[str]) -> dict[str, Any]:
    """Digests of every file that was put there."""
    return {
        **{key: digest.of_file(target / name) for name, key in DOCUMENTS.items() if name in files},
        "records": {a.run: digest.of_file(target / a.run / RECORD) for a in attempts.all if a.record is not None},
        "plans": {a.run: digest.of_file(target / a.run / PLAN) for a in attempts.all if a.record is None},
        "raw": {a.run: digest.of_file(target / a.run / RAW) for a in attempts.all},
    }
