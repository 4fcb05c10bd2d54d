"""`harness publish`: put an entry into the leaderboard's results."""

from __future__ import annotations

import json
from pathlib import Path

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
@click.option("--json", "as_json", is_flag=True, help="Print the entry as JSON on standard output.")
def publish(submission: str, benchmark: str, to: Path | None, as_json: bool) -> None:
    """Publish the entry of SUBMISSION that was worked on last: all its attempts, or none.

    Every record is first computed again from its raw files. Phantom, simulated, quick, smoke, invalid and unverifiable
    runs are refused with the reason; failed ones are published with the rest.
    """
    from harness.data.prepare import prepare
    from harness.places import Home, resources
    from harness.publish.publish import publish
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
        done = publish(name, home, leaderboard, dataset=dataset, benchmark=loaded, ruleset=rules, say=say)
    say(f"published {done.attempts} attempts: {done.folder}")
    for gate, found in done.document["gates"].items():
        if found is not None:
            say(f"  {gate} {found.get('verdict') or found['outcome']}. {found['reason']}")
    say("  it ranks" if done.document["ranks"] else "  it does not rank:")
    for reason in done.document["unranked"]:
        say(f"    {reason}")
    say("  → send the new files of the leaderboard folder as a pull request; anybody can check them:")
    say(f"    harness verify {done.folder} --ledger --published {leaderboard}")
    if as_json:
        click.echo(json.dumps(done.document, indent=2, ensure_ascii=False))
