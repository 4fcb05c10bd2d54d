"""`harness doctor`: what this machine can run and measure, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from harness.doctor.examine import Examination
    from harness.doctor.finding import Finding

_COLOURS = {"ok": "green", "limited": "yellow", "missing": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything that was found, as JSON on standard output.")
def doctor(as_json: bool) -> int:
    """Say what this machine can run and measure, what is missing, and how to get it.

    Only reads: nothing is made, started, pulled or set. Exit code 3 if no run works here in any runtime.
    """
    import json

    from rich.console import Console

    from harness.doctor.examine import examine

    examination = examine()
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        _show_table(examination, console)
    else:
        _show_lines(examination)
    if as_json:
        click.echo(json.dumps(examination.to_json(), indent=2, ensure_ascii=False))
    return examination.verdict.exit_code


def _show_table(examination: Examination, console: Console) -> None:
    """Groups with their findings; what a finding means stands below it where it is not ok. Remedies come last and
    whole, so that they can be copied: in a narrow column a command would be cut into pieces."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(min_width=22, ratio=2)
    table.add_column(ratio=5)
    group = None
    for finding in examination.findings:
        if finding.group != group:
            group = finding.group
            table.add_row("", Text(group, style="bold"), "")
        seen = Text(finding.seen)
        if finding.status.value != "ok":
            seen.append(f"\n{finding.meaning}", style="dim")
        status = Text(finding.status.value, style=_COLOURS[finding.status.value])
        table.add_row(status, finding.title, seen)
    console.print(table)
    remedies = _remedies(examination)
    if remedies:
        console.print("\n[bold]What to do[/bold]")
    for finding in remedies:
        style = _COLOURS[finding.status.value]
        console.print(Text.assemble((finding.title, style), f"\n  → {finding.remedy}"), soft_wrap=True)
    console.print()
    for sentence in examination.verdict.sentences():
        console.print(Text(sentence, style="bold" if examination.verdict.ways else "bold red"))


def _show_lines(examination: Examination) -> None:
    """The same for logs and pipes: a line a finding, unwrapped."""
    for finding in examination.findings:
        click.echo(f"{finding.status.value:<8} {finding.title}: {finding.seen}", err=True)
        if finding.status.value != "ok":
            click.echo(f"{'':<9}{finding.meaning}", err=True)
        if finding in _remedies(examination):
            click.echo(f"{'':<9}→ {finding.remedy}", err=True)
    for sentence in examination.verdict.sentences():
        click.echo(sentence, err=True)


def _remedies(examination: Examination) -> list[Finding]:
    """What is not ok and can be helped; what stands in the way of runs first."""
    found = [one for one in examination.findings if one.status.value != "ok" and one.remedy is not None]
    return sorted(found, key=lambda one: (not one.blocks, one.status.value == "limited"))
