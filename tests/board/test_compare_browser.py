"""The compare page in a real browser, opened from disk without a network."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from harness.board.compare_page import compare_page
from harness.score.ratio import paired_ratio
from tests.axe import violations
from tests.board.findings import invented_pairs
from tests.browser import Open, Visit
from tests.standings.season import a_published_season

pytestmark = pytest.mark.browser
FP32, AMP, TF32 = "densenet_fp32-2c3b7a7437", "densenet_amp-83b206a251", "densenet_tf32-6e4595cc9d"
CNN, CNN8, FAILED = "cnn_fp32-5bf2407848", "cnn_8bit-b1cd16e804", "cnn_gradq8-cc4da1298c"
THREE = f"#entries={AMP},{FP32},{TF32}"


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = a_published_season(tmp_path_factory.mktemp("season")).document["benchmarks"][0]
    return found


@pytest.fixture(scope="module")
def page(benchmark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = benchmark["tables"][0]
    pairs = invented_pairs(table, without=frozenset({CNN8}))
    target = tmp_path_factory.mktemp("site") / "compare.html"
    target.write_text(compare_page(table, benchmark, pairs).to_text(), encoding="utf-8")
    return target


def heads(seen: Visit) -> list[str | None]:
    return [head.get_attribute("data-slug") for head in seen.page.locator("table.compared thead th").all()]


def row(seen: Visit, name: str) -> list[str]:
    """Texts of the cells of the first row of this heading."""
    found = seen.page.locator("table.compared tbody tr", has=seen.page.get_by_role("rowheader", name=name, exact=True))
    return [re.sub(r"\s+", " ", cell.inner_text()) for cell in found.first.locator("td").all()]


def table_text(seen: Visit) -> str:
    return seen.page.locator("table.compared").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_from_disk_in_silence_and_is_accessible(visit: Open, page: Path, scheme: str):
    seen = visit(page, scheme=scheme)
    assert seen.console == []
    assert [url for url in seen.requests if url != "data:,"] == [page.as_uri()]
    assert heads(seen) == [FP32, AMP, TF32, "densenet_8bit-f6f9b36894"]
    assert violations(seen.page) == []


def test_a_link_shows_its_entries_in_its_order_with_the_reference_as_base(visit: Open, page: Path):
    seen = visit(page, fragment=THREE)
    assert heads(seen) == [AMP, FP32, TF32]
    amp, fp32, tf32 = row(seen, "Difference to the base, paired")
    assert re.fullmatch(r"−0\.005 −0\.\d{3} to [+−]0\.\d{3} p (0\.\d{3}|1\.000)", amp)
    assert fp32 == "base" and tf32.startswith("−0.002")
    assert row(seen, "Runs in common with the base") == ["1, 2, 3, 4, 5", "base", "1, 2, 3, 4, 5"]
    assert row(seen, "Float32 matmul") == ["not set", "not set", "tf32"]
    assert row(seen, "Rank") == ["2 of 5", "5 of 5", "3 of 5"]
    again = visit(page, fragment=seen.page.url[seen.page.url.index("#") :])
    assert table_text(again) == table_text(seen)


def test_the_base_can_be_changed_and_the_difference_turns(visit: Open, page: Path):
    seen = visit(page, fragment=THREE)
    before = row(seen, "Difference to the base, paired")[0]
    button = seen.page.get_by_role("button", name="Make densenet_amp the base")
    button.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page).to_have_url(re.compile(f"base={AMP}$"))
    expect(seen.page.locator("table.compared thead th.base")).to_have_attribute("data-slug", AMP)
    after = row(seen, "Difference to the base, paired")
    assert after[0] == "base"
    numbers = [float(each.replace("−", "-")) for each in re.findall(r"[+−]0\.\d+", before)]
    turned = [float(each.replace("−", "-")) for each in re.findall(r"[+−]0\.\d+", after[1])]
    assert turned == [-numbers[0], -numbers[2], -numbers[1]]
    again = visit(page, fragment=seen.page.url[seen.page.url.index("#") :])
    assert table_text(again) == table_text(seen)


def test_back_and_forward_follow_what_was_chosen(visit: Open, page: Path):
    seen = visit(page, fragment=f"#entries={FP32},{AMP}")
    seen.page.get_by_role("checkbox", name=re.compile("^densenet_tf32")).check()
    expect(seen.page.locator("table.compared thead th")).to_have_count(3)
    seen.page.get_by_role("button", name="Remove densenet_amp from the comparison").click()
    expect(seen.page.locator("table.compared thead th")).to_have_count(2)
    assert heads(seen) == [FP32, TF32]
    seen.page.go_back()
    expect(seen.page.locator("table.compared thead th")).to_have_count(3)
    assert heads(seen) == [FP32, AMP, TF32]
    seen.page.go_back()
    expect(seen.page.locator("table.compared thead th")).to_have_count(2)
    assert heads(seen) == [FP32, AMP]
    assert not seen.page.get_by_role("checkbox", name=re.compile("^densenet_tf32")).is_checked()
    seen.page.go_forward()
    expect(seen.page.locator("table.compared thead th")).to_have_count(3)
    assert seen.console == []


def test_fewer_than_two_is_no_comparison(visit: Open, page: Path):
    seen = visit(page, fragment=f"#entries={AMP}")
    assert seen.page.get_by_role("status").inner_text() == "One entry is chosen; a comparison takes two."
    assert seen.page.locator("table.compared").count() == 0
    seen.page.get_by_role("button", name="Usual choice").click()
    seen.page.wait_for_selector("table.compared")
    seen.page.get_by_role("button", name="Choose none").click()
    seen.page.wait_for_selector("table.compared", state="detached")
    assert seen.page.get_by_role("status").inner_text() == "None is chosen; a comparison takes two."


def test_what_is_not_there_is_a_dash_with_its_reason(visit: Open, page: Path):
    seen = visit(page, fragment=f"#entries={CNN},{CNN8},{FAILED}")
    assert row(seen, "Test AUC")[2].startswith("— Run 2")
    assert row(seen, "Difference to the base, paired")[1] == "— its predictions are not published"
    assert row(seen, "Told apart from the base")[2] == "— they have no run number in common"
    ratios = row(seen, "ratio to the base, paired")
    assert ratios[0] == "base" and ratios[1].startswith("× 1.0")
    assert ratios[2] == "— no run of one has its counterpart in the other"
    assert violations(seen.page) == []


def test_a_link_to_entries_that_are_gone_says_so(visit: Open, page: Path):
    hostile = "%3Cimg%20src=x%20onerror=alert(1)%3E"
    seen = visit(page, fragment=f"{THREE},gone-0123456789,{hostile}&base=nobody")
    assert heads(seen) == [AMP, FP32, TF32]
    said = seen.page.locator(".unknown").inner_text()
    assert said.startswith("2 entries of this link are not in this table: gone-0123456789, <img")
    assert seen.console == [] and seen.dialogs == []


def test_search_narrows_the_list(visit: Open, page: Path):
    seen = visit(page)
    seen.page.get_by_role("searchbox").fill("cnn 8bit")
    assert seen.page.locator(".choices li:visible").count() == 1
    assert seen.page.get_by_role("status").inner_text() == "1 of 10 entries match the search."
    seen.page.get_by_role("searchbox").press("Enter")
    assert seen.page.locator("table.compared").count() == 1


def test_plots_stand_for_what_has_an_interval(visit: Open, page: Path):
    seen = visit(page, fragment=THREE)
    plots = seen.page.locator("svg.forest")
    labels = [plot.get_attribute("aria-label") for plot in plots.all()]
    assert labels[0] == (
        "Test AUC less that of densenet_fp32, with 95 % intervals: 2 entries. The table above holds every number."
    )
    assert any("GPU energy over that of densenet_fp32" in (label or "") for label in labels)
    assert not any("Latency" in (label or "") for label in labels)
    assert plots.first.locator("circle").count() == 2


def test_the_scripts_ratios_are_pythons(visit: Open, page: Path):
    chance = random.Random(5)
    cases = []
    for runs in [1, 2, 3, 5, 5, 5, 10, 30, 31] * 20:
        size = 10 ** chance.uniform(-4, 9)
        factor, noise = chance.uniform(0.2, 5), chance.choice([0.0, 1e-6, 0.01, 0.3])
        ours = {str(n): size * factor * (1 + noise * chance.random()) for n in range(1, runs + 1)}
        theirs = {str(n): size * (1 + noise * chance.random()) for n in range(1, runs + 1)}
        ours["40"], theirs["41"] = 3.0, 4.0
        cases.append([ours, theirs])
    seen = visit(page)
    found = seen.page.evaluate(
        "cases => cases.map(([a, b]) => LeanMed.ratio.paired(a, b, LeanMed.data('compare').quantiles))", cases
    )
    for (ours, theirs), each in zip(cases, found, strict=True):
        both = [n for n in ours if n in theirs]
        wanted = paired_ratio([ours[n] for n in both], [theirs[n] for n in both])
        assert each["value"] == pytest.approx(wanted.value, rel=1e-9)
        if wanted.lower is None:
            assert (each["lower"], each["upper"], each["reason"]) == (None, None, "one pair")
        else:
            assert (each["lower"], each["upper"]) == pytest.approx((wanted.lower, wanted.upper), rel=1e-9)
            assert each["reason"] is None
    many = {str(n): 1.0 for n in range(32)}
    odd = [[{"1": 1.0}, {"2": 1.0}], [{"1": 0.0}, {"1": 1.0}], [many, many]]
    reasons = seen.page.evaluate(
        "cases => cases.map(([a, b]) => LeanMed.ratio.paired(a, b, LeanMed.data('compare').quantiles).reason)", odd
    )
    assert reasons == ["no common cost", "no common cost", "many pairs"]


def test_the_table_shows_what_python_computes(visit: Open, page: Path, benchmark):
    seen = visit(page, fragment=f"#entries={AMP},{FP32}")
    entry = next(row for row in benchmark["tables"][0]["entries"] if row["slug"] == AMP)
    wanted = entry["ratios"]["float32"]["costs"]["gpu_energy"]
    found = seen.page.locator("tr", has=seen.page.get_by_role("rowheader", name="GPU energy", exact=True))
    shown = found.locator("xpath=following-sibling::tr[1]").locator("td").first.inner_text()
    assert [float(each) for each in re.findall(r"\d\.\d+", shown)] == pytest.approx(
        [wanted["value"], wanted["lower"], wanted["upper"]], abs=0.0006
    )


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_scrolls_sideways(visit: Open, page: Path, width: int):
    seen = visit(page, width=width)
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width


def test_without_scripts_every_entry_stands_against_its_reference(visit: Open, page: Path):
    seen = visit(page, scripts=False)
    assert not seen.page.locator("#comparison").is_visible()
    assert seen.page.locator("table.against tbody tr").count() == 10
    assert seen.page.get_by_role("heading", name="What paired means").is_visible()


def test_pages_without_pairs_or_with_one_entry_work(visit: Open, benchmark, tmp_path: Path):
    for number, table in enumerate(benchmark["tables"][1:]):
        target = tmp_path / f"{number}.html"
        target.write_text(compare_page(table, benchmark, None).to_text(), encoding="utf-8")
        seen = visit(target)
        assert seen.console == []
        assert seen.page.locator("table.compared").count() == (1 if len(table["entries"]) > 1 else 0)
        assert number == 0 or violations(seen.page) == []


def test_hostile_text_does_not_run(visit: Open, benchmark, tmp_path: Path):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>{count}"
    document = json.loads(json.dumps(benchmark))
    for entry in document["tables"][0]["entries"]:
        entry["submission"].update(name=hostile, title=hostile, model=hostile, efficiency={hostile: entry["slug"]})
        entry["why"] = [hostile]
    target = tmp_path / "hostile.html"
    table = document["tables"][0]
    target.write_text(compare_page(table, document, invented_pairs(table)).to_text(), encoding="utf-8")
    seen = visit(target)
    assert seen.dialogs == [] and seen.console == []
    assert seen.page.locator("img").count() == 0
    assert seen.page.locator("table.compared thead a").first.inner_text() == hostile


def test_the_usual_choice_has_a_link_too(visit: Open, page: Path):
    seen = visit(page)
    shown = table_text(seen)
    seen.page.get_by_role("button", name="Copy link").click()
    expect(seen.page.get_by_role("status")).to_contain_text(re.compile("link", re.IGNORECASE))
    assert seen.page.url.startswith(f"{page.as_uri()}#entries={FP32},{AMP},")
    assert table_text(visit(page, fragment=seen.page.url[len(page.as_uri()) :])) == shown
    assert seen.console == []


def test_of_a_long_table_the_first_are_listed_and_every_other_is_found(visit: Open, benchmark, tmp_path: Path):
    entries = list(benchmark["tables"][0]["entries"])
    for place in range(len(entries), 230):
        said = {"name": f"copy_{place}", "title": f"<img src=x onerror=alert({place})>"}
        copy = {**entries[0], "slug": f"copy_{place}", "submission": {**entries[0]["submission"], **said}}
        entries.append(copy)
    table = {**benchmark["tables"][0], "entries": entries}
    target = tmp_path / "compare.html"
    target.write_text(compare_page(table, benchmark, None).to_text(), encoding="utf-8")
    assert visit(target, scripts=False).page.locator("table.against tbody tr:visible").count() == 230
    seen = visit(target, fragment="#entries=copy_20,copy_229")
    assert heads(seen) == ["copy_20", "copy_229"]
    boxes = seen.page.locator(".choices input")
    assert boxes.count() == 201 and boxes.last.get_attribute("value") == "copy_229" and boxes.last.is_checked()
    assert seen.page.get_by_text("The first 200 of them are listed").is_visible()
    seen.page.get_by_role("searchbox").fill("copy_215")
    assert not seen.page.get_by_text("The first 200 of them are listed").is_visible()
    seen.page.locator(".choices input:visible").check()
    expect(seen.page.locator("table.compared thead th")).to_have_count(3)
    assert heads(seen) == ["copy_20", "copy_229", "copy_215"]
    rows = seen.page.locator("table.against tbody tr")
    assert rows.count() == 50
    seen.page.get_by_role("button", name="Show the other 180 entries").click()
    assert rows.count() == 230 and rows.nth(50).locator("a").first.evaluate("link => link === document.activeElement")
    assert seen.page.locator("img").count() == 0 and seen.dialogs == [] and seen.console == []
