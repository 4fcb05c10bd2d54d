"""Runs that begin with pretrained weights: found before anything starts, shown to the workload, named in the record."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.errors import InvalidInput, MachineLacks
from harness.places import Home
from harness.run import entry
from harness.run.entry import Request, run
from harness.run.execute import execute
from harness.run.plan import Plan
from harness.runtime.host import HostRuntime
from harness.spec.model import Benchmark
from harness.spec.schema import validator
from harness.weights.download import Download, Promise
from harness.weights.hub import ENTRIES
from harness.weights.pull import _put
from harness.weights.shelf import folder_of, need
from tests.run.material import STUB, SUBMISSIONS, Remembering, StubRuntime, plan, run_stub, tiny_dataset
from tests.run.test_entry import Showing
from tests.weights.hub import weights_file

MODEL = "densenet121"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def as_if_pulled(home: Home, content: bytes | None = None, file: Path | None = None) -> str:
    """Weights on the shelf, as `harness weights pull` puts them there; their SHA-256."""
    folder = folder_of(MODEL, home)
    folder.mkdir(parents=True)
    part = folder / "came.part"
    if file is None:
        part.write_bytes(weights_file(5000) if content is None else content)
    else:
        file.rename(part)
    sha256 = hashlib.sha256(part.read_bytes()).hexdigest()
    _put(MODEL, ENTRIES[MODEL], folder, Download(part, part.stat().st_size, sha256, Promise("a" * 40, sha256, None)))
    return sha256


def imagenet(benchmark: Benchmark) -> Benchmark:
    return replace(benchmark, document={**benchmark.document, "initialization": "imagenet"})


def planned(home: Home, submission: str = "densenet_fp32") -> Plan:
    made = plan(submission)
    return replace(made, benchmark=imagenet(made.benchmark), weights=need(MODEL, home))


def test_the_weights_are_in_the_plan_the_key_and_the_record(home: Home, tmp_path: Path) -> None:
    sha256 = as_if_pulled(home)
    made = planned(home)
    done, _ = run_stub(home, tiny_dataset(tmp_path / "data"), "good", made)
    assert validator("record").is_valid(done.record)
    assert done.record["outcome"]["verdict"] == "valid"
    said = {"kind": "imagenet", "weights_sha256": sha256}
    assert done.record["initialization"] == done.record["ready"]["initialization"] == said
    written = json.loads((done.folder.root / "plan.json").read_text())
    assert written["initialization"] == said
    assert (written["weights"]["repository"], written["weights"]["commit"]) == ("timm/densenet121.ra_in1k", "a" * 40)
    assert str(home.root) not in json.dumps(written)
    assert made.weights is not None
    assert made.key != replace(made, weights=replace(made.weights, sha256="0" * 64)).key


def test_a_random_run_says_so_too(home: Home, tmp_path: Path) -> None:
    done, _ = run_stub(home, tiny_dataset(tmp_path / "data"), "good", plan())
    assert done.record["initialization"] == {"kind": "random", "weights_sha256": None}


def test_a_workload_that_read_something_else_is_invalid(home: Home, tmp_path: Path) -> None:
    as_if_pulled(home)
    done, _ = run_stub(home, tiny_dataset(tmp_path / "data"), "other-weights", planned(home))
    assert (done.record["outcome"]["ended"], done.record["outcome"]["verdict"]) == ("broke the protocol", "invalid")
    assert "`ready` says that the weights began as imagenet with the SHA-256 0000" in str(done.record["outcome"])


@pytest.mark.parametrize("state", ["missing", "damaged", "no such weights", "there"])
def test_the_weights_are_looked_for_before_anything_else(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    begun: list[str] = []
    dataset = tiny_dataset(tmp_path / "data")
    stub = StubRuntime(HostRuntime(home), (sys.executable, str(STUB), "good"))

    def prepare(benchmark: str, home: Home, say: object) -> Dataset:
        begun.append("data")
        return dataset

    def runtime_named(name: str, home: Home) -> StubRuntime:
        begun.append("runtime")
        return stub

    monkeypatch.setattr(entry, "load_benchmark", lambda name: imagenet(plan().benchmark))
    monkeypatch.setattr(entry, "prepare", prepare)
    monkeypatch.setattr(entry, "runtime_named", runtime_named)
    submission = SUBMISSIONS / ("cnn_fp32" if state == "no such weights" else "densenet_fp32")
    asked = Request((submission,), "lidc-nodules", 1, None, "host", "smoke", "cpu")
    if state in ("damaged", "there"):
        as_if_pulled(home)
    if state == "damaged":
        file = folder_of(MODEL, home) / "model.safetensors"
        file.chmod(0o644)
        file.write_bytes(b"something else")
    if state == "there":
        (result,) = run(asked, home, Showing())
        assert result.record["initialization"]["kind"] == "imagenet"
        return
    error, says, remedy = {
        "missing": (MachineLacks, "are not here", "`harness weights pull densenet121`"),
        "damaged": (MachineLacks, "are damaged", "`harness weights pull densenet121 --again`"),
        "no such weights": (InvalidInput, "model cnn has no weights", "models that have: densenet121"),
    }[state]
    with pytest.raises(error, match=says) as caught:
        run(asked, home, Showing())
    assert remedy in str(caught.value)
    assert begun == []


@pytest.mark.torch
@pytest.mark.slow
def test_a_real_run_begins_with_the_file(home: Home, tmp_path: Path) -> None:
    """DenseNet on the host runtime: predictions repeat with the same file and differ from those of the seed alone. That
    the layers are the file's is held in tests/workload/test_pretrained.py."""
    timm = pytest.importorskip("timm")
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(99)
    save_file(timm.create_model(MODEL, pretrained=False).state_dict(), tmp_path / "made.safetensors")
    sha256 = as_if_pulled(home, file=tmp_path / "made.safetensors")
    dataset = tiny_dataset(tmp_path / "data")

    def real(made: Plan) -> str:
        watcher = Remembering()
        done = execute(made, dataset, HostRuntime(home), home, watcher, watcher.say, image_id=None, gpu_uuid=None)
        assert done.record["outcome"]["verdict"] == "valid", done.record["outcome"]
        assert done.record["ready"]["initialization"] == made.initialization
        events = [json.loads(line) for line in (done.folder.root / "events.jsonl").read_text().splitlines()]
        (predicted,) = (event["predictions"] for event in events if event.get("event") == "predicted")
        return str(predicted)

    # Runs after the first hold no inference windows, which would only take time here.
    first, again = (real(replace(planned(home), number=number)) for number in (2, 2))
    without = real(replace(plan("densenet_fp32"), number=2))
    assert first == again
    assert first != without
    assert need(MODEL, home).sha256 == sha256
