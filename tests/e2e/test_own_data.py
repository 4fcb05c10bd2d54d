"""From a tree of DICOM files to a record, for both collections, by the command alone; and that phantoms are never
listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import timm
from safetensors.torch import save_file

from harness.places import Home
from tests.run.test_pretrained_runs import as_if_pulled

CHECKOUT = Path(__file__).parent.parent.parent


def harness(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "harness"), *arguments]
    environment = {**os.environ, "LEANMED_HOME": str(home)}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


def made_up_weights(file: Path) -> Path:
    """A file as the hub's is, but drawn at random."""
    save_file(timm.create_model("densenet121", pretrained=False).state_dict(), file)
    return file


@pytest.mark.parametrize(
    ("collection", "benchmark", "model"),
    [("lidc-idri", "lidc-idri", "mlp_fp32"), ("rsna-mammo", "rsna-recall", "densenet_fp32")],
    ids=["lidc-idri", "rsna-recall"],
)
def test_files_to_record_to_page(collection, benchmark, model, tmp_path):
    home, tree = tmp_path / "home", tmp_path / "tree"
    run = ("run", f"submissions/{model}", "--benchmark", benchmark, "--runtime", "host", "--profile", "smoke", "--json")
    if model == "densenet_fp32":
        early = harness(*run, home=home)
        assert early.returncode == 3
        assert "`harness weights pull densenet121`" in early.stderr
        home.mkdir(exist_ok=True)
        sha256 = as_if_pulled(Home(home), file=made_up_weights(tmp_path / "densenet121.safetensors"))
    else:
        sha256 = None
    early = harness(*run, home=home)
    assert early.returncode == 3
    assert f"`harness data prepare {benchmark} --source DIR`" in early.stderr

    assert harness("data", "phantom", collection, "--out", str(tree), home=home).returncode == 0
    prepared = harness("data", "prepare", benchmark, "--source", str(tree), "--json", home=home)
    assert prepared.returncode == 0, prepared.stderr
    counts: dict[str, Any] = json.loads(prepared.stdout)["counts"]

    done = harness(*run, home=home)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["runs"]
    record = json.loads((Path(result["folder"]) / "record.json").read_text())
    assert record["outcome"]["verdict"] == "valid"
    assert record["data"]["phantom"] is True
    assert record["data"]["cases"] == counts["cases"]
    assert 0 <= record["quality"]["auc"]["value"] <= 1
    assert record["initialization"]["weights_sha256"] == sha256
    within = record["quality"]["within"]
    assert within is None if benchmark == "lidc-idri" else (within["of"], within["auc"]["reason"]) == ("machine", None)
    assert {check["id"]: check["answer"] for check in record["checks"]}["D1"] == "not measurable"

    verified = harness("verify", result["folder"], "--ledger", home=home)
    assert verified.returncode == 0, verified.stderr

    assert harness("leaderboard", "build", "--out", str(tmp_path / "page"), home=home).returncode == 0
    page = "".join(path.read_text() for path in (tmp_path / "page").rglob("*.html"))
    assert "Its data are phantoms, made up to try the tool" in page.replace("&#x27;", "'")
