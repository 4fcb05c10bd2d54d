from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import Exit, InvalidInput, MachineLacks
from harness.image.lock import load_lock
from harness.places import resources

GOOD = "a" * 64


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_shipped_locks_pin_what_the_workload_imports(python: str) -> None:
    lock = load_lock(resources() / "docker", python)
    names = {pin.name for pin in lock.pins}
    assert {"torch", "timm", "bitsandbytes", "numpy"} <= names
    assert all(len(digest) == 64 for pin in lock.pins for digest in pin.hashes)
    assert lock.digest.startswith("sha256:")


def test_comments_continuations_and_markers(tmp_path: Path) -> None:
    (tmp_path / "requirements-py3.11.txt").write_text(
        "# a comment\n\nnumpy==2.4.6 ; python_version < '4' \\\n"
        f"    --hash=sha256:{GOOD} \\\n    --hash=sha256:{'b' * 64}\n"
    )
    (pin,) = load_lock(tmp_path, "3.11").pins
    assert (pin.name, pin.version, pin.hashes) == ("numpy", "2.4.6", frozenset({GOOD, "b" * 64}))


def test_a_python_without_a_lock_names_those_that_have_one(tmp_path: Path) -> None:
    (tmp_path / "requirements-py3.12.txt").write_text("")
    with pytest.raises(MachineLacks) as caught:
        load_lock(tmp_path, "3.9")
    assert "Python 3.9" in caught.value.message and "3.12" in caught.value.message
    assert caught.value.exit_code == Exit.MACHINE_LACKS


@pytest.mark.parametrize(
    "text",
    ["numpy\n", "numpy>=2 --hash=sha256:" + GOOD, "numpy==2\n", "numpy==2 --hash=md5:abc\n", "-e .\n", ""],
)
def test_what_is_not_pinned_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements-py3.11.txt").write_text(text)
    with pytest.raises(InvalidInput) as caught:
        load_lock(tmp_path, "3.11")
    assert "make lock" in str(caught.value)
