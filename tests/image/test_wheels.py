"""The wheel folder, with the real pip and a folder of wheels in place of an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import MachineLacks
from harness.image.lock import Lock, load_lock
from harness.image.wheels import download_command, ensure_wheels, wheel_problems
from tests.image.wheelhouse import lock_text, make_wheel


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    wheels = [make_wheel(tmp_path / "index", name) for name in ("alpha", "beta")]
    docker = tmp_path / "docker"
    docker.mkdir()
    (docker / "requirements-py3.11.txt").write_text(lock_text(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return load_lock(docker, "3.11")


def test_it_is_downloaded_once_with_progress(lock: Lock, tmp_path: Path) -> None:
    said: list[str] = []
    folder = ensure_wheels(lock, tmp_path / "wheels", said.append)
    assert folder.name == lock.digest.removeprefix("sha256:")
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == ["alpha", "beta"]
    assert any("wheel 2/2" in text for text in said)
    assert [path.name for path in (tmp_path / "wheels").iterdir()] == [folder.name]
    said.clear()
    assert ensure_wheels(lock, tmp_path / "wheels", said.append) == folder
    assert not any("downloading" in text for text in said)


@pytest.mark.parametrize("damage", ["changed", "missing", "strange"])
def test_a_folder_that_is_not_what_the_lock_says_is_made_again(lock: Lock, tmp_path: Path, damage: str) -> None:
    folder = ensure_wheels(lock, tmp_path / "wheels", lambda text: None)
    victim = next(iter(folder.glob("alpha*")))
    if damage == "changed":
        victim.write_bytes(b"something else")
    elif damage == "missing":
        victim.unlink()
    else:
        make_wheel(folder, "gamma")
    assert wheel_problems(lock, folder)
    said: list[str] = []
    ensure_wheels(lock, tmp_path / "wheels", said.append)
    assert wheel_problems(lock, folder) == []
    assert any("downloading it again" in text for text in said)


def test_what_a_killed_download_left_is_cleared(lock: Lock, tmp_path: Path) -> None:
    part = tmp_path / "wheels" / f".{lock.digest.removeprefix('sha256:')}.part"
    part.mkdir(parents=True)
    (part / "half.whl").write_text("x")
    ensure_wheels(lock, tmp_path / "wheels", lambda text: None)
    assert not part.exists()


def test_pip_s_own_words_are_shown_and_nothing_is_left(lock: Lock, tmp_path: Path) -> None:
    next(iter((tmp_path / "index").glob("beta*"))).unlink()
    with pytest.raises(MachineLacks) as caught:
        ensure_wheels(lock, tmp_path / "wheels", lambda text: None)
    assert "No matching distribution found for beta==1.0" in caught.value.message
    assert "--runtime host" in str(caught.value)
    assert list((tmp_path / "wheels").iterdir()) == []


def test_a_wheel_with_another_digest_is_refused(lock: Lock, tmp_path: Path) -> None:
    next(iter((tmp_path / "index").glob("beta*"))).unlink()
    changed = make_wheel(tmp_path / "elsewhere", "beta")
    changed.write_bytes(changed.read_bytes() + b"\0")
    changed.rename(tmp_path / "index" / changed.name)
    with pytest.raises(MachineLacks, match="DO NOT MATCH THE HASHES"):
        ensure_wheels(lock, tmp_path / "wheels", lambda text: None)


def test_ctrl_c_ends_pip_and_leaves_nothing(lock: Lock, tmp_path: Path) -> None:
    def interrupt(text: str) -> None:
        if text.startswith("wheel"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_wheels(lock, tmp_path / "wheels", interrupt)
    assert list((tmp_path / "wheels").iterdir()) == []


def test_it_asks_for_the_base_s_python_and_for_every_older_glibc(lock: Lock, tmp_path: Path) -> None:
    command = download_command(lock, tmp_path)
    assert command[command.index("--python-version") + 1] == "3.11"
    for tag in ("manylinux_2_28_x86_64", "manylinux_2_25_x86_64", "manylinux2014_x86_64"):
        assert tag in command
    assert "--require-hashes" in command and "--only-binary=:all:" in command
