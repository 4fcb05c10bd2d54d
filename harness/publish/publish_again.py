"""Publishing what another party's runs of a published entry came to, whatever that is: into
``<leaderboard>/again/<benchmark>/<entry>/<digits of the home>/``, and into the published ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.publish.account import line_of, lines_of
from harness.publish.attempts import Attempts, attempts_of, home_id
from harness.publish.places import AGAIN, ENTRY, LEDGER, RERUN, RESULTS
from harness.publish.publish import NotPublishableError, Published, enter
from harness.publish.reference import published
from harness.publish.refusal import refusals
from harness.publish.rerun import Party, lacking, rerun_of
from harness.record.folder import text_of
from harness.record.ledger import Ledger
from harness.spec.model import Benchmark, Ruleset


def publish_again(
    submission: str,
    by: str,
    home: Home,
    leaderboard: Path,
    *,
    dataset: Dataset,
    benchmark: Benchmark,
    ruleset: Ruleset,
    say: Callable[[str], None],
) -> Published:
    """Publish this home's runs of ``submission`` as a repetition of the published entry of the same work by ``by``.

    Raises `NotPublishableError` with every reason, `InvalidInput` where there is no such entry, and `MachineLacks`
    where the folder can't be written.
    """
    attempts, here = attempts_of(submission, benchmark.id, home), home_id(home)
    say(f"{attempts.name}: {len(attempts.all)} attempts, each is computed again from its raw files")
    with published(_entry(attempts, leaderboard, here)) as original:
        name = f"{original.name}/{here.removeprefix('sha256:')[:8]}"
        why = [
            *refusals(attempts, dataset, ruleset, home),
            *(f"run {number} of the entry was not made here" for number in lacking(original, attempts)),
            *_once(leaderboard, name),
        ]
        if why:
            raise NotPublishableError(
                f"what {submission} came to here can't be published, all attempts or none:\n  " + "\n  ".join(why),
                remedy="mend what can be mended; what an attempt showed stays part of it",
            )
        document = rerun_of(original, attempts, Party(by, here), dataset, benchmark, ruleset)
    target = leaderboard / AGAIN / name
    enter(attempts, {RERUN: text_of(document)}, target, Ledger(leaderboard / LEDGER), ("again", name), home)
    return Published(target, document, len(attempts.all))


def _entry(attempts: Attempts, leaderboard: Path, here: str) -> Path:
    """The published entry of the same work from another home: of the same machine, if there is one; else the first."""
    found = []
    for path in sorted((leaderboard / RESULTS / attempts.benchmark).glob(f"{attempts.submission}-*/{ENTRY}")):
        name = f"{attempts.benchmark}/{path.parent.name}"
        line = line_of(name, leaderboard)
        if line is None or line["home"] == here:
            continue
        with published(path.parent) as original:
            if original.all[0].work == attempts.all[0].work:
                found.append((name != attempts.name, path.parent))
    if not found:
        raise InvalidInput(
            f"no entry of {attempts.submission} that was run elsewhere is published in {leaderboard} with the same "
            "submission, rules, data, image, runtime and device",
            remedy="publish your own with `harness publish` without --again",
        )
    return min(found)[1]


def _once(leaderboard: Path, name: str) -> Iterator[str]:
    if any(line["event"] == "again" and line["run"] == name for line in lines_of(leaderboard)):
        yield f"{AGAIN}/{name} is published already, and what is published is not changed"
