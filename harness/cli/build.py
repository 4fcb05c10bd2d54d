"""`harness build`: a submission's image, without running it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("submission", metavar="SUBMISSION", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The image as JSON on standard output.")
def build(submission: Path, as_json: bool) -> None:
    """Build the image of the SUBMISSION folder, or find that it is there already.

    The dependencies that all submissions share are built once and take minutes; after that a changed submission takes
    seconds. Which base image it stands on, and the digests of everything in it, are part of the image's identity.
    """
    import json

    from harness.image.build import ensure_image
    from harness.places import Home
    from harness.runtime.engine import connect
    from harness.spec.load import load_benchmarks, load_ruleset, load_submission

    loaded = load_submission(submission, load_ruleset(), load_benchmarks())
    image = ensure_image(loaded, Home.find(), lambda text: click.echo(text, err=True), connect())
    if as_json:
        click.echo(json.dumps({"tag": image.tag, "id": image.id, "built": image.built, **image.identity}, indent=2))
        return
    base = image.identity["base"]
    click.echo(f"{'built' if image.built else 'already there:'} {image.tag}", err=True)
    click.echo(f"  base      {base['reference']} ({base['kind']})", err=True)
    click.echo(f"  image id  {image.id}", err=True)
    click.echo(f"  identity  {image.identity['identity']}", err=True)
