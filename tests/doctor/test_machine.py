"""Findings about processors, memory, swap, clocks and virtualisation."""

from dataclasses import replace

import pytest

from harness.doctor.clock import monotonic_finding, synchronised, time_of_day_finding
from harness.doctor.finding import EVERY_WAY, Status
from harness.doctor.machine import (
    governor_finding,
    hypervisor_finding,
    memory_finding,
    processors_finding,
    swap_finding,
)
from harness.system.cpu import Cpu
from harness.system.hypervisor import Hypervisor
from harness.system.system import capture

GIB = 2**30


def system(**changes):
    cpu = Cpu("Some CPU", "x86_64", 8, 4, True, changes.pop("governor", "performance"), changes.pop("reasons", {}))
    return replace(capture(), cpu=cpu, **changes)


@pytest.mark.parametrize(("usable", "status"), [(1, Status.MISSING), (2, Status.LIMITED), (3, Status.OK)])
def test_processors_against_the_rules(usable, status):
    finding = processors_finding(usable, system(), 2)
    assert finding.status is status
    assert finding.blocks == (EVERY_WAY if status is Status.MISSING else frozenset())


def test_processors_that_are_kept_from_this_process():
    assert processors_finding(1, system(), 2).remedy == "taskset -c 0-7 harness …"
    assert processors_finding(1, system(), 16).remedy is None


@pytest.mark.parametrize(("gib", "status"), [(8, Status.LIMITED), (16, Status.OK), (128, Status.OK)])
def test_memory_against_the_limit_of_a_container(gib, status):
    assert memory_finding(gib * GIB, 16).status is status


def test_swap():
    assert swap_finding(0).status is Status.OK
    assert swap_finding(None).status is Status.LIMITED
    finding = swap_finding(2 * GIB)
    assert (finding.status, finding.blocks) == (Status.LIMITED, frozenset())
    assert "swapoff" in (finding.remedy or "")


def test_governor():
    assert governor_finding(system()).status is Status.OK
    finding = governor_finding(system(governor="powersave"))
    assert finding.status is Status.LIMITED
    assert "scaling_governor" in (finding.remedy or "")
    assert governor_finding(system(governor=None, reasons={"governor": "no cpufreq"})).status is Status.OK


@pytest.mark.parametrize(
    ("present", "name", "status", "words"),
    [
        (True, "KVM", Status.LIMITED, "yes: KVM"),
        (True, None, Status.LIMITED, "does not say its name"),
        (False, None, Status.OK, "physical"),
        (None, None, Status.LIMITED, "not known"),
    ],
)
def test_hypervisor(present, name, status, words):
    finding = hypervisor_finding(system(hypervisor=Hypervisor(present, name, {"present": "no flags"})))
    assert finding.status is status
    assert words in finding.seen


@pytest.mark.parametrize(("source", "status"), [("tsc", Status.OK), ("hpet", Status.LIMITED), (None, Status.OK)])
def test_clock_sources(source, status):
    assert monotonic_finding(source).status is status


def test_the_time_of_day():
    assert synchronised() in (True, False, None)
    assert time_of_day_finding(True).status is Status.OK
    assert time_of_day_finding(False).remedy == "sudo timedatectl set-ntp true"
    assert time_of_day_finding(None).remedy is None
