from __future__ import annotations

import re

from harness.board.checks_view import checks_view


def check(name: str, answer: str, remedy: str | None = None) -> dict[str, str | None]:
    return {"id": name, "title": f"title of {name}", "answer": answer, "sentence": f"{name} was seen", "remedy": remedy}


def test_what_failed_stands_open_with_its_remedy_and_the_rest_is_folded():
    html = checks_view([check("A1", "passed"), check("B1", "failed", "do this"), check("C1", "not measurable")])
    folded = re.findall(r"<summary>(.*?)</summary>.*?</details>", html)
    assert folded == ["1 not measurable", "1 passed"]
    before = html.partition("<details")[0]
    assert "B1 title of B1" in before and "B1 was seen" in before and "→ do this" in before and "A1" not in before


def test_an_unknown_answer_is_shown_as_it_is():
    assert "<summary>1 perhaps</summary>" in checks_view([check("A1", "perhaps")])


def test_without_checks_it_says_why():
    assert "ended before it could be checked" in checks_view([])
