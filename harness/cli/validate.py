"""`harness validate`: schema and rule checks, with file, line and a hint."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.errors import Exit


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
@click.pass_context
def validate(ctx: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Check submissions, benchmarks, rulesets and records.

    A PATH is a submission's folder, a folder of submissions, or a file of any of our formats (submission.yaml,
    rules/v1.yaml, record.json, …). Without one, all of ./submissions is checked. Every problem is shown, with the
    line it stands on. Exit code 2 if there is one.
    """
    from harness.spec.survey import survey

    report = survey(paths)
    width = max((len(one.file) for one in report.valid), default=0)
    for one in report.valid:
        click.echo(f"{click.style('valid', fg='green')}  {one.file:<{width}}  {one.about or one.kind}", err=True)
    for problem in report.problems:
        click.echo(str(problem), err=True)
    if report.problems:
        click.echo(_counted(len(report.problems), "problem"), err=True)
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2, ensure_ascii=False))
    if report.problems:
        ctx.exit(Exit.INVALID_INPUT)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
