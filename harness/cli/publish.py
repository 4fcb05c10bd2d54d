"""`harness publish`: put an entry into the leaderboard's results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("submission")
@click.option("--benchmark", default="lidc-nodules", show_default=True, help="The benchmark that it was run on.")
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Leaderboard folder. Default: leaderboard of the checkout.",
)
@click.option("--again", is_flag=True, help="Publish your runs as a repetition of somebody else's published entry.")
@click.option("--by", metavar="NAME", help="With --again: who ran it, as the leaderboard shall say.")
@click.option("--json", "as_json", is_flag=True, help="Print the entry as JSON on standard output.")
def publish(submission: str, benchmark: str, to: Path | None, again: bool, by: str | None, as_json: bool) -> None:
    """Publish the entry of SUBMISSION that was worked on last: all its attempts, or none.

    Every record is first computed again from its raw files. Phantom, simulated, quick, smoke, invalid and unverifiable
    runs are refused with the reason; failed ones are published with the rest. With --again they are held against the
    published entry of the same submission, rules, data and image that was run elsewhere, and are published whatever
    that shows.
    """
    if again != (by is not None):
        raise click.UsageError("--again and --by NAME belong together")
    from harness.data.prepare import prepare
    from harness.places import Home, resources
    from harness.publish.publish import publish
    from harness.publish.publish_again import publish_again
    from harness.run.lock import held
    from harness.spec.load import load_benchmark, load_ruleset

    home = Home.find()
    loaded, rules = load_benchmark(benchmark), load_ruleset()
    name = submission.rstrip("/").rpartition("/")[2]

    def say(line: str) -> None:
        click.echo(line, err=True)

    with held(home.lock):
        dataset = prepare(benchmark, home, say)
        leaderboard = (to or resources() / "leaderboard").absolute()
        if by is not None:
            done = publish_again(name, by, home, leaderboard, dataset=dataset, benchmark=loaded, ruleset=rules, say=say)
        else:
            done = publish(name, home, leaderboard, dataset=dataset, benchmark=loaded, ruleset=rules, say=say)
    say(f"published {done.attempts} attempts: {done.folder}")
    for line in _again(done.document) if again else _gates(done.document):
        say(f"  {line}")
    say("  → send the new files of the leaderboard folder as a pull request; anybody can check them:")
    say(f"    harness verify {done.folder} --ledger --published {leaderboard}")
    if as_json:
        click.echo(json.dumps(done.document, indent=2, ensure_ascii=False))


def _again(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"{document['verdict']}: {document['reason']}"
    yield f"held against {document['entry']}"


def _gates(document: Mapping[str, Any]) -> Iterator[str]:
    for gate, found in document["gates"].items():
        if found is not None:
            yield f"{gate} {found.get('verdict') or found['outcome']}. {found['reason']}"
    yield "it ranks" if document["ranks"] else "it does not rank:"
    yield from (f"  {reason}" for reason in document["unranked"])
