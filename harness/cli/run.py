"""`harness run`: the main verb."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from harness.run.entry import Result


@click.command()
@click.argument("submissions", nargs=-1, required=True, metavar="SUBMISSION…", type=click.Path(path_type=Path))
@click.option(
    "--benchmark", default="lidc-nodules", show_default=True, help="Benchmark to run on (`harness data list`)."
)
@click.option(
    "--runs",
    type=click.IntRange(1, 100),
    help="Runs 1 to this number; without it, as many as the rules give an entry, or one where it can't be ranked "
    "(smoke, quick, a seed of your own). Finished runs are not repeated.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="A seed of your own instead of the rules'; such runs are never ranked.",
)
@click.option(
    "--runtime",
    default="docker",
    show_default=True,
    type=click.Choice(["docker", "host"]),
    help="Container, or a process on this machine.",
)
@click.option(
    "--profile",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "official", "quick", "smoke"]),
    help="auto: official, or smoke where official would take more than an hour. Only official runs rank.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="auto: the first GPU where there is one.",
)
@click.option("--json", "as_json", is_flag=True, help="Results as JSON on standard output.")
def run(
    submissions: tuple[Path, ...],
    benchmark: str,
    runs: int | None,
    seed: int | None,
    runtime: str,
    profile: str,
    device: str,
    as_json: bool,
) -> int:
    """Run each SUBMISSION folder and leave a scored record of each run.

    Validates the submission, prepares the data, builds the image, then for each run trains, predicts and scores
    under the rules. Progress goes to standard error.
    """
    import json

    from harness.cli.progress import display_for
    from harness.places import Home
    from harness.run.entry import Request
    from harness.run.entry import run as run_request

    home = Home.find()
    request = Request(submissions, benchmark, runs, seed, runtime, profile, device)
    with display_for() as display:
        results = run_request(request, home, display)
    if as_json:
        click.echo(json.dumps({"runs": [_summary(result) for result in results]}, indent=2))
    return _exit_code(results)


def _summary(result: Result) -> dict[str, Any]:
    record = result.record
    return {
        "run": record["run"],
        "folder": str(result.folder),
        "skipped": result.skipped,
        "submission": record["submission"]["name"],
        "benchmark": record["benchmark"]["id"],
        "number": record["number"],
        "runtime": record["runtime"],
        "device": record["device"],
        "profile": record["profile"],
        "outcome": record["outcome"],
        "quality": record["quality"],
        "quantities": record["quantities"],
    }


def _exit_code(results: list[Result]) -> int:
    from harness.errors import Exit

    bad = any(result.record["outcome"]["verdict"] != "valid" for result in results)
    return Exit.RUN_FAILED if bad else Exit.DONE
