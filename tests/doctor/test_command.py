"""`harness doctor` as a user meets it."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from harness.doctor.examine import examine
from harness.doctor.finding import Status
from harness.spec.schema import validator
from tests.system.cards import data_centre, plug_in

CHECKOUT = Path(__file__).parent.parent.parent
HARNESS = Path(sys.executable).parent / "harness"
NO_TORCH = (
    "import importlib.util as u; real = u.find_spec\n"
    "u.find_spec = lambda name, *rest: None if name == 'torch' else real(name, *rest)\n"
    "from harness.cli.main import main; main(['doctor', '--json'])"
)


def environment(home, **more):
    return {**os.environ, "LEANMED_HOME": str(home), **more}


def doctor(*args, home, **more):
    return subprocess.run(
        [HARNESS, "doctor", *args],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env=environment(home, **more),
        check=False,
    )


def test_json_alone_is_on_standard_output_and_nothing_is_made(tmp_path):
    home = tmp_path / "home"
    # Without an engine, so that it is the same everywhere.
    done = doctor("--json", home=home, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["verdict"]["can_run"] else 3)
    assert list(validator("system").iter_errors(told["system"])) == []
    assert list(tmp_path.iterdir()) == []
    for finding in told["findings"]:
        assert finding["status"] in {"ok", "missing", "limited"}
        assert finding["seen"]
        assert finding["meaning"]
        assert finding["remedy"] is None or finding["remedy"]
        assert f"{finding['title']}: {finding['seen']}" in done.stderr
    ids = [finding["id"] for finding in told["findings"]]
    assert len(ids) == len(set(ids))
    expected = {"python", "host-packages", "workload-packages", "engine", "gpu", "rapl", "processors", "memory", "swap"}
    assert expected | {"hypervisor", "clock", "home", "home-space", "data-lidc-nodules"} <= set(ids)
    assert {way["runtime"] for way in told["verdict"]["ways"]} <= {"host"}
    assert "\x1b" not in done.stderr


def test_where_no_run_works_the_exit_code_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env=environment(tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock"),
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["verdict"]["command"] is None
    assert "No run works on this machine yet." in done.stderr
    assert "make setup-workload" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("columns", [80, 160])
def test_on_a_terminal_the_table_fits_and_commands_stay_whole(columns, tmp_path):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [HARNESS, "doctor"],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment(tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock", TERM="dumb", NO_COLOR="1", COLUMNS=""),
    )
    os.close(theirs)
    text = b""
    while chunk := _read(ours):
        text += chunk
    process.wait(timeout=60)
    table, _, rest = text.decode().replace("\r", "").partition("What to do")
    assert max(len(line.rstrip()) for line in table.splitlines()) <= columns
    # As one line, however narrow the terminal is.
    assert any("install Docker" in line and line.endswith("`--runtime host`") for line in rest.split("\n"))


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux says so where nobody has the other end any more.
        return b""


def test_a_machine_with_a_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv("LEANMED_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("harness.doctor.software.check_packages", lambda: None)
    plug_in(monkeypatch, data_centre(PersistenceMode=0))
    found = examine()
    assert found.verdict.command == "harness run SUBMISSION --runtime host"
    assert "gpu_energy" in found.verdict.holds
    assert found.system.gpus[0].name in next(one.seen for one in found.findings if one.id == "gpu")
    limited = [one.id for one in found.findings if one.group == "GPU" and one.status is not Status.OK]
    assert limited == ["gpu0-persistence"]
