"""`harness weights`: which pretrained weights there are, and fetch them."""

from __future__ import annotations

import json
from typing import Any

import click


@click.group()
def weights() -> None:
    """List and fetch the pretrained weights of benchmarks that begin with them."""


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")


@weights.command(name="list")
@_AS_JSON
def list_(as_json: bool) -> None:
    """Every model that has pretrained weights, and whether they are here. Files are not verified."""
    from harness.errors import MachineLacks
    from harness.places import Home
    from harness.weights.hub import ENTRIES
    from harness.weights.shelf import find

    home = Home.find()
    rows: list[dict[str, Any]] = []
    for model, entry in ENTRIES.items():
        row: dict[str, Any] = {"model": model, "repository": entry.repository, "revision": entry.revision}
        try:
            found = find(model, home)
        except MachineLacks as error:
            rows.append({**row, "state": "damaged", "sha256": None, "commit": None, "reason": str(error)})
            continue
        state = {"state": "not here", "sha256": None, "commit": None}
        if found is not None:
            state = {"state": "here", "sha256": found.sha256, "commit": found.document["commit"]}
        rows.append({**row, **state})
    for row in rows:
        click.echo(f"{row['model']}  {row['state']}  {row['repository']}", err=True)
        if "reason" in row:
            click.echo(f"  {row['reason']}", err=True)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))


@weights.command()
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@click.option("--again", is_flag=True, help="Fetch anew, and replace what is there.")
@_AS_JSON
def pull(models: tuple[str, ...], again: bool, as_json: bool) -> None:
    """Fetch the pretrained weights of each MODEL (without one: of all), once; later calls verify what is here.

    They come from the Hugging Face hub, or from the mirror that HF_ENDPOINT names. A run never fetches anything.
    """
    from harness.cli.bar import bar
    from harness.places import Home
    from harness.weights.hub import ENTRIES, entry_of
    from harness.weights.pull import pull as pull_weights

    asked = dict.fromkeys(models or ENTRIES)
    for model in asked:
        entry_of(model)
    home = Home.find()
    rows = []
    with bar() as (say, progress):
        for model in asked:

            def move(done: int, total: int, model: str = model) -> None:
                progress(f"fetching {model}, MB", -(-done // 10**6), -(-total // 10**6))

            kept = pull_weights(model, home, say, move, again=again)
            rows.append({**kept.document, "path": str(kept.path)})
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
