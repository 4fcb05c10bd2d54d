"""`harness verify`: compute records again from their raw files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.places import Home
    from harness.verify.record import Verification


@click.command()
@click.argument("runs", metavar="[RECORD]...", nargs=-1)
@click.option("--ledger", "chain", is_flag=True, help="Check the home's ledger, and that it fits the runs there.")
@click.option(
    "--published",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="With --ledger: check this leaderboard folder's published ledger, too. Default: the checkout's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def verify(runs: tuple[str, ...], chain: bool, published: Path | None, as_json: bool) -> None:
    """Compute each RECORD again from its raw files and compare.

    RECORD is the folder of a finished run, its name in the home folder, or a published folder: a run, an entry, or what
    another party ran again.
    Predictions and labels give the scores; events and trace give times, windows, energies and checks; digests must fit.
    Every difference is named; exit code 4.
    """
    from harness.places import Home

    if not runs and not chain:
        raise click.UsageError("name at least one RECORD, or say --ledger")
    home = Home.find()
    held = _show_ledger(home) & _show_published(published) if chain else True
    found = []
    for name in runs:
        root = folder_of(name, home.runs)
        verification = _verified(root, home)
        found.append(verification)
        _show(verification)
    if as_json and runs:
        rows = [
            {"run": one.run, "verified": one.holds, "differences": one.differences, "notes": one.notes} for one in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    if not held or not all(one.holds for one in found):
        raise SystemExit(4)


def _verified(root: Path, home: Home) -> Verification:
    """A run of a home, one that was published, or a published entry with all its runs."""
    from harness.data.dataset import Dataset
    from harness.data.prepare import prepare
    from harness.publish.bundle import is_packed
    from harness.publish.places import ENTRY, RERUN
    from harness.publish.verified import verify_entry, verify_packed
    from harness.spec.load import load_benchmark, load_ruleset
    from harness.verify.record import verify_folder

    def prepared(benchmark: str) -> Dataset:
        return prepare(benchmark, home, lambda line: click.echo(line, err=True))

    again = (root / RERUN).is_file()
    if again or (root / ENTRY).is_file():
        benchmark = load_benchmark(root.parents[1 if again else 0].name)
        return verify_entry(root, prepared(benchmark.id), benchmark, load_ruleset())
    return verify_packed(root, prepared) if is_packed(root) else verify_folder(root, prepared)


def _show_published(folder: Path | None) -> bool:
    """The published ledger; an empty one fits."""
    from harness.places import resources
    from harness.publish.account import differences

    leaderboard = folder or resources() / "leaderboard"
    found = list(differences(leaderboard))
    state = "does not fit" if found else "fits"
    click.echo(f"published ledger: it {state} what is published in {leaderboard}", err=True)
    for line in found:
        click.echo(f"  {line}", err=True)
    return not found


def _show_ledger(home: Home) -> bool:
    from harness.verify.ledger import account

    found = account(home)
    state = "fits the runs" if not found.differences else "does not fit the runs"
    click.echo(f"ledger: {found.started} runs started, {found.finished} finished; it {state}", err=True)
    for line in found.differences:
        click.echo(f"  {line}", err=True)
    for line in found.notes:
        click.echo(f"  note: {line}", err=True)
    return not found.differences


def folder_of(name: str, runs: Path) -> Path:
    """The run that a user names: a folder, or a name in the home. Nothing is looked at."""
    given = Path(name)
    return (given if given.exists() or not (runs / name).is_dir() else runs / name).resolve()


def _show(verification: object) -> None:
    from harness.verify.record import Verification

    assert isinstance(verification, Verification)
    if verification.holds:
        click.echo(f"{verification.run}: verified, every figure follows from the raw files", err=True)
    else:
        count = len(verification.differences)
        click.echo(f"{verification.run}: not verified, {count} difference{'s' if count != 1 else ''}", err=True)
    for line in verification.differences:
        click.echo(f"  {line}", err=True)
    for line in verification.notes:
        click.echo(f"  note: {line}", err=True)
