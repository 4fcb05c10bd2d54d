"""`harness reproduce`: run a record's plan again, and compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.verify.reproduce import Reproduction


@click.command()
@click.argument("record", metavar="RECORD")
@click.option(
    "--submission",
    "program",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The submission's folder, where it is not in the checkout: a record does not hold its files.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def reproduce(record: str, program: Path | None, as_json: bool) -> None:
    """Run the plan of RECORD again, with the same image, rules, data and seed, and say what that shows.

    RECORD is the folder of a finished run, also of a published one, or its name in the home folder. The verdict is
    *identical* (every prediction), *within the interval*, *different*, or *not comparable* (another machine, image or
    data; nothing is run where that is known beforehand); the last two end with exit code 4.
    """
    import contextlib
    from dataclasses import replace

    from harness.cli.progress import display_for
    from harness.cli.verify import folder_of
    from harness.places import Home
    from harness.publish.bundle import is_packed, unpacked
    from harness.verify.reproduce import Verdict, reproduce

    home = Home.find()
    root = folder_of(record, home.runs)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(unpacked(root)) if is_packed(root) else root
        display = stack.enter_context(display_for())
        found = replace(reproduce(folder, home, display, program), then=root)
    for line in _lines(found):
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    if found.verdict not in (Verdict.IDENTICAL, Verdict.WITHIN):
        raise SystemExit(4)


def _lines(found: Reproduction) -> list[str]:
    lines = [f"{found.verdict}: {found.reason}", f"  then {found.then.name}"]
    if found.now is not None:
        lines.append(f"  now  {found.now.name}")
    width = max(len(row.name) for row in found.rows)
    for row in found.rows:
        if row.then is None and row.now is None:
            continue
        ratio = f"{row.now / row.then:.3f} times" if row.then and row.now is not None else ""
        then, now = (f"{value:.6g}" if value is not None else "–" for value in (row.then, row.now))
        lines.append(f"  {row.name.replace('_', ' '):{width}}  {then:>12} {now:>12} {row.unit:3} {ratio}".rstrip())
    return lines
