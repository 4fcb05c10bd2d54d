from __future__ import annotations

import pytest

from harness.places import Home
from tests.run.material import tiny_dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def home(tmp_path):
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)
