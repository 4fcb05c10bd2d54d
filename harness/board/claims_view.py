"""Stands in until the view of the paper's claims is merged."""

from harness.board.markup import Html


def claims_view(claims: object, root: str) -> Html | None:
    """No claims."""
    return None
