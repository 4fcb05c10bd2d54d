"""Installed packages against a lock."""

import hashlib
import platform

import pytest

from harness.errors import InvalidInput
from harness.places import resources
from harness.system.packages import locked_versions, read_packages

LOCK = """\
alpha==1.0 ; python_full_version < '3.12' and sys_platform == 'linux' \\
    --hash=sha256:00
alpha==2.0 ; python_full_version >= '3.12' and sys_platform == 'linux' \\
    --hash=sha256:01
beta==3.1 \\
    --hash=sha256:02 \\
    --hash=sha256:03
gamma==0.1 ; sys_platform == 'win32' \\
    --hash=sha256:04
"""


def lock(folder, text=LOCK):
    (folder / "host.txt").write_text(text)
    return folder / "host.txt"


@pytest.mark.parametrize(
    ("python", "alpha"),
    [("3.11.7", "1.0"), ("3.12.0", "2.0"), ("3.12.0rc1", "2.0"), ("3.14.0+", "2.0"), ("3.9.20", "1.0")],
)
def test_a_lock_gives_each_python_its_versions(python, alpha, monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: python)
    assert locked_versions(LOCK, "host.txt") == {"alpha": alpha, "beta": "3.1"}


def test_everything_as_locked(tmp_path):
    path = lock(tmp_path)
    found = read_packages(path, locked_versions(LOCK, "host.txt").get)
    assert found.matches is True
    assert found.lock == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_differs_and_what_is_missing_are_listed(tmp_path):
    found = read_packages(lock(tmp_path, "beta==3.1 \\\n\ndelta==1.0 \\\n"), {"beta": "3.2"}.get).to_json()
    assert found["matches"] is False
    assert found["installed"] == {"beta": "3.2"}
    assert found["differences"] == [
        {"name": "beta", "locked": "3.1", "installed": "3.2"},
        {"name": "delta", "locked": "1.0", "installed": None},
    ]


def test_without_a_lock_there_is_a_reason(tmp_path):
    found = read_packages(tmp_path / "none.txt")
    assert (found.lock, found.matches, found.installed) == (None, None, {})
    assert set(found.reasons) == {"lock", "matches"}


def test_a_condition_that_is_not_understood_is_no_match_by_chance():
    with pytest.raises(InvalidInput, match="implementation_name"):
        locked_versions("alpha==1.0 ; implementation_name == 'cpython' \\\n", "host.txt")


@pytest.mark.parametrize("python", ["3.11.7", "3.12.3", "3.13.0", "3.14.2"])
@pytest.mark.parametrize("name", ["host.txt", "workload.txt"])
def test_our_own_locks_are_understood(name, python, monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: python)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    text = (resources() / "requirements" / name).read_text()
    found = locked_versions(text, name)
    assert {"click", "numpy", "scipy"} <= set(found)
    names = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    # typing-extensions and the like are for some Pythons only.
    assert len(names) - len(found) <= 4
