"""Stands in until the view of the paper's claims is merged."""


def claims_view(claims: object, root: str) -> None:
    """No claims."""
