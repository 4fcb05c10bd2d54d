"""Seeds for the separate uses of chance, all from the run's one seed."""

from __future__ import annotations

from hashlib import sha256


def derive(seed: int, use: str, number: int = 0) -> int:
    """A seed in [0, 2^63) for one use of chance (``weights``, ``training``, ``epoch`` n).

    Hashed, so that two uses or two neighbouring run seeds have nothing in common, and the same on every machine.
    """
    digest = sha256(f"leanmed/{seed}/{use}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
