"""What is wrong with one file or row of a source: listed in a report, while the rest goes on."""

from __future__ import annotations

from dataclasses import dataclass


class Broken(Exception):
    """A file or row that can't be used. The text is the reason: a sentence without identifiers of a patient."""


@dataclass(frozen=True, order=True)
class Problem:
    """One line of the report. ``where`` names the place in the source (a path relative to it, or a row's number);
    ``skipped`` whether something was left out because of it."""

    where: str
    reason: str
    skipped: bool
