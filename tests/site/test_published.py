"""What this repository publishes: every entry computed again from its raw files, and the site made again from them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.places import resources
from harness.publish.places import AGAIN, RESULTS
from harness.site.write import FOLDERS

BOARD = resources() / "leaderboard"
ENTRIES = sorted(path.parent for path in (BOARD / "results").glob("*/*/entry.json"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home))


def call(*args: object) -> int | str | None:
    with pytest.raises(SystemExit) as end:
        main([str(arg) for arg in args])
    return end.value.code


def test_there_are_the_entries_that_the_readme_speaks_of() -> None:
    names = {path.name.rpartition("-")[0] for path in ENTRIES}
    assert {"densenet_fp32", "densenet_8bit", "cnn_fp32", "mlp_fp32"} <= names


def test_every_record_is_found_again_and_the_ledger_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("verify", "--ledger", "--published", BOARD, *ENTRIES) == 0, capsys.readouterr()


def site_in(folder: Path) -> dict[str, str]:
    """Every file of a site by its path."""
    paths = [folder / "index.html", folder / "standings.json"]
    paths += [path for name in FOLDERS for path in (folder / name).iterdir()]
    return {path.relative_to(folder).as_posix(): comparable(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def comparable(text: str) -> str:
    """Without what a page was made from, and with numbers to six digits: the last ones of what predictions give depend
    on the processor."""
    return re.sub(
        r"\d+\.\d{6,}(?:e-?\d+)?", lambda found: f"{float(found[0]):.6g}", re.sub(r"<!-- leanmed: .*?-->", "", text)
    )


def test_the_site_is_what_make_site_makes(tmp_path: Path) -> None:
    copy = tmp_path / "leaderboard"
    # Where the raw files lie in the site, its pages link to them.
    shutil.copytree(BOARD, copy, ignore=lambda folder, names: FOLDERS if Path(folder) == BOARD else ())
    sources = [word for name in (RESULTS, AGAIN) if (copy / name).is_dir() for word in ("--records", copy / name)]
    assert call("leaderboard", "build", *sources, "--out", copy) == 0
    made, there = site_in(copy), site_in(BOARD)
    assert sorted(made) == sorted(there)
    stale = [path for path in made if made[path] != there[path]]
    assert stale == [], "`make site` makes them again"
