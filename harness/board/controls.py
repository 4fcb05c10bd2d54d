"""Stands in until the toolbar is merged."""

from harness.board.markup import Html

SCRIPTS: tuple[str, ...] = ()
STYLES: tuple[str, ...] = ()


def controls(table: object, root: str = "") -> Html:
    """No toolbar."""
    return Html("")


def data_of(table: object) -> dict[str, object]:
    """No data."""
    return {}
