"""The table as a reader uses it: order, filters, columns, figures, links. In a real browser, from disk."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.board.script.conftest import OpenView, cell, head, menu, names

pytestmark = pytest.mark.browser
RANKED = ["cnn_fp32", "densenet_amp", "densenet_tf32", "densenet_8bit", "densenet_fp32"]
USUAL = [*RANKED, "cnn_8bit", "densenet_actq8", "mlp_fp32", "densenet_8bit_half", "cnn_gradq8"]


def shown_columns(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('thead th[data-column]')].filter(head => !head.hidden)"
        ".map(head => head.dataset.column)"
    )
    return found


def fragment(page: Any) -> str:
    return str(page.evaluate("location.hash"))


def test_sorts_both_ways_with_statuses_apart_and_absent_figures_last(open_view: OpenView):
    page = open_view()
    assert names(page) == USUAL
    time = head(page, "time_to_predictions")
    time.click()
    assert names(page) == [
        *("cnn_fp32", "densenet_amp", "densenet_tf32", "densenet_8bit", "densenet_fp32"),
        *("cnn_8bit", "densenet_actq8", "mlp_fp32", "densenet_8bit_half", "cnn_gradq8"),
    ]
    assert page.locator('th[aria-sort="ascending"]').get_attribute("data-column") == "time_to_predictions"
    assert "sorted is not ranked" in page.locator(".shown").inner_text()
    assert time.evaluate("button => document.activeElement === button")
    time.press("Enter")
    assert names(page)[:5] == ["densenet_fp32", "densenet_8bit", "densenet_tf32", "densenet_amp", "cnn_fp32"]
    assert names(page)[-3:] == ["densenet_8bit_half", "mlp_fp32", "cnn_gradq8"]
    assert fragment(page) == "#sort=time_to_predictions&dir=descending"
    menu(page, "view").get_by_label("Mix entries").check()
    assert names(page)[0] == "densenet_actq8"
    assert names(page)[-1] == "cnn_gradq8", "without a figure last, whichever way"
    page.keyboard.press("Escape")
    time.click()
    assert page.locator("th[aria-sort]").count() == 0
    assert names(page) == USUAL


def test_quality_is_sorted_from_the_highest_and_names_from_a(open_view: OpenView):
    page = open_view("#mix=yes")
    head(page, "auc").click()
    assert names(page)[:2] == ["densenet_fp32", "densenet_tf32"]
    head(page, "name").click()
    assert names(page) == sorted(USUAL)
    head(page, "rank").click()
    assert names(page)[:5] == RANKED


def test_searches_and_filters_and_says_so(open_view: OpenView):
    page = open_view()
    search = page.get_by_role("searchbox")
    search.fill("DenseNet INT8")
    assert names(page) == ["densenet_8bit", "densenet_actq8", "densenet_8bit_half"]
    assert page.locator(".shown").inner_text() == "3 of 10 entries shown."
    assert page.locator(".shown").get_attribute("role") == "status"
    assert search.evaluate("box => document.activeElement === box")
    search.fill("")
    filters = menu(page, "filter")
    filters.get_by_label("cnn").check()
    assert names(page) == ["cnn_fp32", "cnn_8bit", "cnn_gradq8"]
    filters.get_by_label("mlp").check()
    filters.get_by_label("ranked", exact=True).check()
    filters.get_by_label("below target").check()
    assert names(page) == ["cnn_fp32", "mlp_fp32"]
    assert page.locator(".active").inner_text() == "In force: model cnn / mlp; status ranked / below target."
    page.get_by_role("button", name="Reset").click()
    assert names(page) == USUAL
    filters = menu(page, "filter")
    filters.locator('[value="weights:float16"]').check()
    assert names(page) == ["densenet_8bit_half"]
    filters.locator('[value="plain"]').check()
    assert names(page) == ["cnn_fp32", "densenet_fp32", "mlp_fp32", "densenet_8bit_half", "cnn_gradq8"]
    filters.get_by_label("self-reported").check()
    assert names(page) == ["cnn_gradq8"]


def test_columns_can_be_chosen_and_groups_span_what_is_shown(open_view: OpenView):
    page = open_view()
    usual = shown_columns(page)
    columns = menu(page, "columns")
    columns.get_by_label("training").check()
    columns.get_by_label("How far proven").uncheck()
    columns.locator('[value="gpu_energy"]').uncheck()
    assert set(shown_columns(page)) == {*usual, "training_time"} - {"proven", "gpu_energy"}
    assert page.get_by_role("columnheader", name="Time", exact=True).get_attribute("colspan") == "2"
    assert page.locator('th[scope="colgroup"]:text-is("Energy")').is_hidden()
    assert page.locator('tbody [data-column="training_time"]').first.is_visible()
    assert page.locator('[data-column="proven"]:visible').count() == 0, "nor what stands above it"
    columns.get_by_role("button", name="Usual columns").click()
    assert shown_columns(page) == usual
    assert fragment(page) == ""


def test_ratios_can_be_to_another_baseline_and_a_missing_one_is_a_dash_with_its_reason(open_view: OpenView):
    page = open_view()
    before = cell(page, "densenet_amp", "gpu_energy")
    assert re.match(r"52\.2 kJ ?× 0\.58|52\.2 kJ ?× 0\.578", before)
    view = menu(page, "view")
    view.get_by_label("Baseline of the ratios").select_option("TF32")
    assert re.fullmatch(r"52\.2 kJ ?× 0\.879 0\.874 to 0\.885", cell(page, "densenet_amp", "gpu_energy"))
    assert cell(page, "densenet_tf32", "gpu_energy").endswith("baseline")
    dash = page.locator('tr[data-slug^="cnn_fp32-"]').locator('[data-column="gpu_energy"] .ratio')
    assert dash.text_content() == "—no TF32 run of cnn in this table"
    assert dash.get_attribute("title") == "no TF32 run of cnn in this table"
    assert "There is no TF32 run in this table of: cnn, mlp" in page.locator(".active").inner_text()
    view.get_by_label("Show").select_option("ratio only")
    page.locator("h1").click()
    head(page, "gpu_energy").click()
    assert names(page)[:4] == ["densenet_amp", "densenet_tf32", "densenet_8bit", "densenet_fp32"], "sorted by the ratio"
    assert "ratio of Energy: GPU to TF32" in page.locator(".shown").inner_text()
    assert "kJ" not in cell(page, "densenet_amp", "gpu_energy")
    assert cell(page, "densenet_amp", "auc").startswith("0.781")
    page.get_by_role("button", name="Reset").click()
    assert cell(page, "densenet_amp", "gpu_energy") == before, "as Python wrote it"
    menu(page, "view").get_by_label("Show").select_option("value only")
    assert cell(page, "densenet_amp", "gpu_energy") == "52.2 kJ"


def test_units_are_the_reader_s(open_view: OpenView):
    page = open_view()
    view = menu(page, "view")
    view.get_by_label("Energy in").select_option("Wh")
    view.get_by_label("Time in").select_option("min")
    assert cell(page, "densenet_amp", "gpu_energy").startswith("14.5 Wh")
    assert cell(page, "densenet_amp", "time_to_predictions").startswith("4.13 min")
    assert cell(page, "densenet_amp", "single_latency_p99").startswith("6.22e−04 min")
    assert fragment(page) == "#energy=Wh&time=min"
    view.get_by_label("Energy in").select_option("")
    assert cell(page, "densenet_amp", "gpu_energy").startswith("52.2 kJ")


def test_carbon_takes_a_factor_and_its_source_and_stands_apart(open_view: OpenView):
    page = open_view()
    assert page.locator(".declared").count() == 0
    view = menu(page, "view")
    view.get_by_label("g CO₂e per kWh").fill("380")
    assert page.locator(".declared").count() == 0
    assert "takes both" in page.locator(".active").inner_text()
    view.get_by_label("Source of the factor").fill("the grid's operator <b>2025</b>")
    headings = page.locator("thead th.declared[data-carbon]")
    assert headings.count() == 2
    text = headings.first.inner_text()
    assert "carbon (declared factor) of Energy: GPU" in text
    assert "380 g CO₂e/kWh, the grid's operator <b>2025</b>" in text
    assert page.locator('th.declared[scope="colgroup"]').inner_text() == "Declared, not measured"
    assert page.locator("th.declared button").count() == 0, "nothing sorts by it"
    carbon = page.locator("tbody tr").first.locator('[data-carbon="gpu_energy"]')
    assert carbon.inner_text().replace("\u202f", " ") == "1.61 g CO₂e"  # 15236.6 J / 3.6e6 J/kWh × 380 g/kWh
    absent = page.locator('tr[data-slug^="cnn_gradq8-"]').locator('[data-carbon="gpu_energy"]')
    assert absent.text_content() == "—no measured energy to multiply"
    assert cell(page, "cnn_fp32", "gpu_energy") == "15.2 kJ"
    columns = menu(page, "columns")
    columns.locator('[value="offline_gpu_energy"]').uncheck()
    assert headings.count() == 1
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".declared").count() == 0


STATE = (
    "#search=densenet&status=ranked,provisional&efficiency=plain,optimizer_state:int8,saved_activations:int8"
    "&columns=rank,auc,gpu_energy,training_time&sort=gpu_energy&dir=descending&mix=yes&base=tf32&show=ratio&energy=Wh"
    "&time=min&max_memory=9GiB&max_energy=50Wh&min_auc=0.7&goal=quality&unproven=yes&carbon=100.5"
    "&carbon_source=declared,+by+me"
)


def test_a_link_shows_the_same_again(open_view: OpenView):
    page = open_view(STATE)
    shown, listed = names(page), shown_columns(page)
    assert shown == ["densenet_actq8", "densenet_fp32", "densenet_8bit"]
    assert listed == ["rank", "name", "auc", "training_time", "gpu_energy"]
    said = page.evaluate("[...document.querySelectorAll('.advice, .shown, .active')].map(each => each.textContent)")
    # Changed and changed back by hand, so that the link is the one that the page makes itself.
    head(page, "auc").click()
    page.go_back()
    assert fragment(page) == STATE
    page.get_by_role("searchbox").fill("densenet1")
    page.wait_for_function("location.hash.includes('densenet1')")
    made = fragment(page)
    again = open_view(made)
    assert names(again) == shown
    assert shown_columns(again) == listed
    texts = again.evaluate("[...document.querySelectorAll('.advice, .shown, .active')].map(each => each.textContent)")
    assert texts == [text.replace("“densenet”", "“densenet1”") for text in said]
    assert again.get_by_role("searchbox").input_value() == "densenet1"
    assert again.locator('[name="max_energy"]').input_value() == "50"
    assert again.locator('[name="max_energy_unit"]').input_value() == "Wh"
    assert fragment(again) == made


def test_back_and_forward_go_through_the_reader_s_choices(open_view: OpenView):
    page = open_view()
    menu(page, "filter").get_by_label("cnn").check()
    page.keyboard.press("Escape")
    head(page, "gpu_energy").click()
    page.get_by_role("searchbox").press_sequentially("8bit")
    page.get_by_role("searchbox").blur()
    assert fragment(page) == "#search=8bit&model=cnn&sort=gpu_energy"
    assert names(page) == ["cnn_8bit"]
    page.go_back()
    assert fragment(page) == "#model=cnn&sort=gpu_energy", "typing is one step"
    assert page.get_by_role("searchbox").input_value() == ""
    page.go_back()
    page.go_back()
    assert fragment(page) == ""
    assert names(page) == USUAL
    assert not page.locator('[name="model"][value="cnn"]').is_checked()
    page.go_forward()
    assert names(page) == ["cnn_fp32", "cnn_8bit", "cnn_gradq8"]


def test_a_link_s_broken_parts_are_named_and_anchors_keep_the_table_as_it_is(open_view: OpenView):
    page = open_view("#model=cnn,%3Cb%3E&sort=colour&max_energy=12parsec")
    assert names(page) == ["cnn_fp32", "cnn_8bit", "cnn_gradq8"]
    told = page.locator(".problems").inner_text()
    for part in ("“model=<b>”", "“sort=colour”", "“max_energy=12parsec”"):
        assert part in told
    page.evaluate("location.hash = '#main'")
    assert names(page) == ["cnn_fp32", "cnn_8bit", "cnn_gradq8"]
    page.evaluate("location.hash = '#model=mlp'")
    page.wait_for_function("document.querySelector('.problems').textContent === ''")
    assert names(page) == ["mlp_fp32"]
    assert names(open_view("#main")) == USUAL


def test_entries_are_selected_for_comparison(open_view: OpenView, table: dict[str, Any]):
    page = open_view()
    link = page.locator("a.compare")
    assert link.is_hidden()
    page.get_by_label("Select densenet_amp for comparison").check()
    assert link.inner_text() == "Compare 1 entry (select another)"
    assert link.get_attribute("href") is None
    page.get_by_label("Select cnn_fp32 for comparison").press("Space")
    slugs = [row["slug"] for row in table["entries"] if row["submission"]["name"] in ("cnn_fp32", "densenet_amp")]
    assert link.get_attribute("href") == f"compare/{table['slug']}.html#entries={','.join(slugs)}"
    head(page, "auc").click()
    assert fragment(page) == f"#sort=auc&entries={','.join(slugs)}"
    again = open_view(fragment(page))
    assert again.get_by_label("Select densenet_amp for comparison").is_checked()
    assert again.locator("a.compare").inner_text() == "Compare 2 entries"


def test_everything_is_reached_by_keyboard_and_menus_close(open_view: OpenView):
    page = open_view()
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator('[data-menu="filter"] .sheet').is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert names(page) == ["cnn_fp32", "cnn_8bit", "cnn_gradq8"]
    assert page.evaluate("document.activeElement.value") == "cnn"
    page.keyboard.press("Escape")
    assert page.locator('[data-menu="filter"] .sheet').is_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Filter"
    menu(page, "view")
    menu(page, "export")
    page.locator('[data-menu="view"] .sheet').wait_for(state="hidden")  # one menu at a time
    page.locator("h1").click()
    page.locator('[data-menu="export"] .sheet').wait_for(state="hidden")


def test_folds_up_on_a_phone_and_leaves_one_line_on_paper(open_view: OpenView):
    page = open_view("#model=cnn", width=390)
    assert page.get_by_role("searchbox").is_hidden()
    assert page.locator(".shown").is_visible()
    page.locator(".fold > summary").click()
    assert page.get_by_role("searchbox").is_visible()
    menu(page, "columns")
    page.locator("details.chooser > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.emulate_media(media="print")
    assert page.locator(".fold").is_hidden()
    assert page.locator("td.select").first.is_hidden()
    assert page.locator(".active").inner_text() == "In force: model cnn."


def test_without_scripts_there_is_no_toolbar_and_the_whole_table(open_view: OpenView):
    page = open_view("#model=cnn", scripts=False)
    assert page.locator("form.controls").is_hidden()
    assert page.locator("tbody tr").count() == len(USUAL)
    assert page.locator("td.select").count() == 0


def test_a_long_table_is_drawn_from_its_top(open_view: OpenView, table: dict[str, Any]):
    first = table["entries"][0]
    rows = [
        {
            **first,
            "slug": f"many_{index:03}-0123456789",
            "cheaper_than": [],
            "submission": {**first["submission"], "name": f"many_{index:03}"},
        }
        for index in range(130)
    ]
    page = open_view("#base=tf32", of={**table, "entries": rows})
    assert names(page) == [f"many_{index:03}" for index in range(50)]
    assert page.locator(".shown").inner_text() == "130 of 130 entries shown. The first 50 are drawn."
    head(page, "name").click()
    head(page, "name").click()
    assert names(page)[:2] == ["many_129", "many_128"], "sorted as a whole"
    assert cell(page, "many_129", "gpu_energy").startswith("15.2 kJ —"), "and drawn against the reader's baseline"
    page.get_by_label("Select many_129 for comparison").check()
    page.get_by_role("searchbox").fill("many_11")
    assert names(page) == [f"many_{index:03}" for index in range(119, 109, -1)]
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Draw all 130").click()
    assert len(names(page)) == 130
    assert "all=yes" in fragment(page)
    assert fragment(page).endswith("entries=many_129-0123456789"), "what is not drawn stays selected"
    assert page.get_by_role("button", name="Draw all").count() == 0
