"""Virtual machines by the flag of the processor, /sys/hypervisor and DMI."""

import pytest

from harness.system.hypervisor import read_hypervisor


def machine(root, flags="fpu hypervisor sse", kind=None, **dmi):
    proc, sys = root / "proc", root / "sys"
    (sys / "class" / "dmi" / "id").mkdir(parents=True)
    proc.mkdir()
    (proc / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n" if flags else "processor\t: 0\n")
    for name, text in dmi.items():
        (sys / "class" / "dmi" / "id" / name).write_text(f"{text}\n")
    if kind is not None:
        (sys / "hypervisor").mkdir()
        (sys / "hypervisor" / "type").write_text(f"{kind}\n")
    return read_hypervisor(proc, sys)


@pytest.mark.parametrize(
    ("product", "vendor", "name"),
    [
        ("Standard PC (Q35 + ICH9, 2009)", "QEMU", "QEMU"),
        ("KVM", "Red Hat", "KVM"),
        ("VMware Virtual Platform", "VMware, Inc.", "VMware"),
        ("Virtual Machine", "Microsoft Corporation", "Hyper-V"),
        ("Google Compute Engine", "Google", "Google Compute Engine"),
        ("m7i.large", "Amazon EC2", "Amazon EC2"),
        ("VirtualBox", "innotek GmbH", "VirtualBox"),
    ],
)
def test_firmware_names_the_hypervisor(product, vendor, name, tmp_path):
    found = machine(tmp_path, product_name=product, sys_vendor=vendor)
    assert (found.present, found.name, found.reasons) == (True, name, {})


def test_xen_by_its_own_folder(tmp_path):
    assert machine(tmp_path, flags="fpu", kind="xen").name == "Xen"


def test_text_that_an_owner_wrote_stays_here(tmp_path):
    found = machine(tmp_path, product_name="Ward 7, Dr. Doe", sys_vendor="St. Elsewhere")
    assert (found.present, found.name) == (True, None)
    assert "Doe" not in str(found.to_json())


def test_a_physical_machine_of_a_cloud_is_no_virtual_one(tmp_path):
    found = machine(tmp_path, flags="fpu sse", product_name="m7i.metal", sys_vendor="Amazon EC2")
    assert (found.present, found.name) == (False, None)
    assert found.reasons == {"name": "no hypervisor was found"}


def test_a_processor_without_flags_leaves_it_open(tmp_path):
    found = machine(tmp_path, flags=None)
    assert found.present is None
    assert set(found.reasons) == {"present", "name"}
