"""Every prepared set's ``dataset.json`` under the reference validator, mlcroissant, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli.data import data
from harness.data.dataset import DOCUMENT
from harness.data.prepare import Given, prepare, prepare_collection
from harness.places import Home, resources

LOCK = resources() / "requirements" / "croissant.txt"
BENCHMARKS = ("lidc-nodules", "lidc-malignancy", "lidc-idri", "rsna-recall", "rsna-cancer", "rsna-paper")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has mlcroissant."""
    folder = tmp_path_factory.mktemp("croissant")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    found = folder / "bin" / "python"
    install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], capture_output=True, text=True, check=False)
    if done.returncode != 0 and os.environ.get("CI") != "true":
        pytest.skip(f"mlcroissant can't be installed here: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``dataset.json`` by benchmark: the embedded sets, and those of DICOM files made of phantoms."""
    folder = tmp_path_factory.mktemp("sets")
    home = Home(folder)
    prepared = [prepare(name, home, print) for name in ("lidc-nodules", "lidc-malignancy")]
    for collection in ("lidc-idri", "rsna-mammo"):
        out = folder / "phantoms" / collection
        made = CliRunner().invoke(data, ["phantom", collection, "--out", str(out)])
        assert made.exit_code == 0, made.output
    prepared.append(prepare("lidc-idri", home, print, given=Given(folder / "phantoms" / "lidc-idri")))
    given = Given(folder / "phantoms" / "rsna-mammo")
    prepared += prepare_collection(
        "rsna-mammo", home, print, rebuild=False, given=given, progress=lambda what, done, total: None
    )
    return {dataset.benchmark: dataset.root / DOCUMENT for dataset in prepared}


def validate(python: Path, document: Path) -> tuple[int, str]:
    """Exit code of the validator and all that it said."""
    command = [str(python), "-m", "mlcroissant.scripts.validate", "--jsonld", str(document)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_the_validator_finds_no_fault_and_nothing_to_warn_of(
    python: Path, documents: dict[str, Path], benchmark: str
) -> None:
    code, said = validate(python, documents[benchmark])
    assert code == 0, said
    assert "warning" not in said.lower()


@pytest.mark.parametrize("fault", ["a file without a checksum", "a column of no file"])
def test_the_validator_finds_what_is_broken(
    python: Path, documents: dict[str, Path], tmp_path: Path, fault: str
) -> None:
    document: dict[str, Any] = json.loads(documents["rsna-recall"].read_text())
    if fault == "a file without a checksum":
        del document["distribution"][0]["sha256"]
    else:
        document["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "host/nowhere.csv"
    (tmp_path / DOCUMENT).write_text(json.dumps(document))
    code, said = validate(python, tmp_path / DOCUMENT)
    assert code != 0, said
