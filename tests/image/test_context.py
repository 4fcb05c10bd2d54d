from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness
from harness.errors import InvalidInput
from harness.image.context import Item, context_digest, stream_tar, submission_context
from harness.places import resources

PACKAGE = Path(harness.__file__).parent


def items(folder: Path, files: dict[str, bytes]) -> list[Item]:
    made = []
    for number, (name, content) in enumerate(files.items()):
        path = folder / str(number)
        path.write_bytes(content)
        made.append(Item(name, path))
    return made


def test_the_archive_says_nothing_about_this_machine(tmp_path: Path) -> None:
    made = items(tmp_path, {"b/c.txt": b"two", "Dockerfile": b"FROM x\n"})
    made[0].source.chmod(0o600)
    os.utime(made[0].source, (1, 1))
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream_tar(made)))) as archive:
        found = {member.name: member for member in archive}
        assert list(found) == ["b", "Dockerfile", "b/c.txt"]
        for member in found.values():
            assert (member.mtime, member.uid, member.gid, member.uname) == (0, 0, 0, "root")
        assert found["b/c.txt"].mode == 0o644 and found["b"].mode == 0o755
        content = archive.extractfile("b/c.txt")
        assert content is not None and content.read() == b"two"


NAMES = st.text(alphabet="abcä/_-", min_size=1, max_size=130).filter(
    lambda name: all(part not in ("", ".", "..") for part in name.split("/"))
)


@given(st.dictionaries(NAMES, st.binary(max_size=2000), min_size=1, max_size=6))
def test_order_does_not_matter_and_every_byte_does(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    made = items(tmp_path_factory.mktemp("context"), files)
    turned = list(reversed(made))
    assert context_digest(made) == context_digest(turned)
    assert b"".join(stream_tar(made)) == b"".join(stream_tar(turned))
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream_tar(made)))) as archive:
        assert {member.name for member in archive if member.isfile()} == set(files)
    before = context_digest(made)
    made[0].source.write_bytes(made[0].source.read_bytes() + b"x")
    assert context_digest(made) != before


def test_progress_counts_content(tmp_path: Path) -> None:
    sent: list[int] = []
    list(stream_tar(items(tmp_path, {"a": b"x" * 10, "b": b"y" * 5}), sent.append))
    assert sent == [10, 15]


def test_a_submission_s_context_holds_the_workload_and_nothing_of_the_host_side(tmp_path: Path) -> None:
    (tmp_path / "submission.yaml").write_text("name: x\n")
    names = {item.name for item in submission_context(resources() / "docker", PACKAGE, tmp_path)}
    rooms = {name.split("/")[1] for name in names if name.startswith("harness/")}
    assert rooms == {"__init__.py", "protocol.py", "workload"}
    assert {"Dockerfile", "submission/submission.yaml", "harness/workload/__main__.py"} <= names
    assert not any("__pycache__" in name for name in names)


def test_an_incomplete_installation_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no workload package"):
        submission_context(resources() / "docker", tmp_path, tmp_path)


def test_a_missing_submission_file_is_named(tmp_path: Path) -> None:
    context = submission_context(resources() / "docker", PACKAGE, tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match=r"nowhere/submission\.yaml"):
        context_digest(context)


def test_a_file_that_shrinks_meanwhile_is_not_passed_on_padded(tmp_path: Path) -> None:
    (item,) = items(tmp_path, {"a": b"x" * 3_000_000})
    stream = stream_tar([item])
    next(stream)
    next(stream)
    os.truncate(item.source, 1_500_000)
    with pytest.raises(InvalidInput, match="became shorter"):
        list(stream)
