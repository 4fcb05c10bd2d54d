"""Processors from the kernel's files, as other machines have them."""

import os

from harness.system.cpu import read_cpu


def machine(root, *, siblings=(), smt=None, governors=(), cpuinfo="model name\t: Some  CPU  @ 2.00GHz\nflags\t: fpu\n"):
    proc, sys = root / "proc", root / "sys"
    folder = sys / "devices" / "system" / "cpu"
    folder.mkdir(parents=True)
    proc.mkdir()
    (proc / "cpuinfo").write_text(cpuinfo)
    for number, text in enumerate(siblings):
        (folder / f"cpu{number}" / "topology").mkdir(parents=True)
        (folder / f"cpu{number}" / "topology" / "thread_siblings_list").write_text(f"{text}\n")
    for number, text in enumerate(governors):
        (folder / f"cpu{number}" / "cpufreq").mkdir(parents=True)
        (folder / f"cpu{number}" / "cpufreq" / "scaling_governor").write_text(f"{text}\n")
    if smt is not None:
        (folder / "smt").mkdir()
        (folder / "smt" / "active").write_text(f"{smt}\n")
    return read_cpu(proc, sys)


def test_this_machine():
    cpu = read_cpu()
    assert cpu.logical == os.cpu_count()
    assert cpu.model
    assert cpu.cores is None or 1 <= cpu.cores <= cpu.logical


def test_two_threads_a_core(tmp_path):
    cpu = machine(tmp_path, siblings=("0,2", "1,3", "0,2", "1,3"), smt=1, governors=("powersave",) * 4)
    assert (cpu.model, cpu.cores, cpu.smt, cpu.governor) == ("Some CPU @ 2.00GHz", 2, True, "powersave")
    assert cpu.reasons == {}


def test_governors_that_differ_are_all_named(tmp_path):
    assert machine(tmp_path, governors=("powersave", "performance")).governor == "performance, powersave"


def test_what_the_kernel_does_not_say_has_a_reason(tmp_path):
    cpu = machine(tmp_path, cpuinfo="")
    assert (cpu.cores, cpu.smt, cpu.governor) == (None, None, None)
    assert set(cpu.reasons) == {"cores", "smt", "governor"}
    assert cpu.model


def test_the_count_can_not_be_typed_in(monkeypatch):
    monkeypatch.setenv("PYTHON_CPU_COUNT", "64")
    assert read_cpu().logical == os.sysconf("SC_NPROCESSORS_ONLN")
