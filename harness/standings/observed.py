"""What a workload saw of its own strategy, read from a record: bytes by element type, and single facts."""

from __future__ import annotations

from typing import Any

from harness.standings.fields import Node

GROUPS = (
    *("parameters", "gradients", "saved_activations"),
    *("optimizer_state", "large_moments", "small_moments"),
)
"""Groups of tensors of which the bytes are told by element type."""
MOST_FACTS = 40
"""More than this no workload of ours tells; an open program may tell what it likes."""


def read_observed(node: Node | None) -> dict[str, Any]:
    """Bytes by dtype of each group of tensors, the optimiser's class, and under ``facts`` every other text, number or
    truth that the record holds; empty where a run did not come so far. Raises `UnreadableError`."""
    if node is None:
        return {}
    groups = {
        name: {Node(dtype).text(): group.get(dtype).whole() for dtype in sorted(group.mapping())}
        for name in GROUPS
        if (group := node.maybe(name)) is not None
    }
    optimizer = node.maybe_text("optimizer")
    facts = _facts(node)
    return {
        **groups,
        **({} if optimizer is None else {"optimizer": optimizer}),
        **({"facts": facts} if facts else {}),
    }


def _facts(node: Node) -> dict[str, str | float | bool]:
    others = sorted(node.mapping().keys() - {*GROUPS, "optimizer"})
    found = {Node(name).text(): _single(node.maybe(name)) for name in others}
    return dict([(name, value) for name, value in found.items() if value is not None][:MOST_FACTS])


def _single(node: Node | None) -> str | float | bool | None:
    """The value where it is a single one. What a newer version may nest is passed over."""
    if node is None or isinstance(node.value, dict | list):
        return None
    if isinstance(node.value, bool):
        return node.truth()
    return node.text() if isinstance(node.value, str) else node.number()
