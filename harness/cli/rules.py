"""`harness rules`: the rules as a page, with worked examples that the checks themselves have answered."""

from __future__ import annotations

import click


@click.command()
@click.option("--write", is_flag=True, help="Write the page into rules/RULES.md instead of printing it.")
def rules(write: bool) -> None:
    """Print the rules: profiles, limits, and every check with its reason and worked examples."""
    from harness.checks.page import render
    from harness.places import resources
    from harness.spec.load import load_ruleset

    page = render(load_ruleset())
    if not write:
        click.echo(page, nl=False)
        return
    path = resources() / "rules" / "RULES.md"
    path.write_text(page, encoding="utf-8")
    click.echo(f"written: {path}", err=True)
