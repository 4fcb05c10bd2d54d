"""Archives from strangers: whatever they hold, nothing leaves their folder and nothing grows without bound."""

from __future__ import annotations

import lzma
import resource
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import InvalidInput
from harness.publish.bundle import RAW, unpacked

MIB = 1024**2


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, "/etc/passwd", size
    return info.tobuf(tarfile.GNU_FORMAT)


def compressed(path: Path, *parts: bytes, zeros: int = 0, end: bool = True) -> None:
    """An archive of ``parts``, then ``zeros`` MiB of nothing (which compress to next to nothing), and its end."""
    path.parent.mkdir()
    with lzma.open(path, "wb", preset=0) as stream:
        for part in parts:
            stream.write(part)
        for _ in range(zeros):
            stream.write(bytes(MIB))
        stream.write(bytes(2 * tarfile.BLOCKSIZE) if end else b"")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (member("../out"), "no file of a run"),
        (member("/tmp/out"), "no file of a run"),
        (member("a/b"), "no file of a run"),
        (member(".."), "no file of a run"),
        (member("link", tarfile.SYMTYPE), "no file of a run"),
        (member("link", tarfile.LNKTYPE), "no file of a run"),
        (member("device", tarfile.CHRTYPE), "no file of a run"),
        (member("device", tarfile.BLKTYPE), "no file of a run"),
        (member("pipe", tarfile.FIFOTYPE), "no file of a run"),
        (member("folder", tarfile.DIRTYPE), "no file of a run"),
        (member("sparse", tarfile.GNUTYPE_SPARSE), "no file of a run"),
        (member("record.json"), "no file of a run"),
        (member("large", size=2**31), "more than 256 MiB"),
        (member("vast", size=2**50), "more than 256 MiB"),
        (member("short", size=10_000), "ends early"),
        (member("twice") + member("twice"), "File exists"),
        (b"".join(member(f"file {n}") for n in range(100)), "more than 16 files"),
        (b"x" * 512, "InvalidHeaderError"),
        (member("file")[:500], "ends early"),
    ],
)
def test_what_is_no_file_of_a_run_is_refused(tmp_path: Path, header: bytes, said: str) -> None:
    compressed(tmp_path / "run" / RAW, header, end=False)
    with pytest.raises(InvalidInput, match=said), unpacked(tmp_path / "run"):
        pass
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        # A file that says it is small, after which the archive goes on for 300 MiB.
        ((member("small", size=512), bytes(512), bytes(512)), "goes on after its end"),
        # A header that only says how long the next header is: `tarfile` would read it whole.
        ((member("pax", tarfile.XHDTYPE, size=300 * MIB),), "no file of a run"),
        ((member("name", tarfile.GNUTYPE_LONGNAME, size=300 * MIB),), "no file of a run"),
        ((member("events.jsonl", size=300 * MIB),), "more than 256 MiB"),
    ],
)
def test_hundreds_of_megabytes_of_nothing_takes_neither_memory_nor_disk(
    tmp_path: Path, parts: tuple[bytes, ...], said: str
) -> None:
    compressed(tmp_path / "run" / RAW, *parts, zeros=300)
    assert (tmp_path / "run" / RAW).stat().st_size < MIB
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_oublock
    with pytest.raises(InvalidInput, match=said), unpacked(tmp_path / "run"):
        pass
    assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_oublock - before < 2 * MIB // 512
    tracemalloc.stop()


def test_a_file_that_asks_for_more_memory_than_ours_do_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 128 * MIB}]
    content = member("plan.json") + bytes(2 * tarfile.BLOCKSIZE)
    (tmp_path / "run" / RAW).write_bytes(lzma.compress(content, filters=filters))
    with pytest.raises(InvalidInput, match="Memory usage limit exceeded"), unpacked(tmp_path / "run"):
        pass


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole + b"x",
        lambda whole: whole[:-1],
        lambda whole: whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:],
        lambda whole: whole + whole,
        lambda whole: b"",
    ],
)
def test_an_archive_that_is_not_whole_is_refused(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    compressed(tmp_path / "run" / RAW, member("plan.json"))
    with unpacked(tmp_path / "run") as run:
        assert [path.name for path in run.iterdir()] == ["plan.json"]
    whole = (tmp_path / "run" / RAW).read_bytes()
    (tmp_path / "run" / RAW).write_bytes(spoil(whole))
    with pytest.raises(InvalidInput, match="can't be unpacked"), unpacked(tmp_path / "run"):
        pass
