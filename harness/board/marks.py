"""How model families are told apart in drawings: by colour and by shape, so that neither is needed."""

from __future__ import annotations

FAMILIES = ("densenet", "swin", "vit", "cnn", "mlp")
OTHER = "other"
_PATHS = {
    "densenet": "M{x} {y}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "swin": "M{x} {y}m-4.5-4.5h9v9h-9z",
    "vit": "M{x} {y}m0-6l5.5 9.5h-11z",
    "cnn": "M{x} {y}m0-6.2l6 6.2l-6 6.2l-6-6.2z",
    "mlp": "M{x} {y}m0 6l5.5-9.5h-11z",
    OTHER: "M{x} {y}m-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
}


def family_of(model: str) -> str:
    """The family of a model by its name, the same on every page; ``other`` for one that is not known."""
    return next((family for family in FAMILIES if model.startswith(family)), OTHER)


def shape(family: str, x: float, y: float) -> str:
    """The path of a family's mark around (x, y): circle, square, triangle, diamond, triangle upside down, cross."""
    return _PATHS[family].format(x=x, y=y)
