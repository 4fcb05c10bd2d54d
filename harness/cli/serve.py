"""`harness leaderboard serve`: the leaderboard and the runs that go on, for a browser of this machine."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port on 127.0.0.1; 0 is any. Default: the first free one from 8265.",
)
@click.option(
    "--records",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to search for records; repeatable. Default: as `harness leaderboard build`.",
)
@click.option("--no-build", is_flag=True, help="Serve the pages as they were built last, and leave them so.")
def serve(port: int | None, folders: tuple[Path, ...], no_build: bool) -> None:
    """Show the leaderboard, and live.html: what the run that goes on has come to. Ends with Ctrl-C.

    Pages are made again when a run gets its record. Nothing but this machine can reach them.
    """
    import os

    from harness.cli.leaderboard import PAGE, build_site, default_out, sources
    from harness.errors import InvalidInput
    from harness.places import Home
    from harness.serve.server import keep_fresh, serving
    from harness.serve.site import Site

    # Whoever looks must not take time away from what is measured.
    os.nice(19)
    home, out, places = Home.find(), default_out(), sources(folders)
    site = Site(out, places, None if no_build else lambda: build_site(places, out))
    if no_build and not (out / PAGE).is_file():
        raise InvalidInput(f"there is no page at {out / PAGE}", remedy="leave out --no-build")
    with serving(port, site, home) as server:
        if not no_build:
            click.echo("making the pages ...", err=True)
        site.make()
        if site.problem is not None:
            click.echo(f"the pages could not be made: {site.problem}", err=True)
        click.echo(f"leaderboard: {server.address}", err=True)
        click.echo(f"what is running: {server.address}live.html", err=True)
        click.echo("  → Ctrl-C ends it", err=True)
        keep_fresh(site)
