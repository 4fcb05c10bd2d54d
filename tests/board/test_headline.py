from __future__ import annotations

from typing import Any

import pytest

from harness.board.headline import headline

PUBLIC = {"text": {"labels": "public"}}


def row(name: str, status: str = "ranked", *, rank: tuple[int, int] | None = None, **known: Any) -> dict[str, Any]:
    """As much of an entry's row as the sentences use; a ranked one is published, and a reference unless ``outcome``."""
    outcome, published = known.get("outcome"), known.get("published", status == "ranked")
    value, ratio = known.get("value", 15_200.0), known.get("ratio")
    found = {"gpu_energy": {"value": value, "unit": "J"}, "time_to_predictions": {"value": 41.0, "unit": "s"}}
    costs = (
        {} if ratio is None else {cost: dict(zip(("value", "lower", "upper"), ratio, strict=True)) for cost in found}
    )
    judged = {
        "reference": outcome is None,
        "non_inferiority": None if outcome is None else {"outcome": outcome, "margin": known.get("margin", 0.01)},
    }
    return {
        "slug": f"{name}-1",
        "submission": {"name": name, "title": known.get("title", name.title())},
        "status": status,
        "rank": None if rank is None else {"best": rank[0], "worst": rank[1], "of": 9},
        "summary": None if known.get("lost") else {"quantities": found},
        "judged": judged if published else None,
        "ratios": {"float32": {"costs": costs}},
    }


def said(*rows: dict[str, Any], by: str = "gpu_energy", division: str = "closed", benchmark: Any = PUBLIC) -> str:
    table = {"entries": rows, "sorted_by": by, "place": {"division": division}}
    return headline(table, benchmark).replace("\u202f", " ").replace("\u00a0", " ")


def test_one_that_leads_what_is_saved_and_whose_quality_is_proven():
    assert said(
        row("plain", rank=(1, 1)),
        row("amp", rank=(2, 2), ratio=(0.58, 0.571, 0.582), outcome="worse within the margin"),
        row("tf32", rank=(3, 3), ratio=(0.7, 0.69, 0.71), outcome="non-inferior"),
        row("slow", "failed", lost=True),
    ) == (
        "3 of 4 entries are ranked, by GPU energy. Plain needs least: 15.2 kJ. Against the same model in float32, Amp "
        "saves most: 42 % of the GPU energy (95 % interval 42 to 43 %), with a test AUC that is lower, but by less "
        "than the margin. Proven no worse than float32 in test AUC, within the margin: Tf32."
    )


def test_the_cheapest_that_can_t_be_told_apart():
    ties = [row(f"tie{n}", rank=(1, 5), ratio=(0.98 - n / 100, 0.9, 0.995), outcome="non-inferior") for n in range(5)]
    text = said(*ties, by="time_to_predictions")
    assert text.startswith(
        "All 5 entries are ranked, by time to predictions. 5 of them can't be told from the cheapest: Tie0, Tie1, Tie2 "
        "and 2 more. Against the same model in float32, Tie4 saves most: 6.0 % of the time to predictions (95 % "
        "interval 0.5 to 10 %), with a test AUC proven no worse within the margin."
    )
    assert said(*ties[:2]).count("Tie0 and Tie1") == 2


def test_a_saving_that_is_not_shown_is_not_claimed():
    text = said(row("one", rank=(1, 2)), row("two", rank=(1, 2), ratio=(0.9, 0.7, 1.1), outcome="non-inferior"))
    assert "No ranked entry is shown to save GPU energy against the same model in float32." in text
    assert "saves most" not in text


def test_one_ranked_entry():
    alone = row("amp", rank=(1, 1), ratio=(0.62, 0.6, 0.65), outcome="non-inferior")
    assert said(alone) == (
        "The only entry here is ranked. It is Amp, with a GPU energy of 15.2 kJ; there is nothing to rank it against. "
        "Against the same model in float32 it saves 38 % of the GPU energy (95 % interval 35 to 40 %). Its test AUC is "
        "proven no worse than its model's reference, within a margin of 0.010."
    )
    assert said(row("plain", rank=(1, 1)), row("bad", "below target")) == (
        "1 of 2 entries is ranked. It is Plain, with a GPU energy of 15.2 kJ; there is nothing to rank it against. "
        "It is a reference itself: other configurations of its model are held against it."
    )


def test_one_unpublished_run():
    assert said(row("cnn", "provisional"), by="time_to_predictions") == (
        "Nothing is ranked here yet. The only entry so far, and unproven: Cnn, with a time to predictions of 41.0 s. 1 "
        "entry is not published: a rank takes runs 1 to 5, published with harness publish."
    )


def test_nothing_ranked_says_what_is_missing():
    assert said(
        row("b", "provisional", value=9.0),
        row("a", "provisional", value=7.0),
        row("c", "provisional", published=True, value=8.0),
        row("d", "below target"),
        row("e", "failed", lost=True),
        row("f", "invalid", lost=True),
        row("g", "not compared"),
    ) == (
        "Nothing is ranked here yet. Least GPU energy so far, and unproven: A, 7.00 J. 2 entries are not published: a "
        "rank takes runs 1 to 5, published with harness publish. 1 published entry has not passed every gate. "
        "1 is below the quality target. 1 failed. 1 is invalid. 1 can't be compared, such as a run that is not "
        "official."
    )


def test_only_failures():
    assert said(row("a", "failed", lost=True), row("b", "failed", lost=True), row("c", "invalid", lost=True)) == (
        "No run here came to a valid end, so there is nothing to compare. 2 failed. 1 is invalid."
    )


def test_the_open_division():
    entry = row("forest", "provisional", published=True)
    text = said(entry, division="open")
    assert text == (
        "Open division: each program is its submitter's own. The labels of this benchmark are public, so every entry "
        "needs a review of its source, and none is ranked. The only entry so far, and unproven: Forest, with a "
        "GPU energy of 15.2 kJ."
    )
    private: dict[str, Any] = {"text": {"labels": "private"}}
    text = said(entry, division="open", benchmark=private)
    assert "public" not in text and "Nothing is ranked here yet." in text
    assert "public" in said(entry, division="open", benchmark={"text": None})


def test_entries_that_can_t_be_put_in_order():
    assert "2 entries are ranked, by GPU energy. Their order can't be told." in said(row("a"), row("b"))


def test_titles_that_two_submissions_share_are_told_apart():
    text = said(row("one", rank=(1, 1), title="Net"), row("two", rank=(2, 2), title="Net"))
    assert "Net (one) needs least" in text


@pytest.mark.parametrize("missing", [{"value": None}, {"margin": None}])
def test_what_a_record_leaves_out_is_not_known(missing: dict[str, Any]):
    text = said(row("a", rank=(1, 1), outcome="non-inferior", **missing))
    assert "a figure that is not known" in text
