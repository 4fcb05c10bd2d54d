"""The system description: against its schema, without anything personal, and with an id that holds."""

import getpass
import json
import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from harness.spec.schema import validator
from harness.system.memory import read_memory
from harness.system.system import capture
from tests.system.cards import data_centre, desktop_of_2016, plug_in, unplug


def nulls_without_reason(node, place=""):
    """Names of fields that are null and have no entry in the `reasons` beside them, and the other way round."""
    if not isinstance(node, dict):
        return []
    own = set(node.get("reasons", ()))
    # A GPU may be there, and an item of a list says by null that something is missing.
    null = {name for name, value in node.items() if value is None} - {"no_gpu_reason"}
    wrong = [f"{place}{name}" for name in null ^ own]
    for name, value in node.items():
        items = value if isinstance(value, list) and name != "differences" else [value]
        wrong += [one for item in items for one in nulls_without_reason(item, f"{place}{name}.")]
    return wrong


@pytest.mark.parametrize("cards", [None, [], [data_centre()], [desktop_of_2016(), data_centre()]])
def test_it_fits_its_schema_and_every_null_has_a_reason(cards, monkeypatch):
    unplug(monkeypatch) if cards is None else plug_in(monkeypatch, *cards)
    document = json.loads(json.dumps(capture().to_json()))
    assert [error.message for error in validator("system").iter_errors(document)] == []
    assert nulls_without_reason(document) == []


def test_nothing_personal():
    text = json.dumps(capture().to_json())
    words = {socket.gethostname(), getpass.getuser(), Path.home().name, str(Path.home())}
    words |= {path.read_text().strip() for path in Path("/sys/class/net").glob("*/address")} - {"00:00:00:00:00:00"}
    for file in ("/etc/machine-id", "/proc/sys/kernel/random/boot_id"):
        words |= {Path(file).read_text().strip()} if Path(file).exists() else set()
    found = [word for word in words - {"", "/"} if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]
    assert found == []
    assert "/home" not in text
    assert "/root" not in text


def test_the_id_is_the_same_each_time():
    assert capture().id == capture().id


def test_the_id_of_a_machine_without_gpus_is_what_it_was():
    """Runs made before GPUs' settings were in it keep their place."""
    from harness.spec.digest import digest_of

    system = capture()
    described = {
        "cpu": system.cpu.model,
        "logical_cpus": system.cpu.logical,
        "memory_gib": round(system.memory.physical / 2**30),
        "architecture": system.cpu.architecture,
        "gpus": [],
    }
    assert replace(system, graphics=replace(system.graphics, gpus=())).id == digest_of(described)


@pytest.mark.parametrize(
    "changes",
    [
        {"UUID": "GPU-99999999-2222-3333-4444-555555555555"},
        {"PowerManagementLimit": 350_000},
        {"MigMode": [1, 1]},
        {"EccMode": [0, 0]},
    ],
)
def test_what_decides_speed_changes_the_id(changes, monkeypatch):
    plug_in(monkeypatch, data_centre())
    usual = capture().id
    plug_in(monkeypatch, data_centre(**changes))
    assert capture().id != usual


@pytest.mark.parametrize(
    "changes",
    [
        {"CurrPcieLinkGeneration": 5},
        {"PersistenceMode": 0},
        {"PowerManagementLimit": 700_400},
        {"VbiosVersion": "96.00.A0.00.02"},
        {"Temperature": {0: 80}},
        # What waits for the next boot is not in force.
        {"EccMode": [1, 0]},
    ],
)
def test_what_changes_by_itself_does_not(changes, monkeypatch):
    plug_in(monkeypatch, data_centre())
    usual = capture().id
    plug_in(monkeypatch, data_centre(**changes))
    assert capture().id == usual


def test_a_driver_or_a_kernel_does_not_change_it(monkeypatch):
    plug_in(monkeypatch, data_centre())
    system = capture()
    updated = replace(
        system,
        graphics=replace(system.graphics, driver="590.1", cuda="13.1"),
        software=replace(system.software, kernel="7.0.0", python="3.14.0"),
        memory=replace(system.memory, physical=system.memory.physical + 1000, swap=2**30),
    )
    assert updated.id == system.id


def test_swap_as_the_kernel_says_it(tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal:       24684084 kB\nSwapTotal:       2097148 kB\n")
    assert read_memory(tmp_path).swap == 2097148 * 1024
    (tmp_path / "meminfo").write_text("MemTotal:       24684084 kB\n")
    assert read_memory(tmp_path).swap is None


def test_the_title_is_for_people(monkeypatch):
    plug_in(monkeypatch, data_centre())
    assert capture().title.startswith("NVIDIA Test Card; ")
