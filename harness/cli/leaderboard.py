"""`harness leaderboard`: make the page from records, and open it."""

from __future__ import annotations

from pathlib import Path

import click

PAGE, DATA = "index.html", "standings.json"


@click.group()
def leaderboard() -> None:
    """Build or open the leaderboard: one page that needs no network."""


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
    help="Where to write. Default: leaderboard in the home folder.",
)
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON on standard output.")
def build(folders: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Make index.html and standings.json from every record found."""
    from harness.board.page import render
    from harness.errors import InvalidInput
    from harness.places import Home, resources
    from harness.publish.account import doubt
    from harness.publish.places import AGAIN, RESULTS
    from harness.standings.benchmarks import known_benchmarks
    from harness.standings.build import build as build_standings
    from harness.standings.build import to_text
    from harness.standings.collect import collect
    from harness.standings.write import write_text

    for folder in folders:
        if not folder.is_dir():
            raise InvalidInput(f"{folder} is not a folder", remedy="Give --records a folder that holds run folders.")
    home = Home.find()
    published = resources() / "leaderboard"
    places = folders or (published / RESULTS, published / AGAIN, home.runs)
    standings = build_standings(collect(places, doubt), known_benchmarks())
    target = (out or _default_out()).absolute()
    write_text(target / DATA, to_text(standings))
    write_text(target / PAGE, render(standings))
    counts = standings["counts"]
    click.echo(f"{counts['runs']} runs, {counts['listed']} entries listed, {counts['set_aside']} set aside", err=True)
    for each in standings["unreadable"]:
        click.echo(f"not read: {each['source']}: {each['reason']}", err=True)
    click.echo(f"leaderboard: {target / PAGE}", err=True)
    click.echo(f"  → open it in a browser: {(target / PAGE).as_uri()}", err=True)
    if as_json:
        import json

        paths = {"page": str(target / PAGE), "standings": str(target / DATA)}
        click.echo(json.dumps({**paths, "counts": counts}, ensure_ascii=False))


@leaderboard.command(name="open")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Where it was written.")
def open_page(out: Path | None) -> None:
    """Open the page that was built last; without a browser, say where it is."""
    from harness.errors import InvalidInput

    page = (out or _default_out()).absolute() / PAGE
    if not page.is_file():
        raise InvalidInput(f"there is no page at {page}", remedy="Make it with `harness leaderboard build`.")
    if _browser_opens(page.as_uri()):
        click.echo(f"opened {page}", err=True)
    else:
        click.echo(f"no browser answers here; the page is {page}", err=True)


def _default_out() -> Path:
    from harness.places import Home

    return Home.find().root / "leaderboard"


def _browser_opens(address: str) -> bool:
    """Ask the desktop's browser. Without a display only a text browser would be found, and take the terminal over."""
    import os
    import sys
    import webbrowser

    display = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return display and webbrowser.open(address)
