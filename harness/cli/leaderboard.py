"""`harness leaderboard`: make the page from records, and open it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.serve import serve

PAGE, DATA = "index.html", "standings.json"


@click.group()
def leaderboard() -> None:
    """Build, open or serve the leaderboard: one page that needs no network."""


leaderboard.add_command(serve)


@leaderboard.command()
@click.option(
    "--records",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to search for records; repeatable. Default: what is published in the checkout, and your own runs.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where to write. Default: leaderboard in the home folder; with --published, the checkout's.",
)
@click.option("--published", is_flag=True, help="Only what is published in the checkout, and none of your own runs.")
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON on standard output.")
def build(folders: tuple[Path, ...], out: Path | None, published: bool, as_json: bool) -> None:
    """Make the site from every record found: index.html, a page for each table and entry, and the figures as JSON."""
    if published and folders:
        raise click.UsageError("--published and --records exclude each other")
    target = (out or (_checkout() if published else default_out())).absolute()
    standings = build_site(sources(folders, published=published), target)
    counts = standings["counts"]
    click.echo(
        f"runs: {counts['runs']}, entries: {counts['entries']}, ranked: {counts['statuses']['ranked']}", err=True
    )
    for each in standings["unreadable"]:
        click.echo(f"not read: {each['source']}: {each['reason']}", err=True)
    click.echo(f"leaderboard: {target / PAGE}", err=True)
    click.echo(f"  → open it in a browser: {(target / PAGE).as_uri()}", err=True)
    for path in _own_tables(standings):
        click.echo(f"  → your own runs: {(target / path).as_uri()}", err=True)
    if as_json:
        import json

        paths = {"page": str(target / PAGE), "standings": str(target / DATA)}
        click.echo(json.dumps({**paths, "counts": counts}, ensure_ascii=False))


def _own_tables(standings: dict[str, Any]) -> list[str]:
    """Paths of the tables in which entries stand that were not published."""
    from harness.standings.judged import LOCAL

    tables = [table for benchmark in standings["benchmarks"] for table in benchmark["tables"]]
    own = [table for table in tables if any(row["provenance"] == LOCAL for row in table["entries"])]
    return [f"tables/{table['slug']}.html" for table in own]


def sources(folders: tuple[Path, ...], *, published: bool = False) -> tuple[Path, ...]:
    """The folders whose records make the site: ``folders``, or without any what is published in the checkout and, but
    for a ``published`` site, the home's runs. Raises `InvalidInput` where one of ``folders`` is none."""
    from harness.errors import InvalidInput
    from harness.places import Home, resources
    from harness.publish.places import AGAIN, RESULTS

    for folder in folders:
        if not folder.is_dir():
            raise InvalidInput(f"{folder} is not a folder", remedy="Give --records a folder that holds run folders.")
    shared = tuple(resources() / "leaderboard" / name for name in (RESULTS, AGAIN))
    return folders or (shared if published else (*shared, Home.find().runs))


def build_site(places: tuple[Path, ...], target: Path) -> dict[str, Any]:
    """Make the site in ``target`` from the records in ``places``; returns the standings."""
    from harness.acyclic import acyclic
    from harness.findings.findings import findings
    from harness.places import Home
    from harness.publish.account import doubt
    from harness.record.cache import Cache
    from harness.score.metrics import Settings
    from harness.site.build import Beside, plan
    from harness.site.drawn import Drawn
    from harness.site.labels import Labels
    from harness.site.write import write_site
    from harness.spec.load import load_ruleset
    from harness.standings.benchmarks import known_benchmarks
    from harness.standings.build import build as build_standings
    from harness.standings.collect import collect

    home = Home.find()
    with acyclic():
        standings = build_standings(collect(places, doubt), known_benchmarks())
        labels = Labels(standings.entries, home, say)
        drawn = Drawn(labels, Settings.of(load_ruleset().statistics), Cache(home.cache / "curves", say))
        found = findings(standings.entries, labels.of, home.cache / "findings", say)
        done = write_site(target, plan(standings, Beside(found, drawn.curves, drawn.version), target))
    say(f"pages: {done.written} written, {done.kept} as they were, {done.removed} removed")
    return standings.document


def say(line: str) -> None:
    """A line of progress, on standard error."""
    click.echo(line, err=True)


@leaderboard.command(name="open")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Where it was written.")
def open_page(out: Path | None) -> None:
    """Open the page that was built last; without a browser, say where it is."""
    from harness.errors import InvalidInput

    page = (out or default_out()).absolute() / PAGE
    if not page.is_file():
        raise InvalidInput(f"there is no page at {page}", remedy="Make it with `harness leaderboard build`.")
    if _browser_opens(page.as_uri()):
        click.echo(f"opened {page}", err=True)
    else:
        click.echo(f"no browser answers here; the page is {page}", err=True)


def default_out() -> Path:
    """Where the site of this user is."""
    from harness.places import Home

    return Home.find().root / "leaderboard"


def _checkout() -> Path:
    """Where the public site is made. Raises `InvalidInput` where the harness was installed without a checkout."""
    from harness.errors import InvalidInput
    from harness.places import resources

    root = resources()
    if not (root / "pyproject.toml").is_file():
        raise InvalidInput("this harness has no checkout to publish", remedy="Say with --out where to write.")
    return root / "leaderboard"


def _browser_opens(address: str) -> bool:
    """Ask the desktop's browser. Without a display only a text browser would be found, and take the terminal over."""
    import os
    import sys
    import webbrowser

    display = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return display and webbrowser.open(address)
