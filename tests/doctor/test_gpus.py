"""Findings about GPUs: each state that matters, its status, and a command that helps."""

from types import SimpleNamespace

import pynvml
import pytest

from harness.doctor.finding import ON_GPU, Measured, Status
from harness.doctor.gpus import card_on_bus, cuda_of, driver_finding, gpu_findings
from harness.places import resources
from harness.system.gpu import read_graphics
from tests.doctor.material import findings_of
from tests.system.cards import data_centre, desktop_of_2016, plug_in, unplug

LOCK = resources() / "docker" / "requirements-py3.12.txt"
LOST = pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)


def test_a_good_card_at_rest(monkeypatch):
    found = findings_of(monkeypatch, data_centre())
    assert {one.status for one in found.values()} == {Status.OK}
    assert [one.remedy for one in found.values()] == [None] * 8
    assert not any(one.absent or one.blocks for one in found.values())


@pytest.mark.parametrize(
    ("changes", "name", "status", "seen", "remedy"),
    [
        ({"MigMode": [1, 1]}, "mig", "missing", "split", "sudo nvidia-smi -i 0 -mig 0"),
        ({"MigMode": [0, 1]}, "mig", "limited", "after the next reset", "sudo nvidia-smi -i 0 -mig 0"),
        ({"PersistenceMode": 0}, "persistence", "limited", "off", "sudo nvidia-smi -i 0 -pm 1"),
        ({"EccMode": [1, 0]}, "ecc", "limited", "off after the next boot", "sudo nvidia-smi -i 0 -e 1"),
        ({"EccMode": [0, 0]}, "ecc", "ok", "off", None),
        (
            {"PowerManagementLimit": 350_000},
            "power-limit",
            "limited",
            "350 W, and 700 W",
            "sudo nvidia-smi -i 0 -pl 700",
        ),
        ({"CurrentClocksThrottleReasons": 0x40 | 0x4}, "throttling", "limited", "power limit, temperature", None),
        ({"CurrentClocksThrottleReasons": 0x2}, "throttling", "ok", "none", None),
        (
            {"ComputeRunningProcesses_v3": [SimpleNamespace(pid=77)] * 2},
            "processes",
            "limited",
            "2 computing, 0",
            "-i 0",
        ),
        ({"Temperature": {0: 85}}, "temperature", "limited", "85 °C, slows down at 95 °C", None),
        ({"TotalEnergyConsumption": 0}, "energy", "limited", "0 J", None),
        ({"TotalEnergyConsumption": LOST}, "energy", "missing", "GPU is lost", None),
        ({"ComputeMode": 2}, "compute-mode", "missing", "prohibited", "sudo nvidia-smi -i 0 -c DEFAULT"),
    ],
)
def test_each_state_that_matters(changes, name, status, seen, remedy, monkeypatch):
    finding = findings_of(monkeypatch, data_centre(**changes))[f"gpu0-{name}"]
    assert finding.status == status
    assert seen in finding.seen
    assert (finding.remedy is None) if remedy is None else (remedy in (finding.remedy or ""))


def test_an_older_driver_lacks_functions(monkeypatch):
    absent = pynvml.NVMLError(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
    found = findings_of(
        monkeypatch, data_centre(ComputeRunningProcesses_v3=absent, CurrentClocksThrottleReasons=absent)
    )
    assert found["gpu0-processes"].seen == "not readable: Function Not Found"
    assert found["gpu0-throttling"].status is Status.LIMITED


def test_processes_are_counted_and_not_named(monkeypatch):
    found = findings_of(monkeypatch, data_centre(GraphicsRunningProcesses_v3=[SimpleNamespace(pid=4242)]))
    assert "4242" not in str(found["gpu0-processes"].to_json())


def test_a_card_before_volta_has_no_energy(monkeypatch):
    found = findings_of(monkeypatch, desktop_of_2016())
    assert found["gpu0-energy"].status is Status.MISSING
    assert found["gpu0-energy"].absent == (Measured.GPU_ENERGY,)
    assert "Volta" in found["gpu0-energy"].meaning
    # It has neither, and needs neither.
    assert found["gpu0-mig"].status is found["gpu0-ecc"].status is Status.OK


@pytest.mark.parametrize(("function", "name"), [("MigMode", "mig"), ("EccMode", "ecc")])
def test_a_mode_that_may_not_be_asked_is_not_taken_for_absent(function, name, monkeypatch):
    refused = pynvml.NVMLError(pynvml.NVML_ERROR_NO_PERMISSION)
    finding = findings_of(monkeypatch, data_centre(**{function: refused}))[f"gpu0-{name}"]
    assert (finding.status, finding.seen) == (Status.LIMITED, "not known: Insufficient Permissions")


def test_a_split_card_is_not_metered(monkeypatch):
    found = findings_of(monkeypatch, data_centre(MigMode=[1, 1]))
    assert set(found["gpu0-mig"].absent) == {Measured.GPU_ENERGY, Measured.GPU_MEMORY}


def test_only_the_first_card_decides(monkeypatch):
    found = findings_of(monkeypatch, data_centre(), data_centre(MigMode=[1, 1], ComputeMode=2))
    assert found["gpu1-mig"].status is Status.MISSING
    assert found["gpu1-mig"].absent == ()
    assert found["gpu1-compute-mode"].blocks == frozenset()


def test_no_card_is_no_fault_and_needs_no_remedy(monkeypatch):
    unplug(monkeypatch)
    finding = driver_finding(read_graphics(), "13.2", on_bus=False)
    assert (finding.status, finding.remedy, finding.blocks) == (Status.LIMITED, None, ON_GPU)


def test_a_card_without_a_driver_is_a_fault_with_a_remedy(monkeypatch):
    unplug(monkeypatch)
    finding = driver_finding(read_graphics(), "13.2", on_bus=True)
    assert finding.status is Status.MISSING
    assert "apt-get install nvidia-driver" in (finding.remedy or "")


def test_a_driver_too_old_for_the_image(monkeypatch):
    plug_in(monkeypatch, data_centre(), cuda=12_080)
    finding = driver_finding(read_graphics(), "13.2", on_bus=True)
    assert (finding.status, finding.blocks) == (Status.MISSING, ON_GPU)
    assert "CUDA up to 12.8" in finding.seen
    plug_in(monkeypatch, data_centre(), cuda=13_000)
    # Every driver runs the later minor versions of its own CUDA.
    assert driver_finding(read_graphics(), "13.2", on_bus=True).status is Status.OK


def test_a_card_that_goes_in_between(monkeypatch):
    plug_in(monkeypatch, data_centre())
    graphics = read_graphics()

    def gone(index):
        raise LOST

    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", gone)
    finding = gpu_findings(graphics, LOCK)[-1]
    assert (finding.id, finding.status, finding.blocks) == ("gpu0-answer", Status.MISSING, ON_GPU)


def test_the_images_cuda_is_known():
    assert cuda_of(LOCK) is not None


@pytest.mark.parametrize(
    ("vendor", "kind", "there"),
    [("0x10de", "0x030200", True), ("0x10de", "0x040300", False), ("0x1002", "0x030000", False)],
)
def test_cards_on_the_bus(vendor, kind, there, tmp_path):
    device = tmp_path / "bus" / "pci" / "devices" / "0000:01:00.0"
    device.mkdir(parents=True)
    (device / "vendor").write_text(f"{vendor}\n")
    (device / "class").write_text(f"{kind}\n")
    assert card_on_bus(tmp_path) is there
