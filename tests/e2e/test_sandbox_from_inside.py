"""What a workload can find from inside its container: no label of validation or test, and no data before `go`."""

import hashlib

import pytest

from harness.places import Home
from tests.e2e.material import run_in_container
from tests.run.material import plan, tiny_dataset

pytestmark = pytest.mark.engine


def small_files(lines, when):
    start = f"report {when} file "
    return {line.removeprefix(start) for line in lines if line.startswith(start)}


@pytest.fixture(scope="module")
def seen(engine, local_base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("inside")
    dataset = tiny_dataset(folder / "data")
    done, _ = run_in_container(engine, local_base, Home(folder), dataset, "deep-spy", plan(runtime="docker"))
    # Its verdict may depend on how busy the machine is (T1); what it saw does not.
    assert done.record["outcome"]["ended"] == "completed", done.record["outcome"]["reasons"]
    log = (done.folder.root / "workload.log").read_text().splitlines()
    return dataset, log


def test_data_is_empty_before_go(seen):
    _, log = seen
    assert "report plan data []" in log


def test_training_data_come_at_go_and_test_images_at_predict(seen):
    _, log = seen
    at_go = ["train_cases.npy", "train_images.npy", "train_labels.npy", "val_images.npy"]
    assert f"report go data {at_go}" in log
    assert f"report predict data {sorted([*at_go, 'test_images.npy'])}" in log


def test_labels_of_validation_and_test_are_nowhere(seen):
    dataset, log = seen

    def digest(name):
        return hashlib.sha256((dataset.root / name).read_bytes()).hexdigest()

    for when in ("plan", "go", "predict"):
        found = small_files(log, when)
        assert len(found) > 100, "the search found too few files to mean anything"
        for name in ("val_labels", "test_labels", "val_patients", "test_patients", "val_trivial", "test_trivial"):
            assert digest(f"host/{name}.npy") not in found, f"{name} was found at {when}"
    # The search does find a file that is there: the training labels, from `go` on and not before.
    training = digest("container/train_labels.npy")
    assert training not in small_files(log, "plan")
    assert training in small_files(log, "go")
