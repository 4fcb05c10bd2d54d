"""What follows from findings: the way to run, the command, the quantities."""

import pytest

from harness.doctor.finding import IN_DOCKER, ON_GPU, ON_HOST, Finding, Measured, Status, Way
from harness.doctor.verdict import verdict_of
from harness.errors import Exit
from harness.spec.schema import schemas

PROFILES = ("official", "quick", "smoke")
QUANTITIES = schemas()["record"]["properties"]["quantities"]["required"]
GPU_METERS = (Measured.GPU_ENERGY, Measured.GPU_MEMORY)


def finding(name, *, blocks=frozenset(), absent=()):
    return Finding(name, "Group", name.capitalize(), Status.MISSING, f"no {name}", "…", None, blocks, absent)


def verdict(*findings, gpu):
    return verdict_of(findings, gpu=gpu, profiles=PROFILES, quantities=QUANTITIES)


NO_ENGINE = finding("engine", blocks=IN_DOCKER)
NO_TORCH = finding("torch", blocks=ON_HOST)
NO_TOOLKIT = finding("toolkit", blocks=frozenset({Way.DOCKER_CUDA}))
NO_GPU = finding("gpu", blocks=ON_GPU, absent=GPU_METERS)
NO_RAPL = finding("rapl", absent=(Measured.CPU_ENERGY, Measured.DRAM_ENERGY))
NO_DRIVER = finding("driver", blocks=ON_GPU, absent=GPU_METERS)


@pytest.mark.parametrize(
    ("findings", "gpu", "command"),
    [
        ((), True, "harness run SUBMISSION"),
        ((NO_GPU,), False, "harness run SUBMISSION"),
        ((NO_GPU, NO_ENGINE), False, "harness run SUBMISSION --runtime host"),
        ((NO_TOOLKIT,), True, "harness run SUBMISSION --runtime host"),
        ((NO_TOOLKIT, NO_TORCH), True, "harness run SUBMISSION --device cpu"),
        ((NO_DRIVER, NO_ENGINE), True, "harness run SUBMISSION --runtime host --device cpu"),
    ],
)
def test_the_command_that_works(findings, gpu, command):
    found = verdict(*findings, gpu=gpu)
    assert (found.command, found.exit_code) == (command, Exit.DONE)
    assert command in found.sentences()[0]


def test_nothing_works():
    found = verdict(NO_GPU, NO_ENGINE, NO_TORCH, gpu=False)
    assert (found.ways, found.command, found.holds) == ((), None, ())
    assert found.exit_code == Exit.MACHINE_LACKS
    # The GPU is in nobody's way: a run on the CPU would do.
    assert found.sentences() == [
        "No run works on this machine yet. In the way in a container: Engine; on the host: Torch."
    ]


def test_every_quantity_is_held_or_absent_with_a_reason():
    found = verdict(NO_GPU, NO_RAPL, gpu=False)
    assert sorted([*found.holds, *found.absent]) == sorted(QUANTITIES)
    assert found.absent["gpu_energy"] == found.absent["peak_gpu_memory"] == "no gpu"
    assert found.absent["cpu_energy"] == "no rapl"
    assert "time_to_predictions" in found.holds


def test_a_machine_that_measures_everything():
    found = verdict(gpu=True)
    assert set(found.absent) == set()
    assert found.sentences()[0] == (
        "Runs work in a container on the GPU: `harness run SUBMISSION`. "
        "Also on the host on the GPU, in a container on the CPU, on the host on the CPU."
    )


def test_a_run_on_the_cpu_beside_a_gpu_measures_no_gpu():
    found = verdict(NO_TOOLKIT, NO_TORCH, gpu=True)
    assert found.absent["gpu_energy"] == "a run on the CPU uses no GPU"


def test_energies_and_power_are_found_by_their_names():
    found = verdict_of(
        [NO_GPU, NO_RAPL], gpu=False, profiles=PROFILES, quantities=["idle_gpu_power", "dram_energy", "cpu_time"]
    )
    assert set(found.absent) == {"idle_gpu_power", "dram_energy"}
