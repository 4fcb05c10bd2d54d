"""`harness compare`: two submissions side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.compare.comparison import Comparison


@click.command()
@click.argument("candidate")
@click.argument("reference")
@click.option("--benchmark", default="lidc-nodules", show_default=True, help="The benchmark that both were run on.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def compare(candidate: str, reference: str, benchmark: str, as_json: bool) -> None:
    """Compare CANDIDATE with REFERENCE, two submissions by name, over their official runs in the home folder.

    Only runs of the same machine, runtime, data, rules and number are compared. The quality is judged as gate Q2 does;
    costs are ratios, 0.5 for half as much, with intervals over pairs of runs.
    """
    from harness.compare.comparison import compare
    from harness.compare.runs import comparable
    from harness.data.prepare import prepare
    from harness.places import Home
    from harness.spec.load import load_benchmark, load_ruleset

    home = Home.find()
    loaded = load_benchmark(benchmark)
    ours, theirs = comparable(_name(candidate), _name(reference), benchmark, home)
    dataset = prepare(benchmark, home, lambda line: click.echo(line, err=True))
    found = compare(ours, theirs, dataset, loaded, load_ruleset())
    for line in _lines(found):
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False))


def _name(given: str) -> str:
    """``submissions/cnn_fp32/`` and ``cnn_fp32`` are the same."""
    return given.rstrip("/").rpartition("/")[2]


def _lines(found: Comparison) -> list[str]:
    from harness.cli.summary import interval

    runs = ", ".join(map(str, found.numbers))
    lines = [f"{found.candidate.name} against {found.reference.name} on {found.benchmark}, runs {runs}"]
    for side in (found.candidate, found.reference):
        lines.append(f"  mean test AUC {side.name}: {interval(side.auc.to_json())}")
        lines.append(f"    Q1 {side.gate.verdict.value}. {side.gate.reason}")
    lines += [
        f"  {len(side.failed)} of {side.name}'s runs failed or are invalid, so that it can't be ranked"
        for side in (found.candidate, found.reference)
        if side.failed
    ]
    lines += [f"  difference: {interval(found.difference.estimate.to_json(), sign=True)}"]
    lines += [f"  Q2 {found.judgement.outcome.value}. {found.judgement.reason}"]
    if found.needed is not None and not found.judgement.outcome.ranks:
        lines.append(f"    {found.needed.reason}")
    lines += [
        f"  {name.replace('_', ' ')}: {interval(ratio.to_json())} times"
        for name, ratio in found.costs.items()
        if ratio.value is not None
    ]
    absent = [name.replace("_", " ") for name, ratio in found.costs.items() if ratio.value is None]
    return [*lines, *([f"  not measured: {', '.join(absent)}"] if absent else [])]
