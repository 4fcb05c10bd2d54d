"""`harness claims`: what the runs in the home folder say of the paper's claims."""

from __future__ import annotations

import json
import textwrap
from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.claims.part import Part
    from harness.claims.survey import Asked, Survey


_WIDTH = 100


@click.command()
@click.option("--benchmark", help="One benchmark alone. Default: all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def claims(benchmark: str | None, as_json: bool) -> None:
    """Say what the official runs in the home folder say of the paper's claims.

    Each claim is supported, contradicted, undecided or not testable, from effects with 95 % intervals over whole
    entries of one system and runtime. The exit code is 0 whatever the verdicts are.
    """
    from harness.claims.survey import SCHEMA, survey
    from harness.data import prepare
    from harness.places import Home
    from harness.spec.load import benchmark_ids, load_benchmark, load_ruleset

    home, ruleset = Home.find(), load_ruleset()
    surveys = []
    for name in (benchmark,) if benchmark is not None else benchmark_ids():
        loaded = load_benchmark(name)
        surveys.append(survey(loaded, ruleset, home, partial(prepare.prepare, name, home, _say)))
    for each in surveys:
        for line in _lines(each):
            click.echo(line, err=True)
    if as_json:
        document = {
            "schema": SCHEMA,
            "ruleset": {"version": ruleset.version, "digest": ruleset.digest},
            "benchmarks": [each.to_json() for each in surveys],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def _say(line: str) -> None:
    click.echo(line, err=True)


def _lines(found: Survey) -> list[str]:
    lines = []
    for group in found.groups:
        seen = group.conditions
        where = "no official run yet" if seen is None else f"{seen['system']}, {seen['runtime']}, {seen['device']}"
        lines += [f"{found.benchmark.id}: {where}", *(line for asked in group.claims for line in _claim(asked)), ""]
    if found.left_out:
        lines.insert(-1, f"  {found.left_out} groups of runs of another version of the benchmark or its data left out")
    return lines


def _claim(asked: Asked) -> list[str]:
    answer = asked.answer
    lines = [f"  {asked.claim['id']} {answer.verdict.value.upper()}  {asked.claim['title']}"]
    lines += [line for part in answer.parts if part.effect.value is not None for line in _part(part)]
    lines += _wrapped(answer.reason)
    lacking: dict[tuple[str, ...], list[str]] = {}
    for one in asked.missing:
        lacking.setdefault(one.said, []).append(one.submission)
    for said, names in lacking.items():
        lines += _wrapped(f"{' and '.join(said)}: {', '.join(names)}")
    # The command stays in one piece, so that it can be copied.
    return [*lines, *([f"     → {asked.command}"] if asked.command else [])]


def _part(part: Part) -> list[str]:
    """Verdict and effect in columns; what the part says, and over how many runs, below them."""
    from harness.cli.summary import interval

    shown = interval(part.effect.to_json(), sign=part.kind == "difference") + (" times" if part.kind == "ratio" else "")
    runs = f"{len(part.runs)} runs" if part.runs else str(part.reason)
    first = f"     {part.verdict.value:<14} {shown}"
    return [first, *_wrapped(f"{part.what} ({runs})", indent=20)]


def _wrapped(text: str, *, indent: int = 5) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=space, subsequent_indent=space, break_on_hyphens=False)
