"""What is shown can be taken along: CSV, JSON, Markdown, LaTeX, and hostile names stay text in all of them."""

from __future__ import annotations

import copy
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.board.script.conftest import OpenView, cell, head, menu, names

pytestmark = pytest.mark.browser
HOSTILE = {
    "cnn_fp32": '=cmd|"/c calc"!A1',
    "densenet_amp": "<img src=x onerror=alert(1)>",
    "densenet_tf32": "back\\slash & 100 % of $5 #1 {x} ~ ^ | pipe",
    "densenet_8bit": "@SUM(A1)\nnext, line",
    "densenet_fp32": "-2+3 “quotes” </script><script>alert(2)</script>",
}
VIEW = "#status=ranked&columns=rank,auc,gpu_energy,time_to_target,proven,runs&sort=gpu_energy&dir=descending&energy=Wh"


def hostile(table: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(table)
    for entry in changed["entries"]:
        name = entry["submission"]["name"]
        if name in HOSTILE:
            entry["submission"]["title"] = HOSTILE[name]
            entry["submission"]["model"] += "_<b>"
    return changed


def saved(page: Any, label: str) -> tuple[str, str]:
    menu(page, "export")
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    path = Path(str(download.value.path()))
    return download.value.suggested_filename, path.read_bytes().decode("utf-8")


def copied(page: Any, label: str) -> str:
    """What the page offers to copy where it has no clipboard, which is how it opens from disk in many browsers."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    page.get_by_role("button", name=label).click()
    text = str(page.evaluate("document.activeElement.value"))
    area = "document.activeElement"
    assert page.evaluate(f"{area}.value.slice({area}.selectionStart, {area}.selectionEnd)") == text, (
        "ready to be copied"
    )
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    return text


def test_csv_holds_the_shown_rows_columns_order_and_units(open_view: OpenView, table: dict[str, Any]):
    page = open_view(VIEW + "&carbon=380&carbon_source=%3DIEA,+2023", of=hostile(table))
    shown = names(page)
    name, text = saved(page, "Save CSV")
    assert name == f"{table['slug']}.csv"
    assert text.count("\r\n") == text.replace("@SUM(A1)\nnext", "").count("\n"), "lines end with CR LF"
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0] == [
        "rank", "submission", "title", "model", "efficiency", "Quality: test AUC", "Quality: test AUC, lower",
        "Quality: test AUC, upper", "Time: to target [s]", "Time: to target, ratio to float32",
        "Time: to target, ratio to float32, lower", "Time: to target, ratio to float32, upper", "Energy: GPU [Wh]",
        "Energy: GPU, ratio to float32", "Energy: GPU, ratio to float32, lower", "Energy: GPU, ratio to float32, upper",
        "How far proven", "valid runs", "attempts",
        "carbon (declared factor) of Energy: GPU, 380 g CO₂e/kWh, =IEA, 2023 [g CO₂e]",
    ]  # fmt: skip
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [row["submission"] for row in rows] == shown
    assert shown == ["densenet_fp32", "densenet_8bit", "densenet_tf32", "densenet_amp", "cnn_fp32"]
    cnn = rows[-1]
    assert cnn["title"] == "'" + HOSTILE["cnn_fp32"]
    assert rows[0]["title"] == "'" + HOSTILE["densenet_fp32"]
    assert rows[1]["title"] == "'" + HOSTILE["densenet_8bit"]
    assert rows[2]["title"] == HOSTILE["densenet_tf32"]
    assert float(cnn["Energy: GPU [Wh]"]) == pytest.approx(15236.6 / 3600)
    assert cnn["Energy: GPU, ratio to float32"] == "", "the baseline itself"
    assert float(rows[3]["Energy: GPU, ratio to float32, upper"]) == pytest.approx(0.5823388707752557)
    assert cnn["Time: to target [s]"] == "", "not measured"
    assert float(cnn[lines[0][-1]]) == pytest.approx(15236.6 / 3.6e6 * 380)


def test_negative_numbers_stay_numbers(open_view: OpenView):
    page = open_view()
    found = page.evaluate("[-0.5, '-0.5', '+1', '\\tx', 'a\"b', 'a,b', null, 'plain', '=1'].map(LeanMed.export.cell)")
    assert found == ["-0.5", "'-0.5", "'+1", "'\tx", '"a""b"', '"a,b"', "", "plain", "'=1"]


def test_json_says_also_how_the_table_was_shown_and_why_figures_are_absent(open_view: OpenView, table: dict[str, Any]):
    page = open_view(VIEW.replace("&energy", "&show=value&energy") + "&carbon=380&carbon_source=IEA", of=hostile(table))
    name, text = saved(page, "Save JSON")
    assert name == f"{table['slug']}.json"
    found = json.loads(text)
    assert found["view"] == page.evaluate("location.hash")
    assert found["declared_carbon"] == {"g_per_kWh": 380, "source": "IEA"}
    assert "sorted is not ranked" in found["shown"]
    assert [row["name"] for row in found["rows"]] == names(page)
    keys = [column["key"] for column in found["columns"]]
    assert "gpu_energy_ratio" not in keys
    last = found["rows"][-1]
    assert set(keys) == set(last) - {"slug", "absent"}
    assert last["title"] == HOSTILE["cnn_fp32"], "a formula is harmless in JSON"
    assert last["auc_lower"] == pytest.approx(0.7435)
    assert last["time_to_target"] is None
    assert "reached the validation target" in last["absent"]["time_to_target"]


def test_markdown_and_latex_say_what_the_table_shows(open_view: OpenView, table: dict[str, Any]):
    page = open_view(VIEW + "&base=tf32&carbon=380&carbon_source=IEA_2023+%26+co", of=hostile(table))
    menu(page, "export")
    markdown = copied(page, "Copy Markdown").split("\n")
    cells = [line.strip("|").split(" | ") for line in markdown[:2]]
    assert len(cells[0]) == len(cells[1]) == 8
    assert markdown[3].startswith(r"| 4 | @SUM(A1) next, line (densenet\_8bit, densenet121\_\<b\>) |")
    assert r"back\\slash \& 100 % of \$5 #1 {x} \~ ^ \| pipe" in markdown[4]
    assert r"\<img src=x onerror=alert(1)\>" in markdown[5]
    assert "14.5 Wh × 0.879 (0.874 to 0.885)" in markdown[5].replace("\u202f", " ")
    assert "ratios to TF32" in markdown[-2]
    assert r"carbon at a declared 380 g CO₂e/kWh (source: IEA\_2023 \& co)" in markdown[-2]
    latex = copied(page, "Copy LaTeX").split("\n")
    assert latex[0].startswith("% 5 of 10 entries shown.")
    assert latex[1] == r"\begin{tabular}{llrrrllr}"
    assert all(line.count(" & ") == 7 for line in latex[5:10])
    assert r"back\textbackslash{}slash \& 100 \% of \$5 \#1 \{x\} \textasciitilde{} \textasciicircum{}" in latex[7]
    assert r"14.5\,Wh $\times$ 0.879 (0.874 to 0.885)" in latex[8]
    assert r"IEA\_2023 \& co" in latex[3]
    assert latex[-2] == r"\end{tabular}"


def test_the_link_is_copied_or_offered(open_view: OpenView):
    page = open_view()
    head(page, "gpu_energy").click()
    assert copied(page, "Copy link") == page.url
    assert page.url.endswith("#sort=gpu_energy")
    assert page.evaluate("document.activeElement.textContent") == "Copy link", "the focus comes back"


def test_a_clipboard_that_takes_the_text_is_used(open_view: OpenView):
    page = open_view("#model=cnn")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("document.querySelector('.problems').textContent !== ''")
    assert page.locator(".problems").inner_text() == "The link was copied."
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.context.clear_permissions()


def test_hostile_names_are_text_in_search_advice_and_rows(open_view: OpenView, table: dict[str, Any]):
    page = open_view("#goal=cost", of=hostile(table))
    page.get_by_role("searchbox").fill("<img SRC=x")
    assert names(page) == ["densenet_amp"]
    page.get_by_role("searchbox").fill("back\\slash ^")
    assert names(page) == ["densenet_tf32"]
    page.get_by_role("searchbox").fill("")
    menu(page, "filter").get_by_label("cnn_<b>").check()
    assert names(page) == ["cnn_fp32"]
    assert "model=cnn_%3Cb%3E" in page.evaluate("location.hash")
    assert "model cnn_<b>" in page.locator(".active").inner_text()
    assert page.locator("img, form b").count() == 0
    assert cell(page, "cnn_fp32", "name").startswith(HOSTILE["cnn_fp32"])
