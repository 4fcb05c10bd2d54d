"""`harness new`: a submission folder to begin with."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name")
@click.option("--model", help="Closed division: the network.  [default: densenet121]")
@click.option(
    "--division",
    default="closed",
    show_default=True,
    type=click.Choice(["closed", "open"]),
    help="closed: configuration only. open: a program of your own, to begin with a small one that works.",
)
@click.option(
    "--into",
    default="submissions",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that the new one is written into.",
)
def new(name: str, model: str | None, division: str, into: Path) -> None:
    """Write a submission folder NAME that validates, to begin with."""
    from harness.spec.problem import shown_path
    from harness.spec.scaffold import write_open_submission, write_submission

    if division == "open" and model is not None:
        raise click.UsageError("--model is for the closed division: an open submission's model is its own.")
    if division == "open":
        folder = write_open_submission(name, into)
    else:
        folder = write_submission(name, model or "densenet121", into)
    file = shown_path(folder / "submission.yaml")
    click.echo(f"wrote {file}", err=True)
    if division == "open":
        click.echo(f"its program is {shown_path(folder / 'workload' / 'main.py')}; docs/open-division.md", err=True)
    click.echo(f"next: edit it, then `harness validate {shown_path(folder)}`", err=True)
