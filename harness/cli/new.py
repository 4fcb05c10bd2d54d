"""`harness new`: a submission folder to begin with."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name")
@click.option("--model", default="densenet121", show_default=True, help="densenet121, cnn or mlp.")
@click.option(
    "--into",
    default="submissions",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that the new one is written into.",
)
def new(name: str, model: str, into: Path) -> None:
    """Write a submission folder NAME with a commented submission.yaml that validates."""
    from harness.spec.problem import shown_path
    from harness.spec.scaffold import write_submission

    folder = write_submission(name, model, into)
    file = shown_path(folder / "submission.yaml")
    click.echo(f"wrote {file}", err=True)
    click.echo(f"next: edit it, then `harness validate {shown_path(folder)}`", err=True)
