"""Splits and choices by hash: they depend on names and published prefixes only, never on the order of a file.

A patient's place is the SHA-256 of prefix and patient id, read as a fraction of 1. So adding, dropping or reordering
patients moves nobody else, all cases of a patient stand in one split, and anybody can work the split out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class PatientSplit:
    """Shares of patients for train, val and test, in this order, as percentages; ``prefix`` is public and fixed."""

    prefix: str
    percent: tuple[int, int, int]

    def __post_init__(self) -> None:
        if sum(self.percent) != 100:
            raise ValueError(f"the shares of a split add up to 100, not {sum(self.percent)}")

    def of(self, patient: str) -> str:
        """The split of one patient: ``train``, ``val`` or ``test``."""
        place = digest_number(f"{self.prefix}split/", patient)
        upper = 0
        for split, share in zip(SPLITS, self.percent, strict=True):
            upper += share
            if place * 100 < upper << 64:
                return split
        raise AssertionError("a 64-bit place is below 2**64")

    def group(self, patient: str) -> str:
        """A salted name for a patient, 16 hex digits. It hides nothing from those who hold the source's patient ids."""
        return digest_hex(f"{self.prefix}patient/", patient)


def digest_number(prefix: str, name: str) -> int:
    """The first 64 bits of the SHA-256 of prefix + name (UTF-8), big-endian."""
    return int.from_bytes(hashlib.sha256((prefix + name).encode()).digest()[:8])


def digest_hex(prefix: str, name: str) -> str:
    """The first 64 bits of the SHA-256 of prefix + name (UTF-8), as 16 hex digits."""
    return hashlib.sha256((prefix + name).encode()).hexdigest()[:16]


def shuffled(prefix: str, names: Sequence[str]) -> list[str]:
    """`names` in an order fixed by prefix and names alone."""
    return sorted(names, key=lambda name: (digest_number(prefix, name), name))
