from __future__ import annotations

import ast
import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import harness.board
from harness.board.page import render
from harness.standings.build import build
from harness.standings.collect import Collection, collect
from tests.standings.records import BENCHMARK, a_season, changed, failed, record, write

VOID = {"br", "meta", "link", "hr", "col"}


class Page(HTMLParser):
    """Checks that elements nest, and collects ids, links and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name in names]

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


def page_of(folder: Path, *documents: dict[str, Any]) -> str:
    return render(build(collect([write(folder / "runs", *documents)]), [BENCHMARK]))


@pytest.fixture
def season(tmp_path: Path) -> str:
    return page_of(tmp_path, *a_season())


def test_the_page_is_well_formed_and_its_links_lead_somewhere(season):
    page = Page(season)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [href[1:] for link in page.all("a") if (href := link["href"]) and href.startswith("#")]
    assert targets and set(targets) <= set(ids)
    labelled = {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes}
    assert labelled <= set(ids)


def test_nothing_is_fetched_from_anywhere(season):
    page = Page(season)
    assert not [a for name, a in page.elements if name in ("img", "iframe", "object", "embed", "audio", "video")]
    assert all("src" not in attributes for _, attributes in page.elements)
    assert [attributes["href"] for attributes in page.all("link")] == ["data:,"]
    assert {href for link in page.all("a") if (href := link["href"]) and not href.startswith("#")} == {"standings.json"}
    assert "url(" not in season and "@import" not in season


def test_the_policy_names_style_and_script_by_digest(season):
    (policy,) = [meta["content"] for meta in Page(season).all("meta") if meta.get("http-equiv")]
    assert policy is not None and policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", season, re.DOTALL)
        assert b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert all("style" not in attributes for _, attributes in Page(season).elements)


def test_the_same_records_give_the_same_bytes(tmp_path, season):
    assert page_of(tmp_path / "again", *reversed(a_season())) == season


def test_tables_are_accessible(season):
    page = Page(season)
    assert all("scope" in head for head in page.all("th"))
    assert season.count("<table") - season.count('<table class="measured"><tbody>') == season.count("<caption")
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert all(svg.get("aria-hidden") or svg.get("aria-label") for svg in page.all("svg"))
    boxes = [a for a in page.all("div") if a.get("class") == "scroll"]
    assert all(a["tabindex"] == "0" and a["role"] == "region" for a in boxes)


def test_an_absent_figure_is_a_dash_whose_reason_is_its_title_and_a_footnote(tmp_path):
    text = page_of(tmp_path, record())
    page = Page(text)
    absent = [link for link in page.all("a") if link.get("class") == "absent"]
    reasons = {link["title"] for link in absent}
    assert any(reason and reason.startswith("the run used no GPU") for reason in reasons)
    for link in absent:
        href, title = link["href"], link["title"]
        assert href and title
        (note,) = re.findall(rf'<li id="{href[1:]}">(.*?)</li>', text)
        assert note.rstrip(".")[1:] == title.replace("'", "&#x27;")[1:]


def test_what_the_table_is_and_what_the_benchmark_measures_is_said(season):
    words = Page(season).words
    assert "agreement between readers, not pathology" in words
    assert "Sorted by time to predictions, entries with a rank first" in words
    assert "Run 2 failed: the workload was ended by the kernel: out of memory at 16 GiB" in words
    assert "Profile quick: only official runs are compared." in words


def test_without_records_the_page_says_how_to_make_one():
    words = Page(render(build(Collection(), [BENCHMARK]))).words
    assert "No run yet" in words
    assert "harness run submissions/densenet_8bit --benchmark lidc-nodules --runs 1 harness leaderboard build" in words


HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&$policy ${style}"


def test_text_from_records_is_text(tmp_path):
    document = record()
    for path in ("submission.name", "submission.title", "submission.model", "submission.description", "run", "device"):
        document = changed(document, path, HOSTILE)
    for path in ("system.title", "ruleset.version", "started", "quality.auc.method", "profile.why", "outcome.said"):
        document = changed(document, path, HOSTILE)
    document = changed(document, "outcome.reasons", [HOSTILE])
    document = changed(document, "submission.efficiency", {HOSTILE: HOSTILE})
    document = changed(document, "observed", {"parameters": {HOSTILE: 3}, "optimizer": HOSTILE})
    document = changed(document, "versions", {HOSTILE: HOSTILE})
    document = changed(document, "quantities.gpu_energy.reason", HOSTILE)
    document = changed(document, "quality.gate", {"verdict": HOSTILE, "target": None, "reason": HOSTILE})
    document["checks"][0].update(id=HOSTILE, title=HOSTILE, answer=HOSTILE, sentence=HOSTILE, remedy=HOSTILE)
    other = changed(changed(failed(), "system", document["system"]), "outcome.reasons", [HOSTILE])
    folder = write(tmp_path / "runs", changed(document, "run", "r"), changed(other, "run", "s"))
    (folder / "<img src=x>").mkdir()
    (folder / "<img src=x>" / "plan.json").write_text("{}")
    text = render(build(collect([folder]), [BENCHMARK]))
    page = Page(text)
    assert not page.all("img") and len(page.all("script")) == 1
    assert "<script>alert" not in text and "onerror=alert(1)&gt;" in text
    assert HOSTILE in page.words


def test_the_board_knows_nothing_of_the_harness_but_itself():
    for path in Path(harness.board.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness"):
                assert node.module is not None and node.module.startswith("harness.board")
