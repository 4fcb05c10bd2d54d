from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.places import resources
from tests.standings.records import record, write


def call(*args: object) -> int | str | None:
    with pytest.raises(SystemExit) as end:
        main([str(arg) for arg in args])
    return end.value.code


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEANMED_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_build_takes_the_home_s_runs_and_says_where_the_page_is(home, capsys):
    write(home / "runs", record())
    assert call("leaderboard", "build", "--json") == 0
    out, err = capsys.readouterr()
    page = home / "leaderboard" / "index.html"
    assert json.loads(out)["page"] == str(page)
    standings = json.loads((home / "leaderboard" / "standings.json").read_text())
    (own,) = [
        table["slug"]
        for benchmark in standings["benchmarks"]
        for table in benchmark["tables"]
        if any(row["provenance"] == "self-reported" for row in table["entries"])
    ]
    shown = page.parent / "tables" / f"{own}.html"
    assert f"open it in a browser: {page.as_uri()}" in err and f"your own runs: {shown.as_uri()}" in err
    assert "DenseNet-121, 8-bit AdamW" in shown.read_text(encoding="utf-8")
    assert f"tables/{own}.html" in page.read_text(encoding="utf-8")
    # Beside what is published in this checkout.
    published = len(list((resources() / "leaderboard" / "results").glob("*/*/entry.json")))
    assert json.loads(out)["counts"]["entries"] == published + 1
    assert json.loads((home / "leaderboard" / "standings.json").read_text())["schema"] == "leanmed/standings/v2"
    there = sorted(path.name for path in page.parent.iterdir())
    assert there == ["compare", "entries", "index.html", "standings.json", "tables"]


def test_build_twice_gives_the_same_bytes(home, tmp_path, capsys):
    folder = write(tmp_path / "records", record(), record("cnn_fp32", model="cnn"))
    pages = []
    for name in ("one", "two"):
        assert call("leaderboard", "build", "--records", folder, "--out", tmp_path / name) == 0
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        pages.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
        assert len(files) == 8
    assert pages[0] == pages[1]
    assert capsys.readouterr().out == ""


def test_what_could_not_be_read_is_said(home, tmp_path, capsys):
    (tmp_path / "records" / "r").mkdir(parents=True)
    (tmp_path / "records" / "r" / "record.json").write_text("{}")
    assert call("leaderboard", "build", "--records", tmp_path / "records") == 0
    assert "not read: records/r/record.json: schema is missing" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_an_error_with_a_remedy(home, tmp_path, capsys):
    assert call("leaderboard", "build", "--records", tmp_path / "none") == 2
    assert f"{tmp_path / 'none'} is not a folder\n  → Give --records a folder" in capsys.readouterr().err


def test_a_place_that_can_t_be_written_to_is_an_error_with_a_remedy(home, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert call("leaderboard", "build", "--out", tmp_path / "file" / "below") == 3
    assert "can't be written" in capsys.readouterr().err


def test_open_without_a_page_says_how_to_make_one(home, capsys):
    assert call("leaderboard", "open") == 2
    assert "Make it with `harness leaderboard build`" in capsys.readouterr().err


@pytest.mark.parametrize(("display", "said"), [(":0", "opened "), ("", "no browser answers here; the page is ")])
def test_open_asks_the_browser_only_where_there_is_a_display(home, monkeypatch, capsys, display, said):
    asked: list[str] = []
    for name in ("WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)

    def note(address: str) -> bool:
        asked.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    (home / "leaderboard").mkdir(parents=True)
    (home / "leaderboard" / "index.html").write_text("")
    assert call("leaderboard", "open") == 0
    assert said in capsys.readouterr().err
    assert len(asked) == bool(display)
