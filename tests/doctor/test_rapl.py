"""RAPL: there, readable, counting; and if not, what to do, with the warning that belongs to it."""

from pathlib import Path

from harness.doctor.finding import Measured, Status
from harness.doctor.rapl import rapl_finding
from harness.system.hypervisor import Hypervisor

PHYSICAL = Hypervisor(present=False, name=None, reasons={"name": "none"})
VIRTUAL = Hypervisor(present=True, name="KVM", reasons={})


def machine(root, **domains):
    """Domains by name with what their counter says; None is a counter that may not be read."""
    for number, (name, value) in enumerate(domains.items()):
        folder = root / "class" / "powercap" / f"intel-rapl:{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name.replace('_', '-')}\n")
        (folder / "energy_uj").write_text("0\n" if value is None else f"{value}\n")
    return root


def test_both_counters(tmp_path):
    finding = rapl_finding(PHYSICAL, machine(tmp_path, package_0=123456, dram=7890))
    assert (finding.status, finding.absent) == (Status.OK, ())


def test_no_counter_of_the_memory(tmp_path):
    finding = rapl_finding(PHYSICAL, machine(tmp_path, package_0=123456, core=5))
    assert (finding.status, finding.absent) == (Status.OK, (Measured.DRAM_ENERGY,))


def test_a_counter_that_does_not_count(tmp_path):
    finding = rapl_finding(PHYSICAL, machine(tmp_path, package_0=0, dram=7890))
    assert (finding.status, finding.absent[0]) == (Status.MISSING, Measured.CPU_ENERGY)


def test_none_on_a_virtual_machine_has_no_remedy(tmp_path):
    finding = rapl_finding(VIRTUAL, tmp_path)
    assert (finding.status, finding.remedy) == (Status.MISSING, None)


def test_none_on_a_physical_machine_may_be_a_module(tmp_path):
    assert "modprobe intel_rapl_msr" in (rapl_finding(PHYSICAL, tmp_path).remedy or "")


def refuse(monkeypatch):
    """Root may read what nobody may."""
    real = Path.read_bytes

    def read(path):
        if path.name == "energy_uj":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)


def test_counters_for_root_alone(tmp_path, monkeypatch):
    sys = machine(tmp_path, package_0=123456, dram=7890)
    refuse(monkeypatch)
    finding = rapl_finding(PHYSICAL, sys)
    assert (finding.status, len(finding.absent)) == (Status.MISSING, 2)
    remedy = finding.remedy or ""
    assert remedy.startswith("sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj")
    for word in ("/etc/udev/rules.d/60-rapl.rules", "kernel 5.10", "CVE-2020-8694"):
        assert word in remedy
