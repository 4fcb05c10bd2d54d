"""The checks of one run: what failed is open, with its remedy; the rest is folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.markup import Html, join, tag
from harness.board.regions import folded
from harness.board.words.entry import CHECKS

_OPEN = "failed"
_KINDS = {"passed": "good", "failed": "bad"}


def checks_view(checks: Sequence[Mapping[str, Any]]) -> Html:
    """Each check with its sentence, grouped by answer."""
    if not checks:
        return tag("p", CHECKS["none"], class_="quiet")
    answers = sorted({check["answer"] for check in checks}, key=lambda answer: (answer != _OPEN, answer))
    return join([_answered(answer, [check for check in checks if check["answer"] == answer]) for answer in answers])


def _answered(answer: str, checks: Sequence[Mapping[str, Any]]) -> Html:
    items = tag("ul", [_check(check) for check in checks], class_="checks")
    if answer == _OPEN:
        return items
    return folded(CHECKS["folded"].format(count=len(checks), answer=CHECKS.get(answer, answer)), items)


def _check(check: Mapping[str, Any]) -> Html:
    answer = check["answer"]
    return tag(
        "li",
        tag("b", check["id"], " ", check["title"] or None),
        " ",
        tag("span", CHECKS.get(answer, answer), class_=f"verdict {_KINDS.get(answer, 'quiet')}"),
        tag("span", check["sentence"], class_="sub") if check["sentence"] else None,
        tag("span", f"→ {check['remedy']}", class_="sub") if check["remedy"] else None,
    )
