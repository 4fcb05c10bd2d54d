"""The real annotation database, read once, and the real data set, built once, for all tests of this folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from harness.data.lidc.source import locate, read_scans
from harness.data.prepare import prepare
from harness.places import Home

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def scans():
    return read_scans(locate())


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    return prepare("lidc-nodules", Home(tmp_path_factory.mktemp("home")), lambda line: None)


def reference(name: str) -> dict[int, Any]:
    """What pylidc itself made: see make_pylidc_partitions.py."""
    with gzip.open(HERE / name, "rt", encoding="ascii") as file:
        return {int(key): value for key, value in json.load(file).items()}
