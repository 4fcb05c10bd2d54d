"""`make site` and `harness leaderboard build --published`: the public site, from what is published and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standings.records import record, write

CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, whose virtual environment is the one that runs this test."""
    root = tmp_path / "checkout"
    for name in ("harness", "rules", "schemas", "docker", "requirements"):
        shutil.copytree(CHECKOUT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, root / name)
    command = root / ".venv" / "bin" / "harness"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from harness.cli.main import main; main()' \"$@\"\n")
    command.chmod(0o755)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (root / ".venv" / ".host").touch()
    # A home with a run that was never published.
    write(tmp_path / "home" / "runs", record())
    return root


def call(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "LEANMED_HOME": str(checkout.parent / "home")}
    return subprocess.run(words, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_before_anything_is_published_there_is_a_site_that_says_so(checkout):
    done = call(checkout, "make", "site")
    assert done.returncode == 0, done.stderr
    board = checkout / "leaderboard"
    assert json.loads((board / "standings.json").read_text())["counts"]["runs"] == 0
    assert "No run yet" in (board / "index.html").read_text()
    assert "runs: 0, entries: 0, ranked: 0" in done.stderr


def test_it_holds_what_is_published_and_no_page_that_is_not_made_any_more(checkout):
    board = checkout / "leaderboard"
    write(board / "results" / "lidc-nodules" / "mlp_fp32-0000", record("mlp_fp32", model="mlp"))
    (board / "ledger.jsonl").write_text("")
    (board / "old.html").write_text("old")
    (board / "entry").mkdir()
    (board / "entry" / "old.html").write_text("old")
    done = call(checkout, "make", "site")
    assert done.returncode == 0, done.stderr
    standings = (board / "standings.json").read_text()
    assert json.loads(standings)["counts"]["runs"] == 1
    assert "mlp_fp32" in standings
    assert "densenet_8bit" not in standings
    assert not (board / "old.html").exists()
    assert not (board / "entry" / "old.html").exists()
    assert (board / "ledger.jsonl").exists()
    assert list(board.glob("results/*/*/*/record.json")) != []


def test_published_and_records_exclude_each_other(checkout):
    done = call(checkout, ".venv/bin/harness", "leaderboard", "build", "--published", "--records", ".")
    assert done.returncode == 2
    assert "--published and --records exclude each other" in done.stderr


def test_a_harness_without_a_checkout_asks_where_to_write(checkout):
    resources = checkout / "harness" / "_resources"
    resources.mkdir()
    for name in ("rules", "schemas"):
        (checkout / name).rename(resources / name)
    done = call(checkout, ".venv/bin/harness", "leaderboard", "build", "--published")
    assert done.returncode == 2
    assert "this harness has no checkout to publish\n  → Say with --out where to write." in done.stderr
    done = call(checkout, ".venv/bin/harness", "leaderboard", "build", "--published", "--out", "site")
    assert done.returncode == 0, done.stderr
    assert (checkout / "site" / "index.html").is_file()
