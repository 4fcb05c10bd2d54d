"""`harness reference`: gather the reference runs of a benchmark, and derive its quality targets from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.reference.summary import Reference


@click.group()
def reference() -> None:
    """Gather a benchmark's reference runs, and derive its quality targets from them."""


_BENCHMARK = click.argument("benchmark", default="lidc-nodules", metavar="[BENCHMARK]")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")


@reference.command()
@_BENCHMARK
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write. Default: beside the benchmark file.",
)
@click.option("--replace", is_flag=True, help="Overwrite a summary that has more runs.")
@click.option("--runtime", type=click.Choice(["docker", "host"]), help="Only runs made in this runtime.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Only runs made on this device.")
@_AS_JSON
def collect(
    benchmark: str, output: Path | None, replace: bool, runtime: str | None, device: str | None, as_json: bool
) -> None:
    """Summarise the reference runs of BENCHMARK (default lidc-nodules) in the home folder.

    Reference runs are finished, valid, official runs of a plain float32 submission with the rules' own seeds. Their
    scores are computed again from the predictions.
    """
    from harness.data.prepare import prepare
    from harness.places import Home
    from harness.reference.collect import collect as collect_runs
    from harness.reference.summary import summary_path, write_summary
    from harness.spec.load import load_benchmark, load_ruleset

    home, loaded = Home.find(), load_benchmark(benchmark)
    dataset = prepare(benchmark, home, lambda line: click.echo(line, err=True))
    collected = collect_runs(loaded, load_ruleset(), dataset, home, runtime=runtime, device=device)
    path = (output or summary_path(benchmark)).absolute()
    if not replace:
        _refuse_fewer_runs(collected.reference, path)
    write_summary(collected.reference, path)
    for note in collected.notes:
        click.echo(f"note: {note}", err=True)
    for line in _table(collected.reference):
        click.echo(line, err=True)
    click.echo(f"written: {path}", err=True)
    if as_json:
        result = {"file": str(path), "notes": list(collected.notes), **collected.reference.to_json()}
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))


@reference.command()
@_BENCHMARK
@click.option(
    "--summary",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The reference summary. Default: the one beside the benchmark file.",
)
@_AS_JSON
def targets(benchmark: str, summary: Path | None, as_json: bool) -> None:
    """Derive the quality targets of BENCHMARK (default lidc-nodules) from its reference summary.

    Prints what must stand under quality.targets of the benchmark file. Exit code 2 if something else stands there.
    """
    from harness.errors import InvalidInput
    from harness.reference.summary import read_summary, summary_path
    from harness.reference.targets import TargetRule, block, differences
    from harness.spec.load import load_benchmark, load_ruleset

    rule = TargetRule.of(load_ruleset())
    loaded = load_benchmark(benchmark)
    found = read_summary(summary or summary_path(benchmark))
    if found.benchmark != benchmark:
        raise InvalidInput(
            f"the summary is of {found.benchmark}, not of {benchmark}", remedy="name its file with --summary"
        )
    expected, different = block(found, loaded, rule), differences(found, loaded, rule)
    if as_json:
        result = {"benchmark": benchmark, "targets": expected, "differences": different}
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        click.echo(_as_yaml(expected))
    if different:
        raise InvalidInput(
            "\n".join([f"rules/benchmarks/{benchmark}.yaml does not hold these targets:", *_indented(different)]),
            remedy="put the block above under quality.targets there, or collect the summary again",
        )
    click.echo(f"rules/benchmarks/{benchmark}.yaml holds these targets", err=True)


def _refuse_fewer_runs(new: Reference, path: Path) -> None:
    """Raise `InvalidInput` where the file has more runs of a model than would be written."""
    from harness.errors import InvalidInput
    from harness.reference.summary import read_summary

    if not path.exists():
        return
    old = read_summary(path)
    fewer = [
        f"{len(model.runs)} runs of {name}, here are {len(new.models[name].runs) if name in new.models else 0}"
        for name, model in old.models.items()
        if name not in new.models or len(new.models[name].runs) < len(model.runs)
    ]
    if fewer:
        raise InvalidInput(
            f"{path} has more runs: {'; '.join(fewer)}",
            remedy="collect from the home folder that holds them, write elsewhere with --output, or give --replace",
        )


def _table(found: Reference) -> list[str]:
    """One line a model, in columns."""
    from harness.cli.summary import interval
    from harness.reference.targets import TargetRule, targets_of
    from harness.spec.load import load_ruleset

    rows = [
        ("model", "runs", "mean test AUC", "gain over trivial", "test target", "validation target", "runs reach it")
    ]
    reasons = []
    for name, target in targets_of(found, TargetRule.of(load_ruleset())).items():
        model = found.models[name]
        rows.append(
            (
                name,
                str(target.runs),
                interval(model.test_auc.to_json()),
                interval(model.gain.to_json(), sign=True),
                _value(target.test_auc),
                _value(target.validation_auc),
                "–" if target.reached is None else f"{target.reached} of {target.runs}",
            )
        )
        if target.reason is not None:
            reasons.append(f"{name}: {target.reason}")
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [f"trivial model: {interval(found.trivial.to_json())}", *lines, *reasons]


def _value(target: float | None) -> str:
    return "–" if target is None else f"{target:.4f}"


def _as_yaml(expected: object) -> str:
    """The block as it stands in the benchmark file, indented below ``quality`` and ``targets``."""
    import textwrap

    import yaml

    text = yaml.safe_dump(expected, sort_keys=False, allow_unicode=True, width=110)
    return textwrap.indent(text.rstrip("\n"), " " * 4)


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
