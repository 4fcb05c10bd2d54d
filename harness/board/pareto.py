"""Stands in until the plots of quality against cost are merged."""


def pareto_plots(table: object, root: str) -> None:
    """No plots."""
