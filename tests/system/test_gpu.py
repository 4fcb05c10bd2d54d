"""GPUs as NVML describes them, and the reasons for what it does not tell."""

import pynvml
import pytest

from harness.system.gpu import read_graphics
from tests.system.cards import GIB, data_centre, desktop_of_2016, plug_in, unplug


def test_a_card_that_tells_everything(monkeypatch):
    plug_in(monkeypatch, data_centre())
    graphics = read_graphics()
    (gpu,) = graphics.gpus
    assert (graphics.driver, graphics.cuda, graphics.no_gpu_reason) == ("580.65.06", "13.0", None)
    assert gpu.reasons == {}
    assert (gpu.memory_bytes, gpu.capability, gpu.vbios) == (80 * GIB, "9.0", "96.00.89.00.01")
    limits = (gpu.power_limit_w, gpu.power_limit_default_w, gpu.power_limit_min_w, gpu.power_limit_max_w)
    assert limits == (700.0, 700.0, 200.0, 700.0)
    assert (gpu.ecc, gpu.mig, gpu.persistence, gpu.compute_mode) == (True, False, True, "default")
    assert (gpu.pcie_generation, gpu.pcie_generation_max, gpu.pcie_width, gpu.pcie_width_max) == (1, 5, 16, 16)
    assert (gpu.clock_max_sm_mhz, gpu.clock_max_memory_mhz) == (1980, 2619)


def test_what_an_old_card_does_not_have_is_null_with_nvmls_words(monkeypatch):
    plug_in(monkeypatch, desktop_of_2016())
    (gpu,) = read_graphics().gpus
    described = gpu.to_json()
    assert described["ecc"] is described["mig"] is described["power_limit_w"] is None
    assert described["reasons"]["ecc"] == "Not Supported"
    assert {name for name, value in described.items() if value is None} == set(described["reasons"])


def test_a_mode_that_waits_for_the_next_boot_is_not_the_mode(monkeypatch):
    plug_in(monkeypatch, data_centre(EccMode=[0, 1], MigMode=[1, 0]))
    (gpu,) = read_graphics().gpus
    assert (gpu.ecc, gpu.mig) == (False, True)


def test_no_driver(monkeypatch):
    unplug(monkeypatch)
    graphics = read_graphics()
    assert graphics.gpus == ()
    assert graphics.no_gpu_reason == "NVML does not answer on this machine: NVML Shared Library Not Found"


def test_a_driver_without_a_card(monkeypatch):
    plug_in(monkeypatch)
    graphics = read_graphics()
    assert (graphics.gpus, graphics.driver) == ((), "580.65.06")
    assert graphics.no_gpu_reason == "NVML lists no GPU on this machine"


def test_a_card_that_fell_off_the_bus(monkeypatch):
    plug_in(monkeypatch, data_centre(UUID=pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)))
    graphics = read_graphics()
    assert graphics.gpus == ()
    assert graphics.no_gpu_reason == "NVML failed while listing the GPUs: GPU is lost"


@pytest.mark.parametrize(("number", "version"), [(12080, "12.8"), (13000, "13.0"), (13020, "13.2")])
def test_cuda_versions(number, version, monkeypatch):
    plug_in(monkeypatch, data_centre(), cuda=number)
    assert read_graphics().cuda == version
