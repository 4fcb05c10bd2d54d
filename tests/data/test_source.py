"""A source that the user names: what is asked for, what is kept, the report, and how many parts may be left out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli.data import data
from harness.data import prepare as prepare_module
from harness.data.broken import Problem
from harness.data.dataset import read_dataset
from harness.data.prepare import Given, find, prepare
from harness.data.provider import Built, Say
from harness.data.source import Source, salted
from harness.data.work import Item, work
from harness.errors import Exit, InvalidInput, MachineLacks, RunFailed
from harness.places import Home
from tests.data import makers
from tests.data.test_prepare import NAME, Small, quiet


class FromFiles(Small):
    """A provider whose data are made of text files, one case each."""

    asks_for: str | None = "the folder with the text files"

    def build(self, folder: Path, say: Say, source: Source | None) -> Built:
        assert source is not None
        files = sorted(source.root.glob("*.txt"))
        items = [Item(f"Doe^Jane/{path.name}", path) for path in files]
        worked = work(items, makers.size, source.work, lambda *pair: source.progress("reading", *pair), workers=2)
        source.settle(worked.problems)
        self.built += 1
        for part in ("container", "host"):
            (folder / part).mkdir()
        images = np.stack([done.image() for done in worked.done]).astype(np.uint8)
        np.save(folder / "container" / "train_images.npy", images)
        (folder / "host" / "cases.csv").write_text("case,split,row\na,train,0\n")
        return Built(counts={"cases": {"train": len(images), "val": 0, "test": 0}}, trivial={}, phantom=True)


@pytest.fixture
def files(tmp_path):
    root = tmp_path / "source"
    root.mkdir()
    for name, text in (("a", "ab"), ("b", "broken"), ("c", "a long text"), ("d", "broken")):
        (root / f"{name}.txt").write_text(text)
    return root


@pytest.fixture
def provider(monkeypatch):
    made = FromFiles()
    monkeypatch.setattr(prepare_module, "provider_named", lambda name: made)
    return made


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def contents(folder: Path) -> dict[str, Any]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_without_a_source_the_command_is_named(provider, home):
    with pytest.raises(MachineLacks) as caught:
        prepare(NAME, home, quiet)
    assert f"`harness data prepare {NAME} --source DIR`, where DIR is the folder with the text files" in str(
        caught.value
    )


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "is not there"), ("file", "is no folder")])
def test_a_source_that_is_no_folder(provider, home, tmp_path, name, reason):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=reason) as caught:
        prepare(NAME, home, quiet, given=Given(tmp_path / name))
    assert "--source names the folder with the text files" in str(caught.value)


def test_a_source_where_none_is_needed(home, tmp_path):
    with pytest.raises(InvalidInput, match="come with LeanMed"):
        prepare(NAME, home, quiet, given=Given(tmp_path))


def test_broken_parts_end_it_are_reported_and_what_is_done_is_kept(provider, home, files):
    before = contents(files)
    lines: list[str] = []
    with pytest.raises(RunFailed) as caught:
        prepare(NAME, home, lines.append, given=Given(files, allow_skips=1))
    assert "2 part(s) of the source can't be used, and 1 may be left out" in caught.value.message
    assert "--allow-skips 2" in str(caught.value.remedy)
    with (home.data / NAME / "report.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["part"], row["left out"], row["reason"]) for row in rows] == [
        (salted("Doe^Jane/b.txt"), "1", "it says so itself"),
        (salted("Doe^Jane/d.txt"), "1", "it says so itself"),
        (salted("Doe^Jane/c.txt"), "0", "it is long"),
    ]
    assert find(NAME, home) is None
    # What the stand-in for a decoder notes of its work goes beside the files: nothing else does.
    assert set(contents(files)) - set(before) == {"made"}

    (files / "b.txt").write_text("whole")
    dataset = prepare(NAME, home, lines.append, given=Given(files, allow_skips=1))
    assert (files / "made").read_text().split() == ["a.txt", "c.txt", "b.txt"]
    assert dataset.counts["train"] == 3
    assert not list((home.data / NAME).glob("work-*"))


def test_nothing_that_is_written_or_said_names_a_patient(provider, home, files):
    lines: list[str] = []
    prepare(NAME, home, lines.append, given=Given(files, allow_skips=2))
    texts = [path.read_bytes() for path in home.root.rglob("*") if path.is_file()]
    assert not any(b"Doe" in text for text in texts)
    assert not any("Doe" in str(path) for path in home.root.rglob("*"))
    assert not any("Doe" in line for line in lines)
    assert any(salted("Doe^Jane/b.txt") in line for line in lines)


def test_paths_are_shown_to_those_who_ask_and_never_written(provider, home, files):
    lines: list[str] = []
    prepare(NAME, home, lines.append, given=Given(files, allow_skips=2, show_paths=True))
    assert any("Doe^Jane/b.txt" in line for line in lines)
    assert "Doe" not in (home.data / NAME / "report.csv").read_text()


def test_long_reports_are_cut_on_the_terminal_alone(tmp_path):
    lines: list[str] = []
    source = Source(tmp_path, tmp_path, tmp_path / "report.csv", 0, False, lines.append, lambda *told: None)
    source.settle([Problem(str(number), "odd", skipped=False) for number in range(50)])
    assert len(lines) == 21
    assert "and 30 more" in lines[-1]
    assert len((tmp_path / "report.csv").read_text().splitlines()) == 51


def test_a_made_up_source_is_marked(provider, home, files):
    dataset = prepare(NAME, home, quiet, given=Given(files, allow_skips=2))
    assert dataset.phantom
    assert read_dataset(NAME, dataset.root).document["leanmed"]["phantom"] is True


def test_the_command_says_how_far_it_is_and_ends_with_4(provider, home, files, monkeypatch):
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    result = CliRunner().invoke(data, ["prepare", NAME, "--source", str(files)])
    assert isinstance(result.exception, RunFailed)
    assert result.exception.exit_code == Exit.RUN_FAILED
    assert "reading: 4 of 4" in result.stderr
    again = CliRunner().invoke(data, ["prepare", NAME, "--source", str(files), "--allow-skips", "2", "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["counts"]["cases"]["train"] == 2
    assert "made from phantoms" in again.stderr


def test_data_of_another_source_take_the_place_of_the_first(provider, home, files):
    first = prepare(NAME, home, quiet, given=Given(files, allow_skips=2))
    (files / "a.txt").write_text("abcdef")
    second = prepare(NAME, home, quiet, given=Given(files, allow_skips=2), rebuild=True)
    assert first.digest != second.digest
    assert not first.root.exists()
    assert find(NAME, home) == second


def test_once_prepared_the_source_is_not_needed(provider, home, files):
    prepare(NAME, home, quiet, given=Given(files, allow_skips=2))
    lines: list[str] = []
    prepare(NAME, home, lines.append, given=Given(files))
    prepare(NAME, home, quiet)
    assert provider.built == 1
    assert any("--rebuild" in line for line in lines)
