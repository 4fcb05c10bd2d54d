"""The chooser: a clinic's limits, the best entry, and what can't be told from it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.board.script.conftest import OpenView, names

pytestmark = pytest.mark.browser
KNOWN = {
    "limits": {
        "max_memory": {"quantity": "peak_gpu_memory", "units": ["GiB"]},
        "max_energy": {"quantity": "gpu_energy", "units": ["kJ", "Wh"]},
    }
}
USUAL = {"max_memory": None, "max_energy": None, "min_auc": None, "auc_by": "lower", "goal": "", "unproven": False}
CHOOSE = """([rows, state, known, pairs]) => {
  const apart = LeanMed.chooser.apartOf(pairs);
  const found = LeanMed.chooser.choose(rows, state, known, "gpu_energy", apart);
  const slug = row => row === null ? null : row.slug;
  return {
    ...found, best: slug(found.best), likely: slug(found.likely), even: found.even.map(slug),
    untold: found.untold.map(slug), untested: found.untested.map(slug), meeting: found.meeting.map(slug),
  };
}"""


def row(
    slug: str, energy: float | None, auc: tuple[float, float], cheaper: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    values: dict[str, float] = {"peak_gpu_memory": 2**30}
    if energy is not None:
        values["gpu_energy"] = energy
    return {
        "slug": slug,
        "status": "ranked",
        "cheaper_than": list(cheaper),
        "values": values,
        "auc": [auc[0], auc[1], 1.0],
        "gain": None,
        **more,
    }


ROWS: list[dict[str, Any]] = [
    row("a", 11e3, (0.78, 0.75), ("d",)),
    row("b", 10e3, (0.77, 0.74), ("c", "d")),
    row("c", 15e3, (0.80, 0.77)),
    row("d", 40e3, (0.81, 0.79)),
    row("new", 5e3, (0.82, 0.80), status="provisional"),
    row("bad", 1e3, (0.60, 0.50), status="below target"),
    row("lost", None, (0.79, 0.76)),
]
PLACES = {each["slug"]: place for place, each in enumerate(ROWS)}
for each in ROWS:
    each["place"] = PLACES[each["slug"]]
    each["cheaper_than"] = [[PLACES[slug], PLACES[slug] + 1] for slug in each["cheaper_than"]]


def test_the_best_by_cost_and_those_that_nothing_left_surely_undercuts(open_view: OpenView):
    page = open_view()

    def choose(pairs: Any = None, **state: Any) -> dict[str, Any]:
        found: dict[str, Any] = page.evaluate(CHOOSE, [ROWS, {**USUAL, **state}, KNOWN, pairs])
        return found

    limit = {"number": 100, "unit": "kJ"}
    found = choose(max_energy=limit)
    assert found["meeting"] == ["a", "b", "c", "d"]
    assert (found["best"], found["even"]) == ("b", ["a"])
    assert (found["unmeasured"], found["unproven"], found["untested"]) == (1, 1, [])

    # b, which surely costs less than c, no longer meets the limit on quality: now nothing undercuts c.
    found = choose(min_auc={"number": 0.75, "unit": ""}, max_energy=limit)
    assert (found["meeting"], found["best"], found["even"]) == (["a", "c", "d"], "a", ["c"])
    found = choose(min_auc={"number": 0.77, "unit": ""}, auc_by="value", max_energy=limit)
    assert found["meeting"] == ["a", "b", "c", "d"]

    # The bound itself still meets; a limit in another unit is the same limit.
    assert choose(max_energy={"number": 11, "unit": "kJ"})["meeting"] == ["a", "b"]
    assert choose(max_energy={"number": 4, "unit": "Wh"})["meeting"] == ["a", "b"]
    assert choose(max_memory={"number": 1, "unit": "GiB"})["ranked"] == 5
    assert choose(max_memory={"number": 0.999, "unit": "GiB"})["meeting"] == []

    # Unproven entries can be let in, are never called best, and nothing below the target ever is.
    found = choose(max_energy=limit, unproven=True)
    assert found["meeting"] == ["a", "b", "c", "d", "new"]
    assert (found["best"], found["untested"], found["unproven"]) == ("b", ["new"], 0)
    found = choose(max_energy={"number": 6, "unit": "kJ"}, unproven=True)
    assert (found["best"], found["likely"]) == (None, "new")

    # A figure that is over its limit leaves an entry out for that, whatever else of it was not measured.
    assert choose(max_energy=limit, min_auc={"number": 0.77, "unit": ""})["unmeasured"] == 0


def test_the_best_quality_and_the_pairs_that_are_not_apart(open_view: OpenView):
    page = open_view()

    def choose(pairs: Any) -> dict[str, Any]:
        found: dict[str, Any] = page.evaluate(CHOOSE, [ROWS, {**USUAL, "goal": "quality"}, KNOWN, pairs])
        return found

    found = choose(None)
    assert (found["best"], found["even"], found["untold"], found["computed"]) == ("d", [], [], False)
    pairs = [("c", "d", False), ("a", "d", True), ("b", "d", None), ("a", "c", False)]
    found = choose({"pairs": [{"entries": [one, other], "apart": apart} for one, other, apart in pairs]})
    assert (found["best"], found["even"], found["computed"]) == ("d", ["c"], True)
    assert found["untold"] == ["lost", "b"], "nobody could say, or nobody looked"


def test_the_form_filters_the_table_and_says_its_choice_in_words(open_view: OpenView, table: dict[str, Any]):
    tied = copy.deepcopy(table)
    for entry in tied["entries"]:
        if entry["submission"]["name"] == "densenet_amp":
            entry["cheaper_than"] = [slug for slug in entry["cheaper_than"] if "tf32" not in slug]
    page = open_view(of=tied)
    page.locator("details.chooser > summary").click()
    form = page.locator("details.chooser")
    form.get_by_label("Test AUC").fill("0.75")
    form.get_by_label("held against").select_option("the point value")
    form.get_by_label("GPU energy to predictions", exact=True).fill("25")
    form.get_by_label("Unit of: GPU energy to predictions").select_option("Wh")
    assert names(page) == ["cnn_fp32", "densenet_amp", "densenet_tf32", "densenet_8bit"]
    form.get_by_label("Latency, p99").fill("58")
    form.get_by_label("Peak GPU memory").fill("8.5")
    advice = page.locator(".advice")
    assert advice.locator("p").all_inner_texts() == [
        "3 of 10 entries meet the limits.",
        "Least GPU energy to predictions: cnn_fp32 (15.2\u202fkJ).",
        "Every other ranked entry that is left surely costs more.",
        "1 more entry would meet the limits but has no rank, so that it is not proven; it was left out.",
        "Entries below the target, failed, invalid or not compared are never chosen.",
    ]
    form.get_by_label("Time to predictions", exact=True).fill("90")
    page.get_by_role("searchbox").fill("densenet")
    assert advice.locator("p").first.inner_text() == "No entry of 6 meets the limits."
    form.get_by_label("Time to predictions", exact=True).fill("")
    assert "Can’t be told from the best, for no ranked entry that is left surely costs less: densenet_tf32." in (
        advice.inner_text()
    )
    assert str(page.locator("tr[data-choice=best]").get_attribute("data-slug")).startswith("densenet_amp-")
    assert page.locator("tr[data-choice=even] .chip.choice").inner_text() == "can’t be told from the best"
    link = advice.get_by_role("link", name="densenet_amp")
    assert (
        link.get_attribute("href") == f"entries/{next(e['slug'] for e in tied['entries'] if 'amp' in e['slug'])}.html"
    )
    form.get_by_label("I want").select_option("the best quality")
    assert "Differences in quality between pairs were not computed" in advice.inner_text()
    form.get_by_label("not proven").check()
    assert "search=densenet" in page.evaluate("location.hash")
    page.get_by_role("button", name="Reset").click()
    assert advice.inner_text() == ""
    assert page.locator("[data-choice], .chip.choice").count() == 0
    assert len(names(page)) == 10


def test_quality_is_told_apart_by_the_pairs_of_the_page(open_view: OpenView, table: dict[str, Any]):
    slugs = {entry["submission"]["name"]: entry["slug"] for entry in table["entries"]}
    best = slugs.pop("densenet_fp32")
    apart = {"cnn_fp32": True, "densenet_tf32": False, "densenet_amp": True, "densenet_8bit": True}
    pairs = {"pairs": [{"entries": [best, slugs[name]], "apart": told} for name, told in apart.items()]}
    page = open_view("#goal=quality", data={"pairs": pairs})
    told = page.locator(".advice p").all_inner_texts()
    assert told[1:3] == [
        "Highest test AUC: densenet_fp32 (0.786).",
        "Can’t be told from the best in quality: densenet_tf32.",
    ]


def test_a_table_on_a_processor_takes_limits_on_what_it_measured(open_view: OpenView, table: dict[str, Any]):
    bare = copy.deepcopy(table)
    bare["sorted_by"] = "time_to_predictions"
    for entry in bare["entries"]:
        if entry["summary"] is not None:
            for name in ("gpu_energy", "offline_gpu_energy", "peak_gpu_memory"):
                entry["summary"]["quantities"][name] |= {"value": None, "reason": "no GPU"}
    page = open_view("#max_energy=3kJ&max_memory=2GiB", of=bare)
    assert page.locator(".problems").inner_text() == (
        "A part of this link was ignored, as it means nothing in this table: “max_energy=3kJ”."
    )
    chooser = page.locator("details.chooser")
    chooser.locator("summary").click()
    assert "GPU energy to predictions: not measured in this table" in chooser.inner_text()
    assert chooser.get_by_label("Peak host memory").input_value() == "2"
    assert "Least Time to predictions: cnn_fp32" in page.locator(".advice").inner_text()
