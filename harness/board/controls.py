"""Stands in until the toolbar is merged."""

SCRIPTS: tuple[str, ...] = ()
STYLES: tuple[str, ...] = ()


def controls(table: object, root: str = "") -> None:
    """No toolbar."""


def data_of(table: object) -> dict[str, object]:
    """No data."""
    return {}
