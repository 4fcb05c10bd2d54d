from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from tests.findings.material import leave_three
from tests.reference.material import RULESET
from tests.run.material import tiny_dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> Home:
    """Three entries of three runs each, which no test changes."""
    home = Home(tmp_path_factory.mktemp("home"))
    leave_three(home, dataset)
    return home


@pytest.fixture(autouse=True)
def rules_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the rules anew for each test takes longer than most tests."""
    monkeypatch.setattr("harness.findings.findings.load_ruleset", lambda: RULESET)


@pytest.fixture
def copied(three: Home, tmp_path: Path) -> Home:
    """The same, to be changed."""
    shutil.copytree(three.root, tmp_path / "copied")
    return Home(tmp_path / "copied")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")
