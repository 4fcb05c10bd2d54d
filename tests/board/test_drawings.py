"""The drawings of curves: what they say in words, what their tables hold, and that everything lies inside them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.board.drawing import segments
from harness.board.latency import latency
from harness.board.markup import Html, join, tag
from harness.board.power import power
from harness.board.reliability import reliability
from harness.board.roc import roc
from harness.board.scale import Scale
from harness.board.timeline import named
from tests.browser import Open
from tests.curves.material import NO_GPU, invented

HOSTILE = '</svg><script>alert("1")</script> & "so" on'
BOARD = Path(__file__).parent.parent.parent / "harness" / "board"


@pytest.fixture(scope="module")
def measured() -> Mapping[str, Any]:
    return invented(5)


@pytest.fixture(scope="module")
def bare() -> Mapping[str, Any]:
    return invented(2, gpu=False)


def run_of(document: Mapping[str, Any], number: int = 1) -> dict[str, Any]:
    """A copy of one run's parts, to be changed."""
    found: dict[str, Any] = copy.deepcopy(document["runs"][f"invented-r{number}"])
    return found


def all_of(document: Mapping[str, Any]) -> dict[str, Html]:
    run = run_of(document)
    return {
        "power": power(run),
        "latency": latency(run["latency"]),
        "roc": roc(document),
        "reliability": reliability(document["entry"]["reliability"]),
        "reliability of one run": reliability(run["reliability"]),
    }


def parsed(drawn: Html) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawn))


def svg_of(drawn: Html) -> ElementTree.Element:
    found = parsed(drawn).find(".//svg")
    assert found is not None
    return found


def said(drawn: Html) -> str:
    return str(svg_of(drawn).get("aria-label")).replace("\u202f", " ").replace("\u00a0", " ")


def caption(drawn: Html) -> str:
    return "".join(parsed(drawn).find("figcaption").itertext()).replace("\u202f", " ")  # type: ignore[union-attr]


def rows(drawn: Html, table: int = 0) -> list[list[str]]:
    found = parsed(drawn).findall("./details//table")[table]
    return [["".join(cell.itertext()) for cell in row] for row in found.findall("./tbody/tr")]


def coordinates(svg: ElementTree.Element) -> Iterator[tuple[float, float]]:
    for each in svg.iter():
        for across, up in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if each.get(across) is not None:
                yield float(str(each.get(across))), float(str(each.get(up)))
        if each.tag == "rect":
            x, y, width, height = (float(str(each.get(name))) for name in ("x", "y", "width", "height"))
            assert width > 0
            assert height >= 0
            yield x + width, y + height
        for pair in (each.get("points") or "").split():
            x_text, _, y_text = pair.partition(",")
            yield float(x_text), float(y_text)


@pytest.mark.parametrize("which", ["measured", "bare"])
def test_each_is_an_image_in_words_with_its_numbers_and_lies_inside_its_frame(
    which: str, request: pytest.FixtureRequest
) -> None:
    for name, drawn in all_of(request.getfixturevalue(which)).items():
        svg = svg_of(drawn)
        assert svg.get("role") == "img"
        assert re.search(r"\d", said(drawn)), name
        assert said(drawn).endswith(".")
        assert parsed(drawn).find("./details[@open]") is None
        assert rows(drawn), name
        _, _, width, height = map(float, str(svg.get("viewBox")).split())
        assert all(-0.5 <= x <= width + 1 and 0 <= y <= height for x, y in coordinates(svg)), name


def test_power_says_what_each_window_took(measured: Mapping[str, Any]) -> None:
    drawn = power(run_of(measured))
    words = said(drawn)
    assert words.startswith("GPU power over time, simulated, from ")
    assert re.search(r"Idle from −63.5 s to −3.5 s: 7[789]\.\d W on average", words)
    assert re.search(r"Offline inference from 2 min 36 s to 3 min 37 s: 48\d W on average", words)
    assert "not measured by anybody" in caption(drawn)
    shaded = [each.get("class") for each in svg_of(drawn).iter("rect")]
    assert shaded == [f"window {name}" for name in ("idle", "training", "prediction", "offline", "single")]
    assert len(svg_of(drawn).findall(".//line[@class='epoch']")) == 10
    assert len(rows(drawn, 0)) == 5
    assert len(rows(drawn, 1)) == len(run_of(measured)["power"]["mean"])


def test_a_measured_trace_is_not_called_simulated(measured: Mapping[str, Any]) -> None:
    run = run_of(measured)
    run["power"]["simulated"] = False
    assert "simulated" not in said(power(run))
    assert "not measured" not in caption(power(run))


def test_a_gap_in_the_trace_is_not_drawn_over(measured: Mapping[str, Any]) -> None:
    run = run_of(measured)
    for name in ("mean", "least", "most"):
        run["power"][name][40:50] = [None] * 10
    svg = svg_of(power(run))
    lines = svg.findall(".//polyline[@class='curve']")
    assert [len(str(line.get("points")).split()) for line in lines] == [40, 110]
    assert rows(power(run), 1)[45][1:] == ["—", "—", "—"]


def test_without_a_trace_the_windows_stand_alone_with_the_reason(bare: Mapping[str, Any]) -> None:
    drawn = power(run_of(bare))
    assert said(drawn).startswith("What the run was doing: idle from ")
    assert said(drawn).endswith(f"There is no power trace: {NO_GPU}.")
    assert NO_GPU in caption(drawn)
    assert rows(drawn)[1] == ["training", "0", "2\u202fmin\u00a018\u202fs"]
    assert svg_of(drawn).find(".//polyline") is None


def test_a_run_that_ended_in_a_window_says_so(bare: Mapping[str, Any]) -> None:
    run = run_of(bare)
    run["windows"]["spans"] = run["windows"]["spans"][:2]
    run["windows"]["spans"][-1]["whole"] = False
    assert "training from 0 to 2 min 18 s, in which the run ended" in said(power(run))


def test_before_go_there_is_a_sentence_only() -> None:
    reason = "the run ended in state `prepare`, before `go`, from which time is counted"
    drawn = power({"power": {"mean": None, "reason": reason}, "windows": {"spans": None, "epochs": None}})
    assert parsed(drawn).find(".//svg") is None
    assert "The run ended in state `prepare`" in "".join(parsed(drawn).itertext())


def test_names_of_windows_never_cover_each_other() -> None:
    spans = [
        {"name": name, "begin": at, "end": at + 0.1, "whole": True}
        for name, at in zip(
            ("idle", "training", "prediction", "repetitions", "offline", "single"), range(6), strict=True
        )
    ]
    placed = named(spans, Scale(0, 100, 48, 704))
    for one in placed:
        for other in placed:
            if one is not other and one.row == other.row:
                assert abs(one.place - other.place) > (len(one.text) + len(other.text)) * 3
    assert max(each.row for each in placed) > 0


def test_latency_says_its_quantiles_and_leaves_no_call_out(measured: Mapping[str, Any]) -> None:
    part = run_of(measured)["latency"]
    drawn = latency(part)
    assert "50 % within 4.10 ms, 90 % within 4.48 ms, 99 % within 8.95 ms" in said(drawn)
    assert sum(int(row[1].replace("\u202f", "")) for row in rows(drawn, 1)) == part["count"]
    bars = svg_of(drawn).findall(".//rect[@class='bucket']")
    assert len(bars) == sum(count > 0 for count in part["counts"])
    assert all(float(str(bar.get("height"))) >= 1 for bar in bars), "a single call can be seen"


def test_one_bucket_is_drawn_and_a_wide_histogram_has_few_ticks() -> None:
    quantiles = {"p50": 0.1, "p90": 0.1, "p99": 0.1, "mean": 0.1, "longest": 0.1}
    one = {"begin": 0.098, "per_octave": 16, "counts": [7], "count": 7, **quantiles, "reason": None}
    assert "99 % within 100 ms" in said(latency(one))
    wide = {**one, "begin": 1e-9, "per_octave": 0.25, "counts": [1, *[0] * 10, 6], "count": 7}
    ticks = svg_of(latency(wide)).findall(".//line[@class='tick']")
    assert 2 <= len(ticks) <= 10


def test_without_a_window_latency_says_why(bare: Mapping[str, Any]) -> None:
    drawn = latency(run_of(bare, 2)["latency"])
    assert "Inference windows are held in run 1 of an entry." in "".join(parsed(drawn).itertext())


def test_roc_draws_the_mean_its_band_and_each_run(measured: Mapping[str, Any]) -> None:
    drawn = roc(measured)
    svg, mean = svg_of(drawn), measured["entry"]["roc"]
    assert len(svg.findall("./polyline[@class='run-curve']")) == 5
    assert len(svg.findall("./polygon[@class='confidence']")) == 1
    assert str(svg.find("./polyline[@class='curve']").get("points")).startswith("44.0,388.0 ")  # type: ignore[union-attr]
    value, low, high = (mean[name][10] for name in ("sensitivity", "lower", "upper"))
    assert f"sensitivity {value:.3f}, 95 % interval {low:.3f} to {high:.3f}, at a false-positive rate of 0.1" in said(
        drawn
    )
    assert len(rows(drawn)) == 101
    assert rows(drawn)[10] == ["0.10", f"{value:.3f}", f"{low:.3f}", f"{high:.3f}"]
    assert "vertical average" in caption(drawn)


def test_without_a_band_the_curve_is_there_and_says_why(measured: Mapping[str, Any]) -> None:
    document = copy.deepcopy(dict(measured))
    reason = "no interval: all cases are of one patient, and two are needed"
    document["entry"]["roc"] |= {"lower": None, "upper": None, "reason": reason}
    drawn = roc(document)
    assert svg_of(drawn).find(".//polygon") is None
    assert "No interval: all cases are of one patient" in caption(drawn)
    assert rows(drawn)[0][2:] == ["—", "—"]


def test_one_run_is_not_called_a_mean(measured: Mapping[str, Any]) -> None:
    document = copy.deepcopy(dict(measured))
    document["entry"]["runs"] = ["invented-r1"]
    drawn = roc(document)
    assert said(drawn).startswith("ROC curve, one run: ")
    assert svg_of(drawn).find("./polyline[@class='run-curve']") is None


def test_where_there_is_no_curve_the_reason_stands(measured: Mapping[str, Any]) -> None:
    entry = {"roc": {"sensitivity": None, "reason": "there is no valid run"}, "runs": []}
    assert "There is no valid run." in "".join(parsed(roc({"entry": entry, "runs": {}})).itertext())
    drawn = reliability({"observed": None, "reason": "there is no valid run"})
    assert "There is no valid run." in "".join(parsed(drawn).itertext())


def test_reliability_shows_each_bin_with_its_interval_and_count(measured: Mapping[str, Any]) -> None:
    part = measured["entry"]["reliability"]
    drawn = reliability(part)
    assert len(svg_of(drawn).findall("./circle[@class='value']")) == 10
    assert len(svg_of(drawn).findall("./line[@class='range']")) == 10
    assert len(svg_of(drawn).findall("./rect[@class='bucket']")) == 10
    assert said(drawn).startswith("Reliability of 4 580 predictions in 10 bins: ")
    assert [row[4] for row in rows(drawn)] == [str(count) for count in part["count"]]
    alone = reliability(run_of(measured)["reliability"])
    assert svg_of(alone).find("./line[@class='range']") is None
    assert "it is given for all runs together" not in said(alone)


def test_texts_of_a_record_stay_text(measured: Mapping[str, Any], bare: Mapping[str, Any]) -> None:
    run = run_of(bare)
    run["power"]["reason"] = HOSTILE
    named_kind = run_of(measured)
    named_kind["power"]["kind"] = HOSTILE
    document = copy.deepcopy(dict(measured))
    document["entry"]["roc"]["method"] = HOSTILE
    part = {**measured["entry"]["reliability"], "method": HOSTILE}
    silent = {"counts": None, "reason": HOSTILE}
    for drawn in (power(run), power(named_kind), roc(document), reliability(part), latency(silent)):
        assert parsed(drawn).find(".//script") is None
        assert 'alert("1")' in "".join(parsed(drawn).itertext())


def test_the_same_document_is_drawn_the_same(measured: Mapping[str, Any]) -> None:
    assert all_of(measured) == all_of(copy.deepcopy(dict(measured)))


@pytest.mark.parametrize(
    ("values", "found"),
    [([], []), ([None], []), ([1.0], [(0, 1)]), ([None, 1.0, 2.0, None, None, 3.0], [(1, 3), (5, 6)])],
)
def test_segments_are_what_stands_between_gaps(values: list[float | None], found: list[tuple[int, int]]) -> None:
    assert [(each.start, each.stop) for each in segments(values)] == found


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_in_a_browser_they_fit_and_their_numbers_open_without_a_script(
    tmp_path: Path, visit: Open, measured: Mapping[str, Any], bare: Mapping[str, Any], width: int, scheme: str
) -> None:
    style = Html("".join((BOARD / name).read_text() for name in ("style/base.css", "style/drawings.css")))
    body = tag("main", *all_of(measured).values(), *all_of(bare).values())
    head = join(tag("meta", charset="utf-8"), tag("meta", name_="viewport", content="width=device-width"))
    page = tmp_path / "drawings.html"
    page.write_text(str(join(Html("<!doctype html>"), tag("html", head, tag("style", style), body, lang="en"))))
    seen = visit(page, width=width, scheme=scheme, scripts=False)
    assert seen.page.locator("svg[role=img]").count() == 10
    assert not seen.page.locator("figure table").first.is_visible()
    seen.page.locator("figure summary").first.click()
    assert seen.page.locator("figure table").first.is_visible()
    box = seen.page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= width
    for text in seen.page.locator("figure.drawing figcaption").all():
        inner = text.bounding_box()
        assert inner is not None
        assert inner["x"] + inner["width"] <= width
    assert seen.console == []
