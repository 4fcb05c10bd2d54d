"""What a hostile workload looks for, and what it says to those who look on: labels, escape codes, HTML."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.cli.progress import Bars, Lines
from harness.data.dataset import Dataset
from harness.places import Home
from harness.record import digest
from harness.record.folder import LOG, RECORD
from harness.run.execute import Finished
from harness.standings.build import build
from harness.standings.collect import collect
from tests.board.reading import Reading
from tests.e2e.hostile import Field, hostile_plan, log_of, titled
from tests.run.material import Remembering, tiny_dataset
from tests.site.whole import pages
from tests.standings.records import BENCHMARK

pytestmark = pytest.mark.engine

HTML = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>"
# A terminal's own codes: another colour, its title, the bell, C1's clearing of the screen, text from right to left.
CODES = ("\x1b[41;5m", "\x1b]0;", "\x07", "\x9b", "\u202e")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def field(engine: Any, local_base: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Field:
    return Field(engine, local_base, Home(tmp_path), dataset, monkeypatch)


def test_looking_for_labels_and_for_data_before_go_finds_none(field: Field, dataset: Dataset) -> None:
    done = field.run("deep-spy", hostile_plan())
    assert done.record["outcome"]["verdict"] == "valid"
    log = log_of(done).splitlines()
    assert "report plan data []" in log
    found = {line.split(" file ")[1] for line in log if line.startswith("report ") and " file " in line}
    digests = {path.name: digest.of_file(path).removeprefix("sha256:") for path in dataset.root.rglob("*.npy")}
    assert digests["train_labels.npy"] in found
    assert not found & {digests[f"{split}_{what}.npy"] for split in ("val", "test") for what in ("labels", "patients")}
    at_plan = {line.removeprefix("report plan file ") for line in log if line.startswith("report plan file ")}
    assert len(at_plan) > 100 and not at_plan & set(digests.values())


def shown(field: Field, attack: str, capsys: pytest.CaptureFixture[str]) -> tuple[Finished, str]:
    """The attack by a submission whose title is HTML, and all that a person sees on a terminal and in a pipe."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=200, highlight=False, soft_wrap=True)
    with Bars.shown(console) as bars:
        done = field.run(attack, titled(hostile_plan(), HTML[:80]), bars)
        bars.run_ended(done.record, done.folder.root)
    Lines().run_ended(done.record, done.folder.root)
    return done, screen.getvalue() + capsys.readouterr().err


@pytest.mark.parametrize(
    ("attack", "ended", "verdict", "reason"),
    [
        ("nasty-names", "completed", "valid", ""),
        ("nasty-progress", "completed", "valid", ""),
        ("nasty-names-in-a-lie", "completed", "invalid", "W1 .*</script>.*"),
        ("fails-nastily", "failed", "failed", r"the workload failed \(error\)"),
        ("dies-nastily", "exited", "failed", "the workload ended before it said `done`: its output ended .*"),
    ],
)
def test_what_it_says_is_kept_and_shown_without_effect(
    field: Field, capsys: pytest.CaptureFixture[str], attack: str, ended: str, verdict: str, reason: str
) -> None:
    done, screen = shown(field, attack, capsys)
    outcome = done.record["outcome"]
    assert (outcome["ended"], outcome["verdict"]) == (ended, verdict)
    assert re.fullmatch(reason, "\n".join(outcome["reasons"])), outcome["reasons"]
    record = (done.folder.root / RECORD).read_text()
    assert not [code for code in CODES if code in screen or code in record or code.replace("\x1b", "\\u001b") in record]
    if attack != "nasty-progress":
        assert b"\x1b[41;5m\x1b]0;owned\x07" in (done.folder.root / LOG).read_bytes()
    if verdict == "failed":
        assert "<script>alert(1)</script>" in (outcome["said"] or "")
    site = pages(build(collect([field.home.runs]), [BENCHMARK]))
    assert len(site) == 4
    for path, text in site.items():
        page = Reading(text)
        assert not page.all("img") and "<script>alert" not in text
        # A single entry has nothing to be compared with.
        assert path.startswith("compare/") or HTML[:80] in page.words
        assert not [code for code in CODES if code in text]


def test_who_looks_on_is_told_without_codes(field: Field) -> None:
    watcher = Remembering()
    field.run("nasty-names", hostile_plan(), watcher)
    assert any(HTML in line for line in watcher.logged)
    assert not [code for code in CODES if code in "\n".join([*watcher.logged, *watcher.said])]
