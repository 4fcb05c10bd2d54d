"""`harness data`: which data the benchmarks need, prepare them, check them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from harness.cli.bar import Progress
    from harness.data.dataset import Dataset


@click.group()
def data() -> None:
    """List, prepare and check the benchmarks' data."""


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")


@data.command(name="list")
@_AS_JSON
def list_(as_json: bool) -> None:
    """Every benchmark, and whether its data are prepared here."""
    from harness.data.prepare import find
    from harness.data.provider import provider_named
    from harness.errors import MachineLacks
    from harness.places import Home
    from harness.spec.load import load_benchmarks

    home = Home.find()
    rows: list[dict[str, Any]] = []
    widest = max(len(benchmark.id) for benchmark in load_benchmarks())
    for benchmark in load_benchmarks():
        row = {"benchmark": benchmark.id, "title": benchmark.title, "labels": benchmark.labels}
        try:
            found = find(benchmark.id, home)
            state = {"state": "prepared" if found else "not prepared", "digest": found.digest if found else None}
        except MachineLacks as error:
            state = {"state": "damaged", "digest": None, "reason": str(error)}
        rows.append({**row, **state, "asks_for": provider_named(benchmark.provider).asks_for})
    for row in rows:
        needed = " (--source DIR)" if row["asks_for"] and row["state"] == "not prepared" else ""
        click.echo(f"{row['benchmark']:{widest}}  {row['state']}{needed}  {row['title']}", err=True)
        if "reason" in row:
            click.echo(f"  {row['reason']}", err=True)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))


@data.command()
@click.argument("benchmark")
@click.option("--rebuild", is_flag=True, help="Build anew, and replace what is there.")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder with the files, for data that don't come with LeanMed. It is only read.",
)
@click.option(
    "--allow-skips",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Go on where up to N files or rows can't be used. Without it, one ends the command with exit code 4.",
)
@click.option("--show-paths", is_flag=True, help="Name unusable files by their paths, which may name patients.")
@_AS_JSON
def prepare(
    benchmark: str, rebuild: bool, source: Path | None, allow_skips: int, show_paths: bool, as_json: bool
) -> None:
    """Prepare the data of BENCHMARK, once; later calls verify and use what is there.

    rsna-mammo stands for the three benchmarks that are made of the RSNA set.
    """
    from harness.cli.bar import bar
    from harness.data.prepare import COLLECTIONS, Given, prepare_collection
    from harness.data.prepare import prepare as prepare_data
    from harness.errors import InvalidInput
    from harness.places import Home

    given = None if source is None else Given(source, allow_skips, show_paths)
    if benchmark in COLLECTIONS:
        if given is None:
            raise InvalidInput(f"{benchmark} is a collection that you hold", remedy="name its folder with --source DIR")
        with bar() as (say, progress):
            prepared = prepare_collection(benchmark, Home.find(), say, rebuild=rebuild, given=given, progress=progress)
        for one in prepared:
            _show(one, as_json)
        return
    with bar() as (say, progress):
        dataset = prepare_data(benchmark, Home.find(), say, rebuild=rebuild, given=given, progress=progress)
    _show(dataset, as_json)
    click.echo(f"look at them: {dataset.root / 'contact_sheet.png'}", err=True)


@data.command()
@click.argument("collection", type=click.Choice(["lidc-idri", "rsna-mammo"]))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="An empty or new folder.")
@click.option("--scans", type=click.IntRange(1), default=2, show_default=True, help="lidc-idri: series a split.")
@click.option("--patients", type=click.IntRange(1), default=40, show_default=True, help="rsna-mammo: how many.")
@click.option("--seed", type=click.IntRange(0, 9), default=0, show_default=True)
def phantom(collection: str, out: Path, scans: int, patients: int, seed: int) -> None:
    """Write a made-up DICOM tree in the layout of COLLECTION, to try the way from files to a record.

    Results on phantoms are marked and can't be published.
    """
    from harness.cli.bar import bar
    from harness.errors import InvalidInput

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} is there already, and not an empty folder", remedy="name a new folder with --out")
    with bar() as (say, progress):
        if collection == "lidc-idri":
            _lidc_idri(out, scans, seed, progress)
            benchmarks = [collection]
        else:
            from harness.data.phantom.rsna_mammo import write_rsna_mammo

            write_rsna_mammo(out, patients, seed, lambda done, total: progress("writing mammograms", done, total))
            benchmarks = ["rsna-recall", "rsna-cancer", "rsna-paper"]
        say(f"wrote a phantom of {collection} to {out}")
        for benchmark in benchmarks:
            say(f"  `harness data prepare {benchmark} --source {out}`")


def _lidc_idri(out: Path, scans: int, seed: int, progress: Progress) -> None:
    from harness.data.lidc.source import locate, read_scans, read_series
    from harness.data.phantom.lidc_idri import few_scans, write_lidc_idri

    series = {number: uid for uid, number in read_series(locate()).items()}
    chosen = few_scans(read_scans(locate()), scans)
    write_lidc_idri(out, chosen, series, seed, lambda done, total: progress("writing slices", done, total))


@data.command()
@click.argument("benchmark")
@_AS_JSON
def check(benchmark: str, as_json: bool) -> None:
    """Verify every file of the prepared data of BENCHMARK. Exit code 3 if one differs or they are not prepared."""
    from harness.data.prepare import check as check_data
    from harness.data.prepare import find
    from harness.errors import MachineLacks
    from harness.places import Home

    home = Home.find()
    dataset = find(benchmark, home)
    if dataset is None:
        raise MachineLacks(
            f"the data of {benchmark} are not prepared in {home.data}", remedy=f"`harness data prepare {benchmark}`"
        )
    check_data(dataset)
    _show(dataset, as_json)


def _show(dataset: Dataset, as_json: bool) -> None:
    ours = dataset.document["leanmed"]
    cases = ", ".join(f"{split} {count:,}" for split, count in dataset.counts.items())
    click.echo(f"{dataset.benchmark}: {len(ours['checksums'])} files verified, {dataset.digest}", err=True)
    click.echo(f"cases: {cases}{_trivial(ours['trivial'])}", err=True)
    if dataset.phantom:
        click.echo("made from phantoms: results on them can't be published", err=True)
    if as_json:
        shown = {key: ours[key] for key in ("benchmark", "digest", "counts", "trivial")}
        click.echo(json.dumps({**shown, "folder": str(dataset.root)}, indent=2, ensure_ascii=False))


def _trivial(models: dict[str, Any]) -> str:
    """What the first of the trivial models reaches, which is the one that a network must beat."""
    for name, model in models.items():
        return f"; {name} alone reaches a test AUC of {model['auc']['test']:.3f}"
    return ""
